"""What the ledger's records come to: purchases, who holds which clips, and what is wrong with the ledger.

State is computed from the whole log and never stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final, Self

from groundctl.domain.clips.clip_index import ClipIndex, HashedClips
from groundctl.domain.jobs.ledger.entries import Entry, LedgerLog, Unreadable
from groundctl.domain.jobs.ledger.look import Present
from groundctl.domain.jobs.ledger.question import Question, conflict, question
from groundctl.domain.jobs.ledger.records import (
    AdoptedRecord,
    AttemptRecord,
    Author,
    CreatedRecord,
    EndedRecord,
    JobIdentity,
    NamedRecord,
    OpenedRecord,
    PurchaseRecord,
    Record,
    RecordId,
    RefusedRecord,
    VoidRecord,
)

# How long after its record was written a request may still be signed and sent.
SIGNING_TIME: Final = timedelta(minutes=10)
# AWS refuses signatures older than 5 or 15 minutes; the rest of the hour covers reads that lag behind.
SETTLING_TIME: Final = timedelta(minutes=60)


class State(StrEnum):
    """Where a purchase stands."""

    OPEN = "open"
    CREATED = "created"
    ENDED = "ended"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The clear answer that nothing was created: AWS's code and words, and the entry that recorded it."""

    evidence: str
    at: datetime
    by: Author


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One time that a purchase's request may have been sent."""

    id: RecordId
    signed_until: datetime
    refusal: Refusal | None = None

    @property
    def was_refused(self) -> bool:
        """Say whether every send of this attempt was clearly refused."""
        return self.refusal is not None

    def is_closed(self, aws_time: datetime | None) -> bool:
        """Say whether AWS can no longer accept a request of this attempt. aws_time is AWS's clock, never ours."""
        return self.was_refused or (aws_time is not None and aws_time > self.closes_at)

    @property
    def closes_at(self) -> datetime:
        """Give the time after which nothing of this attempt can be accepted."""
        return self.signed_until + SETTLING_TIME


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPurchase:
    """A purchase or an adopted job, with everything that the ledger says about it."""

    id: RecordId
    record: PurchaseRecord | AdoptedRecord
    question: Question
    index: ClipIndex
    at: datetime
    by: Author
    attempts: tuple[Attempt, ...] = ()
    arn: str | None = None
    ended: EndedRecord | None = None
    freed: ClipIndex = field(default_factory=ClipIndex)
    void: VoidRecord | None = None
    void_id: RecordId | None = None

    @property
    def job(self) -> JobIdentity:
        """Identify the job that was bought."""
        return self.record.job

    @property
    def exists(self) -> bool:
        """Say whether the job was seen in AWS."""
        return self.arn is not None or self.ended is not None

    @property
    def state(self) -> State:
        """Say where the purchase stands. A job that was seen is never void, whatever was written."""
        if self.ended is not None:
            return State.ENDED
        if self.arn is not None:
            return State.CREATED
        if self.void is not None or all(attempt.was_refused for attempt in self.attempts):
            return State.VOID
        return State.OPEN

    @property
    def is_live(self) -> bool:
        """Say whether the purchase holds clips."""
        return self.state is not State.VOID

    def open_attempts(self, aws_time: datetime | None) -> tuple[Attempt, ...]:
        """List the attempts of which AWS may still accept a request."""
        return tuple(attempt for attempt in self.attempts if not attempt.is_closed(aws_time))

    @property
    def closes_at(self) -> datetime:
        """Return the time after which AWS can accept no request of an open purchase."""
        return max(attempt.closes_at for attempt in self.attempts if not attempt.was_refused)

    def holds(self, clips: frozenset[int]) -> frozenset[int]:
        """Find which of some clips this purchase holds, all by their hashes."""
        if not self.is_live:
            return frozenset()
        shared = clips.intersection(self.index.hashes())
        return shared.difference(self.freed.hashes()) if shared and self.freed.raw else shared

    def cost_of(self, clips: int) -> Decimal | None:
        """Say what some of its clips cost, in dollars and cents; None if its price is not known."""
        usd, bought = self.record.usd, len(self.index)
        if usd is None or not bought:
            return None
        return (usd * clips / bought).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A job that exists although its purchase was voided, and the purchases since then that have clips of it."""

    purchase: LedgerPurchase
    bought_again: tuple[tuple[LedgerPurchase, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchases:
    """All purchases of a ledger, in the order of their numbers.

    faults are the entries that stop every purchase until a person passes over them; strange_keys stop it as well.
    planned holds what a plan buys beyond the end of the ledger. near lists who holds each of the clips in focus, so that
    many jobs are compared in one pass over the ledger.
    """

    ledger: str | None = None
    by_id: Mapping[RecordId, LedgerPurchase] = field(default_factory=dict)
    by_job: Mapping[JobIdentity, tuple[LedgerPurchase, ...]] = field(default_factory=dict)
    faults: tuple[Unreadable, ...] = ()
    strange_keys: tuple[str, ...] = ()
    end: int = 0
    aws_time: datetime | None = None
    planned: tuple[LedgerPurchase, ...] = ()
    focus: frozenset[int] = frozenset()
    near: Mapping[int, tuple[RecordId, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, log: LedgerLog) -> Self:
        """Compute what the records of a log come to."""
        reading = _Reading()
        for entry in log.entries:
            reading.take(entry)
        purchases = reading.purchases()
        by_job: dict[JobIdentity, list[LedgerPurchase]] = defaultdict(list)
        for purchase in purchases.values():
            by_job[purchase.job].append(purchase)
        return cls(
            ledger=reading.ledger,
            by_id=purchases,
            by_job={job: tuple(those) for job, those in by_job.items()},
            faults=tuple(each for each in reading.faults if each.number not in reading.passed_over),
            strange_keys=log.strange_keys,
            end=log.end,
            aws_time=log.aws_time,
        )

    def with_planned(self, record: PurchaseRecord, index: ClipIndex, *, at: datetime, by: Author) -> Purchases:
        """Add a purchase that a plan makes before the next one, as if it were written after the end."""
        place = len(self.planned)
        planned = RecordId(entry=self.end + 1, record=place)
        purchase = LedgerPurchase(
            id=planned,
            record=record,
            question=question(name=record.question, labels=record.labels, title=record.title),
            index=index,
            at=at,
            by=by,
            attempts=(Attempt(id=planned, signed_until=record.signed_until),),
        )
        of_job = (*self.by_job.get(record.job, ()), purchase)
        by_id, by_job = {**self.by_id, planned: purchase}, {**self.by_job, record.job: of_job}
        return replace(self, by_id=by_id, by_job=by_job, planned=(*self.planned, purchase))

    def focused_on(self, clips: frozenset[int]) -> Purchases:
        """Find who holds some clips, by their hashes; decisions about these clips need no further pass."""
        near: dict[int, list[RecordId]] = defaultdict(list)
        for purchase in self.live():
            for clip in purchase.holds(clips):
                near[clip].append(purchase.id)
        return replace(self, focus=clips, near={clip: tuple(purchases) for clip, purchases in near.items()})

    def without(self, purchase: RecordId) -> Purchases:
        """Leave out a purchase, as if it were void."""
        job = self.by_id[purchase].job
        by_id = {place: each for place, each in self.by_id.items() if place != purchase}
        of_job = tuple(each for each in self.by_job[job] if each.id != purchase)
        return replace(self, by_id=by_id, by_job={**self.by_job, job: of_job})

    def live(self) -> Iterator[LedgerPurchase]:
        """Yield the purchases that hold clips."""
        return (purchase for purchase in self.by_id.values() if purchase.is_live)

    def of_job(self, job: JobIdentity) -> LedgerPurchase | None:
        """Find a job's live purchase: the newest if there are several."""
        return next((each for each in reversed(self.by_job.get(job, ())) if each.is_live), None)

    def made(self, job: JobIdentity, found: Present) -> LedgerPurchase | None:
        """Find the purchase that a job in AWS was made from.

        If several fit, it is the one whose job was seen, then the newest live one: nothing of a void one can be accepted.
        """
        fitting = (
            each for each in self.by_job.get(job, ()) if each.arn == found.arn or found.is_made_from(each.record)
        )
        return max(fitting, key=lambda each: (each.exists, each.is_live, each.id), default=None)

    def holders(self, clips: HashedClips) -> Iterator[tuple[LedgerPurchase, frozenset[int]]]:
        """Yield each live purchase that holds any of some clips, with the hashes of these."""
        for purchase in self._candidates(clips):
            if held := purchase.holds(clips.distinct):
                yield purchase, held

    def _candidates(self, clips: HashedClips) -> Iterable[LedgerPurchase]:
        if not clips.distinct <= self.focus:
            return self.live()
        found = {place for clip in clips.distinct for place in self.near.get(clip, ())}
        return (*(self.by_id[place] for place in sorted(found) if place in self.by_id), *self.planned)

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield the jobs that exist although their purchases were voided."""
        for revived in self.by_id.values():
            if revived.void_id is None or not revived.exists:
                continue
            own = frozenset(revived.index.hashes())
            later = [
                (other, len(own.intersection(other.index.hashes())))
                for other in self.live()
                if other.id > revived.void_id and conflict(revived.question, other.question)
            ]
            yield Contradiction(purchase=revived, bought_again=tuple(pair for pair in later if pair[1]))


class _Reading:
    """Takes entries in order and keeps what they say about each purchase."""

    def __init__(self) -> None:
        self.ledger: str | None = None
        self.faults: list[Unreadable] = []
        self.passed_over: set[int] = set()
        self._bought: dict[RecordId, tuple[PurchaseRecord | AdoptedRecord, ClipIndex, Entry]] = {}
        self._attempts: dict[RecordId, list[tuple[RecordId, datetime]]] = {}
        self._purchase_of: dict[RecordId, RecordId] = {}  # by attempt
        self._refusals: dict[RecordId, Refusal] = {}  # by attempt
        self._arns: dict[RecordId, str] = {}
        self._ended: dict[RecordId, tuple[EndedRecord, ClipIndex]] = {}
        self._voids: dict[RecordId, tuple[VoidRecord, RecordId]] = {}
        self._names: dict[RecordId, str] = {}

    def take(self, entry: Entry | Unreadable) -> None:
        """Keep all records of an entry, or none: they take effect together."""
        if isinstance(entry, Unreadable):
            self.faults.append(entry)
            return
        records = tuple(entry.records())
        if wrong := self._wrong(records):
            self.faults.append(Unreadable(number=entry.number, why=wrong, content=entry.content))
            return
        for place, record, index in records:
            self._take(entry, place, record, index)

    def _wrong(self, records: Iterable[tuple[RecordId, Record, ClipIndex]]) -> str | None:
        """Find a record that refers to something that is not there."""
        here = set()  # purchases of this entry, to which its later records may refer
        for place, record, _ in records:
            match record:
                case PurchaseRecord() | AdoptedRecord():
                    here.add(place)
                case RefusedRecord(attempt=attempt):
                    if attempt not in self._purchase_of and attempt not in here and self._can_read(attempt):
                        return f"refers to {attempt}, which is no attempt"
                case _:
                    purchase: RecordId | None = getattr(record, "purchase", None)
                    if purchase is None or purchase in self._bought or purchase in here:
                        continue
                    if self._can_read(purchase):
                        return f"refers to {purchase}, which is no purchase"
        return None

    def _can_read(self, record: RecordId) -> bool:
        """Say whether the fault of a record is not already that of its entry."""
        return all(fault.number != record.entry for fault in self.faults)

    def _take(self, entry: Entry, place: RecordId, record: Record, index: ClipIndex) -> None:
        match record:
            case OpenedRecord(ledger=ledger):
                self.ledger = ledger
            case PurchaseRecord(signed_until=signed_until):
                self._bought[place] = record, index, entry
                self._add_attempt(place, place, signed_until)
            case AdoptedRecord(arn=arn):
                self._bought[place] = record, index, entry
                self._arns[place] = arn
            case AttemptRecord(purchase=purchase, signed_until=signed_until):
                self._add_attempt(purchase, place, signed_until)
            case RefusedRecord(attempt=attempt, evidence=evidence):
                said = Refusal(evidence=evidence, at=entry.header.at, by=entry.header.by)
                self._refusals.setdefault(attempt, said)
            case CreatedRecord(purchase=purchase, arn=arn):
                self._arns.setdefault(purchase, arn)
            case EndedRecord(purchase=purchase):
                self._ended.setdefault(purchase, (record, index))
            case VoidRecord(unreadable=int(number)):
                self.passed_over.add(number)
            case VoidRecord(purchase=RecordId() as purchase):
                self._voids.setdefault(purchase, (record, place))
            case NamedRecord(purchase=purchase, question=name):
                self._names.setdefault(purchase, name)

    def _add_attempt(self, purchase: RecordId, attempt: RecordId, signed_until: datetime) -> None:
        self._attempts.setdefault(purchase, []).append((attempt, signed_until))
        self._purchase_of[attempt] = purchase

    def purchases(self) -> dict[RecordId, LedgerPurchase]:
        """Put together what is known of each purchase."""
        return {each: self._purchase(each) for each in self._bought}

    def _purchase(self, purchase: RecordId) -> LedgerPurchase:
        record, index, entry = self._bought[purchase]
        ended, freed = self._ended.get(purchase, (None, ClipIndex()))
        void, void_id = self._voids.get(purchase, (None, None))
        return LedgerPurchase(
            id=purchase,
            record=record,
            question=question(
                name=record.question or self._names.get(purchase), labels=record.labels, title=record.title
            ),
            index=index,
            at=entry.header.at,
            by=entry.header.by,
            attempts=tuple(
                Attempt(id=attempt, signed_until=until, refusal=self._refusals.get(attempt))
                for attempt, until in self._attempts.get(purchase, ())
            ),
            arn=self._arns.get(purchase),
            ended=ended,
            freed=freed,
            void=void,
            void_id=void_id,
        )
