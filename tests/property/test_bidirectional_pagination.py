"""A list read from both ends holds every job that was there, whatever happens to the list meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundctl.adapters.aws.bidirectional_pagination import Order, from_both_ends
from groundctl.domain.jobs.observed import ObservedJob
from support.builders import NOW, an_observed_job

JOB = an_observed_job()


def jobs_at(*seconds: int) -> list[ObservedJob]:
    """Jobs in the order of their creation, at these times."""
    return [
        replace(JOB, name=f"job-{number:04}", created=NOW + timedelta(seconds=second))
        for number, second in enumerate(sorted(seconds))
    ]


class Listing:
    """ListLabelingJobs: pages by position in the list as it is at the time of the call."""

    def __init__(
        self, jobs: list[ObservedJob], size: int = 2, *, meanwhile: Callable[[int], None] = lambda _: None
    ) -> None:
        self.jobs, self.size, self.meanwhile = jobs, size, meanwhile
        self.calls = 0

    def read(self, order: Order, token: str | None) -> tuple[list[ObservedJob], str | None]:
        self.calls += 1
        self.meanwhile(self.calls)
        ordered = self.in_order(order)
        start = int(token or 0)
        end = start + self.size
        return ordered[start:end], str(end) if end < len(ordered) else None

    def in_order(self, order: Order) -> list[ObservedJob]:
        return self.jobs if order == "Ascending" else self.jobs[::-1]


def names(jobs) -> set[str]:
    return {job.name for job in jobs}


def test_one_page_takes_one_call():
    listing = Listing(jobs_at(1, 2), size=100)

    assert names(from_both_ends(listing.read)) == {"job-0000", "job-0001"}
    assert listing.calls == 1


def test_an_empty_list_has_no_jobs():
    assert list(from_both_ends(Listing([]).read)) == []


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.integers(0, 30), max_size=60), st.integers(1, 7))
def test_every_job_is_read_whatever_the_times_and_the_page_size(seconds: list[int], size: int):
    listing = Listing(jobs_at(*seconds), size)

    assert names(from_both_ends(listing.read)) == names(listing.jobs)


@settings(deadline=None)  # a busy machine is no fault
@given(st.integers(1, 400), st.integers(2, 20))
def test_it_reads_at_most_two_pages_more_than_from_one_end(count: int, size: int):
    listing = Listing(jobs_at(*range(count)), size)
    list(from_both_ends(listing.read))

    assert listing.calls <= -(-count // size) + 2


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.integers(0, 6), min_size=1, max_size=60), st.integers(1, 5), st.randoms())
def test_jobs_of_the_same_instant_may_come_in_any_order_from_either_end(seconds: list[int], size: int, chance):
    jobs = jobs_at(*seconds)
    newest_first = sorted(jobs, key=lambda job: (job.created, chance.random()), reverse=True)

    class Shuffled(Listing):
        def in_order(self, order: Order) -> list[ObservedJob]:
            return newest_first if order == "Descending" else self.jobs

    listing = Shuffled(jobs, size)

    assert names(from_both_ends(listing.read)) == names(listing.jobs)


@settings(deadline=None)  # a busy machine is no fault
@given(st.integers(2, 60), st.integers(1, 5), st.integers(1, 3))
def test_jobs_created_meanwhile_hide_no_existing_job(count: int, size: int, more: int):
    jobs = jobs_at(*range(count))
    before = names(jobs)

    def create(call: int) -> None:
        for number in range(more):
            new = replace(JOB, name=f"new-{call}-{number}", created=NOW + timedelta(seconds=count + call))
            jobs.append(new)

    # New jobs shift every page that is counted from the newest end; far more of them than any account sees.
    listing = Listing(jobs, size, meanwhile=lambda call: create(call) if call < 40 else None)

    assert before <= names(from_both_ends(listing.read))


@pytest.mark.parametrize("size", [3, 10])
def test_a_list_out_of_order_is_read_to_its_end(size: int):
    class Unordered(Listing):
        def in_order(self, order: Order) -> list[ObservedJob]:
            mixed = sorted(self.jobs, key=lambda job: job.name[::-1])
            return mixed if order == "Ascending" else mixed[::-1]

    listing = Unordered(jobs_at(*range(37)), size)

    assert names(from_both_ends(listing.read)) == names(listing.jobs)


def test_an_order_that_aws_ignores_is_not_relied_on():
    class Deaf(Listing):
        def in_order(self, order: Order) -> list[ObservedJob]:  # noqa: ARG002
            return self.jobs

    listing = Deaf(jobs_at(*range(37)), 3)

    assert names(from_both_ends(listing.read)) == names(listing.jobs)
