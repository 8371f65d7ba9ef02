"""Holds a plan against those that people reviewed: nothing that costs, or that is for good, may go beyond all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from groundctl.domain.canonical_json import digest_of
from groundctl.domain.planning.plan import Action, Change, Plan

IRREVERSIBLE = (Action.CREATE, Action.STOP)
# What a plan file says about itself and about where it was made, not about what would be done.
_NOT_DIGESTED = {"digest", "made_for"}

Reviewed = Mapping[str, Any]


def find_unapproved(plan: Plan, reviewed: Sequence[Reviewed]) -> dict[str, str]:
    """Find the creates and stops that no reviewed plan covers; key of the job to the reason, with both sides."""
    found = {}
    for change in plan.changes:
        if change.action in IRREVERSIBLE and (told := _uncovered(change, reviewed)):
            found[change.key] = told
    return found


def same_target(plan: Plan, reviewed: Reviewed) -> bool:
    """Say whether both plans are about the same environment, account and Region."""
    infrastructure = plan.infrastructure
    target = (infrastructure.environment, infrastructure.account_id, infrastructure.region)
    return target == tuple(reviewed["target"][member] for member in ("environment", "account_id", "region"))


def is_as_written(reviewed: Reviewed) -> bool:
    """Say whether a plan still has the content that its digest names."""
    content = {name: value for name, value in reviewed.items() if name not in _NOT_DIGESTED}
    return bool(reviewed["digest"] == digest_of(content))


def is_made_for(reviewed: Reviewed, *, repository: str, commit: str) -> bool:
    """Say whether a plan was made for this commit of this repository."""
    made_for = reviewed.get("made_for", {})
    return (made_for.get("repository"), made_for.get("commit")) == (repository, commit)


def _uncovered(change: Change, reviewed: Sequence[Reviewed]) -> str:
    """Say why no plan covers a change; nothing if one does. Of several plans the first that knows the job is quoted."""
    if not reviewed:
        return "no reviewed plan was found for it"
    quoted = ""
    for approved in (one for plan in reviewed for one in plan["changes"] if one["name"].lower() == change.key):
        told = "; ".join(_beyond(change, approved))
        if not told:
            return ""
        quoted = quoted or told
    return quoted or f"the reviewed plan does not {change.action} it"


def _beyond(change: Change, approved: Reviewed) -> Iterator[str]:
    if approved["action"] == change.action:
        told = list(_in_words(change, approved))
        yield from told
        request = digest_of(change.desired.request) if change.desired else ""
        if not told and request != approved["request_digest"]:
            yield "AWS would be told something else than was reviewed: another team, role, bucket, key or worker page"
    elif (approved["action"], change.action) == (Action.WAITING, Action.CREATE):
        yield from _beyond_waiting(change, approved)
    else:
        yield f"the reviewed plan does not {change.action} it; it says: {approved['action']}"


def _beyond_waiting(change: Change, approved: Reviewed) -> Iterator[str]:
    """A job that waited for another's output was reviewed before its clips were known: its budget is what was agreed to."""
    if change.declaration_digest != approved["declaration_digest"]:
        yield "its file differs from the reviewed one"
    if change.team != approved["team"]:
        yield f"another team: reviewed {approved['team']}, now {change.team}"
    bound = approved["budget_usd"]
    if bound is None:
        yield "its cost was open when it was reviewed, and it has no budget"
    elif change.cost is None or change.cost.high > Decimal(bound):
        now = f"up to ${change.cost.high}" if change.cost else "open"
        yield f"more money: reviewed with a budget of ${bound}, now {now}"


def _in_words(change: Change, approved: Reviewed) -> Iterator[str]:
    if change.declaration_digest != approved["declaration_digest"]:
        yield "its file differs from the reviewed one"
    if (change.input_digest, change.clips) != (approved["input_digest"], approved["clips"]):
        yield f"its clips differ: reviewed {approved['clips']}, now {change.clips}"
    if change.team != approved["team"]:
        yield f"another team: reviewed {approved['team']}, now {change.team}"
    usd = approved["usd"]
    if usd and change.cost is None:
        yield f"its cost is open: reviewed up to ${usd['high']}"
    elif usd and change.cost and change.cost.high > Decimal(usd["high"]):
        yield f"more money: reviewed up to ${usd['high']}, now up to ${change.cost.high}"
