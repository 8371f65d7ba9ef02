"""Counts what a selection leaves out, and why; the first names are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class Why(StrEnum):
    """Why an object does not become a clip of a job."""

    ENDING = "ending"
    FOLDER = "folder"
    NOT_MATCHED = "not matched"
    EXCLUDED = "excluded"
    EMPTY = "empty"
    TOO_SMALL = "too small"
    TOO_LARGE = "too large"
    TOO_OLD = "too old"
    TOO_NEW = "too new"
    WHERE = "where"
    ONLY = "only"
    NO_LABEL = "no label"
    NO_CONFIDENCE = "no confidence"
    FEW_ANSWERS = "few answers"
    SAMPLE = "sample"
    ASKED = "asked"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Objects that are left out for one reason.

    detail is the file ending, in lowercase and empty if there is none; or what `only` asks for.
    """

    why: Why
    count: int
    detail: str = ""
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The objects that a selection has seen, and those of them that it left out; as_of is the time of an inventory.

    noun names what was counted: an object of a listing, a line of a manifest, or a clip of a list.
    """

    seen: int
    left_out: tuple[LeftOut, ...] = ()
    as_of: datetime | None = None
    noun: str = "object"

    def besides(self, why: Why, uris: Iterable[str]) -> Tally:
        """Leave out more of the objects, for another reason."""
        uris = tuple(uris)
        more = (LeftOut(why=why, count=len(uris), first=uris[:MAX_NAMED]),) if uris else ()
        return replace(self, left_out=(*self.left_out, *more))


MAX_NAMED = 5
# A folder can have thousands of file endings; those after the first ones count together.
MAX_ENDINGS = 20
OTHER_ENDINGS = "other"


@dataclass(slots=True)
class Counting:
    """Counts objects one after the other, with constant memory."""

    seen: int = 0
    _counts: dict[tuple[Why, str], int] = field(default_factory=dict)
    _first: dict[tuple[Why, str], list[str]] = field(default_factory=dict)

    def leave_out(self, uri: str, why: Why, detail: str = "") -> None:
        """Count an object that is left out."""
        kind = (why, _ending(uri) if why is Why.ENDING else detail)
        if kind not in self._counts and len(self._counts) >= MAX_ENDINGS and why is Why.ENDING:
            kind = (why, OTHER_ENDINGS)
        self._counts[kind] = self._counts.get(kind, 0) + 1
        named = self._first.setdefault(kind, [])
        if len(named) < MAX_NAMED:
            named.append(uri)

    def leave_out_all(self, number: int, why: Why) -> None:
        """Count objects that are left out by their number alone."""
        if number:
            self._counts[why, ""] = self._counts.get((why, ""), 0) + number

    def tally(self) -> Tally:
        """Return what was counted, the largest groups of each reason first."""
        order = {why: place for place, why in enumerate(Why)}
        groups = [
            LeftOut(why=why, count=count, detail=detail, first=tuple(self._first.get((why, detail), ())))
            for (why, detail), count in self._counts.items()
        ]
        groups.sort(key=lambda group: (order[group.why], -group.count, group.detail))
        return Tally(seen=self.seen, left_out=tuple(groups))


def _ending(uri: str) -> str:
    name, dot, ending = uri.rpartition("/")[2].rpartition(".")
    # A name that begins with its only dot has no ending, and a very long one is none.
    return f".{ending.lower()}" if name and dot and 0 < len(ending) <= MAX_ENDING else ""


MAX_ENDING = 12
