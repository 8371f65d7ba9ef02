"""What is wrong with the ledger, or open in it: its objects, its records, and what they say about the jobs in AWS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.jobs.ledger.adoption import is_ours
from groundctl.domain.jobs.ledger.entries import LedgerLog
from groundctl.domain.jobs.ledger.look import Present
from groundctl.domain.jobs.ledger.packs import numbers_in, write_pack
from groundctl.domain.jobs.ledger.purchases import Contradiction, LedgerPurchase, Purchases, State
from groundctl.domain.jobs.ledger.records import JobIdentity, job_identity
from groundctl.domain.jobs.observed import ObservedJob, Status

_PACK = re.compile(r"[0-9]{8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOpen:
    """The ledger has no entries; pinned is the one that the configuration names, if any."""

    pinned: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnotherLedger:
    """The ledger is not the one that the configuration names."""

    found: str
    pinned: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedEntry:
    """An entry is missing, cannot be read, or cannot be believed."""

    number: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrangeKey:
    """An object among the ledger's is none of it."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedPack:
    """A pack is not what its entries make."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPurchase:
    """A job was not seen since its request may have been sent. After closes_at it can be voided, if it is still absent.

    exists says that AWS shows the job: the next apply writes that down. may_run says that a run may still be at work.
    """

    purchase: LedgerPurchase
    closes_at: datetime
    is_closed: bool
    may_run: bool
    exists: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInAws:
    """A job that was created is not in AWS, where jobs cannot be deleted."""

    purchase: LedgerPurchase


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFreed:
    """A job has ended, and the ledger does not say which clips ended without a label."""

    purchase: LedgerPurchase
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownJob:
    """A job in AWS that the ledger does not know. is_ours says that groundctl made it, so it was bought past this ledger."""

    job: ObservedJob
    is_ours: bool


Finding = (
    NotOpen
    | AnotherLedger
    | DamagedEntry
    | StrangeKey
    | DamagedPack
    | Contradiction
    | OpenPurchase
    | NotInAws
    | NotFreed
    | UnknownJob
)


def is_wrong(finding: Finding) -> bool:
    """Say whether a finding needs attention. The others end by themselves, at the next apply, or cannot be changed."""
    match finding:
        case NotOpen(pinned=pinned):
            return pinned is not None
        case OpenPurchase(may_run=may_run):
            return not may_run
        case UnknownJob(is_ours=is_ours):
            return is_ours
        case NotFreed():
            return False
        case _:
            return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One account and Region, and the jobs that AWS shows there."""

    account: str
    region: str
    jobs: Mapping[JobKey, ObservedJob]

    def has(self, job: JobIdentity) -> bool:
        """Say whether a job belongs to this account and Region."""
        return job.is_in(self.account, self.region)

    def identity(self, job: ObservedJob) -> JobIdentity:
        """Identify a job of this place."""
        return job_identity(account=self.account, region=self.region, name=job.name)

    def find(self, job: JobIdentity) -> ObservedJob | None:
        """Find a job by its identity; None if AWS does not show it here."""
        return self.jobs.get(job_key(job.name)) if self.has(job) else None


def find_problems(
    log: LedgerLog, packs: Mapping[str, bytes | None], place: Place, *, pinned: str | None
) -> Iterator[Finding]:
    """Check a ledger whose entries were read one by one, its packs by name, and its jobs in one place.

    place must show every job of it that the ledger has: a list of jobs may lack the newest.
    """
    ledger = Purchases.of(log)
    yield from find_blockers(ledger, pinned=pinned)
    yield from _pack_problems(log, packs)
    yield from _with_seen_jobs(ledger, place).contradictions()
    for purchase in ledger.by_id.values():
        yield from _purchase_problems(purchase, ledger.aws_time, place)
    yield from (UnknownJob(job=job, is_ours=is_ours(job)) for job in unknown_jobs(ledger, place))


def find_blockers(ledger: Purchases, *, pinned: str | None) -> Iterator[Finding]:
    """Find what stops every purchase: a ledger that is not open, another one, and entries that cannot be read."""
    if not ledger.end:
        yield NotOpen(pinned=pinned)
    if pinned is not None and ledger.ledger not in {None, pinned}:
        yield AnotherLedger(found=ledger.ledger or "", pinned=pinned)
    yield from (DamagedEntry(number=fault.number, why=fault.why) for fault in ledger.faults)
    yield from (StrangeKey(key=key) for key in ledger.strange_keys)


def unknown_jobs(ledger: Purchases, place: Place) -> Iterator[ObservedJob]:
    """Select the jobs of a place that belong to no purchase; jobs of other task types do not count."""
    for job in place.jobs.values():
        if job.is_video_classification and ledger.made(place.identity(job), Present.of(job)) is None:
            yield job


def _pack_problems(log: LedgerLog, packs: Mapping[str, bytes | None]) -> Iterator[Finding]:
    for name, content in packs.items():
        if not _PACK.fullmatch(name):
            yield StrangeKey(key=f"ledger/packs/{name}")
            continue
        made = write_pack(int(name), log)
        if made is None:
            numbers = numbers_in(int(name))
            why = f"holds entries {numbers[0]} to {numbers[-1]}, which are not all there"
            yield DamagedPack(name=name, why=why)
        elif made != content:
            yield DamagedPack(name=name, why="has another content than its entries")


def _with_seen_jobs(ledger: Purchases, place: Place) -> Purchases:
    """Add what AWS shows about the void purchases: a job that exists is not void, whether that was written down or not."""

    def seen(purchase: LedgerPurchase) -> LedgerPurchase:
        job = None if purchase.is_live else place.find(purchase.job)
        made = ledger.made(purchase.job, Present.of(job)) if job else None
        if job is None or made is None or made.id != purchase.id:
            return purchase
        void_id = purchase.void_id or max(attempt.id for attempt in purchase.attempts)
        return replace(purchase, arn=job.arn, void_id=void_id)

    return replace(ledger, by_id={each: seen(purchase) for each, purchase in ledger.by_id.items()})


def _purchase_problems(purchase: LedgerPurchase, aws_time: datetime | None, place: Place) -> Iterator[Finding]:
    job = place.find(purchase.job)
    match purchase.state:
        case State.OPEN:
            yield OpenPurchase(
                purchase=purchase,
                closes_at=purchase.closes_at,
                is_closed=not purchase.open_attempts(aws_time),
                may_run=aws_time is None or any(aws_time <= each.signed_until for each in purchase.attempts),
                exists=job is not None and Present.of(job).is_made_from(purchase.record),
            )
        case State.CREATED if place.has(purchase.job) and job is None:
            yield NotInAws(purchase=purchase)
        case State.CREATED if job and job.status.is_terminal and job.counters.labeled < len(purchase.index):
            yield NotFreed(purchase=purchase, status=job.status)
