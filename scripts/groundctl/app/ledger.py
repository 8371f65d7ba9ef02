"""The purchase ledger for people: check it, and void a purchase that never became a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from groundctl.app.concurrency import BackgroundTask, map_threads
from groundctl.app.gathering.gather import list_jobs
from groundctl.app.ledger_writer import LedgerWriter
from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.clips.clip_index import ClipIndex
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.decisions import unusable
from groundctl.domain.jobs.ledger.findings import Finding, Place, find_problems
from groundctl.domain.jobs.ledger.look import NOT_LOOKED, Look, look_at, void_evidence
from groundctl.domain.jobs.ledger.purchases import LedgerPurchase, Purchases, State
from groundctl.domain.jobs.ledger.records import (
    Author,
    RecordId,
    VoidEvidence,
    VoidRecord,
)
from groundctl.domain.jobs.ledger.settlement import VoidAllowed, VoidRefused, may_pass_over, may_void
from groundctl.domain.jobs.observed import ObservedJob, observed_job
from groundctl.errors import ExternalError, UsageError
from groundctl.ports import LabelingJobs, ObjectStore, StoredLedger

# How often another writer may take the number that was read: each of them gets on, so this many in a row is a fault.
MAX_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAccount:
    """One account and Region, and the ledger that its configuration names."""

    infrastructure: Infrastructure
    jobs: LabelingJobs
    objects: ObjectStore
    ledger: StoredLedger

    def place(self, jobs: Mapping[JobKey, ObservedJob]) -> Place:
        """Describe this account and Region by its jobs."""
        return Place(account=self.infrastructure.account_id, region=self.infrastructure.region, jobs=jobs)

    def open_writer(self, by: Author) -> LedgerWriter:
        """Read the ledger, to append to it; refuse one that the configuration does not name."""
        writer = LedgerWriter(self.ledger, self.ledger.read(), by)
        pinned, found = self.infrastructure.ledger_id, writer.purchases.ledger
        if pinned is not None and found not in {None, pinned}:
            message = f"the ledger in {self.infrastructure.ledger_bucket} is {found}; the configuration names {pinned}"
            raise UsageError(message, hint="correct `ledger` in the environment's tfvars file: the bucket, or the id")
        return writer


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedLedger:
    """A ledger and what was found in it."""

    ledger: Purchases
    findings: tuple[Finding, ...]


def check_ledger(account: LedgerAccount) -> CheckedLedger:
    """Read every object of the ledger and every job of the account and Region, and compare them."""
    reading = BackgroundTask(account.ledger.read_packs)
    listed, packs = list_jobs(account.jobs), reading.result()
    # Entries are read last: a pack is written after its entries, and a job is created after its purchase.
    log = account.ledger.read_unpacked()
    ledger = Purchases.of(log)
    place = account.place({**listed, **_described(ledger, account.place(listed), account.jobs)})
    findings = find_problems(log, packs, place, pinned=account.infrastructure.ledger_id)
    return CheckedLedger(ledger=ledger, findings=tuple(findings))


def _described(ledger: Purchases, place: Place, jobs: LabelingJobs) -> dict[JobKey, ObservedJob]:
    """Describe the jobs of which a list says too little: it may lack the newest, and has no tags."""
    unsure = [
        purchase
        for purchase in ledger.live()
        if place.has(purchase.job)
        and (purchase.state is State.OPEN or (job := place.find(purchase.job)) is None or not job.has_input)
    ]
    answers = map_threads(lambda purchase: jobs.describe(declared_name(purchase)), unsure)
    described = [observed_job(answer) for answer in answers if answer]
    return {job.key: job for job in described}


def declared_name(purchase: LedgerPurchase) -> str:
    """Return a job's name as its declaration spells it: AWS does not say whether Describe ignores case."""
    stem = PurePosixPath(purchase.record.declaration).stem
    return stem if job_key(stem) == job_key(purchase.job.name) else purchase.job.name


def look_up(purchase: LedgerPurchase, account: LedgerAccount) -> Look:
    """Ask AWS for the job of a purchase, by the name that was bought, and in the list under any spelling."""
    described = account.jobs.describe(declared_name(purchase))
    found = observed_job(described) if described else list_jobs(account.jobs).get(job_key(purchase.job.name))
    return look_at(found)


def find_purchase(name: str, entry: int | None, ledger: Purchases, account: LedgerAccount) -> LedgerPurchase:
    """Find the purchase that a person means: the live one of the job, or the one in the entry that they give."""
    job = account.infrastructure.identity_of(name)
    ours = [each for each in ledger.by_job.get(job, ()) if entry in {None, each.id.entry}]
    if ours:
        return next((each for each in reversed(ours) if each.is_live), ours[-1])
    elsewhere = [
        each
        for each in ledger.by_id.values()
        if each.job.name == job.name and not account.infrastructure.contains(each.job)
    ]
    if elsewhere:
        message = f"{name} was bought in account {elsewhere[-1].job.account}, Region {elsewhere[-1].job.region}"
        hint = "run this with that environment's --infrastructure and credentials: AWS must be asked for the job there"
        raise UsageError(message, hint=hint)
    where = "" if entry is None else f" in entry {entry}"
    raise UsageError(f"the ledger has no purchase of {name}{where}", hint="`groundctl ledger` shows every purchase")


def decide_void(
    purchase: RecordId, writer: LedgerWriter, account: LedgerAccount
) -> tuple[VoidAllowed | VoidRefused, Look]:
    """Look for the purchase's job, and decide whether a person may void the purchase."""
    found = writer.purchases.by_id.get(purchase)
    # An entry that was read before may be unreadable now.
    look = NOT_LOOKED if found is None else look_up(found, account)
    return may_void(purchase, writer.purchases, look=look), look


def void_purchase(
    purchase: RecordId, writer: LedgerWriter, account: LedgerAccount, *, reason: str, person: str
) -> int | VoidRefused:
    """Void a purchase at the number that was read; wherever another entry came first, look and decide again."""
    for _ in range(MAX_TRIES):
        decision, look = decide_void(purchase, writer, account)
        if isinstance(decision, VoidRefused):
            return decision
        record = VoidRecord(
            purchase=purchase,
            evidence=void_evidence(look, writer.aws_time),
            reason=reason,
            person=person,
        )
        if (number := writer.append((record, ClipIndex()))) is not None:
            return number
    raise too_many_writers()


def pass_over(number: int, writer: LedgerWriter, *, reason: str, person: str) -> int | VoidRefused:
    """Pass over an entry that cannot be read, so that purchases can go on without it."""
    for _ in range(MAX_TRIES):
        if refused := may_pass_over(number, writer.purchases):
            return refused
        why = next(fault.why for fault in writer.purchases.faults if fault.number == number)
        evidence = VoidEvidence(aws_time=writer.aws_time, described=f"entry {number} {why}")
        record = VoidRecord(unreadable=number, evidence=evidence, reason=reason, person=person)
        if (appended := writer.append((record, ClipIndex()))) is not None:
            return appended
    raise too_many_writers()


def refuse_unusable(ledger: Purchases, account: LedgerAccount) -> None:
    """Refuse to add jobs to a ledger of which a part cannot be read: what is added may be in that part already."""
    if reasons := tuple(unusable(ledger, account.infrastructure.ledger_id)):
        hint = "`groundctl ledger check` says what is wrong, and what to do about it"
        raise ExternalError(f"the ledger cannot be used: {'; '.join(reasons)}", hint=hint)


def too_many_writers() -> ExternalError:
    """Say that every number that was read was taken before it could be written."""
    message = f"other runs wrote to the ledger {MAX_TRIES} times before this one could"
    return ExternalError(message, hint="run it again; nothing was written")
