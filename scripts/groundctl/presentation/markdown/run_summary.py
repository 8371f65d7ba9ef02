"""The summary of a run after the merge: the jobs of every pull request, those that need attention first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from groundctl.domain.tracking.pull_request_status import PullRequestStatus
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.presentation.markdown.check_run import origin_of, status_line, statuses_title
from groundctl.presentation.markdown.comment import Footer, composed, footer_line
from groundctl.presentation.markdown.environment import render, render_around
from groundctl.presentation.markdown.merged_comment import status_comment
from groundctl.presentation.markdown.size_limit import SUMMARY_LIMIT, Part

# With so many in full, each has room for hundreds of jobs.
MAX_IN_FULL: Final = 10


def run_summary(
    statuses: Sequence[PullRequestStatus], now: datetime, *, footer: Footer | None, limit: int = SUMMARY_LIMIT
) -> RenderedComment:
    """Write the status of every pull request within so many bytes: ten in full, a line for each of the others."""
    if len(statuses) == 1:
        return status_comment(statuses[0], now, footer=footer, limit=limit)
    ordered = sorted(statuses, key=lambda status: not status.needs_attention)
    in_full, others = ordered[:MAX_IN_FULL], ordered[MAX_IN_FULL:]
    head = render("run_summary", title=statuses_title(statuses).capitalize())
    return composed(head, [_whole(in_full, now, limit), _in_a_line(others)], footer_line(footer), limit)


def _whole(statuses: Sequence[PullRequestStatus], now: datetime, limit: int) -> Part:
    each = limit * 3 // 4 // max(len(statuses), 1)
    return Part(
        pieces=(_section(status, now, limit=each) for status in statuses),
        total=len(statuses),
        rest=lambda taken: _more(len(statuses) - taken),
        rank=0,
    )


def _section(status: PullRequestStatus, now: datetime, *, limit: int) -> str:
    content = status_comment(status, now, footer=None, limit=limit).content
    return f"{render('pull_request_section', origin=origin_of(status), status=content)}\n\n"


def _in_a_line(statuses: Sequence[PullRequestStatus]) -> Part:
    opening, closing = render_around("other_pull_requests")
    return Part(
        pieces=map(status_line, statuses),
        total=len(statuses),
        rest=lambda taken: _more(len(statuses) - taken),
        rank=1,
        opening=opening,
        closing=closing,
    )


def _more(number: int) -> str:
    return f"\n{render('pull_requests_not_shown', total=number)}\n\n"
