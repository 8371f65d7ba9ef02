"""Finds out what became of earlier purchases, as far as a plan depends on it: jobs that exist, and clips that are free again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from groundctl.app.concurrency import map_threads
from groundctl.domain.clips.input_manifest import FrozenInput
from groundctl.domain.jobs.ledger.entries import IndexedRecord, LedgerLog, add_entry, write_entry
from groundctl.domain.jobs.ledger.purchases import LedgerPurchase, Purchases
from groundctl.domain.jobs.ledger.records import Author
from groundctl.domain.jobs.ledger.settlement import OutputFacts
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.planning.due_records import ended, ended_purchases, found
from groundctl.domain.planning.inputs import PlanInputs
from groundctl.domain.planning.purchase import Unknown
from groundctl.domain.results.output_line import (
    NoLabelReason,
    members_of,
    read_leniently,
    source_in,
    without_blank_lines,
)
from groundctl.errors import RefusedByAws
from groundctl.ports import LabelingJobs, ObjectStore

_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def with_due_records(inputs: PlanInputs, log: LedgerLog, jobs: LabelingJobs, objects: ObjectStore) -> PlanInputs:
    """Count what AWS shows and the ledger does not say yet; the records are due, and the plan counts with them."""
    if isinstance(inputs.purchases, Unknown):
        return inputs
    observed = inputs.existing_by_key
    seen = tuple(found(inputs.purchases, inputs.declarations, observed, inputs.infrastructure))
    log = with_records(log, seen)
    purchases = Purchases.of(log) if seen else inputs.purchases
    clips = ((declaration, inputs.frozen.get(declaration.spec.key)) for declaration in inputs.declarations)
    wanted = [(declaration, frozen) for declaration, frozen in clips if isinstance(frozen, FrozenInput)]
    over = ended_purchases(wanted, purchases, observed, inputs.infrastructure)
    facts = map_threads(lambda pair: _read_output(pair[1], jobs, objects), over)
    freed = tuple(
        record for (purchase, job), output in zip(over, facts, strict=True) for record in _ended(purchase, job, output)
    )
    purchases = Purchases.of(with_records(log, freed)) if freed else purchases
    return replace(inputs, purchases=purchases, due=(*inputs.due, *seen, *freed))


def with_records(log: LedgerLog, records: tuple[IndexedRecord, ...]) -> LedgerLog:
    """Read a log as if an entry with these records followed its end."""
    if not records:
        return log
    at = log.aws_time or _NEVER
    return add_entry(log, write_entry(records, nonce="0" * 32, previous=log.tip, at=at, by=Author()))


class _NotRead:
    """The output could not be read, which says nothing: the job's clips stay held."""


def _ended(
    purchase: LedgerPurchase, job: ObservedJob, output: OutputFacts | _NotRead | None
) -> Iterable[IndexedRecord]:
    return () if isinstance(output, _NotRead) else ended(purchase, job, output)


def _read_output(job: ObservedJob, jobs: LabelingJobs, objects: ObjectStore) -> OutputFacts | _NotRead | None:
    """Read which clips of an ended job have no label; None if there is no output manifest."""
    if not job.output_manifest:
        return None
    try:
        described = jobs.describe(job.name)
        lines = objects.read_lines(job.output_manifest) if described else None
    except RefusedByAws:
        return _NotRead()
    if described is None or lines is None:
        return _NotRead()
    return _facts(without_blank_lines(lines), described["LabelAttributeName"])


def _facts(lines: Iterable[bytes], attribute: str) -> OutputFacts:
    """Count the lines; a clip is without a label if each of its lines says so."""
    count, without_label, others = 0, [], set()
    for line in lines:
        count += 1
        members = members_of(line)
        parsed = read_leniently(members, attribute)
        is_open = parsed is NoLabelReason.EMPTY_LABEL if isinstance(parsed, NoLabelReason) else not parsed.has_label
        if members and is_open:
            without_label.append(source_in(members))
        elif members:
            others.add(source_in(members))
    return OutputFacts(lines=count, without_label=tuple(clip for clip in without_label if clip not in others))
