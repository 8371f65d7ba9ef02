"""Makes a plan from gathered inputs; a pure function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from groundctl.domain.aws.job_names import job_key
from groundctl.domain.clips.input_manifest import FrozenInput
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.rules.policy_findings import without_misspelled
from groundctl.domain.declarations.sources import ChainedInput
from groundctl.domain.declarations.spec import JobSpec, State
from groundctl.domain.declarations.texts.unfinished import unfinished
from groundctl.domain.jobs.creation import NAME_IS_TAKEN
from groundctl.domain.jobs.infrastructure_rules import check_infrastructure
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.spending import MonthSoFar, month_so_far
from groundctl.domain.jobs.observed import ObservedJob, Status
from groundctl.domain.planning.clips import clips_to_buy
from groundctl.domain.planning.existing.changed import (
    MAX_EXPLAINED,
    immutable,
    is_another_version,
    is_changed,
    is_described,
    is_ours,
    renamed_question,
    tags_added,
)
from groundctl.domain.planning.existing.imported import not_here
from groundctl.domain.planning.inputs import PlanInputs
from groundctl.domain.planning.inspection.findings import with_inspection
from groundctl.domain.planning.ledger_notes import adoptable, ledger_notes, unrecorded_jobs, unrecorded_note
from groundctl.domain.planning.limits import refuse_creates, refuse_over_limit, refuse_repurchases
from groundctl.domain.planning.new_job import (
    basis_of,
    declared_job,
    plan_new_job,
    plan_purchase,
    with_budget_stop,
    with_planned,
)
from groundctl.domain.planning.place.faults import with_place
from groundctl.domain.planning.plan import (
    Change,
    Create,
    Exists,
    Foreign,
    Orphan,
    Plan,
    Refused,
    Stop,
    Waiting,
    in_order,
    purchase_of,
)
from groundctl.domain.planning.policy_reasons import added_tags_remark, judge_new_job
from groundctl.domain.planning.purchase import Unknown

# The maximum number of jobs to describe, because a list does not show what they were created from. All of the declared
# ones are described; the purchase ledger knows the clips of the others.
MAX_DESCRIBED = 100

_CHAIN = "/input/from_job"


def make_plan(inputs: PlanInputs) -> Plan:
    """Decide about every declared and existing job."""
    changes = _decide_in_turn(inputs)
    unrecorded = unrecorded_jobs(inputs)
    compared = refuse_repurchases(changes, unrecorded)
    # A job on a topic can never be entered, so it blocks no other.
    if inputs.policy.refuse_unknown_jobs and (waiting := adoptable(unrecorded)):
        compared = refuse_creates(compared, unrecorded_note(waiting))
    guarded = refuse_over_limit(compared, inputs.policy.plan_ceiling)
    ordered = in_order((*guarded, *_orphans(inputs)))
    return Plan(
        infrastructure=inputs.infrastructure,
        changes=ordered,
        unknown=_unknown(inputs, ordered),
        notes=tuple(ledger_notes(inputs, unrecorded, ordered)),
        month=_month(inputs),
    )


def _month(inputs: PlanInputs) -> MonthSoFar | None:
    """Say what was bought before in this month, if the price depends on it."""
    if not inputs.policy.platform_fee_tiers or isinstance(inputs.purchases, Unknown):
        return None
    return month_so_far(inputs.purchases, inputs.infrastructure.account_id)


def in_order_of_purchase(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Sort changes as the plan has decided about them, so that apply finds what the plan counted with."""

    def order(change: Change) -> tuple[bool, bool]:
        wanted = change.purchase.wanted if isinstance(change, Create) else None
        return _order(wanted.declaration.spec) if wanted else (False, False)

    return tuple(sorted(changes, key=order))


def _order(spec: JobSpec) -> tuple[bool, bool]:
    """Put a job that repeats or leaves out what others buy after them."""
    return spec.only_new, spec.rerun_of is not None


# --- what to gather before a plan can be made -----------------------------------------------------------------------------


def jobs_to_describe(inputs: PlanInputs) -> tuple[ObservedJob, ...]:
    """Select the existing jobs that need a Describe call: only it returns the tags of a job with only a topic."""
    existing = inputs.existing_by_key
    declared = {declaration.spec.key for declaration in inputs.declarations}
    # A new declaration may buy what any of these jobs buys.
    candidates = existing if declared - existing.keys() else declared & existing.keys()
    # The file of an imported job names the job, whatever its tags are.
    imported = {each.spec.key for each in inputs.declarations if each.spec.imported is not None}
    unread = (existing[key] for key in candidates if key not in imported)
    odd = [job for job in unread if not job.has_input and job.fingerprint is None]
    odd.sort(key=lambda job: (job.key not in declared, -job.created.timestamp()))
    # Without its description, a declared job would be called another's.
    return tuple(odd[: max(MAX_DESCRIBED, sum(job.key in declared for job in odd))])


def jobs_to_buy(inputs: PlanInputs) -> tuple[Declaration, ...]:
    """Select the declarations whose clips matter: their job does not exist, and only the clips may prevent its creation."""
    return tuple(
        declaration
        for declaration in inputs.declarations
        if inputs.existing(declaration.spec.key) is None and change_without_clips(declaration, inputs) is None
    )


def jobs_to_explain(inputs: PlanInputs) -> tuple[ObservedJob, ...]:
    """Select the changed jobs whose earlier declarations show the changed fields."""
    pairs = ((declaration, inputs.existing(declaration.spec.key)) for declaration in inputs.declarations)
    changed = [job for declaration, job in pairs if job and is_changed(declaration, job, inputs)]
    return tuple(changed[:MAX_EXPLAINED])


def jobs_to_continue(buyable: Sequence[Declaration], inputs: PlanInputs) -> tuple[ObservedJob, ...]:
    """Select the existing jobs that new jobs continue."""
    sources = (declaration.spec.source for declaration in buyable)
    keys = dict.fromkeys(job_key(source.job) for source in sources if isinstance(source, ChainedInput))
    return tuple(job for key in keys if (job := inputs.existing(key)))


# --- one job -------------------------------------------------------------------------------------------------------------


def _decide_in_turn(inputs: PlanInputs) -> Iterator[Change]:
    """Decide about each declared job, after the ones that buy before it."""
    purchases = inputs.purchases
    if isinstance(purchases, Purchases):
        selected = (clips.hashed.distinct for clips in inputs.frozen.values() if isinstance(clips, FrozenInput))
        purchases = purchases.focused_on(frozenset().union(*selected)) if inputs.frozen else purchases
    # As apply buys them: where the price or a limit depends on what was bought before, the order counts.
    for declaration in sorted(inputs.declarations, key=lambda each: (_order(each.spec), each.path)):
        change = with_place(_change(declaration, inputs, purchases), declaration, inputs)
        change = with_inspection(change, declaration, inputs)
        if isinstance(change, Create) and isinstance(purchases, Purchases):
            purchases = with_planned(change, purchases)
        yield change


def _change(declaration: Declaration, inputs: PlanInputs, purchases: Purchases | Unknown) -> Change:
    """Decide about a declared job, given what was bought before it."""
    if job := inputs.existing(declaration.spec.key):
        return plan_existing_job(declaration, job, inputs)
    if early := change_without_clips(declaration, inputs):
        return early
    clips = clips_to_buy(declaration, inputs)
    if isinstance(clips, tuple):
        return refuse(declaration, clips)
    declaration = with_budget_stop(declaration, clips, basis_of(declaration, inputs))
    if isinstance(clips, Unknown) or isinstance(purchases, Unknown):
        return plan_new_job(declaration, clips, inputs.infrastructure, basis_of(declaration, inputs), inputs.today)
    return plan_purchase(declaration, clips, inputs, purchases)


def plan_existing_job(declaration: Declaration, job: ObservedJob, inputs: PlanInputs) -> Change:
    """Decide about a declared job whose name is taken; this needs neither clips nor template."""
    declared = declared_job(declaration)
    if not is_described(job, declaration, inputs.infrastructure):
        reason = Diagnostic(
            rule="P101",
            message="its name is taken by a job that groundctl did not create here",
            hint=NAME_IS_TAKEN,
            pointer="/name",
        )
        return Foreign(job=declared, observed=job, reasons=(reason,))
    tags = tags_added(declaration, job, inputs)
    if is_another_version(declaration, job) and not tags and (changed := immutable(declaration, job, inputs)):
        return changed
    if declaration.spec.state is State.STOPPED and not (job.status.is_terminal or job.status is Status.STOPPING):
        return Stop(job=declared, observed=job)
    if renamed := renamed_question(declaration, job, inputs):
        return renamed
    failed = (_failed(job),) if job.status is Status.FAILED else ()
    return Exists(job=declared, observed=job, reasons=(*failed, *((added_tags_remark(tags),) if tags else ())))


def change_without_clips(declaration: Declaration, inputs: PlanInputs) -> Change | None:
    """Decide about a job that does not exist without its clips; None if the decision depends on them.

    A job that is declared as stopped is not created, a job that needs missing infrastructure or that the policy does not
    allow is refused, and a continuation waits for the job that it continues. What was imported is never created.
    """
    if declaration.spec.imported is not None:
        return not_here(declaration, declaration.spec.imported, inputs)
    if declaration.spec.state is State.STOPPED:
        return leave_stopped(declaration, jobs_are_known=not isinstance(inputs.observed, Unknown))
    missing = check_infrastructure(declaration.spec, inputs.infrastructure)
    judgment = judge_new_job(declaration, inputs.infrastructure, inputs.policy, inputs.today)
    written = unfinished(declaration.spec, declaration.data, declaration.texts)
    if diagnostics := without_misspelled((*missing, *judgment.refused, *written)):
        return refuse(declaration, diagnostics)
    source = declaration.spec.source
    if not isinstance(source, ChainedInput):
        return None
    earlier = job_key(source.job)
    observed = inputs.observed if isinstance(inputs.observed, Unknown) else inputs.observed.get(earlier)
    return plan_continuation(declaration, observed, is_declared=earlier in inputs.declared)


def plan_continuation(
    declaration: Declaration, earlier: ObservedJob | Unknown | None, *, is_declared: bool
) -> Change | None:
    """Return Waiting for a continued job, or Refused if that job can never be continued; None if it is done."""
    source, job = declaration.spec.source, declared_job(declaration)
    assert isinstance(source, ChainedInput)  # noqa: S101 - called for continuations only
    if isinstance(earlier, Unknown):
        return Waiting(job=job, reasons=(_unknown_continuation(source.job, is_declared=is_declared),))
    if earlier and earlier.status.is_terminal:
        if earlier.output_manifest:
            return None
        message = f"continues {source.job}, which ended as {earlier.status} without an output manifest"
        hint = "name the clips with prefix, manifest or objects instead"
        return Refused(job=job, reasons=(Diagnostic(rule="P107", message=message, hint=hint, pointer=_CHAIN),))
    if earlier is None and not is_declared:
        message, hint = f"continues {source.job}, which neither exists nor is declared", _CHECK_THE_NAME
        return Refused(job=job, reasons=(Diagnostic(rule="P107", message=message, hint=hint, pointer=_CHAIN),))
    state = "is not done" if earlier else "does not exist yet"
    hint = "the next run after it is done creates this job"
    reason = Diagnostic(rule="P103", message=f"waits for {source.job}, which {state}", hint=hint, pointer=_CHAIN)
    return Waiting(job=job, reasons=(reason,))


_CHECK_THE_NAME = "check the name under input.from_job"


def _unknown_continuation(earlier: str, *, is_declared: bool) -> Diagnostic:
    """Report what is known offline about a continuation: the other job may exist without a file and may be done."""
    if is_declared:
        message = f"waits for {earlier}, which is declared; whether that job is done was not looked up"
        hint = "`groundctl plan` looks it up"
    else:
        message = f"continues {earlier}, which no file declares; whether that job exists was not looked up"
        hint = f"{_CHECK_THE_NAME}: `groundctl plan` refuses this job (P107) if there is no such job"
    return Diagnostic(rule="P103", message=message, hint=hint, pointer=_CHAIN)


def leave_stopped(declaration: Declaration, *, jobs_are_known: bool = True) -> Waiting:
    """Return Waiting for a job that is declared as stopped and does not exist."""
    message = "is declared as stopped before it ever ran"
    if not jobs_are_known:
        message = "is declared as stopped, so it is not created; whether it runs was not looked up"
    reason = Diagnostic(
        rule="P102", message=message, hint="nothing to do; set state: active to create it", pointer="/state"
    )
    return Waiting(job=declared_job(declaration), reasons=(reason,))


def refuse(declaration: Declaration, diagnostics: Sequence[Diagnostic]) -> Refused:
    """Return Refused with diagnostics about the job's place in AWS."""
    return Refused(job=declared_job(declaration), reasons=tuple(diagnostics))


# --- remarks, orphans, and unknown inputs ---------------------------------------------------------------------------------


def _failed(job: ObservedJob) -> Diagnostic:
    message = f"exists, and failed: {job.failure_reason or 'AWS gave no reason'}"
    return Diagnostic(
        rule="P108",
        message=message,
        hint="fix the cause, then create a job with a new name for the remaining clips",
        pointer="/name",
    )


def _orphans(inputs: PlanInputs) -> Iterator[Orphan]:
    declared = {declaration.spec.key for declaration in inputs.declarations}
    for job in inputs.existing_jobs:
        if job.key not in declared and is_ours(job, inputs.infrastructure):
            yield Orphan(observed=job, reasons=(_UNREADABLE if job.key in inputs.declared else _UNDECLARED,))


_UNDECLARED = Diagnostic(
    rule="P106",
    message="was created by groundctl, and no file here declares it",
    hint="nothing is done to it; another repository may declare it: if this one did, restore its file to follow the job,"
    " with state: stopped to end it",
)
_UNREADABLE = Diagnostic(
    rule="P109",
    message="has a file with problems, so whether it was changed is unknown",
    hint="nothing is done to it; `groundctl validate` shows the problems",
)


def _unknown(inputs: PlanInputs, changes: Sequence[Change]) -> tuple[Unknown, ...]:
    """List the unknown inputs that could change the plan."""
    jobs = (inputs.observed,) if isinstance(inputs.observed, Unknown) else ()
    ledger = (inputs.purchases,) if isinstance(inputs.purchases, Unknown) else ()
    purchases = (purchase_of(change) for change in changes)
    clips = tuple(purchase.clips for purchase in purchases if purchase and isinstance(purchase.clips, Unknown))
    return tuple(dict.fromkeys((*inputs.assumed, *jobs, *ledger, *clips)))
