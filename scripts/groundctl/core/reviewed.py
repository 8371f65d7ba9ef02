"""Holds a plan against the one people reviewed: nothing that costs, or that is for good, may go beyond it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from groundctl.core.change import Action, Change, Plan
from groundctl.core.declaration import digest_of

_FOR_GOOD = (Action.CREATE, Action.STOP)


def held_back(plan: Plan, reviewed: Mapping[str, Any]) -> dict[str, str]:
    """Find the creates and stops that the reviewed plan does not cover; key of the job to the reason, with both sides."""
    approved = {(change["action"], change["name"].lower()): change for change in reviewed["changes"]}
    found = {}
    for change in plan.changes:
        reasons = _beyond(change, approved.get((change.action, change.key))) if change.action in _FOR_GOOD else ()
        if told := "; ".join(reasons):
            found[change.key] = told
    return found


def same_target(plan: Plan, reviewed: Mapping[str, Any]) -> bool:
    """Say whether both plans are about the same environment, account and Region."""
    infrastructure = plan.infrastructure
    target = (infrastructure.environment, infrastructure.account_id, infrastructure.region)
    return target == tuple(reviewed["target"][member] for member in ("environment", "account_id", "region"))


def is_as_written(reviewed: Mapping[str, Any]) -> bool:
    """Say whether a plan still has the content that its digest names."""
    return bool(reviewed["digest"] == digest_of({name: value for name, value in reviewed.items() if name != "digest"}))


def _beyond(change: Change, approved: Mapping[str, Any] | None) -> Iterator[str]:
    if approved is None:
        yield f"the reviewed plan does not {change.action} it"
        return
    told = list(_in_words(change, approved))
    yield from told
    request = digest_of(change.desired.request) if change.desired else ""
    if not told and request != approved["request_digest"]:
        yield "AWS would be told something else than was reviewed: another team, role, bucket, key or worker page"


def _in_words(change: Change, approved: Mapping[str, Any]) -> Iterator[str]:
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
