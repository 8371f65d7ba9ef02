"""Decides about a job that does not exist: what it would buy, within the limits, and as the purchase ledger allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import assert_never

from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.estimate import estimate
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.input_manifest import MAX_LINES, UNRESOLVED, FrozenInput, too_many_lines
from groundctl.domain.jobs.ledger.decisions import (
    AlreadyCreated,
    Buy,
    ContinueAttempt,
    Decision,
    LedgerUnusable,
    LookFirst,
    NothingLeft,
    Overlap,
    RecordCreated,
    RerunUnfounded,
    RerunUnknown,
    StillPending,
    VoidFirst,
    decide_purchase,
    find_rerun,
)
from groundctl.domain.jobs.ledger.look import NOT_LOOKED
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.records import Author, RecordId
from groundctl.domain.jobs.ledger.refusals import refusal_of
from groundctl.domain.jobs.request import DesiredJob, compile_job
from groundctl.domain.planning.inputs import PlanInputs
from groundctl.domain.planning.limits import beyond_limits, unbounded
from groundctl.domain.planning.plan import (
    AlreadyAsked,
    Change,
    Create,
    DeclaredJob,
    Purchase,
    Refused,
    Unknown,
    Waiting,
)
from groundctl.domain.planning.purchase_reasons import (
    ABOUT_AN_EARLIER_PURCHASE,
    buy_remarks,
    continued_remark,
    near_miss_remarks,
    reason_against,
    rerun_unknown_reason,
    voided_remark,
)
from groundctl.domain.planning.wanted import Wanted, purchase_record, wanted

# A plan's purchases are compared with each other before any of them has a time.
_NO_TIME = datetime.min.replace(tzinfo=UTC)


def declared_job(declaration: Declaration) -> DeclaredJob:
    """Return the facts that every change of a declared job contains."""
    spec = declaration.spec
    return DeclaredJob(
        name=spec.name,
        path=declaration.path,
        owner=spec.owner,
        team=spec.team or "the public crowd",
        declaration_digest=declaration.digest,
        workers_per_object=spec.workers_per_object,
        budget_usd=spec.budget_usd,
        question=spec.question,
        repeats=spec.rerun_of.job if spec.rerun_of else None,
    )


def plan_new_job(
    declaration: Declaration, clips: FrozenInput | Unknown | None, infrastructure: Infrastructure, policy: Policy
) -> Create | Refused:
    """Decide from the clips and the limits alone; clips is None for a job with only a topic."""
    known = UNRESOLVED if isinstance(clips, Unknown) else clips
    purchase = purchase_of_clips(declaration, compile_job(declaration, infrastructure, known), clips, policy)
    if reasons := tuple(_beyond_limits(declaration, purchase, policy)):
        return Refused(job=declared_job(declaration), purchase=purchase, reasons=reasons)
    return Create(job=declared_job(declaration), purchase=purchase, reasons=tuple(_repeats(known)))


def plan_purchase(
    declaration: Declaration, clips: FrozenInput | None, inputs: PlanInputs, purchases: Purchases
) -> Change:
    """Decide as the ledger allows; purchases includes what the plan buys before this job."""
    infrastructure = inputs.infrastructure
    desired = compile_job(declaration, infrastructure, clips)
    rerun = _rerun(declaration, desired, inputs, purchases)
    if isinstance(rerun, Diagnostic):
        return Refused(job=declared_job(declaration), reasons=(rerun,))
    planned = rerun is not None and rerun.entry > purchases.end
    want = wanted(declaration, infrastructure, clips, desired, rerun_of=rerun, repeats_planned=planned)
    replaced: list[Diagnostic] = []
    while isinstance(decision := _decide(want, inputs, purchases), VoidFirst):
        replaced.append(voided_remark(decision.purchase))
        purchases = purchases.without(decision.purchase.id)
    return _change(want, decision, inputs, replaced, end=purchases.end)


def with_planned(change: Create, purchases: Purchases) -> Purchases:
    """Count a purchase of the plan for the jobs that come after it."""
    purchase, asked = change.purchase, change.purchase.wanted
    if asked is None or asked.is_recorded:
        return purchases
    while own := purchases.of_job(asked.purchase.job):
        purchases = purchases.without(own.id)  # apply voids it first
    usd = purchase.cost.high if purchase.cost else None
    record = purchase_record(asked, purchase.desired, usd=usd, signed_until=_NO_TIME)
    return purchases.with_planned(record, asked.purchase.clips.index(), at=_NO_TIME, by=Author())


def purchase_of_clips(
    declaration: Declaration, desired: DesiredJob, clips: FrozenInput | Unknown | None, policy: Policy
) -> Purchase:
    """Say what a job buys, and what it costs."""
    if not isinstance(clips, FrozenInput):
        return Purchase(desired=desired, clips=clips, cost=None)
    # Clips keep arriving at a streaming job, so its cost is unlimited whatever its manifest contains.
    cost = None if declaration.spec.is_streaming else estimate(declaration.spec, clips.to_label, policy)
    return Purchase(desired=desired, clips=clips.objects, cost=cost)


def _decide(want: Wanted, inputs: PlanInputs, purchases: Purchases) -> Decision:
    return decide_purchase(
        want.purchase,
        purchases,
        pinned=inputs.infrastructure.ledger_id,
        look=inputs.looks.get(want.declaration.spec.key, NOT_LOOKED),
    )


def _change(
    want: Wanted, decision: Decision, inputs: PlanInputs, replaced: Iterable[Diagnostic], *, end: int
) -> Change:
    job, asked, title = declared_job(want.declaration), want.purchase, want.declaration.spec.title
    match decision:
        case Buy():
            rerun = want.declaration.spec.rerun_of
            reason = rerun.reason if rerun else ""
            remarks = (*replaced, *buy_remarks(asked, decision, title=title, reason=reason, end=end))
            return _create(want, decision.clips.distinct, inputs, remarks)
        case ContinueAttempt(purchase=own):
            remarks = (*replaced, continued_remark(decision))
            return _create(replace(want, is_recorded=True), frozenset(own.index.hashes()), inputs, remarks)
        case Overlap():
            purchase = plan_new_job(want.declaration, want.input, inputs.infrastructure, inputs.policy).purchase
            assert purchase is not None  # noqa: S101 - its clips are known
            similar = near_miss_remarks(asked, decision.remarks, end=end)
            return AlreadyAsked(job=job, purchase=purchase, reasons=(reason_against(want, decision, end=end), *similar))
        case NothingLeft() | StillPending() | AlreadyCreated() | LookFirst() | RecordCreated():
            return Waiting(job=job, reasons=(reason_against(want, decision, end=end),))
        case RerunUnfounded() | LedgerUnusable():
            return Refused(job=job, reasons=(reason_against(want, decision, end=end),))
        case VoidFirst():
            raise AssertionError("the plan has replaced that purchase")
    assert_never(decision)


def _create(want: Wanted, kept: frozenset[int], inputs: PlanInputs, remarks: Iterable[Diagnostic]) -> Create | Refused:
    """Plan a purchase of some of the wanted clips, by their hashes."""
    clips = want.purchase.clips
    left = want.without(clips.named(clips.distinct - kept))
    assert left is not None  # noqa: S101 - the ledger's decision leaves a clip
    change = plan_new_job(want.declaration, left.input, inputs.infrastructure, inputs.policy)
    if isinstance(change, Refused):
        # An earlier purchase is neither continued nor replaced, and the plan's notes show it.
        others = (remark for remark in remarks if remark.rule not in ABOUT_AN_EARLIER_PURCHASE)
        return replace(change, reasons=(*change.reasons, *others))
    purchase = replace(change.purchase, wanted=left)
    assert isinstance(inputs.purchases, Purchases)  # noqa: S101 - the ledger has decided
    refused = refusal_of(inputs.purchases, left.purchase.job, purchase.desired.request_digest)
    return replace(change, purchase=purchase, reasons=(*change.reasons, *remarks), refused=refused)


def _rerun(
    declaration: Declaration, desired: DesiredJob, inputs: PlanInputs, purchases: Purchases
) -> RecordId | Diagnostic | None:
    """Find the purchase that rerun_of names, or say why there is none."""
    rerun = declaration.spec.rerun_of
    if rerun is None:
        return None
    found = find_rerun(rerun.job, inputs.infrastructure.identity_of(declaration.spec.name), purchases)
    if not isinstance(found, RerunUnknown):
        return found.id
    # A job that the ledger does not know was bought all the same, if AWS shows the same clips and labels.
    existing = inputs.existing(desired.follows) if desired.follows else None
    if existing and existing.fingerprint and existing.fingerprint.input == desired.input_digest:
        return None
    return rerun_unknown_reason(rerun.job, found)


def _beyond_limits(declaration: Declaration, purchase: Purchase, policy: Policy) -> Iterator[Diagnostic]:
    if isinstance(purchase.clips, int) and purchase.clips > MAX_LINES:
        yield too_many_lines(purchase.clips)
    if declaration.spec.is_streaming:
        yield from unbounded(declaration, policy)
    elif purchase.cost is not None:
        yield from beyond_limits(declaration, purchase.cost, policy)


def _repeats(clips: FrozenInput | None) -> Iterator[Diagnostic]:
    if clips and clips.repeated:
        message = (
            f"lists {clips.repeated:,} of its {clips.objects:,} clips more than once: each is labeled and paid for"
        )
        yield Diagnostic(
            rule="P301", message=message, hint="remove the repeats from the manifest if they are not intended"
        )
