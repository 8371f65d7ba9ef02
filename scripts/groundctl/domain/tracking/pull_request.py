"""What GitHub knows that we ask for: pull requests, their comments, and what we say in a check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from groundctl.domain.tracking.comment_marker import CommentMarker, read_marker


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request; merged_as is the commit on its base branch, None until it is merged."""

    number: int
    head: str
    base_branch: str
    merged_as: str | None = None
    merged_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedComment:
    """A comment on a pull request, by its author's login."""

    id: int
    author: str
    body: str


class Conclusion(StrEnum):
    """How a check ends, GitHub's words; neutral does not keep a merge."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"


class Level(StrEnum):
    """How loud an annotation is, GitHub's words."""

    FAILURE = "failure"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A remark on a line of a file; line and column count from 1."""

    path: str
    line: int
    column: int
    level: Level
    title: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a check run says; the summary is Markdown of at most 65,535 characters."""

    title: str
    summary: str
    conclusion: Conclusion
    annotations: tuple[Annotation, ...] = ()


def our_comments(
    comments: Iterable[PostedComment], *, author: str, environment: str
) -> tuple[tuple[PostedComment, CommentMarker], ...]:
    """Find the comments that we wrote for an environment: by stamp and by author, since anybody can copy a stamp."""
    stamped = ((one, read_marker(one.body)) for one in comments if one.author == author)
    return tuple((one, stamp) for one, stamp in stamped if stamp and stamp.environment == environment)
