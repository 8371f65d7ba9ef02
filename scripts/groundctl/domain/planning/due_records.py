"""What AWS shows about earlier purchases and the ledger does not say yet: a plan counts on it, and apply writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, cast

from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.clips.clip_index import ClipIndex
from groundctl.domain.clips.input_manifest import FrozenInput
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.entries import IndexedRecord, LedgerLog
from groundctl.domain.jobs.ledger.look import Present
from groundctl.domain.jobs.ledger.purchases import LedgerPurchase, Purchases, State
from groundctl.domain.jobs.ledger.question import conflict
from groundctl.domain.jobs.ledger.records import (
    CreatedRecord,
    EndedRecord,
    NamedRecord,
    OpenedRecord,
    PurchaseRecord,
    Record,
)
from groundctl.domain.jobs.ledger.settlement import Freed, OutputFacts, freed_by
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.planning.wanted import question_of

_NO_CLIPS = ClipIndex()


def opening(
    log: LedgerLog, observed: Iterable[ObservedJob], infrastructure: Infrastructure, *, ledger: str
) -> Iterator[IndexedRecord]:
    """Open a ledger that is new: it has no entry, the configuration names none, and AWS has no job of groundctl's.

    An empty ledger beside jobs of groundctl's is a wrong bucket, or a lost one; only a person can open that.
    """
    is_new = not log.end and not log.strange_keys and infrastructure.ledger_id is None
    if is_new and not any(job.fingerprint for job in observed):
        yield OpenedRecord(ledger=ledger), _NO_CLIPS


def found(
    purchases: Purchases,
    declarations: Iterable[Declaration],
    observed: Mapping[JobKey, ObservedJob],
    infrastructure: Infrastructure,
) -> Iterator[IndexedRecord]:
    """Record jobs that exist though their purchase is open or void, and names that were given to a question since."""
    for purchase in purchases.by_id.values():
        job = observed.get(job_key(purchase.job.name)) if infrastructure.contains(purchase.job) else None
        if job is None or purchase.exists:
            continue
        made = purchases.made(purchase.job, Present.of(job))
        if made is not None and made.id == purchase.id:
            yield CreatedRecord(purchase=purchase.id, arn=job.arn), _NO_CLIPS
    for declaration in declarations:
        own = purchases.of_job(infrastructure.identity_of(declaration.spec.name))
        job = observed.get(declaration.spec.key)
        if own is None or own.question.name is not None or declaration.spec.question is None:
            continue
        # A file that is refused, because its name belongs to another job, says nothing about that job's question.
        if _is_made_from(own, job, declaration):
            yield NamedRecord(purchase=own.id, question=declaration.spec.question), _NO_CLIPS


def _is_made_from(purchase: LedgerPurchase, job: ObservedJob | None, declaration: Declaration) -> bool:
    if isinstance(purchase.record, PurchaseRecord):
        return purchase.record.declaration_digest == declaration.digest
    if job is None:
        return False
    if declaration.spec.imported is not None:
        return declaration.spec.imported.names(job.arn)
    return job.fingerprint is not None and job.fingerprint.declaration == declaration.digest


def is_still_due(record: Record, purchases: Purchases) -> bool:
    """Return whether no other run has written a record in the meantime, and the purchase that it is about can be read."""
    match record:
        case OpenedRecord():
            return purchases.ledger is None and not purchases.end
        case CreatedRecord(purchase=purchase):
            return (known := purchases.by_id.get(purchase)) is not None and not known.exists
        case EndedRecord(purchase=purchase):
            return (known := purchases.by_id.get(purchase)) is not None and known.ended is None
        case NamedRecord(purchase=purchase):
            return (known := purchases.by_id.get(purchase)) is not None and known.question.name is None
        case _:
            raise AssertionError("no other record follows from what AWS shows")


def ended_purchases(
    wanted: Iterable[tuple[Declaration, FrozenInput]],
    purchases: Purchases,
    observed: Mapping[JobKey, ObservedJob],
    infrastructure: Infrastructure,
) -> tuple[tuple[LedgerPurchase, ObservedJob], ...]:
    """Select the purchases that hold wanted clips, and whose job has ended in AWS but not yet in the ledger."""
    wanted = tuple(wanted)
    if not wanted:
        return ()
    questions = [question_of(declaration.spec) for declaration, _ in wanted]
    hashes = frozenset().union(*(frozen.hashed.distinct for _, frozen in wanted))
    candidates = (
        (purchase, observed.get(job_key(purchase.job.name)))
        for purchase in purchases.live()
        if purchase.state is State.CREATED and infrastructure.contains(purchase.job)
    )
    return tuple(
        (purchase, job)
        for purchase, job in candidates
        if job
        and job.status.is_terminal
        and any(conflict(question, purchase.question) for question in questions)
        and purchase.holds(hashes)
    )


def ended(purchase: LedgerPurchase, job: ObservedJob, output: OutputFacts | None) -> Iterator[IndexedRecord]:
    """Record the clips that an ended job left without a label; nothing if the evidence does not suffice."""
    freed = freed_by(purchase, is_terminal=job.status.is_terminal, labeled=job.counters.labeled, output=output)
    if isinstance(freed, Freed):
        record = EndedRecord(
            purchase=purchase.id,
            status=cast(Literal["Completed", "Failed", "Stopped"], str(job.status)),
            output_manifest=job.output_manifest,
            etag=None,
            lines=output.lines if output else 0,
            clips=len(freed.index),
        )
        yield record, freed.index
