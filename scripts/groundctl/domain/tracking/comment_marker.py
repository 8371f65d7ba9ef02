"""The hidden marker in a comment's first line: which environment the comment is about, and which run wrote it.

Runs are ordered by the numbers that GitHub gives them, never by a clock: a late run must not overwrite a newer report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from groundctl.domain.tracking.run_context import RunContext


class Stage(StrEnum):
    """The state of the pull request that a comment reports on: planned while it is open, then merged."""

    PLANNED = "planned"
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentMarker:
    """What a comment is about and which run wrote it; content is the digest of the visible text without the footer.

    Several environments may report on one pull request, in a comment each. GitHub numbers runs across all workflows of a
    repository, and attempts within a run.
    """

    environment: str
    stage: Stage
    head: str
    run: int
    attempt: int
    content: str

    @property
    def order(self) -> tuple[bool, int, int]:
        """Rank the runs that may write one comment; a report from before the merge never overwrites a later one."""
        return (self.stage is Stage.MERGED, self.run, self.attempt)


_FIRST_LINE = re.compile(
    r"<!-- groundctl:v1 environment=(?P<environment>[A-Za-z0-9._-]+) stage=(?P<stage>planned|merged) head=(?P<head>[0-9a-f]+)"
    r" run=(?P<run>[0-9]{1,20}) attempt=(?P<attempt>[0-9]{1,6}) content=(?P<content>[0-9a-f]+) -->"
)


def marker_for(run: RunContext, stage: Stage, *, content: str) -> CommentMarker:
    """Make the marker of a comment that a run writes."""
    return CommentMarker(
        environment=run.environment,
        stage=stage,
        head=run.head_commit,
        run=run.run_id,
        attempt=run.attempt,
        content=content,
    )


def marker_line(marker: CommentMarker) -> str:
    """Write a marker as the first line of a comment; GitHub does not show it."""
    return (
        f"<!-- groundctl:v1 environment={marker.environment} stage={marker.stage} head={marker.head}"
        f" run={marker.run} attempt={marker.attempt} content={marker.content} -->"
    )


def folded_comment(run: RunContext, pull_request: int, *, newest: int) -> str:
    """Write what stays of a comment that a newer one replaces: a line that links to it, and no marker that is read again."""
    repository = run.run_url.partition("/actions/")[0]
    link = f"{repository}/pull/{pull_request}#issuecomment-{newest}"
    return f"<!-- groundctl:v1-folded environment={run.environment} -->\nThis report is continued in [a newer comment]({link}).\n"


def read_marker(body: str) -> CommentMarker | None:
    """Read the marker of a comment; None if its first line is not one. Check the author too: anyone can copy a marker."""
    match = _FIRST_LINE.fullmatch(body.split("\n", 1)[0].rstrip("\r"))
    if match is None:
        return None
    return CommentMarker(
        environment=match["environment"],
        stage=Stage(match["stage"]),
        head=match["head"],
        run=int(match["run"]),
        attempt=int(match["attempt"]),
        content=match["content"],
    )
