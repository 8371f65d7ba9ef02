"""Ledgers for tests: records with good defaults, a log to write them to, and the ledger's port in a dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from groundctl.app.gathering.gather import Account, list_jobs
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.clips.clip_index import ClipIndex, HashedClips
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.decisions import Claim
from groundctl.domain.jobs.ledger.entries import (
    Appended,
    AppendResult,
    AppendUnclear,
    Entry,
    LedgerLog,
    NumberTaken,
    add_entry,
    extend_log,
    write_entry,
)
from groundctl.domain.jobs.ledger.packs import due_packs, parse_pack, write_pack
from groundctl.domain.jobs.ledger.purchases import SETTLING_TIME, SIGNING_TIME, LedgerPurchase, Purchases
from groundctl.domain.jobs.ledger.question import question
from groundctl.domain.jobs.ledger.records import (
    AdoptedRecord,
    AttemptRecord,
    Author,
    CreatedRecord,
    EndedRecord,
    JobIdentity,
    OpenedRecord,
    PurchaseRecord,
    Record,
    RecordId,
    RefusedRecord,
    VoidEvidence,
    VoidRecord,
    job_identity,
)
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.ports import ClipReader, JobPlaces, LabelingJobs, ObjectStore
from support.builders import an_infrastructure
from support.fake_objects import FakeClipReader
from support.fakes import FakePlaces

NOW = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
AFTER_ALL = NOW + SIGNING_TIME + SETTLING_TIME + timedelta(seconds=1)
LABELS = ("no", "yes")
DIGEST = "0" * 32
LEDGER = "acme"

Indexed = tuple[Record, ClipIndex]


def a_job(name: str = "rally-1", *, account: str = "123456789012", region: str = "us-east-1") -> JobIdentity:
    return job_identity(account=account, region=region, name=name)


def clips(*names: str) -> HashedClips:
    """Hash clips by the last part of their URI; "abc" is three clips."""
    return HashedClips.of(f"s3://clips/{letter}.mp4" for name in names for letter in name)


def a_purchase(name: str = "rally-1", asked: HashedClips | str = "ab", **values: Any) -> Indexed:
    """Write a purchase record with its index."""
    hashed = clips(asked) if isinstance(asked, str) else asked
    given: dict[str, Any] = {
        "job": a_job(name),
        "environment": "production",
        "declaration": f"jobs/sports/{name}.yaml",
        "title": "Was it a foul?",
        "labels": LABELS,
        "question": None,
        "clips": len(hashed.index()),
        "lines": len(hashed),
        "usd": Decimal("0.16"),
        "request": f"s3://artifacts/jobs/{name}/request.json",
        "declaration_digest": DIGEST,
        "input_digest": DIGEST,
        "request_digest": DIGEST,
        "terms_digest": DIGEST,
        "plan_digest": DIGEST,
        "rerun_of": None,
        "reason": "",
        "signed_until": NOW + SIGNING_TIME,
        "pull_request": 7,
    }
    record = PurchaseRecord(**(given | values))
    return record, hashed.index()


def an_adopted_job(name: str = "rally-1", asked: str = "ab", **values: Any) -> Indexed:
    hashed = clips(asked)
    given: dict[str, Any] = {
        "job": a_job(name),
        "environment": "production",
        "declaration": f"jobs/sports/{name}.yaml",
        "title": "Was it a foul?",
        "labels": LABELS,
        "question": None,
        "clips": len(hashed.index()),
        "lines": len(hashed),
        "usd": None,
        "input_digest": DIGEST,
        "arn": f"arn:aws:sagemaker:us-east-1:123456789012:labeling-job/{name}",
        "source": "import",
    }
    record = AdoptedRecord(**(given | values))
    return record, hashed.index()


def an_attempt(purchase: int, *, signed_until: datetime = NOW + SIGNING_TIME) -> Indexed:
    return AttemptRecord(purchase=RecordId(entry=purchase), signed_until=signed_until), ClipIndex()


def refused(attempt: int, evidence: str = "ValidationException: no") -> Indexed:
    return RefusedRecord(attempt=RecordId(entry=attempt), evidence=evidence), ClipIndex()


def created(purchase: int) -> Indexed:
    return CreatedRecord(purchase=RecordId(entry=purchase), arn="arn:job"), ClipIndex()


def ended(purchase: int, freed: str = "") -> Indexed:
    index = clips(freed).index()
    record = EndedRecord(
        purchase=RecordId(entry=purchase),
        status="Completed",
        output_manifest="s3://labels/output.manifest",
        etag="e",
        lines=2,
        clips=len(index),
    )
    return record, index


def void(purchase: int | None = None, *, unreadable: int | None = None) -> Indexed:
    record = VoidRecord(
        purchase=None if purchase is None else RecordId(entry=purchase),
        unreadable=unreadable,
        evidence=VoidEvidence(aws_time=NOW, described="absent"),
        reason="never arrived",
        person="ada",
    )
    return record, ClipIndex()


def opened() -> Indexed:
    return OpenedRecord(ledger=LEDGER), ClipIndex()


def an_entry(log: LedgerLog, *records: Indexed, nonce: str | None = None) -> bytes:
    """Write the entry that follows a log."""
    return write_entry(
        records, nonce=nonce or f"{log.end + 1:032x}", previous=log.tip, at=NOW, by=Author(repository="acme/labels")
    )


def a_log(*entries: Indexed | tuple[Indexed, ...], aws_time: datetime = NOW) -> LedgerLog:
    """Write a log: `opened`, then one entry for each record, or for each tuple of records."""
    log = extend_log(LedgerLog(), {}, aws_time=aws_time)
    for each in (opened(), *entries):
        # One record is a pair whose first member is the record; several are a tuple of such pairs.
        records: Any = each if isinstance(each[0], tuple) else (each,)
        log = add_entry(log, an_entry(log, *records))
    return log


def a_ledger(*entries: Indexed | tuple[Indexed, ...], aws_time: datetime = NOW) -> Purchases:
    return Purchases.of(a_log(*entries, aws_time=aws_time))


def purchase(ledger: Purchases, entry: int, record: int = 0) -> LedgerPurchase:
    return ledger.by_id[RecordId(entry=entry, record=record)]


def a_want(name: str = "rally-2", asked: HashedClips | str = "ab", **values: Any) -> Claim:
    hashed = clips(asked) if isinstance(asked, str) else asked
    given: dict[str, Any] = {
        "job": a_job(name),
        "question": question(name=None, labels=LABELS, title="Was it a foul?"),
        "clips": hashed,
        "declaration_digest": DIGEST,
        "terms_digest": DIGEST,
    }
    return Claim(**(given | values))


def content_of(log: LedgerLog, number: int) -> bytes:
    [content] = [each.content for each in log.entries if each.number == number]
    assert content is not None
    return content


def nonces(log: LedgerLog) -> list[str]:
    return [each.header.nonce for each in log.entries if isinstance(each, Entry)]


@dataclass
class FakeLedger:
    """A ledger in dictionaries. lose makes the next append unclear: the entry is written if it says so."""

    entries: dict[int, bytes] = field(default_factory=dict)
    packs: dict[int, bytes] = field(default_factory=dict)
    aws_time: datetime = NOW
    lose: list[bool] = field(default_factory=list)
    reads: int = 0

    def read(self, known: LedgerLog | None = None) -> LedgerLog:
        self.reads += 1
        packed: dict[int, bytes] = {}
        for pack, content in self.packs.items() if known is None else ():
            packed.update(parse_pack(pack, content) or {})
        packs = len(self.packs) if known is None else known.packs
        return extend_log(known or LedgerLog(), self.entries | packed, packs=packs, aws_time=self.aws_time)

    def read_unpacked(self) -> LedgerLog:
        return extend_log(LedgerLog(), self.entries, packs=0, aws_time=self.aws_time)

    def read_packs(self) -> Mapping[str, bytes]:
        return {f"{pack:08d}": content for pack, content in self.packs.items()}

    def append(self, number: int, content: bytes) -> AppendResult:
        if self.lose:
            if self.lose.pop(0):
                self.entries.setdefault(number, content)
            return AppendUnclear(number=number, message="the answer was lost")
        if self.entries.setdefault(number, content) == content:
            return Appended(number=number)
        return NumberTaken(number=number)

    def write_packs(self, log: LedgerLog) -> LedgerLog:
        for pack in due_packs(log):
            content = write_pack(pack, log)
            if content is None:
                return log
            self.packs.setdefault(pack, content)
            log = replace(log, packs=pack + 1)
        return log


def fill(ledger: FakeLedger, entries: Iterable[Indexed]) -> LedgerLog:
    """Append entries to a ledger, as one appender would, but write no packs."""
    log = ledger.read()
    for records in entries:
        content = an_entry(log, records)
        assert ledger.append(log.end + 1, content) == Appended(number=log.end + 1)
        log = add_entry(log, content)
    return log


def an_open_ledger() -> FakeLedger:
    """A ledger with its first entry and nothing else, at the present time: real requests are signed with it."""
    ledger = FakeLedger(aws_time=datetime.now(UTC).replace(microsecond=0))
    ledger.entries[1] = an_entry(ledger.read(), opened())
    return ledger


def an_account(
    jobs: LabelingJobs,
    objects: ObjectStore,
    *,
    infrastructure: Infrastructure | None = None,
    ledger: FakeLedger | None = None,
    clips: ClipReader | None = None,
    places: JobPlaces | None = None,
    observed: Mapping[JobKey, ObservedJob] | None = None,
) -> Account:
    """Open an account over fakes, with an open ledger unless one is given; list its jobs unless they are given."""
    kept = ledger or an_open_ledger()
    return Account(
        infrastructure=infrastructure or an_infrastructure(),
        jobs=jobs,
        objects=objects,
        ledger=kept,
        clips=clips or FakeClipReader(),
        places=places or FakePlaces(),
        log=kept.read(),
        observed=list_jobs(jobs) if observed is None else observed,
    )
