"""Protected environments of GitHub Actions, and who let a run continue in one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
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


def weaknesses(name: str, protection: EnvironmentProtection | None, *, branch: str) -> tuple[str, ...]:
    """List how an environment can be entered without a second person's agreement, or from another branch."""
    found = list(_without_second_person(name, protection))
    if protection and (protection.branches != (branch,) or protection.has_tags):
        found.append(f"environment {name} admits more than branch {branch}")
    return tuple(found)


def why_not_by_hand(name: str, protection: EnvironmentProtection | None) -> str:
    """Return why `approve` does not count in an environment; empty if a second person must agree there."""
    return f"environment {name} asks no second person" if any(_without_second_person(name, protection)) else ""


def _without_second_person(name: str, protection: EnvironmentProtection | None) -> Iterator[str]:
    """List how one person alone can enter an environment."""
    if protection is None:
        yield f"environment {name} does not exist: GitHub makes it on first use, unprotected"
        return
    if not protection.reviewers:
        yield f"environment {name} asks for no review: any writer may start its jobs"
    elif not protection.prevents_self_review:
        yield f"environment {name} lets the person who starts a run approve it"
    if protection.admins_can_bypass:
        yield f"environment {name} lets administrators pass without a review"


def who_let_in(name: str, approvals: tuple[RunApproval, ...], *, actors: Collection[str]) -> str | None:
    """Return who let a run enter an environment; None if only those who started it, or ran it again, did."""
    starters = {actor.lower() for actor in actors}
    answers = [approval for approval in approvals if name in approval.environments]
    others = [each.login for each in answers if each.is_approved and each.login.lower() not in starters]
    return others[-1] if others and all(each.is_approved for each in answers) else None
