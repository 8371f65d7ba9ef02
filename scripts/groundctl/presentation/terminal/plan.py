"""A plan as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from groundctl.domain.declarations.diagnostics import NO_PLACES, Diagnostic, Places, sentence
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.planning.plan import Action, Change, Create, Orphan, Plan, changes_of, cost_of
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.job_effects import effects_of, work_in_all
from groundctl.presentation.plan_summary import (
    ACTION_WORDS,
    changes_shown,
    finished_orphans_text,
    left_out_of,
    looked_at_in,
    money_of,
    summary_of,
)
from groundctl.presentation.screen import PLAIN, Color, Screen
from groundctl.presentation.tables import Column, text_table
from groundctl.presentation.text import usd_range

# So many jobs are named where a plan says the same of several.
MAX_NAMED = 3


_NEUTRAL = frozenset({Action.EXISTS, Action.ORPHAN})


def plan_text(plan: Plan, policy: Policy, places: Places = NO_PLACES, screen: Screen = PLAIN) -> str:
    """Write a plan for a terminal, with the places of what it refuses."""
    shown = changes_shown(plan)
    sentences = [summary_of(plan), money_of(plan, policy)]
    if work := work_in_all(plan.cost):
        sentences.append(f"People's time: {work}.")
    sentences += [f"Not known: {unknown.sentence}." for unknown in plan.unknown]
    lines = [line for each in sentences for line in screen.lines(each)]
    lines += [line for note in plan.notes for line in note_lines(note, screen)]
    if finished := finished_orphans_text(plan):
        lines += screen.lines(f"{finished}.")
    if shown:
        lines += ["", *_table(shown, screen)]
    for change in shown:
        lines += effect_lines(change, screen)
    lines += reasons_text(shown, places, screen)
    if plan.is_complete:  # else another digest than that of the plan that would be made
        lines += ["", *screen.lines(f"plan digest {plan.digest}")]
    return "\n".join(lines)


def _color(action: Action) -> Color | None:
    if action in _NEUTRAL:
        return None
    if action.requires_attention:
        return Color.RED
    return Color.GREEN if action is Action.CREATE else Color.YELLOW


def _table(changes: Sequence[Change], screen: Screen) -> list[str]:
    columns = [
        Column("action", leads=True, is_painted=True),
        Column("job", leads=True),
        Column("clips", right=True),
        Column("workers", right=True),
        Column("cost", right=True),
        Column("team"),
    ]
    rows = [[for_terminal(cell) for cell in _cells(change)] for change in changes]
    return text_table(columns, rows, screen, colors=[_color(change.action) for change in changes])


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


def note_lines(note: Diagnostic, screen: Screen = PLAIN) -> Iterator[str]:
    """Write what a plan notes beside its jobs."""
    lines = screen.lines(f"Note: {note.rule} {note.message} — {note.hint}")
    yield from screen.painted_in(lines, note.rule, Color.YELLOW)


def effect_lines(change: Change, screen: Screen = PLAIN) -> Iterator[str]:
    """Write what a job leaves out of its selection, and what its numbers come to."""
    left_out = left_out_of(change)
    effects = effects_of(change) if isinstance(change, Create) else ()
    for effect in (f"takes {left_out}" if left_out else "", looked_at_in(change), *effects):
        if effect:
            yield from screen.lines(f"{change.name}: {effect}", first="  ", rest="    ")


def reasons_text(changes: Iterable[Change], places: Places = NO_PLACES, screen: Screen = PLAIN) -> Iterator[str]:
    """Write why a plan says what it says of each job; what it says of several jobs is written once, with their number."""
    groups: dict[tuple[object, ...], list[tuple[Change, Diagnostic]]] = {}
    for change in changes:
        for reason in change.reasons:
            # The values of a changed job are its own.
            own = change.key if changes_of(change) else None
            groups.setdefault((reason.rule, reason.message, reason.hint, own), []).append((change, reason))
    for group in groups.values():
        change, reason = group[0]
        named = ", ".join(_place_or_name(each, why, places) for each, why in group[:MAX_NAMED])
        more = f" and {len(group) - MAX_NAMED:,} more ({len(group):,} jobs)" if len(group) > MAX_NAMED else ""
        is_placed = not more and places.of(change.path, reason) is not None
        end = "" if is_placed and len(group) == 1 else ":"
        said = f"{named}{more}{end} {reason.rule} {sentence(reason)} — {reason.hint}"
        lines = screen.lines(said, first="  ", rest="    ")
        yield from screen.painted_in(lines, reason.rule, _color(change.action) if change.reasons else None)
        yield from _values(change, screen)


def _place_or_name(change: Change, reason: Diagnostic, places: Places) -> str:
    place = places.of(change.path, reason)
    return f"{place.path}:{place.line}:{place.column}" if place else change.name


def _values(change: Change, screen: Screen) -> Iterator[str]:
    """Write the old and the new value of each changed field side by side."""
    rows = [[for_terminal(cell) for cell in (each.field, each.before, each.after)] for each in changes_of(change)]
    if rows:
        columns = [Column("changed field", leads=True), Column("when the job was created"), Column("now")]
        yield from text_table(columns, rows, screen, indent="    ")
