"""What a run's page says after the merge: every pull request's jobs, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from groundctl.core.story import Story
from groundctl.render.budget import SUMMARY_LIMIT, Part
from groundctl.render.check import origin_of, stories_title, story_line
from groundctl.render.comment import Foot, Words, composed, foot_line
from groundctl.render.comment_merged import story_words
from groundctl.render.words import count

# Each has room for hundreds of jobs then.
TOLD_WHOLE: Final = 10


def stories_words(stories: Sequence[Story], now: datetime, *, foot: Foot | None, limit: int = SUMMARY_LIMIT) -> Words:
    """Write what has become of everything that was asked for, within so many bytes: ten in full, of the rest a line each."""
    if len(stories) == 1:
        return story_words(stories[0], now, foot=foot, limit=limit)
    ordered = sorted(stories, key=lambda story: not story.needs_a_person)
    in_full, others = ordered[:TOLD_WHOLE], ordered[TOLD_WHOLE:]
    head = f"# {stories_title(stories).capitalize()}"
    return composed([head], [_whole(in_full, now, limit), _in_a_line(others)], foot_line(foot), limit)


def _whole(stories: Sequence[Story], now: datetime, limit: int) -> Part:
    each = limit * 3 // 4 // max(len(stories), 1)
    return Part(
        pieces=(
            f"## {origin_of(story)}\n\n{story_words(story, now, foot=None, limit=each).content}\n\n"
            for story in stories
        ),
        total=len(stories),
        rest=lambda taken: _more(len(stories) - taken),
        rank=0,
    )


def _in_a_line(stories: Sequence[Story]) -> Part:
    return Part(
        pieces=map(story_line, stories),
        total=len(stories),
        rest=lambda taken: _more(len(stories) - taken),
        rank=1,
        opening="## The others\n\n",
    )


def _more(number: int) -> str:
    return f"\n{count(number, 'more pull request')}: their comments tell.\n\n"
