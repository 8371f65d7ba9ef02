"""What an apply did, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.creation import Outcome, Result
from groundctl.domain.planning.plan import Action, Plan
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.terminal.plan import plan_text
from groundctl.presentation.text import count


def applied_text(plan: Plan, outcomes: Sequence[Outcome], policy: Policy) -> str:
    """Write a line a job and a verdict; the whole plan before it where something in it needs a person."""
    before = [plan_text(plan, policy), ""] if plan.fails else []
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
    waiting, refused = plan.with_action(Action.WAITING), [change for change in declared if change.action.fails]
    parts = [f"{len(waiting)} waiting"] * bool(waiting) + [f"{len(refused)} held back for the reasons above"] * bool(
        refused
    )
    return f"Nothing was created: {', '.join(parts)}. AWS was not asked to change anything."


def _outcome_lines(outcome: Outcome) -> Iterator[str]:
    yield f"{outcome.result:<9} {outcome.name}: {outcome.evidence}"
    if outcome.hint:
        yield f"          what now: {outcome.hint}"
