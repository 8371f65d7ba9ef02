"""What a run's page says after the merge: every pull request's jobs, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from groundctl.domain.tracking.pull_request_status import PullRequestStatus
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.presentation.markdown.check_run import origin_of, stories_title, story_line
from groundctl.presentation.markdown.comment import Footer, composed, footer_line
from groundctl.presentation.markdown.merged_comment import story_words
from groundctl.presentation.markdown.size_limit import SUMMARY_LIMIT, Part
from groundctl.presentation.text import count

# Each has room for hundreds of jobs then.
TOLD_WHOLE: Final = 10


def stories_words(
    stories: Sequence[PullRequestStatus], now: datetime, *, footer: Footer | None, limit: int = SUMMARY_LIMIT
) -> RenderedComment:
    """Write what has become of everything that was asked for, within so many bytes: ten in full, of the rest a line each."""
    if len(stories) == 1:
        return story_words(stories[0], now, footer=footer, limit=limit)
    ordered = sorted(stories, key=lambda story: not story.needs_attention)
    in_full, others = ordered[:TOLD_WHOLE], ordered[TOLD_WHOLE:]
    head = f"# {stories_title(stories).capitalize()}"
    return composed([head], [_whole(in_full, now, limit), _in_a_line(others)], footer_line(footer), limit)


def _whole(stories: Sequence[PullRequestStatus], now: datetime, limit: int) -> Part:
    each = limit * 3 // 4 // max(len(stories), 1)
    return Part(
        pieces=(
            f"## {origin_of(story)}\n\n{story_words(story, now, footer=None, limit=each).content}\n\n"
            for story in stories
        ),
        total=len(stories),
        rest=lambda taken: _more(len(stories) - taken),
        rank=0,
    )


def _in_a_line(stories: Sequence[PullRequestStatus]) -> Part:
    return Part(
        pieces=map(story_line, stories),
        total=len(stories),
        rest=lambda taken: _more(len(stories) - taken),
        rank=1,
        opening="## The others\n\n",
    )


def _more(number: int) -> str:
    return f"\n{count(number, 'more pull request')}: their comments tell.\n\n"
