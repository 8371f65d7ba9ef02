"""Who and what there is on the GitHub of the tests, before anything happens."""

from __future__ import annotations

from typing import Any

OWNER = "acme"
NAME = "labels"
FULL_NAME = f"{OWNER}/{NAME}"
DEFAULT_BRANCH = "main"

MAINTAINER = "maria"  # merges, approves, locks
DEVELOPER = "jon"  # opens pull requests from branches of the repository
STRANGER = "stranger"  # opens them from a fork
FORK = f"{STRANGER}/{NAME}"

ACTIONS_BOT = "github-actions[bot]"  # what a workflow's own token acts as
OTHER_BOT = "helpful-app[bot]"

EVERYBODY = (MAINTAINER, DEVELOPER, STRANGER, ACTIONS_BOT, OTHER_BOT)


def upstream_token(login: str) -> str:
    """Name the token by which the front speaks to emulate as somebody."""
    return f"upstream-{login}"


def seed() -> dict[str, Any]:
    """Return what emulate starts with."""
    return {
        "tokens": {upstream_token(each): {"login": each, "scopes": ["repo", "user"]} for each in EVERYBODY},
        "github": {
            "users": [{"login": each, "name": each.capitalize()} for each in EVERYBODY],
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
