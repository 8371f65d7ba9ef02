"""Problems as lines of text for a terminal or a log."""

from collections.abc import Sequence

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, Severity, errors_among
from groundctl.presentation.text import count


def diagnostics_text(problems: Sequence[LocatedDiagnostic], files: int, *, colored: bool = False) -> str:
    """Write one line for each problem, `path:line:column rule message — hint`, and a summary."""
    lines = [diagnostic_line(problem, colored=colored) for problem in problems]
    return "\n".join([*lines, diagnostics_summary(problems, files)])


def diagnostic_line(problem: LocatedDiagnostic, *, colored: bool = False) -> str:
    """Write one problem on one line, with its rule in color if asked."""
    # Imported here, because a run without problems has nothing to escape.
    from groundctl.presentation.escape import for_terminal

    kind = "warning: " if problem.severity is Severity.WARNING else ""
    where = f"{problem.path}:{problem.line}:{problem.column}"
    line = for_terminal(f"{where} {problem.rule} {kind}{problem.message} — {problem.hint}")
    if not colored:
        return line
    from groundctl.presentation.terminal.color import Color, painted

    color = Color.YELLOW if problem.severity is Severity.WARNING else Color.RED
    return line.replace(f" {problem.rule} ", f" {painted(problem.rule, color, colored=True)} ", 1)


def diagnostics_summary(problems: Sequence[LocatedDiagnostic], files: int) -> str:
    """Count problems and files in one line."""
    errors = len(errors_among(problems))
    warnings = len(problems) - errors
    also = f", {count(warnings, 'warning')}" if warnings else ""
    if errors:
        bad = len({problem.path for problem in errors_among(problems)})
        return f"{count(errors, 'problem')} in {bad:,} of {count(files, 'declaration')}{also}"
    return f"{count(files, 'declaration')} checked: no problems{also}"
