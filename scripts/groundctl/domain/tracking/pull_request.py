"""GitHub's nouns: pull requests, comments, checks, and annotations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from groundctl.domain.tracking.comment_marker import CommentMarker, read_marker


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request; merged_as is the last commit that it added to its base branch, None until it is merged.

    base_repository is GitHub's number of the repository that it is merged into. commits counts its commits: a merge by
    rebasing adds as many to the base branch.
    """

    number: int
    head: str
    base_branch: str
    base_repository: int = 0
    base_commit: str = ""
    author: str = ""
    commits: int = 1
    merged_as: str | None = None
    merged_at: datetime | None = None
    merged_by: str = ""
    is_merged_by_bot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedComment:
    """A comment on a pull request, by its author's login."""

    id: int
    author: str
    body: str


class Conclusion(StrEnum):
    """The conclusion of a check, in GitHub's words; a neutral one does not block a merge."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"


class Level(StrEnum):
    """The level of an annotation, in GitHub's words."""

    FAILURE = "failure"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A message on a line of a file; line and column count from 1."""

    path: str
    line: int
    column: int
    level: Level
    title: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The result of a check run; the summary is Markdown of at most 65,535 characters."""

    title: str
    summary: str
    conclusion: Conclusion
    annotations: tuple[Annotation, ...] = ()


def our_comments(
    comments: Iterable[PostedComment], *, author: str, environment: str
) -> tuple[tuple[PostedComment, CommentMarker], ...]:
    """Find the comments that we wrote for an environment: by marker and by author, because anyone can copy a marker."""
    marked = ((comment, read_marker(comment.body)) for comment in comments if comment.author == author)
    return tuple((comment, marker) for comment, marker in marked if marker and marker.environment == environment)
