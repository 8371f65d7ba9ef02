"""Reads the list of labeling jobs from both ends at once, which halves the wait.

No job is missed. A job's CreationTime never changes and AWS never deletes a job, so the jobs that exist at the start keep
their order. The oldest end has read every job older than its last one; the newest end has read every job newer than its
last one. Once the first of these two times is later than the second, at least one end has read each job. The times must
differ, because AWS does not document how it orders jobs of the same instant: two ends that meet within such a group could
both have skipped one of its jobs.

A job created meanwhile appears at the newest end and may or may not be read, as with any pagination. If AWS counts pages
from the start of the list, it shifts other jobs to the next page, where they are read again: jobs are kept by name.

If a page is out of order, one end reads the whole list. If a token is repeated, the pages would never end: that is an
error, because it is unknown which jobs are missing.
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
# Takes an order by CreationTime and a token; returns a page and the token of the next page, if there is one.
ReadPage = Callable[[Order, str | None], tuple[list[ObservedJob], str | None]]


def from_both_ends(read: ReadPage) -> Iterable[ObservedJob]:
    """Read every job, with at most two pages more than a read from one end."""
    oldest, newest = _End(read, "Ascending"), _End(read, "Descending")
    # In most accounts all jobs fit on one page, which takes one call.
    jobs = {job.key: job for job in oldest.read_on()}
    with ThreadPoolExecutor(2) as executor:
        while not (oldest.is_through or newest.is_through or _have_met(oldest, newest)):
            for page in executor.map(_End.read_on, (oldest, newest)):
                jobs.update((job.key, job) for job in page)
    return jobs.values()


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
        self.token = token or None  # an empty token means that there is no next page
        self.is_through = self.token is None
        if self.token in self.tokens:
            hint = "run the command again; if the error persists, AWS or a proxy in between is at fault"
            raise ExternalError("AWS returned the same page of the list of labeling jobs twice", hint=hint)
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
