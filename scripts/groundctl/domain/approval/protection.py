"""Protected environments of GitHub Actions, and who let a run continue in one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentProtection:
    """What GitHub asks before a job enters an environment.

    reviewers counts the users and teams of which one must agree. branches holds the patterns of a custom branch policy;
    None if there is no custom policy, which admits every branch that the repository does not protect itself.
    tags is true if the policy has a pattern for tags.
    """

    name: str
    reviewers: int
    prevents_self_review: bool
    admins_can_bypass: bool
    branches: tuple[str, ...] | None
    has_tags: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunApproval:
    """A person's answer to a run that waited to enter environments."""

    login: str
    environments: tuple[str, ...]
    is_approved: bool
