"""The ledger on S3 and its stand-in keep one promise; S3 is the simulator's, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from groundctl.adapters.aws.aws_time import time_of
from groundctl.adapters.aws.ledger import ENTRIES, PACKS, S3Ledger, entry_key
from groundctl.adapters.aws.session import AwsSession
from groundctl.domain.jobs.ledger.entries import (
    Appended,
    AppendUnclear,
    Entry,
    LedgerLog,
    NumberTaken,
    Unreadable,
    add_entry,
)
from groundctl.domain.jobs.ledger.packs import write_pack
from groundctl.errors import ExternalError
from groundctl.ports import StoredLedger
from groundtruth_simulator.simulator import Simulator
from support.builders import REGION
from support.ledger import FakeLedger, Indexed, a_purchase, an_entry, created, nonces, opened

BUCKET = "acme-ledger"


@dataclass(frozen=True)
class Place:
    """A ledger, and the way to put an object where an entry or a pack belongs."""

    ledger: StoredLedger
    put_entry: Callable[[int, bytes], None]
    put_pack: Callable[[int, bytes], None]
    packs: Callable[[], dict[int, bytes]]


@pytest.fixture
def s3(simulator: Simulator) -> Any:
    assert simulator.url
    client = boto3.client("s3", region_name=REGION)
    client.create_bucket(Bucket=BUCKET)
    return client


def s3_place(client: Any) -> Place:
    def put_to(prefix: str, digits: int) -> Callable[[int, bytes], None]:
        return lambda number, content: client.put_object(
            Bucket=BUCKET, Key=f"{prefix}{number:0{digits}d}", Body=content
        )

    def packs() -> dict[int, bytes]:
        keys = [each["Key"] for each in client.list_objects_v2(Bucket=BUCKET, Prefix=PACKS).get("Contents", ())]
        return {int(key.removeprefix(PACKS)): client.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}

    return Place(S3Ledger(AwsSession(REGION), BUCKET), put_to(ENTRIES, 12), put_to(PACKS, 8), packs)


def fake_place() -> Place:
    fake = FakeLedger()
    return Place(fake, fake.entries.__setitem__, fake.packs.__setitem__, lambda: fake.packs)


@pytest.fixture(params=["S3", "fake"])
def place(request: pytest.FixtureRequest) -> Place:
    return s3_place(request.getfixturevalue("s3")) if request.param == "S3" else fake_place()


def append(place: Place, log: LedgerLog, *records: Indexed) -> LedgerLog:
    content = an_entry(log, *records)
    assert place.ledger.append(log.end + 1, content) == Appended(number=log.end + 1)
    return add_entry(log, content)


def a_long_ledger(place: Place, entries: int) -> LedgerLog:
    """Put many entries in place, without the calls of an append."""
    log = LedgerLog()
    for number in range(1, entries + 1):
        content = an_entry(log, opened() if number == 1 else a_purchase(f"job-{number}", "ab"))
        place.put_entry(number, content)
        log = add_entry(log, content)
    return log


def test_an_empty_ledger_ends_at_zero(place: Place) -> None:
    log = place.ledger.read()

    assert (log.entries, log.end, log.packs, log.strange_keys) == ((), 0, 0, ())


def test_what_is_appended_is_read_back_in_order(place: Place) -> None:
    written = append(place, place.ledger.read(), opened())
    written = append(place, written, a_purchase())

    log = place.ledger.read()

    assert log.entries == written.entries
    assert log.end == 2


def test_reading_on_from_what_is_known_gives_what_a_whole_reading_gives(place: Place) -> None:
    known = append(place, place.ledger.read(), opened())
    append(place, append(place, known, a_purchase()), created(2))

    assert place.ledger.read(known).entries == place.ledger.read().entries


def test_a_number_is_written_once_and_the_second_writer_is_notified(place: Place) -> None:
    log = append(place, place.ledger.read(), opened())
    assert place.ledger.append(2, an_entry(log, a_purchase("a"), nonce="a" * 32)) == Appended(number=2)

    second = place.ledger.append(2, an_entry(log, a_purchase("b"), nonce="b" * 32))

    assert second == NumberTaken(number=2)
    assert nonces(place.ledger.read())[-1] == "a" * 32


def test_an_entry_of_ones_own_is_recognized_when_it_is_sent_again(place: Place) -> None:
    log = append(place, place.ledger.read(), opened())
    content = an_entry(log, a_purchase())

    assert place.ledger.append(2, content) == Appended(number=2)
    assert place.ledger.append(2, content) == Appended(number=2)


def test_a_gap_is_damage_and_not_the_end(place: Place) -> None:
    log = a_long_ledger(place, 2)
    place.put_entry(4, an_entry(log, created(2)))

    log = place.ledger.read()

    assert log.end == 4
    assert [each.number for each in log.entries if isinstance(each, Unreadable)] == [3]


def test_a_changed_entry_is_found_by_the_one_after_it(place: Place) -> None:
    a_long_ledger(place, 3)
    place.put_entry(2, an_entry(a_long_ledger(fake_place(), 1), a_purchase("another", "z")))

    entries = place.ledger.read().entries

    assert [type(each) for each in entries] == [Entry, Unreadable, Entry]


def test_a_changed_entry_is_found_across_the_seam_of_two_readings(place: Place) -> None:
    known = a_long_ledger(place, 2)
    other = append(place, known, created(2))
    changed = add_entry(a_long_ledger(fake_place(), 1), an_entry(a_long_ledger(fake_place(), 1), a_purchase("z")))

    log = place.ledger.read(changed)

    assert other.end == log.end == 3
    assert isinstance(log.entries[1], Unreadable)


def test_packs_are_written_for_whole_hundreds_and_read_in_place_of_entries(place: Place) -> None:
    log = a_long_ledger(place, 205)

    packed = place.ledger.write_packs(log)

    assert packed.packs == 2
    assert place.packs() == {0: write_pack(0, log), 1: write_pack(1, log)}
    again = place.ledger.read()
    assert (again.entries, again.end, again.packs) == (log.entries, 205, 2)


def test_a_check_reads_entries_and_packs_each_from_its_own_object(place: Place) -> None:
    log = a_long_ledger(place, 103)
    packed = place.ledger.write_packs(log)
    place.put_pack(1, b"no pack")

    unpacked, packs = place.ledger.read_unpacked(), place.ledger.read_packs()

    assert (unpacked.entries, unpacked.end, unpacked.packs) == (packed.entries, 103, 0)
    assert packs == {"00000000": write_pack(0, log), "00000001": b"no pack"}


def test_the_log_is_dated_by_aws(s3: Any) -> None:
    log = s3_place(s3).ledger.read()

    assert log.aws_time is not None
    assert abs(log.aws_time - datetime.now(UTC)) < timedelta(minutes=5)


@pytest.mark.parametrize(
    ("header", "time"),
    [
        ("Mon, 23 Nov 2026 09:15:00 GMT", datetime(2026, 11, 23, 9, 15, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 09:15:02 GMT, Mon, 23 Nov 2026 09:15:00 GMT", datetime(2026, 11, 23, 9, 15, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 09:15:00 -0000", None),
        ("Mon, 23 Nov 2026 09:15:00", None),
        ("Mon, 99 Nov 2026 09:15:00 GMT", None),
        ("", None),
    ],
)
def test_aws_time_always_has_a_zone_also_where_a_proxy_adds_a_date(header: str, time: datetime | None) -> None:
    assert time_of({"ResponseMetadata": {"HTTPHeaders": {"date": header}}}) == time


def test_keys_that_are_no_entries_are_reported(s3: Any) -> None:
    place = s3_place(s3)
    a_long_ledger(place, 1)
    for key in ("9", "0000000000002", "00000000000x", "000000000000"):
        s3.put_object(Bucket=BUCKET, Key=f"{ENTRIES}{key}", Body=b"")

    log = place.ledger.read()

    assert log.end == 1
    assert set(log.strange_keys) == {
        f"{ENTRIES}{key}" for key in ("9", "0000000000002", "00000000000x", "000000000000")
    }


def test_a_pack_that_is_damaged_or_missing_costs_calls_and_no_entries(s3: Any) -> None:
    place = s3_place(s3)
    log = a_long_ledger(place, 103)
    pack = write_pack(0, log)
    assert pack is not None

    for damaged in (pack[:-9], b"no pack", pack[:-4] + bytes(4)):
        place.put_pack(0, damaged)
        assert place.ledger.read().entries == log.entries
    s3.delete_object(Bucket=BUCKET, Key=f"{PACKS}{0:08d}")
    place.put_pack(1, pack)
    again = place.ledger.read()

    assert (again.entries, again.packs) == (log.entries, 0)


def test_a_bucket_that_is_not_there_is_an_external_failure(simulator: Simulator) -> None:
    assert simulator.url

    with pytest.raises(ExternalError, match="reading the ledger in nowhere"):
        S3Ledger(AwsSession(REGION), "nowhere").read()
    with pytest.raises(ExternalError, match="writing"):
        S3Ledger(AwsSession(REGION), "nowhere").append(1, b"")


class FaultySession(AwsSession):
    """A session whose PutObject has its answer changed after S3, or something before it, has dealt with the call."""

    def __init__(self, *, status: int, code: str, is_written: bool) -> None:
        super().__init__(REGION)
        self.status, self.code, self.is_written = status, code, is_written

    def s3(self) -> Any:
        return self

    def put_object(self, **call: Any) -> Any:
        from botocore.exceptions import ClientError, ReadTimeoutError

        if self.is_written:
            super().s3().put_object(**call)
        if not self.status:
            raise ReadTimeoutError(endpoint_url="https://s3")
        answer: Any = {"Error": {"Code": self.code}, "ResponseMetadata": {"HTTPStatusCode": self.status}}
        raise ClientError(answer, "PutObject")

    def get_object(self, **call: Any) -> Any:
        return super().s3().get_object(**call)


FAULTS = [
    (412, "PreconditionFailed"),
    (409, "ConditionalRequestConflict"),
    (500, "InternalError"),
    (503, "SlowDown"),
    (0, ""),
]


@pytest.mark.parametrize(("status", "code"), FAULTS)
def test_after_any_unclear_answer_the_own_nonce_decides(s3: Any, status: int, code: str) -> None:
    log = a_long_ledger(s3_place(s3), 1)
    content = an_entry(log, a_purchase())

    written = S3Ledger(FaultySession(status=status, code=code, is_written=True), BUCKET).append(2, content)
    other = S3Ledger(FaultySession(status=status, code=code, is_written=False), BUCKET).append(1, content)
    lost = S3Ledger(FaultySession(status=status, code=code, is_written=False), BUCKET).append(3, content)

    assert written == Appended(number=2)
    assert other == NumberTaken(number=1)
    assert isinstance(lost, AppendUnclear)


def test_a_refused_write_is_an_external_failure(s3: Any) -> None:
    assert s3
    session = FaultySession(status=403, code="AccessDenied", is_written=False)

    with pytest.raises(ExternalError, match=f"writing {entry_key(1)}"):
        S3Ledger(session, BUCKET).append(1, b"")
