"""What the emulated GitHub keeps of reviews, permissions, environments, branch rules, and branches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from github_emulator.actors import DEVELOPER, MAINTAINER, REVIEWER, SECOND_REVIEWER

# The environments that groundctl's workflows use.
PROTECTED_ENVIRONMENTS = ("groundctl-apply", "groundctl-stop", "groundctl-terraform")
# What GitHub calls a role in the member that knows the old ones only.
BASE_PERMISSION: Mapping[str, str] = {
    "admin": "admin",
    "maintain": "write",
    "write": "write",
    "triage": "read",
    "read": "read",
    "none": "none",
}


class RefusedError(Exception):
    """GitHub would refuse it, with status 422 and this message."""


@dataclass(slots=True, kw_only=True)
class Review:
    """A review of a pull request; one that is dismissed keeps its time and its commit."""

    id: int
    login: str
    state: str
    commit: str | None
    body: str = ""
    submitted_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """An event of a pull request, other than its commits and reviews."""

    event: str
    login: str
    at: str
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """An environment. GitHub makes one on first use, without any protection."""

    id: int
    name: str
    created_at: str
    reviewers: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    prevent_self_review: bool = False
    branches: tuple[str, ...] | None = None  # the patterns of a custom branch policy
    tags: tuple[str, ...] = ()
    protected_branches: bool = False
    admins_can_bypass: bool = True

    @property
    def has_reviewers(self) -> bool:
        """Return whether a job waits for a reviewer."""
        return bool(self.reviewers or self.teams)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentReview:
    """The answer of a reviewer to a run that waited to enter an environment."""

    environment: str
    login: str
    state: str  # approved, rejected
    comment: str


def _roles() -> dict[str, str]:
    return {MAINTAINER: "admin", DEVELOPER: "write", REVIEWER: "write", SECOND_REVIEWER: "maintain"}


def careful_rules() -> dict[str, Any]:
    """Return a pull request rule that asks for a new approval after every push, and for owners."""
    return {
        "allowed_merge_methods": ["merge", "squash", "rebase"],
        "dismiss_stale_reviews_on_push": True,
        "require_code_owner_review": True,
        "require_last_push_approval": True,
        "required_approving_review_count": 1,
        "required_review_thread_resolution": False,
    }


def base_permission(role: str) -> str:
    """Return the permission of a role; a test writes a custom role as "name:base"."""
    return BASE_PERMISSION[role.rpartition(":")[2]]


@dataclass(slots=True, kw_only=True)
class Approvals:
    """The state behind the operations that say what was approved."""

    roles: dict[str, str] = field(default_factory=_roles)  # anybody else may read, as in a public repository
    reviews: dict[int, list[Review]] = field(default_factory=dict)  # by pull request, oldest first
    timeline: dict[int, list[TimelineEntry]] = field(default_factory=dict)
    environments: dict[str, Environment] = field(default_factory=dict)  # by name in lowercase letters
    environment_reviews: dict[int, list[EnvironmentReview]] = field(default_factory=dict)  # by run
    branches: dict[str, str] = field(default_factory=dict)  # where a test has no git repository
    trees: dict[str, Mapping[str, str]] = field(default_factory=dict)  # as above, by commit
    branch_rules: dict[str, dict[str, Any]] = field(default_factory=dict)  # pull request rules
    unnamed_lookups: int = 0  # how often GitHub does not yet name the pull request of a commit

    def role(self, login: str) -> str:
        """Return the role of a user; in a public repository everybody may read."""
        return self.roles.get(login, "read")

    def approvals_for_rules(self, number: int) -> list[str]:
        """Return who approved in a way that counts for a branch's rules: the latest review, with write access."""
        latest = {each.login: each.state for each in self.reviews.get(number, []) if each.state != "COMMENTED"}
        return [
            login
            for login, state in latest.items()
            if state == "APPROVED" and base_permission(self.role(login)) in ("write", "admin")
        ]
