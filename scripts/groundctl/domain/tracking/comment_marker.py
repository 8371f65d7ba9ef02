"""The stamp on a comment's first line: whose comment it is, and which of two runs knows better.

Runs are ordered by what GitHub counts up, never by a clock: a late run must not overwrite a newer verdict.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """How far a pull request is: planned while it is open, merged from then on."""

    PLANNED = "planned"
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentMarker:
    """What a comment is about and which run wrote it; content is the digest of all that a reader sees but the footer.

    The environment tells the comments of several environments on one pull request apart. GitHub counts run up over all
    workflows of a repository, and attempt within a run.
    """

    environment: str
    stage: Stage
    head: str
    run: int
    attempt: int
    content: str

    @property
    def order(self) -> tuple[bool, int, int]:
        """Rank the runs that may write one comment; nothing said before a merge overwrites what was said after it."""
        return (self.stage is Stage.MERGED, self.run, self.attempt)


_FIRST_LINE = re.compile(
    r"<!-- groundctl:v1 environment=(?P<environment>[A-Za-z0-9._-]+) stage=(?P<stage>planned|merged) head=(?P<head>[0-9a-f]+)"
    r" run=(?P<run>[0-9]{1,20}) attempt=(?P<attempt>[0-9]{1,6}) content=(?P<content>[0-9a-f]+) -->"
)


def marker_line(stamp: CommentMarker) -> str:
    """Write a stamp as the first line of a comment; GitHub does not show it."""
    return (
        f"<!-- groundctl:v1 environment={stamp.environment} stage={stamp.stage} head={stamp.head}"
        f" run={stamp.run} attempt={stamp.attempt} content={stamp.content} -->"
    )


def read_marker(body: str) -> CommentMarker | None:
    """Read the stamp of a comment; None if its first line is none. Who wrote the comment is for the caller to ask."""
    found = _FIRST_LINE.fullmatch(body.split("\n", 1)[0].rstrip("\r"))
    if found is None:
        return None
    return CommentMarker(
        environment=found["environment"],
        stage=Stage(found["stage"]),
        head=found["head"],
        run=int(found["run"]),
        attempt=int(found["attempt"]),
        content=found["content"],
    )
