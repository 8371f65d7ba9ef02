"""What the purchase ledger says that concerns no declared job: purchases left open, contradictions, jobs it does not know."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.jobs.ledger.adoption import NO_LIST, NO_LIST_HINT
from groundctl.domain.jobs.ledger.findings import Place, unknown_jobs
from groundctl.domain.jobs.ledger.purchases import Contradiction, LedgerPurchase, Purchases, Refusal, State
from groundctl.domain.jobs.ledger.records import NamedRecord
from groundctl.domain.jobs.ledger.refusals import refusal_hint
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.planning.inputs import PlanInputs
from groundctl.domain.planning.plan import Change, Create, Waiting, refusal_before
from groundctl.domain.planning.wording import clips_text, moment_text, refusal_text, usd_text

_MAX_NAMED = 3
# The rules of a job that waits because of its own purchase.
_ABOUT_THE_PURCHASE = {"P112", "P114"}


def ledger_notes(
    inputs: PlanInputs, unrecorded: Sequence[ObservedJob], changes: Sequence[Change]
) -> Iterator[Diagnostic]:
    """Note what a person should know about the ledger beside the plan's changes."""
    purchases = inputs.purchases
    if not isinstance(purchases, Purchases):
        return
    yield from (_contradiction(each) for each in purchases.contradictions())
    told = {change.key for change in changes if _tells_of_its_purchase(change)}
    for each in _abandoned(inputs, purchases, told):
        yield _left_open(each, purchases, is_declared=job_key(each.job.name) in inputs.declared)
    yield from (
        _named(purchases.by_id[record.purchase], record) for record, _ in inputs.due if isinstance(record, NamedRecord)
    )
    yield from _refused(changes)
    if purchases.ledger is not None:
        yield from _unrecorded_notes(unrecorded, _imported(inputs))


def unrecorded_jobs(inputs: PlanInputs) -> tuple[ObservedJob, ...]:
    """Select the existing jobs that the ledger does not know."""
    purchases = inputs.purchases
    if not isinstance(purchases, Purchases):
        return inputs.existing_jobs
    place = Place(
        account=inputs.infrastructure.account_id,
        region=inputs.infrastructure.region,
        jobs=inputs.existing_by_key,
    )
    return tuple(unknown_jobs(purchases, place))


def _tells_of_its_purchase(change: Change) -> bool:
    """Return whether a change goes on with an open purchase of its job, or says why it waits for that."""
    waits = isinstance(change, Waiting) and any(reason.rule in _ABOUT_THE_PURCHASE for reason in change.reasons)
    return isinstance(change, Create) or waits


def _abandoned(inputs: PlanInputs, purchases: Purchases, told: Iterable[JobKey]) -> Iterator[LedgerPurchase]:
    """Yield the open purchases of this account and Region that no change is about, and whose job AWS does not show."""
    expected = {*told, *inputs.existing_by_key}
    for purchase in purchases.by_id.values():
        is_here = inputs.infrastructure.contains(purchase.job)
        if purchase.state is State.OPEN and is_here and job_key(purchase.job.name) not in expected:
            yield purchase


def _left_open(purchase: LedgerPurchase, purchases: Purchases, *, is_declared: bool) -> Diagnostic:
    until = purchase.closes_at if purchase.open_attempts(purchases.aws_time) else None
    void = f"`groundctl ledger void {purchase.job.name} --reason ...` frees its clips"
    when = f"after {moment_text(until)}, {void}" if until else void
    clips = clips_text(len(purchase.index))
    cost = "" if purchase.record.usd is None else f" (up to {usd_text(purchase.record.usd)})"
    return Diagnostic(
        rule="P401",
        message=f"{purchase.job.name}: a run recorded a purchase of {clips}{cost} on {moment_text(purchase.at)} and did"
        f" not finish it, and {'this plan does not continue it' if is_declared else 'no file declares the job now'}",
        hint=f"to continue it, {'let its file create the job' if is_declared else 'restore its file'}; or {when}",
    )


def _contradiction(found: Contradiction) -> Diagnostic:
    again = ", ".join(f"{count:,} by {purchase.job.name}" for purchase, count in found.bought_again[:_MAX_NAMED])
    return Diagnostic(
        rule="P402",
        message=f"{found.purchase.job.name} exists although its purchase was voided"
        + (f"; some of its clips were bought again since: {again}" if again else ""),
        hint="if both jobs still run, stop the one that you do not need; `groundctl ledger check` shows the entries",
    )


def _refused(changes: Iterable[Change]) -> Iterator[Diagnostic]:
    """Write one note for each answer of AWS, with the jobs that it refused."""
    groups: dict[str, list[tuple[str, Refusal]]] = {}
    for change in changes:
        if refusal := refusal_before(change):
            groups.setdefault(refusal.evidence, []).append((change.name, refusal))
    for group in groups.values():
        newest = max((refusal for _, refusal in group), key=lambda refusal: refusal.at)
        yield Diagnostic(
            rule="P405",
            message=f"{_names([name for name, _ in group])}: {refusal_text(newest)}",
            hint=refusal_hint(newest),
        )


def adoptable(unrecorded: Iterable[ObservedJob]) -> list[ObservedJob]:
    """Select the jobs that can be entered into the ledger, because there is a list of their clips."""
    return [job for job in unrecorded if job.has_input]


def _on_topics(unrecorded: Iterable[ObservedJob]) -> list[ObservedJob]:
    return [job for job in unrecorded if not job.has_input]


def _named(purchase: LedgerPurchase, record: NamedRecord) -> Diagnostic:
    return Diagnostic(
        rule="P404",
        message=f"{purchase.job.name}: its question gets the name `{record.question}` in the purchase ledger",
        hint="make sure that the name is right: it is given once, and its clips can be bought for questions of other names",
    )


def _unrecorded_notes(unrecorded: Iterable[ObservedJob], imported: Collection[JobKey]) -> Iterator[Diagnostic]:
    """Write a note for each way into the ledger: an import also enters a job on a topic, or without its manifest."""
    unrecorded = tuple(unrecorded)
    if jobs := [job for job in unrecorded if job.key in imported]:
        yield unrecorded_note(jobs, are_imported=True)
    others = [job for job in unrecorded if job.key not in imported]
    yield from (unrecorded_note(jobs) for jobs in (adoptable(others), _on_topics(others)) if jobs)


def _imported(inputs: PlanInputs) -> frozenset[JobKey]:
    return frozenset(each.spec.key for each in inputs.declarations if each.spec.imported is not None)


def unrecorded_note(jobs: Sequence[ObservedJob], *, are_imported: bool = False) -> Diagnostic:
    """Name jobs that the ledger does not know, all with a list of their clips, all on a topic, or all with an imported file."""
    names = _names([job.name for job in jobs])
    is_one = len(jobs) == 1
    known = "1 job in AWS is" if is_one else f"{len(jobs):,} jobs in AWS are"
    why, hint = f", as {NO_LIST}", NO_LIST_HINT
    if jobs[0].has_input or are_imported:
        command = "import" if are_imported else "ledger adopt"
        name, what = (jobs[0].name, "it") if is_one else ("NAME", "a job")
        why, hint = "", f"`groundctl {command} {name}` enters {what}"
    return Diagnostic(
        rule="P403",
        pointer="/name",
        message=f"{known} unknown to the purchase ledger{why}: {names}; clips that {'it' if is_one else 'they'} asked"
        " may be bought again",
        hint=hint,
    )


def _names(names: Iterable[str]) -> str:
    """Name the first jobs by the alphabet, and count the others."""
    first, rest = (ordered := sorted(names))[:_MAX_NAMED], ordered[_MAX_NAMED:]
    return ", ".join(first) + (f" and {len(rest):,} more" if rest else "")
