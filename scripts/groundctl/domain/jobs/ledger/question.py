"""When two purchases ask the same question: by its name, or by the labels where one of them has no name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the workers are asked: the name that the author gave it if any, the labels to choose from, the task's title."""

    name: str | None
    labels: frozenset[str]
    title: str


def question(*, name: str | None, labels: Iterable[str], title: str) -> Question:
    """Write a question so that spellings of the same text are equal."""
    return Question(
        name=None if name is None else folded(name), labels=frozenset(map(folded, labels)), title=folded(title)
    )


def folded(text: str) -> str:
    """Write a text as it is compared: Unicode's composed form, ignoring case, with single blanks."""
    # Folding can take a character out of the composed form, so it is composed again.
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return " ".join(composed.split())


def conflict(one: Question, other: Question) -> bool:
    """Say whether a clip that was asked the one question must not be asked the other."""
    if one.name is not None and other.name is not None:
        return one.name == other.name
    return one.labels == other.labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Resemblance:
    """How close two questions are that do not conflict: labels in common, of how many, and whether titles are equal."""

    common: int
    of: int
    same_title: bool

    @property
    def is_near_miss(self) -> bool:
        """Say whether these may be one question in other words."""
        return self.same_title or 2 * self.common >= self.of > 0


def resemblance(one: Question, other: Question) -> Resemblance:
    """Compare two questions that do not conflict."""
    return Resemblance(
        common=len(one.labels & other.labels),
        of=max(len(one.labels), len(other.labels)),
        same_title=bool(one.title) and one.title == other.title,
    )
