"""Problems as JSON, for other tools."""

from collections.abc import Sequence
from typing import Any

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, errors_among, warnings_among
from groundctl.presentation.escape import for_json


def diagnostics_json(problems: Sequence[LocatedDiagnostic], files: int) -> str:
    """Write problems and warnings; each has path, line, column, rule, pointer, message and hint."""
    return for_json(
        {
            "files": files,
            "problems": [_object(problem) for problem in errors_among(problems)],
            "warnings": [_object(problem) for problem in warnings_among(problems)],
        }
    )


def _object(problem: LocatedDiagnostic) -> dict[str, Any]:
    return {
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "rule": problem.rule,
        "pointer": problem.pointer,
        "message": problem.message,
        "hint": problem.hint,
    }
