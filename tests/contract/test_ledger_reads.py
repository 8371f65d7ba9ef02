"""Goal 15 in counts: a decision over a long ledger costs two listings, one read a pack and at most 99 entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, cast

import pytest

from bench.ledger import BUCKET, CountedS3, a_full_ledger, measure_overlap
from groundctl.adapters.aws.ledger import S3Ledger
from groundctl.adapters.aws.session import AwsSession
from groundctl.errors import ExternalError


@pytest.mark.parametrize(
    ("jobs", "packs", "tail"),
    [(0, 0, 1), (1, 0, 5), (24, 0, 97), (25, 1, 2), (49, 1, 98), (50, 2, 2), (250, 10, 2)],
)
def test_calls_grow_with_packs_and_not_with_jobs(jobs: int, packs: int, tail: int) -> None:
    store, _ = a_full_ledger(jobs, jobs * 2)

    log = S3Ledger(cast(AwsSession, store), BUCKET).read()

    assert log.end == 1 + 4 * jobs
    assert store.calls == {"list": 2} | ({"get": packs + tail} if packs + tail else {})


def test_reading_on_costs_one_listing_and_what_is_new() -> None:
    store, _ = a_full_ledger(30, 60)
    ledger = S3Ledger(cast(AwsSession, store), BUCKET)
    log = ledger.read()
    store.calls.clear()

    assert ledger.read(log).entries == log.entries
    assert store.calls == {"list": 1}


def test_the_bench_measures_what_it_names() -> None:
    measured = measure_overlap(jobs=50, clips=5_000, new=500, rounds=1)

    assert measured.calls == measured.most_calls == 2 + 2 + 2
    assert min(measured.ratio, measured.ratio_alone, measured.hashing_ratio, measured.peak_mib) > 0


def test_a_decision_holds_each_clip_a_few_times_and_nothing_else_that_grows() -> None:
    small = measure_overlap(jobs=20, clips=20_000, new=1_000, rounds=1)
    large = measure_overlap(jobs=20, clips=200_000, new=1_000, rounds=1)

    # 8 bytes a clip in the index and in the entry; the pack it came from is let go.
    assert (large.peak_mib - small.peak_mib) * 2**20 < 180_000 * 8 * 4


def test_the_counted_store_pages_as_s3_does() -> None:
    store = CountedS3({"a/1": b"x", "a/2": b"xy", "b": b""})

    [page] = store.paginate(Prefix="a/", StartAfter="a/1")

    assert [(each["Key"], each["Size"]) for each in page["Contents"]] == [("a/2", 2)]


class OfAnotherDay(CountedS3):
    """S3, whose clock is not that of this machine."""

    def paginate(self, **call: str) -> Iterator[Mapping[str, Any]]:
        answered = {"HTTPStatusCode": 200, "HTTPHeaders": {"date": "Wed, 01 Jan 2020 00:00:00 GMT"}}
        yield from ({**page, "ResponseMetadata": answered} for page in super().paginate(**call))


def test_the_ledger_is_dated_by_s3_and_never_by_this_machine() -> None:
    store = OfAnotherDay(a_full_ledger(1, 2)[0].objects)

    assert S3Ledger(cast(AwsSession, store), BUCKET).read().aws_time == datetime(2020, 1, 1, tzinfo=UTC)


class EmptyPage(CountedS3):
    """S3, or a proxy before it, that answers a listing with status 200 and no body."""

    def paginate(self, **_: str) -> Iterator[Mapping[str, Any]]:
        yield {"ResponseMetadata": {"HTTPStatusCode": 200}}


class CutShort(CountedS3):
    """S3, or a proxy before it, that loses the end of an object."""

    def get_object(self, **call: str) -> Mapping[str, Any]:
        found = super().get_object(**call)
        return {**found, "Body": BytesIO(found["Body"].read()[:-8])}


@pytest.mark.parametrize("faulty", [EmptyPage, CutShort])
@pytest.mark.parametrize("jobs", [1, 25])
def test_an_answer_that_lacks_something_is_an_external_failure_and_no_short_ledger(
    faulty: type[CountedS3], jobs: int
) -> None:
    store = faulty(a_full_ledger(jobs, jobs * 2)[0].objects)

    with pytest.raises(ExternalError, match="reading the ledger"):
        S3Ledger(cast(AwsSession, store), BUCKET).read()
