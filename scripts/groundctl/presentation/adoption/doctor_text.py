"""What `doctor` found, for the terminal: the worst first, each with its way out, then a count."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from groundctl.domain.adoption.doctor.finding import CheckResult, Diagnosis, Section, State
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.text import count

WIDTH = 80
_INDENT = " " * 11
_MARKS = {
    State.WRONG: "wrong",
    State.CRASHED: "crashed",
    State.WARNING: "warning",
    State.CANNOT_SEE: "not seen",
    State.OK: "ok",
}
# Red, magenta, yellow, cyan, green: the word says the same without them.
_COLORS = {State.WRONG: 31, State.CRASHED: 35, State.WARNING: 33, State.CANNOT_SEE: 36, State.OK: 32}
_ORDER = tuple(Section)
_NAMED = 6
_ORDER_OF_STATES = {state: place for place, state in enumerate(State)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCheck:
    """A check, as --list shows it."""

    id: str
    section: Section
    title: str
    needs: str


def checks_text(checks: Sequence[ListedCheck]) -> str:
    """List the checks by section."""
    lines: list[str] = []
    width = max(len(check.id) for check in checks)
    for section in _ORDER:
        inside = [check for check in checks if check.section is section]
        if not inside:
            continue
        lines += ["", f"{section} (needs {', '.join(dict.fromkeys(check.needs for check in inside))})"]
        for check in inside:
            lines += _wrap(check.title, first=f"  {check.id:<{width}}  ", rest=" " * (width + 4))
    return "\n".join(lines[1:])


def doctor_text(diagnosis: Diagnosis, *, verbose: bool = False, colored: bool = False) -> str:
    """Write what was found by section; checks that passed are only counted, unless verbose asks for all."""
    shown = [each for each in diagnosis.worst_first() if verbose or each.state is not State.OK]
    lines: list[str] = []
    for state in State:
        inside = [each for each in shown if each.state is state]
        if state is State.CANNOT_SEE:
            lines += _unseen(inside, colored=colored)
        else:
            lines += [line for each in inside for line in _lines(each, colored=colored)]
    return "\n".join([*lines, *([""] if lines else []), *_wrap(summary(diagnosis))])


def summary(diagnosis: Diagnosis) -> str:
    """Count what passed, and the rest by its kind."""
    total = len(diagnosis.results)
    rest = (
        (State.WRONG, "wrong"),
        (State.WARNING, "to look at"),
        (State.CANNOT_SEE, "not seen"),
        (State.CRASHED, "crashed"),
    )
    counts = [f"{number:,} {words}" for state, words in rest if (number := diagnosis.count(state))]
    return f"{diagnosis.passed:,} of {count(total, 'check')} passed{': ' + ', '.join(counts) if counts else ''}."


def _lines(result: CheckResult, *, colored: bool) -> Iterator[str]:
    """Write the findings of one check: each state once, and each way out once, below everything that it fixes."""
    heading = _heading(result)
    if result.state is State.OK:
        facts = "; ".join(finding.fact for finding in result.findings)
        first, *rest = _wrap(_sentence(f"{heading}: {facts}"), first=_INDENT, rest=_INDENT)
        yield f"{_mark(State.OK, colored=colored)}  {first.strip()}"
        yield from rest
        return
    groups: dict[tuple[State, str], list[str]] = {}
    for finding in sorted(result.findings, key=lambda each: _ORDER_OF_STATES[each.state]):
        if finding.state is not State.OK:
            groups.setdefault((finding.state, finding.fix), []).append(finding.fact)
    shown: set[State] = set()
    for (state, fix), facts_of_fix in groups.items():
        if state not in shown:
            yield f"{_mark(state, colored=colored)}  {for_terminal(heading)}"
            shown.add(state)
        yield from _body(facts_of_fix, fix)


def _heading(result: CheckResult) -> str:
    return f"{result.section} · {result.check}{f' ({result.environment})' if result.environment else ''}"


def _body(facts: Iterable[str], fix: str) -> Iterator[str]:
    for fact in facts:
        yield from _wrap(_sentence(fact), first=_INDENT, rest=_INDENT)
    if fix:
        # A command is copied, so it is not broken into lines.
        yield f"{_INDENT}→ {for_terminal(fix)}"


def _unseen(results: Iterable[CheckResult], *, colored: bool) -> Iterator[str]:
    """Write each reason once, with the checks that it stopped: without credentials, there are many."""
    groups: dict[tuple[str, str], list[str]] = {}
    for result in results:
        name = _heading(result).partition(" · ")[2]
        for finding in result.findings:
            if finding.state is State.CANNOT_SEE:
                groups.setdefault((finding.fact, finding.fix), []).append(name)
    for (fact, fix), checks in groups.items():
        more = f" and {len(checks) - _NAMED:,} more" if len(checks) > _NAMED else ""
        first, *rest = _wrap(f"{', '.join(checks[:_NAMED])}{more}", first=_INDENT, rest=_INDENT)
        yield f"{_mark(State.CANNOT_SEE, colored=colored)}  {first.strip()}"
        yield from rest
        yield from _body([fact], fix)


def _mark(state: State, *, colored: bool) -> str:
    word = f"{_MARKS[state]:<9}"
    return f"\x1b[{_COLORS[state]}m{word}\x1b[0m" if colored else word


def _sentence(fact: str) -> str:
    return fact if fact.endswith((".", "!", "?")) else f"{fact}."


def _wrap(text: str, *, first: str = "", rest: str = "") -> list[str]:
    lines = textwrap.wrap(
        for_terminal(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )
    # A break can bring to the start of a line what was harmless within it.
    return list(map(for_terminal, lines))
