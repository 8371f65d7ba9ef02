"""Problems as SARIF 2.1.0, for code scanning and editors."""

from collections.abc import Iterable, Sequence
from typing import Any

from groundctl import __version__
from groundctl.domain.declarations.diagnostics import LocatedDiagnostic
from groundctl.presentation.escape import for_json


def sarif(problems: Sequence[LocatedDiagnostic]) -> str:
    """Write a SARIF log with one run."""
    driver = {
        "name": "groundctl",
        "version": __version__,
        "informationUri": "https://github.com/groundctl/groundctl",
        "rules": [{"id": rule} for rule in sorted({problem.rule for problem in problems})],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": _results(problems)}
    return for_json({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]})


def _results(problems: Iterable[LocatedDiagnostic]) -> list[dict[str, Any]]:
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
