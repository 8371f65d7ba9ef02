"""Access tokens: their user, permissions and expiry."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

from github_emulator.actors import ACTIONS_BOT

LEVELS = {"none": 0, "read": 1, "write": 2}

# One of these permissions (as a workflow spells them) at this level; from GitHub's page "Permissions required for GitHub Apps".
NEEDS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "actions/download-artifact": (("actions",), "read"),
    "actions/get-artifact": (("actions",), "read"),
    "actions/get-fork-pr-contributor-approval-permissions-repository": (("administration",), "read"),
    "actions/get-github-actions-default-workflow-permissions-repository": (("administration",), "read"),
    "actions/get-private-repo-fork-pr-workflows-settings-repository": (("administration",), "read"),
    "actions/get-reviews-for-run": (("actions",), "read"),
    "actions/get-workflow-run": (("actions",), "read"),
    "actions/list-repo-variables": (("variables",), "read"),
    "actions/list-workflow-run-artifacts": (("actions",), "read"),
    "actions/list-workflow-runs": (("actions",), "read"),
    "actions/list-workflow-runs-for-repo": (("actions",), "read"),
    "checks/create": (("checks",), "write"),
    "checks/get": (("checks",), "read"),
    "checks/list-annotations": (("checks",), "read"),
    "checks/list-for-ref": (("checks",), "read"),
    "checks/update": (("checks",), "write"),
    "git/get-ref": (("contents",), "read"),
    "git/get-tree": (("contents",), "read"),
    "issues/create-comment": (("issues", "pull-requests"), "write"),
    "issues/delete-comment": (("issues", "pull-requests"), "write"),
    "issues/get-comment": (("issues", "pull-requests"), "read"),
    "issues/list-comments": (("issues", "pull-requests"), "read"),
    "issues/list-events-for-timeline": (("issues", "pull-requests"), "read"),
    "issues/update-comment": (("issues", "pull-requests"), "write"),
    "pulls/get": (("pull-requests",), "read"),
    "pulls/list": (("pull-requests",), "read"),
    "pulls/list-reviews": (("pull-requests",), "read"),
    "repos/codeowners-errors": (("contents",), "read"),
    "repos/compare-commits-with-basehead": (("contents",), "read"),
    "repos/create-commit-status": (("statuses",), "write"),
    "repos/create-dispatch-event": (("contents",), "write"),
    "repos/get-branch-protection": (("administration",), "read"),
    "repos/get-branch-rules": (("metadata",), "read"),
    "repos/get-collaborator-permission-level": (("metadata",), "read"),
    "repos/get-environment": (("actions",), "read"),
    "repos/get-repo-ruleset": (("metadata",), "read"),
    "repos/list-deployment-branch-policies": (("actions",), "read"),
    "repos/get-combined-status-for-ref": (("statuses",), "read"),
    "repos/list-commit-statuses-for-ref": (("statuses",), "read"),
    "repos/list-pull-requests-associated-with-commit": (("pull-requests",), "read"),
    "repos/get-commit": (("contents",), "read"),
    "repos/get": (("metadata",), "read"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token. `permissions` is None for a user, who has all permissions."""

    value: str
    login: str
    permissions: Mapping[str, str] | None = None
    expired: bool = False
    run: int = 0  # the workflow run it was made for, and its job
    job: str = ""

    def allows(self, permission: str, level: str) -> bool:
        """Return whether the token has a permission; reading metadata is always allowed."""
        if self.permissions is None or (permission == "metadata" and level == "read"):
            return True
        return LEVELS[self.permissions.get(permission, "none")] >= LEVELS[level]

    def may(self, operation: str) -> bool:
        """Return whether the token permits an operation."""
        names, level = NEEDS[operation]
        return any(self.allows(each, level) for each in names)


class Tokens:
    """All issued tokens."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._known: dict[str, Token] = {}

    def issue(
        self,
        login: str = ACTIONS_BOT,
        *,
        permissions: Mapping[str, str] | None = None,
        run: int = 0,
        job: str = "",
    ) -> Token:
        """Issue a token; its value names its owner, which helps to read a log."""
        with self._lock:
            kind = "ghs" if login.endswith("[bot]") else "ghp"
            words = f"{run}{job}" if run else login.partition("[")[0].replace("-", "")
            token = Token(
                value=f"{kind}_{words.replace('-', '')}{next(self._numbers):04d}",
                login=login,
                permissions=permissions,
                run=run,
                job=job,
            )
            self._known[token.value] = token
        return token

    def expire(self, value: str) -> None:
        """Expire a token."""
        with self._lock:
            self._known[value] = replace(self._known[value], expired=True)

    def find(self, authorization: str) -> Token | None:
        """Return the valid token of an Authorization header, or None."""
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() not in ("bearer", "token"):
            return None
        with self._lock:
            token = self._known.get(value.strip())
        return token if token and not token.expired else None

    def clear(self) -> None:
        """Remove all tokens."""
        with self._lock:
            self._known.clear()
