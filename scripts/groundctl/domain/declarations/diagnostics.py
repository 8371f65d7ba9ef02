"""A problem of a declaration as a value: its place, its message, and how to fix it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from groundctl.domain.declarations.document import Document


class Severity(StrEnum):
    """Whether a problem is an error or a warning."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedDiagnostic:
    """A problem at a place in a file; line and column count from 1, the pointer is a JSON Pointer."""

    path: str
    line: int
    column: int
    rule: str
    pointer: str
    message: str
    hint: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """A problem in the data of a document, before it is located in the file.

    The pointer is a JSON Pointer; at_key asks for the position of the field's name instead of its value.
    """

    rule: str
    message: str
    hint: str
    pointer: str = ""
    severity: Severity = Severity.ERROR
    at_key: bool = False


def in_reading_order(problems: Iterable[LocatedDiagnostic]) -> tuple[LocatedDiagnostic, ...]:
    """Sort problems by path, line and column, then by rule."""
    return tuple(sorted(set(problems), key=lambda p: (p.path, p.line, p.column, p.rule, p.message)))


def errors_among(problems: Iterable[LocatedDiagnostic]) -> tuple[LocatedDiagnostic, ...]:
    """Select the errors."""
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)


def warnings_among(problems: Iterable[LocatedDiagnostic]) -> tuple[LocatedDiagnostic, ...]:
    """Select the warnings."""
    return tuple(problem for problem in problems if problem.severity is Severity.WARNING)


def is_given(data: Any, pointer: str) -> bool:  # any JSON value
    """Return whether nested mappings have a value at a JSON Pointer."""
    *way, member = pointer.split("/")[1:]
    for step in way:
        data = data.get(step) if isinstance(data, dict) else None
    return isinstance(data, dict) and member in data


def locate(document: Document, diagnostics: Iterable[Diagnostic]) -> Iterator[LocatedDiagnostic]:
    """Locate diagnostics by line and column in the file."""
    diagnostics = tuple(diagnostics)
    places = document.positions() if diagnostics else {}
    first = min((key for key, _ in places.values()), default=(1, 1))
    for diagnostic in diagnostics:
        key, value = next((places[way] for way in _upwards(diagnostic.pointer) if way in places), (first, first))
        line, column = key if diagnostic.at_key else value
        yield LocatedDiagnostic(
            path=document.path,
            line=line,
            column=column,
            rule=diagnostic.rule,
            pointer=diagnostic.pointer,
            message=_sentence(diagnostic),
            hint=diagnostic.hint,
            severity=diagnostic.severity,
        )


def _upwards(pointer: str) -> Iterator[str]:
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def _sentence(diagnostic: Diagnostic) -> str:
    """Start with the field where the message is about its value."""
    if diagnostic.message[0] in '`"' or not diagnostic.pointer or diagnostic.message.startswith("the "):
        return diagnostic.message
    return f"{field_name(diagnostic.pointer)} {diagnostic.message}"


def field_name(pointer: str) -> str:
    """Write a JSON Pointer as people write a field: task.labels[2]."""
    name = ""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        name += f"[{step}]" if step.isdigit() else f".{step}" if name else step
    return name
