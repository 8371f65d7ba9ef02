"""Asks the person at the terminal for what `groundctl init` still has to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from groundctl.composition import read_answer
from groundctl.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: the answer that it gives, its words, and whether several values may follow each other."""

    member: str
    option: str
    words: str
    example: str
    several: bool = False
    is_optional: bool = False


QUESTIONS = (
    Question(
        member="repository",
        option="repository",
        words="The GitHub repository of your declarations",
        example="acme/labels",
    ),
    Question(
        member="environments",
        option="environments",
        words="Environment, Region and AWS account; several separated by blanks",
        example="production.us-east-1=111122223333",
        several=True,
    ),
    Question(
        member="teams",
        option="teams",
        words="Work teams: NAME=ARN of a team that exists, or NAME=the workers' e-mail addresses",
        example="court-side=ann@example.com,bo@example.com",
        several=True,
    ),
    Question(
        member="clips",
        option="clips",
        words="Where clips are on S3 already; leave it empty for a new bucket",
        example="s3://acme-clips/rallies/",
        several=True,
        is_optional=True,
    ),
    Question(
        member="reviewers",
        option="reviewers",
        words="GitHub teams or people who approve changes",
        example="@acme/labeling-platform",
        several=True,
    ),
)


def ask(known: Mapping[str, object], faults_in: Callable[[str, Mapping[str, Any]], str]) -> dict[str, Any]:
    """Ask what is not known, each until its answer can be used; return the values of options.

    faults_in says what is wrong with a member of the answers, given the values of options so far.
    """
    answers: dict[str, Any] = {}
    for question in QUESTIONS:
        while question.member not in known and (words := _ask(question)):
            value = tuple(words) if question.several else words[0]
            if not (faults := faults_in(question.member, {**answers, question.option: value})):
                answers[question.option] = value
                break
            print(faults)
    return answers


def _ask(question: Question) -> list[str]:
    while True:
        print(f"{question.words} (such as {question.example}): ", end="", flush=True)
        line = read_answer()
        if not line:
            raise UsageError("the answers ended before the last question", hint="run it again, or use --answers FILE")
        words = line.decode(errors="replace").split()
        if words or question.is_optional:
            return words
        print("This one is needed.")
