"""Holds a plan against the one people reviewed: what costs may not grow between the two."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from groundctl.core.plan import Action, Change, Plan


def held_back(plan: Plan, reviewed: Mapping[str, Any]) -> dict[str, str]:
    """Find the creates that the reviewed plan does not cover; key of the job to the reason, with both sides."""
    approved = {change["name"].lower(): change for change in reviewed["changes"] if change["action"] == Action.CREATE}
    found = {}
    for change in plan.with_action(Action.CREATE):
        if reasons := list(_beyond(change, approved.get(change.key))):
            found[change.key] = "; ".join(reasons)
    return found


def same_target(plan: Plan, reviewed: Mapping[str, Any]) -> bool:
    """Say whether both plans are about the same environment, account and Region."""
    infrastructure = plan.infrastructure
    target = (infrastructure.environment, infrastructure.account_id, infrastructure.region)
    return target == tuple(reviewed["target"][member] for member in ("environment", "account_id", "region"))


def _beyond(change: Change, approved: Mapping[str, Any] | None) -> Iterator[str]:
    if approved is None:
        yield "the reviewed plan does not create it"
        return
    if change.declaration_digest != approved["declaration_digest"]:
        yield "its file differs from the reviewed one"
    if change.input_digest != approved["input_digest"]:
        yield f"its clips differ: reviewed {approved['clips']}, now {change.clips}"
    if change.team != approved["team"]:
        yield f"another team: reviewed {approved['team']}, now {change.team}"
    usd = approved["usd"]
    if usd and change.cost is None:
        yield f"its cost is open: reviewed up to ${usd['high']}"
    elif usd and change.cost and change.cost.high > Decimal(usd["high"]):
        yield f"more money: reviewed up to ${usd['high']}, now up to ${change.cost.high}"
