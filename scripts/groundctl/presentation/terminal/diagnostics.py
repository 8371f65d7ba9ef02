"""Problems as lines of text for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, Severity, errors_among
from groundctl.presentation.text import count

if TYPE_CHECKING:
    from groundctl.presentation.screen import Screen


def diagnostics_text(problems: Sequence[LocatedDiagnostic], files: int, screen: Screen | None = None) -> str:
    """Write each problem, `path:line:column rule message — hint`, and a summary; without a screen, one line for each."""
    lines = [line for problem in problems for line in diagnostic_lines(problem, screen)]
    return "\n".join([*lines, diagnostics_summary(problems, files)])


def diagnostic_lines(problem: LocatedDiagnostic, screen: Screen | None = None) -> Iterator[str]:
    """Write one problem, with its rule in color if the screen has colors."""
    # Imported here, because a run without problems has nothing to escape.
    from groundctl.presentation.screen import PLAIN, Color

    screen = screen or PLAIN
    is_warning = problem.severity is Severity.WARNING
    where = f"{problem.path}:{problem.line}:{problem.column}"
    said = f"{where} {problem.rule} {'warning: ' * is_warning}{problem.message} — {problem.hint}"
    yield from screen.painted_in(screen.lines(said), problem.rule, Color.YELLOW if is_warning else Color.RED)


def diagnostics_summary(problems: Sequence[LocatedDiagnostic], files: int) -> str:
    """Count problems and files in one line."""
    errors = len(errors_among(problems))
    warnings = len(problems) - errors
    also = f", {count(warnings, 'warning')}" if warnings else ""
    if errors:
        bad = len({problem.path for problem in errors_among(problems)})
        return f"{count(errors, 'problem')} in {bad:,} of {count(files, 'declaration')}{also}"
    return f"{count(files, 'declaration')} checked: no problems{also}"
