"""Pieces of text as values for the templates."""

from __future__ import annotations

import re
from dataclasses import dataclass

from groundctl.presentation.escape import visible

MAX_LENGTH = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A name and its value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectLocation:
    """An S3 URI, and the end of its key for display."""

    uri: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRun:
    """A part of a sentence that is code or plain text."""

    text: str
    is_code: bool


def object_location(uri: str) -> ObjectLocation:
    """Shorten an S3 URI to the end of its key, where clips differ."""
    key = re.sub(r"^s3://[^/]+/", "", uri)
    return ObjectLocation(uri=uri, key=key if len(key) <= MAX_LENGTH else "…" + key[-MAX_LENGTH:])


def text_runs(sentence: str) -> tuple[TextRun, ...]:
    """Split a sentence into plain text and what stands between backticks."""
    parts = sentence.split("`")
    return tuple(TextRun(text=part, is_code=index % 2 == 1) for index, part in enumerate(parts) if part)


def as_sentence(text: str) -> str:
    """Start with a capital letter and end with a period."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", ":", "`")) else ".")


def shortened(text: str) -> str:
    """Cut a long text and say so with an ellipsis."""
    text = visible(text)
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"
