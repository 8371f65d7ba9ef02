"""What an apply did, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from groundctl.domain.jobs.creation import Outcome, Result
from groundctl.domain.jobs.estimate import NOTHING
from groundctl.domain.planning.plan import Action, Create, Plan, change_content
from groundctl.domain.planning.purchased import bought


def applied_json(plan: Plan, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return what an apply did, and what it did not do and why, as JSON values."""
    not_done = [
        change for change in plan.changes if change.action.requires_attention or change.action is Action.WAITING
    ]
    return {
        "plan_digest": plan.digest,
        "outcomes": [_outcome(outcome) for outcome in outcomes],
        "created": _cost(bought(plan, outcomes, Result.CREATED, Result.SEEN)),
        "not_done": [change_content(change) for change in not_done],
    }


def _cost(creates: Sequence[Create]) -> dict[str, Any]:
    known = [create.purchase.cost for create in creates if create.purchase.cost is not None]
    cost = sum(known, NOTHING)
    return {
        "jobs": len(creates),
        "objects_to_label": cost.objects,
        "answers": cost.answers,
        "usd": {"low": f"{cost.low:f}", "high": f"{cost.high:f}"},
        "open_ended_jobs": len(creates) - len(known),
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "path": outcome.path,
        "result": str(outcome.result),
        "evidence": outcome.verdict.evidence,
        "hint": outcome.verdict.hint,
        "arn": outcome.verdict.arn,
    }
