"""The repository, users and bots of the emulated GitHub at the start of a test."""

from __future__ import annotations

from typing import Any

OWNER = "acme"
NAME = "labels"
FULL_NAME = f"{OWNER}/{NAME}"
DEFAULT_BRANCH = "main"

MAINTAINER = "maria"  # merges, approves, locks
DEVELOPER = "jon"  # opens pull requests from branches of the repository
REVIEWER = "rosa"  # reviews pull requests and runs; may write
SECOND_REVIEWER = "ben"  # as above; has the role maintain
READER = "vera"  # may read only
STRANGER = "stranger"  # opens them from a fork
FORK = f"{STRANGER}/{NAME}"

ACTIONS_BOT = "github-actions[bot]"  # what a workflow's own token acts as
OTHER_BOT = "helpful-app[bot]"

ALL_LOGINS = (MAINTAINER, DEVELOPER, STRANGER, ACTIONS_BOT, OTHER_BOT, REVIEWER, SECOND_REVIEWER, READER)


def backend_token(login: str) -> str:
    """Return the token with which the gateway calls emulate as a user."""
    return f"backend-{login}"


def seed() -> dict[str, Any]:
    """Return the data that emulate starts with."""
    return {
        "tokens": {backend_token(each): {"login": each, "scopes": ["repo", "user"]} for each in ALL_LOGINS},
        "github": {
            "users": [{"login": each, "name": each.capitalize()} for each in ALL_LOGINS],
            "orgs": [
                {
                    "login": OWNER,
                    "name": "Acme",
                    "members": [{"login": MAINTAINER, "role": "admin"}, {"login": DEVELOPER}],
                }
            ],
            "repos": [{"owner": OWNER, "name": NAME, "default_branch": DEFAULT_BRANCH, "auto_init": True}],
        },
    }
