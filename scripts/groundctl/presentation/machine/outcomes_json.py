"""What an apply did, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from groundctl.domain.jobs.creation import Outcome
from groundctl.domain.planning.plan import Action, Plan, change_content


def applied_json(plan: Plan, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return what an apply did, and what it did not do and why, as JSON values."""
    not_done = [
        change for change in plan.changes if change.action.requires_attention or change.action is Action.WAITING
    ]
    return {
        "plan_digest": plan.digest,
        "outcomes": [_outcome(outcome) for outcome in outcomes],
        "not_done": [change_content(change) for change in not_done],
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
