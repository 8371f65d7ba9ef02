"""The formats in which `groundctl validate` writes its problems."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groundctl.domain.declarations.diagnostics import LocatedDiagnostic
    from groundctl.presentation.screen import Screen


class DiagnosticFormat(StrEnum):
    """A format of problems, by its name on the command line."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


def write_diagnostics(
    form: DiagnosticFormat, problems: Sequence[LocatedDiagnostic], *, files: int, screen: Screen | None = None
) -> str:
    """Write the problems of a number of files in one format; only its module is imported. Text alone fits a screen."""
    match form:
        case DiagnosticFormat.TEXT:
            from groundctl.presentation.terminal.diagnostics import diagnostics_text

            return diagnostics_text(problems, files, screen)
        case DiagnosticFormat.JSON:
            from groundctl.presentation.machine.diagnostics_json import diagnostics_json

            return diagnostics_json(problems, files)
        case DiagnosticFormat.GITHUB:
            from groundctl.presentation.machine.annotations import github_annotations

            return github_annotations(problems, files)
        case DiagnosticFormat.SARIF:
            from groundctl.presentation.machine.sarif import sarif

            return sarif(problems)
