"""Reads the list of labeling jobs from its oldest and its newest end at once, which halves the wait.

Why nothing is missed. A job's CreationTime never changes and no job is ever deleted, so those that exist when the walk
begins keep their order. What has been read from the old end holds every job older than the last one read there; what has
been read from the new end, every job newer than the last one read there. As soon as the first of these two times is truly
later than the second, each job is on one side at least. Truly later, because AWS does not say how it orders jobs of the
same instant: two ends that meet inside such a group could both have passed by one of its jobs.

A job created meanwhile joins at the new end. It may be read or not, as in any walk over pages. Where a page is counted from
the start of the list, it pushes others on to the next page, where they are read a second time: jobs are kept by name.

Should a page ever come out of order, the ends are never believed to have met, and the list is read to its end. Should a
page's token come twice, the pages would go round in a circle for ever: an error, because nobody knows what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Literal

from groundctl.domain.jobs.observed import ObservedJob
from groundctl.errors import ExternalError

Order = Literal["Ascending", "Descending"]
# Given an order by CreationTime and the last page's token: a page, and the token of the next if there is one.
ReadPage = Callable[[Order, str | None], tuple[list[ObservedJob], str | None]]


def from_both_ends(read: ReadPage) -> Iterable[ObservedJob]:
    """Read every job; takes at most two pages more than from one end."""
    oldest, newest = _End(read, "Ascending"), _End(read, "Descending")
    # Most accounts fill one page, and are spared the second call.
    found = {job.key: job for job in oldest.read_on()}
    with ThreadPoolExecutor(2) as crew:
        while not (oldest.is_through or newest.is_through or _have_met(oldest, newest)):
            for page in crew.map(_End.read_on, (oldest, newest)):
                found.update((job.key, job) for job in page)
    return found.values()


@dataclass
class _End:
    """One end of the list, as far as it has been read."""

    read: ReadPage
    order: Order
    token: str | None = None
    is_through: bool = False
    in_order: bool = True
    reached: datetime | None = None
    tokens: set[str | None] = field(default_factory=set)

    def read_on(self) -> list[ObservedJob]:
        page, token = self.read(self.order, self.token)
        self.token = token or None  # an empty one leads nowhere
        self.is_through = self.token is None
        if self.token in self.tokens:
            hint = "run it again; if it stays so, it is a fault of AWS or of what stands between"
            raise ExternalError("AWS gave the same page of the list of labeling jobs twice", hint=hint)
        self.tokens.add(self.token)
        times = [*([self.reached] if self.reached else ()), *(job.created for job in page)]
        steps = pairwise(times if self.order == "Ascending" else reversed(times))
        self.in_order = self.in_order and all(earlier <= later for earlier, later in steps)
        self.reached = times[-1] if times else None
        return page


def _have_met(oldest: _End, newest: _End) -> bool:
    if oldest.reached is None or newest.reached is None:
        return False
    return oldest.in_order and newest.in_order and oldest.reached > newest.reached
