"""Decides about a job that does not exist: what it would buy, within the limits, and as the purchase ledger allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import assert_never

from groundctl.domain.clips.input_manifest import MAX_LINES, UNRESOLVED, FrozenInput, too_many_lines
from groundctl.domain.clips.left_out import Why
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.policy import Allowed
from groundctl.domain.jobs.estimate import Basis, clips_within_budget, estimate
from groundctl.domain.jobs.infrastructure import Infrastructure
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
from groundctl.domain.planning.limits import (
    beyond_limits,
    depends_on_month,
    ends_with_budget,
    unbounded,
    within_month,
    without_effect,
)
from groundctl.domain.planning.plan import AlreadyAsked, Change, Create, Refused, Waiting
from groundctl.domain.planning.policy_reasons import exception_remarks, judge_new_job
from groundctl.domain.planning.purchase import DeclaredJob, Purchase, Unknown
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
from groundctl.domain.planning.wording import clips_text, moment_text

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
    declaration: Declaration,
    clips: FrozenInput | Unknown | None,
    infrastructure: Infrastructure,
    basis: Basis,
    today: date | None = None,
) -> Create | Refused:
    """Decide from the clips and the policy alone; clips is None for a job with only a topic."""
    known = UNRESOLVED if isinstance(clips, Unknown) else clips
    purchase = purchase_of_clips(declaration, compile_job(declaration, infrastructure, known), clips, basis)
    of_purchase = partial(_beyond_limits, declaration, purchase, basis)
    judgment = judge_new_job(declaration, infrastructure, basis.policy, today, of_purchase)
    if judgment.refused:
        return Refused(job=declared_job(declaration), purchase=purchase, reasons=judgment.refused)
    reasons = (
        *_repeats(known),
        *_small_sample(declaration, known),
        *_as_of(known),
        *_taken_at_create(declaration, purchase),
        *without_effect(declaration.spec, purchase),
        *ends_with_budget(declaration.spec, purchase),
        *depends_on_month(declaration.spec, purchase, basis),
        *exception_remarks(judgment),
    )
    return Create(job=declared_job(declaration), purchase=purchase, reasons=reasons)


def with_budget_stop(declaration: Declaration, clips: FrozenInput | Unknown | None, basis: Basis) -> Declaration:
    """Let AWS end a job where its budget ends, if its author says so; a budget that pays for no clip is refused later."""
    spec = declaration.spec
    if not spec.budget_stops or spec.is_streaming or not isinstance(clips, FrozenInput):
        return declaration
    paid = clips_within_budget(spec, clips.to_label, basis)
    if not 0 < paid < clips.to_label:
        return declaration
    stop = paid if spec.stop_labeled_objects is None else min(paid, spec.stop_labeled_objects)
    return replace(declaration, spec=replace(spec, stop_labeled_objects=stop))


def basis_of(declaration: Declaration, inputs: PlanInputs) -> Basis:
    """Return what a job's cost depends on while the ledger is not known."""
    seconds = inputs.seconds_per_clip.get(declaration.spec.key)
    return Basis(policy=inputs.policy, region=inputs.infrastructure.region, seconds_per_clip=seconds)


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
    seconds = inputs.seconds_per_clip.get(declaration.spec.key)
    want = wanted(
        declaration,
        infrastructure,
        clips,
        desired,
        rerun_of=rerun,
        repeats_planned=planned,
        seconds_per_clip=seconds,
    )
    replaced: list[Diagnostic] = []
    while isinstance(decision := _decide(want, inputs, purchases), VoidFirst):
        replaced.append(voided_remark(decision.purchase))
        purchases = purchases.without(decision.purchase.id)
    return _change(want, decision, inputs, replaced, purchases)


def with_planned(change: Create, purchases: Purchases) -> Purchases:
    """Count a purchase of the plan for the jobs that come after it."""
    purchase, asked = change.purchase, change.purchase.wanted
    if asked is None or asked.is_recorded:
        return purchases
    while own := purchases.of_job(asked.claim.job):
        purchases = purchases.without(own.id)  # apply voids it first
    record = purchase_record(asked, purchase.desired, cost=purchase.cost, signed_until=_NO_TIME)
    at = purchases.aws_time or _NO_TIME  # it counts for the present month
    return purchases.with_planned(record, asked.claim.clips.index(), at=at, by=Author())


def purchase_of_clips(
    declaration: Declaration, desired: DesiredJob, clips: FrozenInput | Unknown | None, basis: Basis
) -> Purchase:
    """Say what a job buys, and what it costs."""
    if not isinstance(clips, FrozenInput):
        return Purchase(desired=desired, clips=clips, cost=None)
    # Clips keep arriving at a streaming job, so its cost is unlimited whatever its manifest contains.
    cost = None if declaration.spec.is_streaming else estimate(declaration.spec, clips.to_label, basis)
    return Purchase(desired=desired, clips=clips.objects, cost=cost, tally=clips.tally, to_label=clips.to_label)


def _decide(want: Wanted, inputs: PlanInputs, purchases: Purchases) -> Decision:
    return decide_purchase(
        want.claim,
        purchases,
        pinned=inputs.infrastructure.ledger_id,
        look=inputs.looks.get(want.declaration.spec.key, NOT_LOOKED),
    )


def _change(
    want: Wanted, decision: Decision, inputs: PlanInputs, replaced: Iterable[Diagnostic], purchases: Purchases
) -> Change:
    job, claim, title, end = declared_job(want.declaration), want.claim, want.declaration.spec.title, purchases.end
    match decision:
        case Buy():
            rerun = want.declaration.spec.rerun_of
            reason = rerun.reason if rerun else ""
            remarks = (*replaced, *buy_remarks(claim, decision, title=title, reason=reason, end=end))
            change = _create(want, decision.clips.distinct, inputs, purchases, remarks)
            return within_month(change, purchases, inputs.policy) if isinstance(change, Create) else change
        case ContinueAttempt(purchase=own):
            remarks = (*replaced, continued_remark(decision))
            others = purchases.without(own.id)
            return _create(replace(want, is_recorded=True), frozenset(own.index.hashes()), inputs, others, remarks)
        case Overlap():
            basis = want.basis(inputs.policy, purchases)
            purchase = purchase_of_clips(want.declaration, want.compiled(), want.input, basis)
            similar = near_miss_remarks(claim, decision.remarks, end=end)
            return AlreadyAsked(job=job, purchase=purchase, reasons=(reason_against(want, decision, end=end), *similar))
        case NothingLeft() | StillPending() | AlreadyCreated() | LookFirst() | RecordCreated():
            return Waiting(job=job, reasons=(reason_against(want, decision, end=end),))
        case RerunUnfounded() | LedgerUnusable():
            return Refused(job=job, reasons=(reason_against(want, decision, end=end),))
        case VoidFirst():
            raise AssertionError("the plan has replaced that purchase")
    assert_never(decision)


def _create(
    want: Wanted, kept: frozenset[int], inputs: PlanInputs, before: Purchases, remarks: Iterable[Diagnostic]
) -> Create | Refused:
    """Plan a purchase of some of the wanted clips, by their hashes."""
    clips = want.claim.clips
    left = want.without(clips.named(clips.distinct - kept))
    assert left is not None  # noqa: S101 - the ledger's decision leaves a clip
    if want.declaration.spec.only_new:
        left = left.limited()
    basis = left.basis(inputs.policy, before)
    change = plan_new_job(want.declaration, left.input, inputs.infrastructure, basis, inputs.today)
    if isinstance(change, Refused):
        # An earlier purchase is neither continued nor replaced, and the plan's notes show it.
        others = (remark for remark in remarks if remark.rule not in ABOUT_AN_EARLIER_PURCHASE)
        return replace(change, reasons=(*change.reasons, *others))
    purchase = replace(change.purchase, wanted=left)
    assert isinstance(inputs.purchases, Purchases)  # noqa: S101 - the ledger has decided
    refused = refusal_of(inputs.purchases, left.claim.job, purchase.desired.request_digest)
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


def _beyond_limits(
    declaration: Declaration, purchase: Purchase, basis: Basis, allowed: Allowed
) -> Iterator[Diagnostic]:
    if isinstance(purchase.clips, int) and purchase.clips > MAX_LINES:
        yield too_many_lines(purchase.clips)
    if declaration.spec.is_streaming:
        yield from unbounded(declaration, allowed)
    elif purchase.cost is not None:
        yield from beyond_limits(declaration, purchase.cost, allowed, basis)


def _repeats(clips: FrozenInput | None) -> Iterator[Diagnostic]:
    if clips and clips.repeated:
        message = (
            f"lists {clips.repeated:,} of its {clips.objects:,} clips more than once: each is labeled and paid for"
        )
        yield Diagnostic(
            rule="P301",
            message=message,
            hint="remove the repeats from the manifest if they are not intended",
            pointer="/input",
        )


def _as_of(clips: FrozenInput | None) -> Iterator[Diagnostic]:
    if clips and clips.tally and clips.tally.as_of:
        message = f"takes its clips from an inventory of {moment_text(clips.tally.as_of)}: later ones are not seen"
        hint = "nothing to do, if these are all; otherwise wait for the next report, or name the prefix itself"
        yield Diagnostic(rule="P315", pointer="/input/inventory/report", message=message, hint=hint)


def _small_sample(declaration: Declaration, clips: FrozenInput | None) -> Iterator[Diagnostic]:
    sample = declaration.spec.selection.sample
    if sample is None or sample.count is None or clips is None or clips.tally is None:
        return
    outside = any(group.why in {Why.SAMPLE, Why.ASKED, Why.LIMIT} for group in clips.tally.left_out)
    if clips.objects < sample.count and not outside:
        message = f"takes all {clips_text(clips.objects)}: its sample asks for {sample.count:,}"
        yield Diagnostic(
            rule="P307",
            pointer="/input/sample",
            message=message,
            hint="nothing to do, if these are all; otherwise check what is left out",
        )


def _taken_at_create(declaration: Declaration, purchase: Purchase) -> Iterator[Diagnostic]:
    if not declaration.spec.takes_clips_at_create or not isinstance(purchase.clips, int):
        return
    cost = f" and ${purchase.cost.high:,.2f}" if purchase.cost else ""
    message = (
        f"takes its clips when the job is created, not those of this plan: up to {clips_text(purchase.clips)}{cost} are"
        " approved with it"
    )
    hint = "remove `at: create` from `input` to buy exactly the clips of the approved plan"
    yield Diagnostic(rule="P308", pointer="/input/at", message=message, hint=hint)
