"""What a run's page says after the merge: every pull request's jobs, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from groundctl.domain.tracking.pull_request_status import PullRequestStatus
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.presentation.markdown.check_run import origin_of, status_line, statuses_title
from groundctl.presentation.markdown.comment import Footer, composed, footer_line
from groundctl.presentation.markdown.merged_comment import status_comment
from groundctl.presentation.markdown.size_limit import SUMMARY_LIMIT, Part
from groundctl.presentation.text import count

# Each has room for hundreds of jobs then.
MAX_IN_FULL: Final = 10


def run_summary(
    statuses: Sequence[PullRequestStatus], now: datetime, *, footer: Footer | None, limit: int = SUMMARY_LIMIT
) -> RenderedComment:
    """Write what has become of everything that was asked for, within so many bytes: ten in full, of the rest a line each."""
    if len(statuses) == 1:
        return status_comment(statuses[0], now, footer=footer, limit=limit)
    ordered = sorted(statuses, key=lambda status: not status.needs_attention)
    in_full, others = ordered[:MAX_IN_FULL], ordered[MAX_IN_FULL:]
    head = f"# {statuses_title(statuses).capitalize()}"
    return composed([head], [_whole(in_full, now, limit), _in_a_line(others)], footer_line(footer), limit)


def _whole(statuses: Sequence[PullRequestStatus], now: datetime, limit: int) -> Part:
    each = limit * 3 // 4 // max(len(statuses), 1)
    return Part(
        pieces=(
            f"## {origin_of(status)}\n\n{status_comment(status, now, footer=None, limit=each).content}\n\n"
            for status in statuses
        ),
        total=len(statuses),
        rest=lambda taken: _more(len(statuses) - taken),
        rank=0,
    )


def _in_a_line(statuses: Sequence[PullRequestStatus]) -> Part:
    return Part(
        pieces=map(status_line, statuses),
        total=len(statuses),
        rest=lambda taken: _more(len(statuses) - taken),
        rank=1,
        opening="## The others\n\n",
    )


def _more(number: int) -> str:
    return f"\n{count(number, 'more pull request')}: their comments tell.\n\n"
