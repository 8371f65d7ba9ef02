"""When GitHub was asked to merge a pull request later: auto-merge, and the merge queue.

The names of the events are inferred: GitHub's API description does not list them. Its GraphQL schema has an event for
each, and the timelines of public pull requests have them under these names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from groundctl.adapters.github.answers import has, member, optional, timestamp


class _Way(StrEnum):
    AUTO_MERGE = "auto-merge"
    QUEUE = "queue"


# Each method of merging has its own event, and switching auto-merge off has one for all methods.
_ASKED: Final[Mapping[str, _Way]] = {
    "auto_merge_enabled": _Way.AUTO_MERGE,
    "auto_squash_enabled": _Way.AUTO_MERGE,
    "auto_rebase_enabled": _Way.AUTO_MERGE,
    "added_to_merge_queue": _Way.QUEUE,
}
_WITHDRAWN: Final[Mapping[str, _Way]] = {
    "auto_merge_disabled": _Way.AUTO_MERGE,
    "removed_from_merge_queue": _Way.QUEUE,
}
_MERGED: Final = "merged"
# A merge takes the pull request out of the queue: that event comes at most seconds before or after the merge, as seen in
# public timelines, and withdraws nothing. To take a real withdrawal for it is harmless: an older plan then counts.
_PART_OF_THE_MERGE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """An event that says how a pull request was merged."""

    name: str
    at: datetime


def read_event(answer: object) -> TimelineEvent | None:
    """Read an event of a timeline; None if it does not matter here."""
    # By GitHub's API description, commits and comments on lines need no name.
    name = member(answer, "event", str) if has(answer, "event") else ""
    if name not in {*_ASKED, *_WITHDRAWN, _MERGED}:
        return None
    # No person has seen what a bot asks for.
    if name in _ASKED and not _is_by_person(answer):
        return None
    return TimelineEvent(name=name, at=timestamp(answer, "created_at"))


def _is_by_person(answer: object) -> bool:
    # GitHub's API description promises no actor. Null is an account that is gone.
    actor: dict[str, Any] | None = optional(answer, "actor", dict) if has(answer, "actor") else None
    return actor is not None and member(actor, "type", str) == "User"


def request_in_force(events: Iterable[TimelineEvent | None]) -> datetime | None:
    """Find when the request was made that a merge follows, or would follow; None if there is none in force.

    Auto-merge may itself add a pull request to the queue. The person decided before that, so the earlier time counts.
    """
    known = sorted((event for event in events if event is not None), key=lambda event: event.at)
    merged_at = max((event.at for event in known if event.name == _MERGED), default=None)
    asked: dict[_Way, datetime] = {}
    for event in known:
        if event.name in _ASKED:
            asked.setdefault(_ASKED[event.name], event.at)
        elif event.name in _WITHDRAWN and (merged_at is None or merged_at - event.at > _PART_OF_THE_MERGE):
            asked.pop(_WITHDRAWN[event.name], None)
    return min(asked.values(), default=None)
