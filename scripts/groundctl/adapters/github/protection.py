"""Reads the protection of an environment, and who let a run enter environments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from groundctl.adapters.github.answers import UnreadableAnswerError, checked, has, member, optional, require_equal
from groundctl.domain.approval.protection import EnvironmentProtection, RunApproval


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchPolicy:
    """A pattern of the branches or tags whose jobs may enter an environment."""

    pattern: str
    is_for_branches: bool
    is_for_tags: bool


def read_protection(answer: object, name: str) -> EnvironmentProtection:
    """Read an environment; branches is empty if there is a custom branch policy, whose patterns are another call."""
    # Names of environments are the same in capitals.
    require_equal(member(answer, "name", str).lower(), name.lower(), "environment")
    rules = [
        rule for rule in member(answer, "protection_rules", list) if member(rule, "type", str) == "required_reviewers"
    ]
    policy: dict[str, Any] | None = optional(answer, "deployment_branch_policy", dict)
    has_patterns = policy is not None and member(policy, "custom_branch_policies", bool)
    return EnvironmentProtection(
        name=name,
        reviewers=sum(_count_reviewers(rule) for rule in rules),
        prevents_self_review=bool(rules) and {member(rule, "prevent_self_review", bool) for rule in rules} == {True},
        # GitHub's answers have this member, and its API description does not. Without it, the weaker protection is assumed.
        admins_can_bypass=member(answer, "can_admins_bypass", bool) if has(answer, "can_admins_bypass") else True,
        branches=() if has_patterns else None,
    )


def read_policy(answer: object) -> BranchPolicy:
    """Read one pattern of a custom branch policy."""
    # GitHub's API description does not promise the type. Without it, the weaker protection is assumed: both.
    kind = member(answer, "type", str) if has(answer, "type") else None
    if kind not in {"branch", "tag", None}:
        raise UnreadableAnswerError(f"a policy is for a {kind!r:.60}")
    return BranchPolicy(
        pattern=member(answer, "name", str), is_for_branches=kind != "tag", is_for_tags=kind != "branch"
    )


def read_approvals(answer: object) -> tuple[RunApproval, ...]:
    """Read who let a run enter environments, and who rejected it.

    Neither is a comment without a decision, nor what an app agreed to.
    """
    answers = (_read_approval(entry) for entry in checked(answer, list, "the answer"))
    return tuple(approval for approval in answers if approval is not None)


def _read_approval(entry: object) -> RunApproval | None:
    state = member(entry, "state", str)
    if state not in {"approved", "rejected", "pending"}:
        raise UnreadableAnswerError(f"state is {state!r:.60}")
    user: dict[str, Any] = member(entry, "user", dict)
    approval = RunApproval(
        login=member(user, "login", str),
        environments=tuple(member(each, "name", str) for each in member(entry, "environments", list)),
        is_approved=state == "approved",
    )
    is_person = member(user, "type", str) == "User"
    return None if state == "pending" or (approval.is_approved and not is_person) else approval


def _count_reviewers(rule: object) -> int:
    reviewers: list[dict[str, Any] | None] = [
        optional(entry, "reviewer", dict) for entry in member(rule, "reviewers", list)
    ]
    # An account or team that was deleted can no longer agree.
    return len({member(reviewer, "node_id", str) for reviewer in reviewers if reviewer is not None})
