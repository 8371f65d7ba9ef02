"""A workflow that is called, and one that calls it for a pull request."""

from __future__ import annotations

from github_emulator.actors import FULL_NAME

CALLED = ".github/workflows/called.yml"
CALLER = ".github/workflows/caller.yml"
AT_MAIN = f"{FULL_NAME}/{CALLED}@main"


def called(says: str) -> str:
    """Return a workflow that can be called, which prints something and asks for its identity."""
    return f"""\
name: called
on:
  workflow_call:
permissions: {{}}
jobs:
  only:
    runs-on: ubuntu-latest
    permissions: {{contents: read, id-token: write}}
    outputs:
      ran: "true"
    steps:
      - env: {{HANDED_ON: "${{{{ env.HANDED_ON }}}}"}}
        run: |
          curl --silent --output /dev/null --header "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
            "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=us"
          echo "{says}, handed on=$HANDED_ON, $GITHUB_WORKFLOW, $GITHUB_REPOSITORY_ID, $GITHUB_REPOSITORY_OWNER_ID, $GITHUB_RUN_ATTEMPT"
"""


def caller(uses: str, more: str = "") -> str:
    """Return a workflow that calls another one for a pull request."""
    return f"""\
name: caller
on: [pull_request, push]
permissions: {{}}
env: {{HANDED_ON: from the caller}}
jobs:
  call:
    permissions: {{contents: read, id-token: write}}
    uses: {uses}
{more}"""
