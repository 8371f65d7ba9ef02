"""Reads GitHub's answers strictly: a member that is missing or of another type is an error, and has no default.

PyGithub's objects give None for a missing member, which a decision about money must not take for an answer.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, TypeVar

Value = TypeVar("Value")

# GitHub's name for an account that is gone, which it gives as null.
DELETED_ACCOUNT = "ghost"
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class UnreadableAnswerError(ValueError):
    """GitHub's answer has another shape than its API description, or is about something else."""


def checked(value: object, kind: type[Value], name: str) -> Value:
    """Return a value of a JSON type."""
    # bool is a kind of int for Python, and not for JSON.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise UnreadableAnswerError(f"{name} is {value!r:.60}, not {kind.__name__}")
    return value


def has(answer: object, name: str) -> bool:
    """Return whether a member is there, null or not: for the few that GitHub's API description does not promise."""
    members: dict[str, Any] = checked(answer, dict, "the answer")
    return name in members


def optional(answer: object, name: str, kind: type[Value]) -> Value | None:
    """Read a member that is always there and may be null."""
    members: dict[str, Any] = checked(answer, dict, "the answer")
    if name not in members:
        raise UnreadableAnswerError(f"{name} is missing")
    value = members[name]
    return None if value is None else checked(value, kind, name)


def member(answer: object, name: str, kind: type[Value]) -> Value:
    """Read a member."""
    value = optional(answer, name, kind)
    if value is None:
        raise UnreadableAnswerError(f"{name} is null")
    return value


def sha(answer: object, name: str) -> str:
    """Read the name of a Git object."""
    value = member(answer, name, str)
    if not _SHA.fullmatch(value):
        raise UnreadableAnswerError(f"{name} is {value!r:.60}, not the name of a Git object")
    return value


def timestamp(answer: object, name: str) -> datetime:
    """Read a time with its time zone."""
    value = datetime.fromisoformat(member(answer, name, str))
    if value.tzinfo is None:
        raise UnreadableAnswerError(f"{name} has no time zone")
    return value


def require_equal(found: object, expected: object, name: str) -> None:
    """Raise unless an answer is about what was asked for."""
    if found != expected:
        raise UnreadableAnswerError(f"the answer is about {name} {found!r:.60}, not {expected!r:.60}")
