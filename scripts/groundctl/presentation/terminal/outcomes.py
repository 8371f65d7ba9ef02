"""What an apply did, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.declarations.diagnostics import NO_PLACES, Places
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.creation import Outcome, Result
from groundctl.domain.jobs.estimate import NOTHING
from groundctl.domain.planning.plan import Action, Create, Plan
from groundctl.domain.planning.purchased import bought
from groundctl.presentation.screen import PLAIN, Color, Screen
from groundctl.presentation.terminal.plan import note_lines, plan_text, reasons_text
from groundctl.presentation.text import arrived_text, count, usd_range

_NONE: Final[Mapping[JobKey, int]] = MappingProxyType({})
_INDENT: Final = " " * 10


def applied_text(
    plan: Plan,
    outcomes: Sequence[Outcome],
    policy: Policy,
    places: Places = NO_PLACES,
    screen: Screen = PLAIN,
    *,
    arrived: Mapping[JobKey, int] = _NONE,
) -> str:
    """Write one line per job and a summary, after the whole plan if something in it needs attention.

    Otherwise the plan's remarks come before, because a plan that --auto-approve agrees to was shown to no one. arrived
    counts the clips that came after the approved plan, by the job's key.
    """
    before = [plan_text(plan, policy, places, screen), ""] if plan.requires_attention else [*_remarks(plan, screen)]
    lines = [line for outcome in outcomes for line in _outcome_lines(outcome, arrived, screen)]
    sums = [summary_of_apply(plan, outcomes), *_what_it_cost(plan, outcomes)]
    return "\n".join([*before, *lines, *(line for each in sums for line in screen.lines(each))])


def _remarks(plan: Plan, screen: Screen) -> Iterator[str]:
    """Write what the plan notes, and says of the jobs that it creates or that wait."""
    for note in plan.notes:
        yield from note_lines(note, screen)
    remarked = (change for change in plan.changes if change.action in {Action.CREATE, Action.WAITING})
    yield from reasons_text(remarked, screen=screen)


def summary_of_apply(plan: Plan, outcomes: Sequence[Outcome]) -> str:
    """Return one line that says how an apply ended."""
    if outcomes:
        parts = [
            f"{number} {result}"
            for result in Result
            if (number := sum(outcome.result is result for outcome in outcomes))
        ]
        return f"{count(len(outcomes), 'job')}: {', '.join(parts)}"
    declared = [change for change in plan.changes if change.action is not Action.ORPHAN]
    if not declared:
        return "Nothing to do: no jobs are declared. No job was created or stopped."
    if all(change.action is Action.EXISTS for change in declared):
        return "Nothing to do: every declared job exists. No job was created or stopped."
    waiting = plan.with_action(Action.WAITING)
    refused = [change for change in declared if change.action.requires_attention]
    if not waiting and not refused:
        return "Nothing to do for this run. No job was created or stopped."
    parts = [f"{len(waiting)} waiting"] * bool(waiting) + [f"{len(refused)} blocked for the reasons above"] * bool(
        refused
    )
    return f"No job was created or stopped: {', '.join(parts)}."


def _what_it_cost(plan: Plan, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Write the cost of what was created and of what may have been, and where to look next."""
    created, unknown = bought(plan, outcomes, Result.CREATED, Result.SEEN), bought(plan, outcomes, Result.UNKNOWN)
    if created:
        seen = len(bought(plan, outcomes, Result.SEEN))
        yield f"Created: {_cost(created)}{f'; an earlier run may have created {seen:,} of these' if seen else ''}."
    if unknown:
        yield f"May have been created: {_cost(unknown)}."
    if created or unknown:
        yield "Next: `groundctl status` shows the progress; `groundctl results NAME` shows the labels of a job."


def _cost(creates: Sequence[Create]) -> str:
    known = [create.purchase.cost for create in creates if create.purchase.cost is not None]
    cost, unbounded = sum(known, NOTHING), len(creates) - len(known)
    bought_for = usd_range(cost.low, cost.high)
    amount = f"{count(cost.objects, 'clip')} and {count(cost.answers, 'answer')} for {bought_for}"
    parts = [amount] * bool(known) + [f"the open-ended cost of {count(unbounded, 'job')}"] * bool(unbounded)
    return ", plus ".join(parts)


def _outcome_lines(outcome: Outcome, arrived: Mapping[JobKey, int], screen: Screen) -> Iterator[str]:
    result, said = str(outcome.result), f"{outcome.name}: {outcome.verdict.evidence}"
    if len(result) < len(_INDENT):
        lines = screen.lines(said, first=f"{result:<9} ", rest=_INDENT)
    else:
        lines = screen.lines(f"{result} {said}", rest=_INDENT)
    yield from screen.painted_in(lines, result, _color(outcome.result))
    if outcome.verdict.hint:
        yield from screen.lines(f"hint: {outcome.verdict.hint}", first=_INDENT, rest=_INDENT)
    if new := arrived.get(outcome.key):
        yield from screen.lines(arrived_text(new), first=_INDENT, rest=_INDENT)


def _color(result: Result) -> Color | None:
    if result.needs_attention:
        return Color.RED
    if result is Result.EXISTED:
        return None
    return Color.GREEN if result in {Result.CREATED, Result.SEEN} else Color.YELLOW
