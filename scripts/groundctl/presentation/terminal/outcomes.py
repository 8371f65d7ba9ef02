"""What an apply did, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.creation import Outcome, Result
from groundctl.domain.planning.plan import Action, Plan, change_content
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.terminal.plan import plan_text
from groundctl.presentation.text import count


def applied_text(plan: Plan, outcomes: Sequence[Outcome], policy: Policy) -> str:
    """Write a line a job and a verdict; the whole plan before it where something in it needs a person."""
    before = [plan_text(plan, policy), ""] if plan.requires_attention else []
    lines = [for_terminal(line) for outcome in outcomes for line in _outcome_lines(outcome)]
    return "\n".join([*before, *lines, verdict_of_apply(plan, outcomes)])


def verdict_of_apply(plan: Plan, outcomes: Sequence[Outcome]) -> str:
    """Say in one line how an apply ended."""
    if outcomes:
        parts = [f"{number} {result}" for result in Result if (number := sum(one.result is result for one in outcomes))]
        return f"{count(len(outcomes), 'job')}: {', '.join(parts)}"
    declared = [change for change in plan.changes if change.action is not Action.ORPHAN]
    if not declared:
        return "Nothing to do: no job is declared. AWS was not asked to change anything."
    if all(change.action is Action.EXISTS for change in declared):
        return "Nothing to do: every declared job is there already. AWS was not asked to change anything."
    waiting, refused = (
        plan.with_action(Action.WAITING),
        [change for change in declared if change.action.requires_attention],
    )
    parts = [f"{len(waiting)} waiting"] * bool(waiting) + [f"{len(refused)} held back for the reasons above"] * bool(
        refused
    )
    return f"Nothing was created: {', '.join(parts)}. AWS was not asked to change anything."


def applied_json(plan: Plan, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Give what an apply did as JSON values, and what it left undone and why."""
    undone = [change for change in plan.changes if change.action.requires_attention or change.action is Action.WAITING]
    return {
        "plan_digest": plan.digest,
        "outcomes": [_outcome(outcome) for outcome in outcomes],
        "not_done": [change_content(change) for change in undone],
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


def _outcome_lines(outcome: Outcome) -> Iterator[str]:
    yield f"{outcome.result:<9} {outcome.name}: {outcome.verdict.evidence}"
    if outcome.verdict.hint:
        yield f"          what now: {outcome.verdict.hint}"
