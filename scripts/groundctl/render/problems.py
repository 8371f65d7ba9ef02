"""Problems as a person or a machine reads them: text, JSON, GitHub annotations, SARIF."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from groundctl import __version__
from groundctl.core.problem import Problem, Severity, errors_among
from groundctl.render.escape import for_terminal, for_workflow_message, for_workflow_property
from groundctl.render.words import count

FORMATS = ("text", "json", "github", "sarif")


def problems_as(form: str, problems: Sequence[Problem], *, files: int) -> str:
    """Write problems in one of the FORMATS."""
    writers = {"text": as_text, "json": as_json, "github": as_github, "sarif": as_sarif}
    return writers[form](problems, files)


def as_text(problems: Sequence[Problem], files: int) -> str:
    """Write a line a problem, `path:line:column rule message — what now`, and a verdict."""
    return "\n".join([*(problem_line(problem) for problem in problems), verdict(problems, files)])


def problem_line(problem: Problem) -> str:
    """Write one problem on one line."""
    kind = "warning: " if problem.severity is Severity.WARNING else ""
    where = f"{problem.path}:{problem.line}:{problem.column}"
    return for_terminal(f"{where} {problem.rule} {kind}{problem.message} — {problem.hint}")


def verdict(problems: Sequence[Problem], files: int) -> str:
    """Say in one line how the files stand."""
    errors = len(errors_among(problems))
    warnings = len(problems) - errors
    also = f", {count(warnings, 'warning')}" if warnings else ""
    if errors:
        bad = len({problem.path for problem in errors_among(problems)})
        return f"{count(errors, 'problem')} in {bad:,} of {count(files, 'declaration')}{also}"
    return f"{count(files, 'declaration')} checked: no problems{also}"


def as_json(problems: Sequence[Problem], files: int) -> str:
    """Write problems and warnings as JSON; each has path, line, column, rule, pointer, message and hint."""
    errors = errors_among(problems)
    warnings = [problem for problem in problems if problem.severity is Severity.WARNING]
    return json.dumps(
        {
            "files": files,
            "problems": [problem_object(p) for p in errors],
            "warnings": [problem_object(p) for p in warnings],
        },
        indent=2,
        ensure_ascii=False,
    )


def problem_object(problem: Problem) -> dict[str, Any]:
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


def as_github(problems: Sequence[Problem], files: int) -> str:
    """Write workflow commands that put problems on the lines of a pull request."""
    return "\n".join([*(_annotation(problem) for problem in problems), for_workflow_message(verdict(problems, files))])


def _annotation(problem: Problem) -> str:
    properties = {
        "file": problem.path,
        "line": str(problem.line),
        "col": str(problem.column),
        "title": f"groundctl {problem.rule}",
    }
    written = ",".join(f"{name}={for_workflow_property(value)}" for name, value in properties.items())
    return f"::{problem.severity} {written}::{for_workflow_message(f'{problem.message} — {problem.hint}')}"


def as_sarif(problems: Sequence[Problem], files: int) -> str:  # noqa: ARG001 - one signature for all writers
    """Write SARIF 2.1.0, which code scanning and editors read."""
    driver = {
        "name": "groundctl",
        "version": __version__,
        "informationUri": "https://github.com/groundctl/groundctl",
        "rules": [{"id": rule} for rule in sorted({problem.rule for problem in problems})],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": _sarif_results(problems)}
    return json.dumps(
        {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]},
        indent=2,
        ensure_ascii=False,
    )


def _sarif_results(problems: Iterable[Problem]) -> list[dict[str, Any]]:
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
