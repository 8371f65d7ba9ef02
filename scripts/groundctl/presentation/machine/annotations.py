"""Problems as GitHub workflow commands, which put annotations on the lines of a pull request."""

from collections.abc import Sequence

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, Severity, errors_among, warnings_among
from groundctl.presentation.escape import for_terminal, for_workflow_message, for_workflow_property
from groundctl.presentation.terminal.diagnostics import diagnostic_lines, diagnostics_summary
from groundctl.presentation.text import count

# Annotations of each kind that GitHub shows for one step.
MAX_ANNOTATIONS = 10


def github_annotations(problems: Sequence[LocatedDiagnostic], files: int) -> str:
    """Write an annotation for each problem, errors first.

    GitHub shows the first ten errors and the first ten warnings of a step. Where there are more, the tenth gives their number,
    and the others are plain lines of the log.
    """
    lines, unshown = [], []
    for kind, selected in ((Severity.ERROR, errors_among(problems)), (Severity.WARNING, warnings_among(problems))):
        shown = selected if len(selected) <= MAX_ANNOTATIONS else selected[: MAX_ANNOTATIONS - 1]
        lines += [_annotation(problem) for problem in shown]
        if unannotated := selected[len(shown) :]:
            more = count(len(unannotated), f"more {kind}")
            lines.append(f"::{kind} title=groundctl::and {more}: the log of this step has them all")
            unshown += [line for problem in unannotated for line in diagnostic_lines(problem)]
    return "\n".join([*lines, *unshown, for_terminal(diagnostics_summary(problems, files))])


def refused_role_annotation(environment: str) -> str:
    """Say in one line why AWS may have given a run no role, and what to do."""
    message = (
        f"AWS gave this run no role of {environment}. If Terraform was never applied for it, apply it first:"
        " `The first hour` in README.md. Otherwise run `groundctl doctor`, which compares whom the roles trust with this repository."
    )
    return f"::error title=groundctl has no role in AWS::{for_workflow_message(message)}"


def _annotation(problem: LocatedDiagnostic) -> str:
    properties = {
        "file": problem.path,
        "line": str(problem.line),
        "col": str(problem.column),
        "title": f"groundctl {problem.rule}",
    }
    written = ",".join(f"{name}={for_workflow_property(value)}" for name, value in properties.items())
    return f"::{problem.severity} {written}::{for_workflow_message(f'{problem.message} — {problem.hint}')}"
