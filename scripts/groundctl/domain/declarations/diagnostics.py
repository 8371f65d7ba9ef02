"""A fault in a declaration, as a value: where, what, and what to do now."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a problem stops the work or only wants a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedDiagnostic:
    """One fault at one place of one file; line and column count from 1, the pointer is a JSON Pointer."""

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
    """Something to report about the data of a document, before its place in the file is known.

    The pointer is a JSON Pointer; at_key asks for the position of the field's name instead of its value.
    """

    rule: str
    message: str
    hint: str
    pointer: str = ""
    severity: Severity = Severity.ERROR
    at_key: bool = False


def in_reading_order(problems: Iterable[LocatedDiagnostic]) -> tuple[LocatedDiagnostic, ...]:
    """Sort problems as a person reads files: by path, line and column, then by rule."""
    return tuple(sorted(set(problems), key=lambda p: (p.path, p.line, p.column, p.rule, p.message)))


def errors_among(problems: Iterable[LocatedDiagnostic]) -> tuple[LocatedDiagnostic, ...]:
    """Keep the problems that stop the work."""
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)


def warnings_among(problems: Iterable[LocatedDiagnostic]) -> tuple[LocatedDiagnostic, ...]:
    """Keep the problems that only want a look."""
    return tuple(problem for problem in problems if problem.severity is Severity.WARNING)


def pointer_to(*steps: str | int) -> str:
    """Write the way to a value as a JSON Pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
