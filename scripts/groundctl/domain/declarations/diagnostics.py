"""A problem of a declaration as a value: its place, its message, and how to fix it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
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
class TextPlace:
    """A place in a text file beside a declaration; line and column count from 1."""

    name: str
    line: int
    column: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """A problem in the data of a document, before it is located in the file.

    The pointer is a JSON Pointer; at_key asks for the position of the field's name instead of its value. beside is the
    place in a text file, if the problem is there and not in the document.
    """

    rule: str
    message: str
    hint: str
    pointer: str = ""
    severity: Severity = Severity.ERROR
    at_key: bool = False
    beside: TextPlace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The places of what a plan refuses: of each reason, by the path of its declaration, and all of them as problems."""

    by_reason: Mapping[tuple[str, Diagnostic], LocatedDiagnostic] = field(default_factory=dict)
    problems: tuple[LocatedDiagnostic, ...] = ()

    def of(self, path: str, reason: Diagnostic) -> LocatedDiagnostic | None:
        """Return the place of a reason; None if it was not looked up, or concerns no file."""
        return self.by_reason.get((path, reason))


NO_PLACES = Places()


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


# Forms of text whose examples fit any file.
_FORMS = ("duration", "file size", "day or time", "day", "Region name")


def is_value_for_all(field: Mapping[str, Any]) -> bool:  # a JSON Schema
    """Return whether the examples of a field are useful values for everyone, not names and places of a sample."""
    return field.get("type") in ("number", "integer") or field.get("title") in _FORMS


def locate(document: Document, diagnostics: Iterable[Diagnostic]) -> Iterator[LocatedDiagnostic]:
    """Locate diagnostics by line and column in the file."""
    diagnostics = tuple(diagnostics)
    places = document.positions() if diagnostics else {}
    first = min((key for key, _ in places.values()), default=(1, 1))
    for diagnostic in diagnostics:
        key, value = next((places[way] for way in _upwards(diagnostic.pointer) if way in places), (first, first))
        line, column = key if diagnostic.at_key else value
        path, text = document.path, diagnostic.beside
        if text is not None:
            path, line, column = f"{path[: path.rfind('/') + 1]}{text.name}", text.line, text.column
        yield LocatedDiagnostic(
            path=path,
            line=line,
            column=column,
            rule=diagnostic.rule,
            pointer=diagnostic.pointer,
            message=sentence(diagnostic),
            hint=diagnostic.hint,
            severity=diagnostic.severity,
        )


def _upwards(pointer: str) -> Iterator[str]:
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def sentence(diagnostic: Diagnostic) -> str:
    """Start with the field where a rule for declarations says something about its value; a plan speaks of the job."""
    message = diagnostic.message
    if not diagnostic.rule.startswith("GT") or not diagnostic.pointer or _HAS_SUBJECT.match(message):
        return message
    return f"{field_name(diagnostic.pointer)} {message}"


# Messages that name what they are about: a quoted value, a number of things, or a thing.
_HAS_SUBJECT = re.compile(r"""[`"\d]|(?:the|line|clip) |s3://""")


def field_name(pointer: str) -> str:
    """Write a JSON Pointer as people write a field: task.labels[2]."""
    name = ""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        name += f"[{step}]" if step.isdigit() else f".{step}" if name else step
    return name
