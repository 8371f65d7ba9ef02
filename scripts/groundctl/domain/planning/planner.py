"""Declared jobs beside existing ones, and what to do about each. Decides; touches nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.declarations.spec import ChainedInput, State
from groundctl.domain.jobs.estimate import estimate
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.input_manifest import FrozenInput
from groundctl.domain.jobs.observed import ObservedJob, Status
from groundctl.domain.jobs.request import DesiredJob
from groundctl.domain.planning.limits import mark_repurchases, over_budget, refuse_over_ceiling, without_bound
from groundctl.domain.planning.plan import Action, Change, Plan

_CHAIN = "/input/from_job"


def plan_existing_job(declaration: Declaration, job: ObservedJob, infrastructure: Infrastructure) -> Change:
    """Decide about a declared job whose name is taken; needs neither its input nor its template."""
    change = _change(declaration, Action.EXISTS, observed=job)
    mark = job.fingerprint
    if mark is None or not is_ours(job, infrastructure):
        reason = Diagnostic(
            rule="P101",
            message="its name is taken by a job that groundctl did not make here",
            hint="choose another name: a name is used up for ever, even by a failed job",
            pointer="/name",
        )
        return replace(change, action=Action.FOREIGN, reasons=(reason,))
    if mark.declaration != declaration.digest:
        return replace(
            change, action=Action.IMMUTABLE, input_digest=mark.input, reasons=(_immutable(declaration, job),)
        )
    if declaration.spec.state is State.STOPPED and not (job.status.is_terminal or job.status is Status.STOPPING):
        return replace(change, action=Action.STOP, input_digest=mark.input)
    failed = (_failed(job),) if job.status is Status.FAILED else ()
    return replace(change, input_digest=mark.input, reasons=failed)


def explain_immutable(change: Change, before: Mapping[str, Any], declaration: Declaration) -> Change:
    """Name the fields in which a declaration differs from the one its job was made from."""
    fields = tuple(sorted(_differences(before, declaration.content)))
    pointer = f"/{fields[0].replace('.', '/')}" if fields else ""
    reasons = tuple(replace(reason, pointer=pointer) for reason in change.reasons)
    return replace(change, fields=fields, reasons=reasons)


def leave_unexplained(change: Change, most: int) -> Change:
    """Say of a changed job that its fields were not looked up."""
    [reason] = change.reasons
    message = f"{reason.message}; which fields is told for the first {most} changed jobs of a plan only"
    return replace(change, reasons=(replace(reason, message=message),))


def plan_new_job(
    declaration: Declaration,
    desired: DesiredJob,
    clips: FrozenInput | None,
    policy: Policy,
) -> Change:
    """Decide about a declared job that does not exist, from what it would buy."""
    spec = declaration.spec
    # Clips keep arriving at a streaming job: whatever its manifest holds, the cost is open.
    cost = None if spec.is_streaming or clips is None else estimate(spec, clips.to_label, policy)
    change = replace(
        _change(declaration, Action.CREATE, desired=desired, cost=cost),
        clips=clips.objects if clips else None,
        input_digest=desired.input_digest,
        reasons=tuple(_worth_knowing(clips)),
    )
    reasons = tuple(without_bound(declaration, policy) if cost is None else over_budget(declaration, cost, policy))
    return replace(change, action=Action.REFUSED, reasons=reasons) if reasons else change


def leave_stopped(declaration: Declaration) -> Change:
    """Leave alone a job that is declared as stopped before it ever ran."""
    message = "is declared as stopped before it ever ran"
    reason = Diagnostic(rule="P102", message=message, hint="nothing to do; set state: active to create it")
    return _change(declaration, Action.WAITING, reasons=(reason,))


def refuse(declaration: Declaration, findings: Iterable[Diagnostic]) -> Change:
    """Turn findings about a declaration's place in the world into a refusal."""
    reasons = tuple(
        Diagnostic(rule=one.rule, message=one.message, hint=one.hint, pointer=one.pointer) for one in findings
    )
    return _change(declaration, Action.REFUSED, reasons=reasons)


def plan_continuation(declaration: Declaration, earlier: ObservedJob | None, *, is_declared: bool) -> Change | None:
    """Let a job wait for the one it continues, or refuse it where waiting is in vain; None if that one is done."""
    source = declaration.spec.source
    if not isinstance(source, ChainedInput) or (earlier and earlier.status.is_terminal and earlier.output_manifest):
        return None
    if earlier and earlier.status.is_terminal:
        message = f"continues {source.job}, which ended as {earlier.status} without an output manifest"
        hint = "name the clips with prefix, manifest or objects instead"
        reason = Diagnostic(rule="P107", message=message, hint=hint, pointer=_CHAIN)
        return _change(declaration, Action.REFUSED, reasons=(reason,))
    if earlier is None and not is_declared:
        message = f"continues {source.job}, which neither exists nor is declared"
        reason = Diagnostic(rule="P107", message=message, hint="check the name under input.from_job", pointer=_CHAIN)
        return _change(declaration, Action.REFUSED, reasons=(reason,))
    state = "is not done" if earlier else "does not exist yet"
    hint = "the next run after it is done creates this job"
    reason = Diagnostic(rule="P103", message=f"waits for {source.job}, which {state}", hint=hint, pointer=_CHAIN)
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
    judged = refuse_over_ceiling(mark_repurchases(changes, declared, observed.values()), policy.plan_ceiling)
    orphans = (_orphan(job) for key, job in observed.items() if key not in declared and is_ours(job, infrastructure))
    rank = {action: number for number, action in enumerate(Action)}
    ordered = sorted((*judged, *orphans), key=lambda change: (rank[change.action], change.path, change.name))
    return Plan(infrastructure=infrastructure, changes=tuple(ordered))


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
        budget_usd=spec.budget_usd,
        **more,
    )


def _immutable(declaration: Declaration, job: ObservedJob) -> Diagnostic:
    return Diagnostic(
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


def is_ours(job: ObservedJob, infrastructure: Infrastructure) -> bool:
    """Say whether a job was made by groundctl with this infrastructure, under its own name."""
    mark = job.fingerprint
    # A job cloned in AWS's console points to the manifest of another.
    return mark is not None and mark.bucket == infrastructure.artifact_bucket and mark.name.lower() == job.key


def _failed(job: ObservedJob) -> Diagnostic:
    message = f"exists, and failed: {job.failure_reason or 'AWS gave no reason'}"
    return Diagnostic(rule="P108", message=message, hint="mend the cause, and declare the rest under a new name")


def _worth_knowing(clips: FrozenInput | None) -> Iterator[Diagnostic]:
    if clips and clips.repeated:
        message = (
            f"lists {clips.repeated:,} of its {clips.objects:,} clips more than once: each is labeled and paid for"
        )
        yield Diagnostic(
            rule="P301", message=message, hint="remove the repeats from the manifest if they are not meant"
        )


def _orphan(job: ObservedJob) -> Change:
    reason = Diagnostic(
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
