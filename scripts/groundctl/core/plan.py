"""Declared jobs beside existing ones, and what to do about each. Decides; touches nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from groundctl.core.compile import DesiredJob
from groundctl.core.declaration import Declaration, digest_of
from groundctl.core.infrastructure import Infrastructure
from groundctl.core.manifest import FrozenInput
from groundctl.core.money import NOTHING, Estimate, estimate
from groundctl.core.observed import ObservedJob
from groundctl.core.policy import Ceiling, Policy
from groundctl.core.problem import Finding
from groundctl.core.spec import ChainedInput, State

FORMAT_VERSION = 1


class Action(StrEnum):
    """What a plan says about one job."""

    CREATE = "create"
    EXISTS = "exists"
    IMMUTABLE = "immutable"
    FOREIGN = "foreign"
    REPURCHASE = "repurchase"
    WAITING = "waiting"
    REFUSED = "refused"
    STOP = "stop"
    ORPHAN = "orphan"

    @property
    def fails(self) -> bool:
        """Say whether a plan with this action needs a person before it can be merged."""
        return self in {Action.IMMUTABLE, Action.FOREIGN, Action.REPURCHASE, Action.REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an action was chosen, and what to do now."""

    rule: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One job in a plan. Counts and cost are there for jobs to create; observed for jobs that exist."""

    action: Action
    name: str
    path: str = ""
    owner: str = ""
    team: str = ""
    declaration_digest: str = ""
    input_digest: str = ""
    clips: int | None = None
    workers_per_object: int | None = None
    cost: Estimate | None = None
    fields: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    observed: ObservedJob | None = None
    desired: DesiredJob | None = None

    @property
    def key(self) -> str:
        """Name the job as AWS compares names: ignoring case."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is to be done, and everything that is not, in one account and Region."""

    infrastructure: Infrastructure
    changes: tuple[Change, ...]

    def with_action(self, action: Action) -> tuple[Change, ...]:
        """Select the changes of one kind."""
        return tuple(change for change in self.changes if change.action is action)

    @property
    def cost(self) -> Estimate:
        """Add up what the creates are expected to cost."""
        return sum((change.cost or NOTHING for change in self.with_action(Action.CREATE)), NOTHING)

    @property
    def fails(self) -> bool:
        """Say whether anything in the plan needs a person first."""
        return any(change.action.fails for change in self.changes)

    @property
    def digest(self) -> str:
        """Name the meaning of the plan: what it would do, not how jobs happen to be getting on."""
        return digest_of(plan_content(self))


def judge_existing(declaration: Declaration, job: ObservedJob, infrastructure: Infrastructure) -> Change:
    """Decide about a declared job whose name is taken; needs neither its input nor its template."""
    change = _change(declaration, Action.EXISTS, observed=job)
    mark = job.fingerprint
    if mark is None or mark.bucket != infrastructure.artifact_bucket or mark.name.lower() != job.key:
        reason = Reason(
            rule="P101",
            message="its name is taken by a job that groundctl did not make here",
            hint="choose another name: a name is used up for ever, even by a failed job",
        )
        return replace(change, action=Action.FOREIGN, reasons=(reason,))
    if mark.declaration != declaration.digest:
        return replace(
            change, action=Action.IMMUTABLE, input_digest=mark.input, reasons=(_immutable(declaration, job),)
        )
    if declaration.spec.state is State.STOPPED and not job.status.is_terminal:
        return replace(change, action=Action.STOP, input_digest=mark.input)
    return replace(change, input_digest=mark.input)


def explain_immutable(change: Change, before: Mapping[str, Any], declaration: Declaration) -> Change:
    """Name the fields in which a declaration differs from the one its job was made from."""
    return replace(change, fields=tuple(sorted(_differences(before, declaration.content))))


def leave_unexplained(change: Change, most: int) -> Change:
    """Say of a changed job that its fields were not looked up."""
    [reason] = change.reasons
    message = f"{reason.message}; which fields is told for the first {most} changed jobs of a plan only"
    return replace(change, reasons=(replace(reason, message=message),))


def judge_new(
    declaration: Declaration,
    desired: DesiredJob,
    clips: FrozenInput | None,
    policy: Policy,
) -> Change:
    """Decide about a declared job that does not exist, from what it would buy."""
    spec = declaration.spec
    if spec.state is State.STOPPED:
        reason = Reason(
            rule="P102",
            message="is declared as stopped before it ever ran",
            hint="nothing to do; set state: active to create it",
        )
        return _change(declaration, Action.WAITING, reasons=(reason,))
    # Clips keep arriving at a streaming job: whatever its manifest holds, the cost is open.
    cost = None if spec.is_streaming or clips is None else estimate(spec, clips.to_label, policy)
    change = _change(declaration, Action.CREATE, desired=desired, cost=cost)
    change = replace(change, clips=clips.objects if clips else None, input_digest=clips.digest if clips else "0" * 32)
    reasons = tuple(_without_bound(declaration, policy) if cost is None else _over_budget(declaration, cost, policy))
    return replace(change, action=Action.REFUSED, reasons=reasons) if reasons else change


def refuse(declaration: Declaration, findings: Iterable[Finding]) -> Change:
    """Turn findings about a declaration's place in the world into a refusal."""
    reasons = tuple(Reason(rule=one.rule, message=one.message, hint=one.hint) for one in findings)
    return _change(declaration, Action.REFUSED, reasons=reasons)


def wait_for(declaration: Declaration, job: ObservedJob | None) -> Change:
    """Leave a job for a later run, because the job it continues is not done."""
    source = declaration.spec.source
    assert isinstance(source, ChainedInput)  # noqa: S101 - asked for chained jobs only
    state = "is not done" if job else "does not exist yet"
    reason = Reason(
        rule="P103",
        message=f"waits for {source.job}, which {state}",
        hint="the next run after it is done creates this job",
    )
    return _change(declaration, Action.WAITING, reasons=(reason,))


def assemble(
    changes: Sequence[Change],
    declarations: Sequence[Declaration],
    observed: Mapping[str, ObservedJob],
    infrastructure: Infrastructure,
    policy: Policy,
) -> Plan:
    """Look at all changes together: bought twice, over the ceiling of a plan, jobs nobody declares any more."""
    declared = {declaration.spec.key: declaration for declaration in declarations}
    judged = _refuse_over_ceiling(_mark_repurchases(changes, declared, observed, infrastructure), policy.plan_ceiling)
    orphans = (_orphan(job) for key, job in observed.items() if key not in declared and _is_ours(job, infrastructure))
    ordered = sorted(
        (*judged, *orphans), key=lambda change: (list(Action).index(change.action), change.path, change.name)
    )
    return Plan(infrastructure=infrastructure, changes=tuple(ordered))


def plan_content(plan: Plan) -> dict[str, Any]:
    """Give the meaning of a plan as JSON values; fits schemas/plan.schema.json but for the digest."""
    infrastructure = plan.infrastructure
    return {
        "format_version": FORMAT_VERSION,
        "target": {
            "environment": infrastructure.environment,
            "account_id": infrastructure.account_id,
            "region": infrastructure.region,
        },
        "changes": [change_content(change) for change in plan.changes],
    }


def change_content(change: Change) -> dict[str, Any]:
    """Give one change as JSON values, without anything that moves by itself while jobs run."""
    return {
        "action": str(change.action),
        "name": change.name,
        "path": change.path,
        "team": change.team,
        "declaration_digest": change.declaration_digest,
        "input_digest": change.input_digest,
        "clips": change.clips,
        "objects_to_label": change.cost.objects if change.cost else None,
        "workers_per_object": change.workers_per_object,
        "answers": change.cost.answers if change.cost else None,
        "usd": {"low": str(change.cost.low), "high": str(change.cost.high)} if change.cost else None,
        "fields": list(change.fields),
        "reasons": [{"rule": one.rule, "message": one.message, "hint": one.hint} for one in change.reasons],
    }


def _change(declaration: Declaration, action: Action, **more: Any) -> Change:
    spec = declaration.spec
    return Change(
        action=action,
        name=spec.name,
        path=declaration.path,
        owner=spec.owner,
        team=spec.team or "the public crowd",
        declaration_digest=declaration.digest,
        workers_per_object=spec.workers_per_object,
        **more,
    )


def _immutable(declaration: Declaration, job: ObservedJob) -> Reason:
    return Reason(
        rule="P104",
        message=f"exists since {job.created:%Y-%m-%d}, made from another version of this file; a labeling job cannot be changed",
        hint=f"undo the change, or copy the file under a new name and put `rerun_of: {{job: {declaration.spec.name}, reason: ...}}` in the copy",
    )


def _differences(before: Any, after: Any, name: str = "") -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in {*before, *after}:
            inner = key if name in {"", "declared"} else f"{name}.{key}"
            yield from _differences(before.get(key), after.get(key), inner)
    elif before != after:
        yield name.removeprefix("texts.")


def _without_bound(declaration: Declaration, policy: Policy) -> Iterator[Reason]:
    if not policy.allow_streaming:
        message = "is fed by a topic: it buys labels for whatever arrives, and no budget or ceiling can hold it"
        hint = "name the clips instead, or have allow_streaming: true reviewed in jobs/policy.yaml"
        yield Reason(rule="P204", message=message, hint=hint)
    if declaration.spec.budget_usd is not None:
        message = "has a budget, which nothing can hold while clips keep arriving"
        yield Reason(rule="P205", message=message, hint="remove budget, and watch the job with `groundctl status`")


def _over_budget(declaration: Declaration, cost: Estimate, policy: Policy) -> Iterator[Reason]:
    budget = declaration.spec.budget_usd
    if budget is not None and cost.high > budget:
        message = f"may cost ${cost.high:,.2f}, more than its budget of ${budget:,.2f}"
        yield Reason(
            rule="P201",
            message=message,
            hint=f"{declaration.spec.owner} can raise budget.usd, or take fewer clips or workers",
        )
    for noun, value, bound in _bounds(policy.job_ceiling, 1, cost):
        if noun != "jobs":
            message = f"would buy {value} {noun}, above the ceiling of {bound} for one job"
            yield Reason(
                rule="P202", message=message, hint="make it smaller, or have ceilings.job in jobs/policy.yaml reviewed"
            )


def _bounds(ceiling: Ceiling, jobs: int, cost: Estimate) -> Iterator[tuple[str, str, str]]:
    """Yield each bound that is passed: what is counted, how much of it, how much is allowed."""
    counted: tuple[tuple[str, int | Decimal, int | Decimal | None], ...] = (
        ("jobs", jobs, ceiling.jobs),
        ("clips", cost.objects, ceiling.objects),
        ("answers", cost.answers, ceiling.answers),
        ("US dollars", cost.high, ceiling.usd),
    )
    for noun, value, bound in counted:
        if bound is not None and value > bound:
            shown = (f"{value:,.2f}", f"{bound:,.2f}") if noun == "US dollars" else (f"{value:,}", f"{bound:,}")
            yield noun, *shown


def _mark_repurchases(
    changes: Iterable[Change],
    declared: Mapping[str, Declaration],
    observed: Mapping[str, ObservedJob],
    infrastructure: Infrastructure,
) -> Iterator[Change]:
    """The name guards one name only: the same clips and labels under another name would be paid for again."""
    bought: dict[str, str] = {}
    for job in observed.values():
        if job.fingerprint and _is_ours(job, infrastructure) and job.fingerprint.input.strip("0"):
            bought.setdefault(job.fingerprint.input, job.name)
    for change in changes:
        if change.action is not Action.CREATE or not change.input_digest.strip("0"):
            yield change
            continue
        earlier = bought.setdefault(change.input_digest, change.name)
        if earlier == change.name or earlier.lower() in _meant_again(declared[change.key]):
            yield change
        else:
            yield replace(change, action=Action.REPURCHASE, reasons=(_repurchase(earlier),))


def _meant_again(declaration: Declaration) -> set[str]:
    """Name the jobs whose purchase this declaration knowingly repeats; to go on with a job is to know of it."""
    spec = declaration.spec
    again = {spec.rerun_of.job.lower()} if spec.rerun_of else set()
    return again | ({spec.source.job.lower()} if isinstance(spec.source, ChainedInput) else set())


def _repurchase(earlier: str) -> Reason:
    return Reason(
        rule="P105",
        message=f"asks for the same labels on the same clips as {earlier}",
        hint=f"if paying again is meant, add `rerun_of: {{job: {earlier}, reason: ...}}`",
    )


def _refuse_over_ceiling(changes: Iterable[Change], ceiling: Ceiling) -> tuple[Change, ...]:
    changes = tuple(changes)
    creates = [change for change in changes if change.action is Action.CREATE]
    total = sum((change.cost or NOTHING for change in creates), NOTHING)
    reasons = tuple(
        Reason(
            rule="P203",
            message=f"this plan would create {value} {noun}, above the ceiling of {bound} for one plan",
            hint="split the pull request, or have ceilings.plan in jobs/policy.yaml reviewed",
        )
        for noun, value, bound in _bounds(ceiling, len(creates), total)
    )
    if not reasons:
        return changes
    return tuple(
        replace(change, action=Action.REFUSED, reasons=reasons) if change.action is Action.CREATE else change
        for change in changes
    )


def _is_ours(job: ObservedJob, infrastructure: Infrastructure) -> bool:
    return job.fingerprint is not None and job.fingerprint.bucket == infrastructure.artifact_bucket


def _orphan(job: ObservedJob) -> Change:
    reason = Reason(
        rule="P106",
        message="exists, was made by groundctl, and no file declares it any more",
        hint="nothing is done to it; put its file back to follow it, with state: stopped to end it",
    )
    mark = job.fingerprint
    return Change(
        action=Action.ORPHAN,
        name=job.name,
        declaration_digest=mark.declaration if mark else "",
        input_digest=mark.input if mark else "",
        reasons=(reason,),
        observed=job,
    )
