"""Asks the person at the terminal for what `groundctl init` still has to know."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groundctl.composition import read_answer
from groundctl.domain.adoption.repository.answers import TOOL_REPOSITORY
from groundctl.domain.canonical_json import JsonObject
from groundctl.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: the options that it answers, its words, and whether several values may follow each other."""

    member: str
    options: tuple[str, ...]
    words: str
    example: str
    several: bool = False
    is_optional: bool = False
    has_commas: bool = False
    """Whether a comma is part of a value, and not between two."""


QUESTIONS = (
    Question(
        member="repository",
        options=("repository",),
        words="The GitHub repository of your declarations",
        example="acme/labels",
    ),
    Question(
        member="repository_id",
        options=("owner_id", "repository_id"),
        words="The two numbers that `gh api repos/OWNER/NAME --jq '.owner.id, .id'` shows for it; "
        "leave it empty to enter them later",
        example="12345678 987654321",
        is_optional=True,
    ),
    Question(
        member="environments",
        options=("environments",),
        words="Environment, Region and AWS account; several separated by blanks",
        example="production.us-east-1=111122223333",
        several=True,
    ),
    Question(
        member="teams",
        options=("teams",),
        words="Work teams: NAME=ARN of a team that exists, or NAME=the e-mail addresses of the workers of a new one",
        example="court-side=ann@example.com,bo@example.com",
        several=True,
        has_commas=True,
    ),
    Question(
        member="clips",
        options=("clips",),
        words="Where clips are on S3 already (with several environments: PREFIX=ENVIRONMENT); "
        "leave it empty for a new bucket",
        example="s3://acme-clips/rallies/",
        several=True,
        is_optional=True,
        has_commas=True,
    ),
    Question(
        member="reviewers",
        options=("reviewers",),
        words="GitHub teams or people who approve changes",
        example="@acme/labeling-platform",
        several=True,
    ),
    Question(
        member="tool",
        options=("tool_repository",),
        words="Your company's copy of groundctl on GitHub, whose workflows yours call; "
        f"leave it empty for {TOOL_REPOSITORY}, which is not published yet",
        example="acme/groundctl",
        is_optional=True,
    ),
)

# What was typed, as values of the options of `init`.
Values = Mapping[str, Any]
# Puts values into answers.
Add = Callable[[JsonObject, Values], JsonObject]
# The faults of a member of the answers, in words; empty if there are none.
Faults = Callable[[JsonObject, str], str]


def ask(known: JsonObject, *, add: Add, faults: Faults) -> JsonObject:
    """Ask what is not known; ask again where an answer has a fault, so that no earlier answer is lost."""
    for question in QUESTIONS:
        if question.member not in known:
            known = _ask(question, known, add=add, faults=faults)
    return known


def _ask(question: Question, known: JsonObject, *, add: Add, faults: Faults) -> JsonObject:
    while True:
        print(f"{question.words} (such as {question.example}): ", end="", flush=True)
        words = _read(question)
        if not words and question.is_optional:
            return known
        if problem := _miscounted(question, words):
            print(problem)
            continue
        try:
            answered = add(known, _values(question, words))
        except UsageError as error:
            print(f"{error.message} — {error.hint}")
            continue
        if not (problem := faults(answered, question.member)):
            return answered
        print(problem)


def _read(question: Question) -> list[str]:
    line = read_answer()
    if not line:
        hint = "run it again, or use --answers FILE; nothing was written"
        raise UsageError("the answers ended before the last question", hint=hint)
    text = line.decode(errors="replace")
    return (re.sub(r",\s+", ",", text) if question.has_commas else text.replace(",", " ")).split()


def _miscounted(question: Question, words: Sequence[str]) -> str:
    if not words:
        return "This one is needed."
    wanted = len(question.options)
    if question.several or len(words) == wanted:
        return ""
    return f"This takes {wanted} {'value' if wanted == 1 else 'values'}, and {len(words)} were given."


def _values(question: Question, words: Sequence[str]) -> dict[str, Any]:
    if question.several:
        return {question.options[0]: tuple(words)}
    return dict(zip(question.options, words, strict=True))
