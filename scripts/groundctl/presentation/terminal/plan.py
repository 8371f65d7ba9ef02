"""A plan as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.planning.plan import Action, Change, Orphan, Plan, cost_of, fields_of
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.plan_summary import ACTION_WORDS, money_of, summary_of
from groundctl.presentation.tables import Column, text_table
from groundctl.presentation.text import usd_range


def plan_text(plan: Plan, policy: Policy) -> str:
    """Write a plan for a terminal."""
    shown = [change for change in plan.changes if change.action is not Action.EXISTS or change.reasons]
    lines = [for_terminal(summary_of(plan)), for_terminal(money_of(plan, policy))]
    lines += [for_terminal(f"Not known: {unknown.sentence}.") for unknown in plan.unknown]
    lines += [note_line(note) for note in plan.notes]
    if shown:
        lines += ["", *_table(shown)]
    for change in shown:
        lines += reason_lines(change)
    if not plan.unknown:  # another digest than that of the plan that would be made
        lines += ["", f"plan digest {plan.digest}"]
    return "\n".join(lines)


def _table(changes: Sequence[Change]) -> list[str]:
    columns = [
        Column("action"),
        Column("job"),
        Column("clips", right=True),
        Column("workers", right=True),
        Column("cost", right=True),
        Column("team"),
    ]
    return text_table(columns, [[for_terminal(cell) for cell in _cells(change)] for change in changes])


def _cells(change: Change) -> list[str]:
    cost = cost_of(change)
    return [
        ACTION_WORDS[change.action],
        change.name,
        "" if cost is None else f"{cost.objects:,}",
        "" if cost is None or isinstance(change, Orphan) else f"{change.job.workers_per_object} each",
        "" if cost is None else usd_range(cost.low, cost.high),
        change.team,
    ]


def note_line(note: Diagnostic) -> str:
    """Write what a plan notes beside its jobs."""
    return for_terminal(f"Note: {note.rule} {note.message} — {note.hint}")


def reason_lines(change: Change) -> Iterator[str]:
    """Write why a plan says what it says of a job."""
    for reason in change.reasons:
        yield for_terminal(f"  {change.name}: {reason.rule} {reason.message} — {reason.hint}")
    if fields := fields_of(change):
        yield for_terminal(f"  {change.name}: changed: {', '.join(fields)}")
