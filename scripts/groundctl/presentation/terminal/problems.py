"""Problems as a person or a machine reads them: text, JSON, GitHub annotations, SARIF."""

from collections.abc import Iterable, Sequence
from typing import Any

from groundctl import __version__
from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, Severity, errors_among, warnings_among
from groundctl.presentation.escape import for_json, for_terminal, for_workflow_message, for_workflow_property
from groundctl.presentation.text import count

# Annotations of each kind that GitHub takes from one step.
SHOWN_BY_GITHUB = 10


def problems_as(form: str, problems: Sequence[LocatedDiagnostic], *, files: int) -> str:
    """Write problems in one of the formats of `groundctl validate --format`."""
    writers = {"text": as_text, "json": as_json, "github": as_github, "sarif": as_sarif}
    return writers[form](problems, files)


def as_text(problems: Sequence[LocatedDiagnostic], files: int) -> str:
    """Write a line a problem, `path:line:column rule message — what now`, and a verdict."""
    return "\n".join([*(problem_line(problem) for problem in problems), verdict(problems, files)])


def problem_line(problem: LocatedDiagnostic) -> str:
    """Write one problem on one line."""
    kind = "warning: " if problem.severity is Severity.WARNING else ""
    where = f"{problem.path}:{problem.line}:{problem.column}"
    return for_terminal(f"{where} {problem.rule} {kind}{problem.message} — {problem.hint}")


def verdict(problems: Sequence[LocatedDiagnostic], files: int) -> str:
    """Say in one line how the files stand."""
    errors = len(errors_among(problems))
    warnings = len(problems) - errors
    also = f", {count(warnings, 'warning')}" if warnings else ""
    if errors:
        bad = len({problem.path for problem in errors_among(problems)})
        return f"{count(errors, 'problem')} in {bad:,} of {count(files, 'declaration')}{also}"
    return f"{count(files, 'declaration')} checked: no problems{also}"


def as_json(problems: Sequence[LocatedDiagnostic], files: int) -> str:
    """Write problems and warnings as JSON; each has path, line, column, rule, pointer, message and hint."""
    return for_json(
        {
            "files": files,
            "problems": [problem_object(p) for p in errors_among(problems)],
            "warnings": [problem_object(p) for p in warnings_among(problems)],
        }
    )


def problem_object(problem: LocatedDiagnostic) -> dict[str, Any]:
    """Give one problem as the object that other tools build on."""
    return {
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "rule": problem.rule,
        "pointer": problem.pointer,
        "message": problem.message,
        "hint": problem.hint,
    }


def as_github(problems: Sequence[LocatedDiagnostic], files: int) -> str:
    """Write workflow commands that put problems on the lines of a pull request, errors first.

    GitHub shows the first ten errors and the first ten warnings of a step. Where there are more, the tenth says how many; the
    others are plain lines of the log.
    """
    lines, unshown = [], []
    for kind, ones in ((Severity.ERROR, errors_among(problems)), (Severity.WARNING, warnings_among(problems))):
        shown = ones if len(ones) <= SHOWN_BY_GITHUB else ones[: SHOWN_BY_GITHUB - 1]
        lines += [_annotation(problem) for problem in shown]
        if rest := ones[len(shown) :]:
            lines.append(
                f"::{kind} title=groundctl::and {count(len(rest), f'more {kind}')}: the log of this step has them all"
            )
            unshown += [problem_line(problem) for problem in rest]
    return "\n".join([*lines, *unshown, for_terminal(verdict(problems, files))])


def _annotation(problem: LocatedDiagnostic) -> str:
    properties = {
        "file": problem.path,
        "line": str(problem.line),
        "col": str(problem.column),
        "title": f"groundctl {problem.rule}",
    }
    written = ",".join(f"{name}={for_workflow_property(value)}" for name, value in properties.items())
    return f"::{problem.severity} {written}::{for_workflow_message(f'{problem.message} — {problem.hint}')}"


def as_sarif(problems: Sequence[LocatedDiagnostic], files: int) -> str:  # noqa: ARG001 - one signature for all writers
    """Write SARIF 2.1.0, which code scanning and editors read."""
    driver = {
        "name": "groundctl",
        "version": __version__,
        "informationUri": "https://github.com/groundctl/groundctl",
        "rules": [{"id": rule} for rule in sorted({problem.rule for problem in problems})],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": _sarif_results(problems)}
    return for_json({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]})


def _sarif_results(problems: Iterable[LocatedDiagnostic]) -> list[dict[str, Any]]:
    return [
        {
            "ruleId": problem.rule,
            "level": str(problem.severity),
            "message": {"text": f"{problem.message} — {problem.hint}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": problem.path},
                        "region": {"startLine": problem.line, "startColumn": problem.column},
                    }
                }
            ],
        }
        for problem in problems
    ]
