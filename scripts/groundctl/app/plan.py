"""The way of a declaration, step by step; every door it needs comes in as an argument.

load -> validate -> compile -> observe -> plan -> apply -> report
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

# Apply lives apart: it is the one step that changes the world.
from groundctl.app.apply import apply as apply
from groundctl.app.apply import create as create
from groundctl.app.concurrency import map_threads

# The first two steps live apart: an offline command need not wait for what the others import.
from groundctl.app.validate import Validated as Validated
from groundctl.app.validate import validate as validate
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.policy import Policy, team_folder
from groundctl.domain.declarations.spec import (
    ChainedInput,
    JobSpec,
    ManifestInput,
    ObjectsInput,
    PrefixInput,
    Source,
    State,
)
from groundctl.domain.jobs.continuation import check_continuation
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.input_manifest import (
    FrozenInput,
    choose_clips,
    freeze,
    manifest_of_objects,
    manifest_of_uris,
)
from groundctl.domain.jobs.observed import ObservedJob, observed_job
from groundctl.domain.jobs.request import check_infrastructure, compile_job
from groundctl.domain.planning.plan import Action, Change, Plan
from groundctl.domain.planning.planner import (
    assemble,
    explain_immutable,
    leave_stopped,
    leave_unexplained,
    plan_continuation,
    plan_existing_job,
    plan_new_job,
    refuse,
)
from groundctl.errors import RefusedByAws
from groundctl.ports import LabelingJobs, Objects

# Changed jobs whose fields a plan names.
MOST_EXPLAINED = 50
# Jobs that a list does not tell apart; beyond these the claim on the input guards alone (creating.py).
MOST_DESCRIBED = 100


def observe(jobs: LabelingJobs) -> dict[str, ObservedJob]:
    """List every labeling job there is, by its key."""
    return {job.key: job for job in jobs.list_jobs()}


def plan(
    declarations: Sequence[Declaration],
    infrastructure: Infrastructure,
    policy: Policy,
    *,
    observed: Mapping[str, ObservedJob],
    jobs: LabelingJobs,
    objects: Objects,
) -> Plan:
    """Say what to do about every declared and every existing job; reads, and changes nothing."""
    known = {**observed, **_told_by_tags(declarations, observed, jobs)}
    new = [declaration for declaration in declarations if declaration.spec.key not in known]
    there = [declaration for declaration in declarations if declaration.spec.key in known]
    changes = [
        *_plan_new(new, infrastructure, policy, known, objects),
        *_explained([plan_existing_job(one, known[one.spec.key], infrastructure) for one in there], there, objects),
    ]
    return assemble(changes, declarations, known, infrastructure, policy)


def _told_by_tags(
    declarations: Iterable[Declaration], observed: Mapping[str, ObservedJob], jobs: LabelingJobs
) -> dict[str, ObservedJob]:
    """Describe the odd ones: a job fed by a topic has no manifest to tell from, and only Describe has its tags."""
    declared = {declaration.spec.key for declaration in declarations}
    # What is declared anew may be what an odd one buys already.
    asked = observed if declared - observed.keys() else declared & observed.keys()
    odd = [observed[key] for key in asked if not observed[key].has_input and observed[key].fingerprint is None]
    odd = sorted(odd, key=lambda job: (job.key not in declared, -job.created.timestamp()))[:MOST_DESCRIBED]
    described = map_threads(lambda job: jobs.describe(job.name), odd)
    return {job.key: observed_job(answer) for job, answer in zip(odd, described, strict=True) if answer}


def _plan_new(
    declarations: Sequence[Declaration],
    infrastructure: Infrastructure,
    policy: Policy,
    observed: Mapping[str, ObservedJob],
    objects: Objects,
) -> Iterator[Change]:
    declared = {declaration.spec.key for declaration in declarations}
    buyable = []
    for declaration in declarations:
        if early := _not_now(declaration, infrastructure, observed, declared):
            yield early
        else:
            buyable.append(declaration)
    inputs = map_threads(lambda one: freeze_input(one, infrastructure, policy, observed, objects), buyable)
    for declaration, clips in zip(buyable, inputs, strict=True):
        if clips is not None and not isinstance(clips, FrozenInput):
            yield refuse(declaration, clips)
        else:
            yield plan_new_job(declaration, compile_job(declaration, infrastructure, clips), clips, policy)


def _not_now(
    declaration: Declaration,
    infrastructure: Infrastructure,
    observed: Mapping[str, ObservedJob],
    declared: Collection[str],
) -> Change | None:
    """Leave what is to stay stopped, refuse what does not fit, and let wait what continues a job that is not done."""
    if declaration.spec.state is State.STOPPED:
        return leave_stopped(declaration)
    if findings := tuple(check_infrastructure(declaration.spec, infrastructure)):
        return refuse(declaration, findings)
    source = declaration.spec.source
    if isinstance(source, ChainedInput):
        earlier = source.job.lower()
        return plan_continuation(declaration, observed.get(earlier), is_declared=earlier in declared)
    return None


def freeze_input(
    declaration: Declaration,
    infrastructure: Infrastructure,
    policy: Policy,
    observed: Mapping[str, ObservedJob],
    objects: Objects,
) -> FrozenInput | tuple[Diagnostic, ...] | None:
    """Decide a job's clips now; None for a job that is fed by a topic alone."""
    spec = declaration.spec
    if spec.source is None:
        return None
    try:
        if faults := tuple(_faults_of_continuing(spec, observed, objects)):
            return faults
        manifest = _manifest(spec.source, observed, objects)
    except RefusedByAws as error:
        # One team's wrong bucket does not hold up the others.
        return (Diagnostic(rule="GT702", pointer="/input", message=error.message, hint=error.hint),)
    if isinstance(manifest, Diagnostic):
        return (manifest,)
    return freeze(
        manifest, spec.labels, spec.label_attribute, within=_where_clips_may_lie(declaration, infrastructure, policy)
    )


def _faults_of_continuing(spec: JobSpec, observed: Mapping[str, ObservedJob], objects: Objects) -> Iterator[Diagnostic]:
    if isinstance(spec.source, ChainedInput):
        before = _kept(observed[spec.source.job.lower()], objects)
        yield from check_continuation(spec, json.loads(before)) if before else ()


def _manifest(source: Source, observed: Mapping[str, ObservedJob], objects: Objects) -> bytes | Diagnostic:
    match source:
        case PrefixInput():
            return manifest_of_uris(choose_clips(source, objects.list_keys(source.prefix)))
        case ObjectsInput(objects=clips):
            return manifest_of_objects(clips)
        case ManifestInput(uri=uri):
            hint, pointer = "check the URI, or upload the manifest first", "/input/manifest"
        case ChainedInput(job=job):
            uri = observed[job.lower()].output_manifest or ""
            hint, pointer = f"check the output of {job}, or name a manifest", "/input/from_job"
    manifest = objects.read(uri)
    missing = Diagnostic(rule="GT702", pointer=pointer, message=f"{uri} is not there", hint=hint)
    return missing if manifest is None else manifest


def _where_clips_may_lie(
    declaration: Declaration, infrastructure: Infrastructure, policy: Policy
) -> tuple[tuple[str, ...], ...]:
    """Bound what a manifest may name, by the team's prefixes and by what the execution role can read."""
    folder = team_folder(declaration.path)
    buckets = tuple(f"s3://{bucket}/" for bucket in infrastructure.input_buckets)
    return tuple(bound for bound in (policy.allowed_prefixes.get(folder), buckets) if bound)


def _explained(changes: Sequence[Change], declarations: Sequence[Declaration], objects: Objects) -> Iterator[Change]:
    """Name the changed fields of jobs that cannot be changed, from the declarations kept beside their manifests.

    Each takes a read from S3, and nobody reads on after so many: of the rest the plan says that they changed.
    """
    changed = [change for change in changes if change.action is Action.IMMUTABLE]
    told = changed[:MOST_EXPLAINED]
    kept = dict(
        zip((change.key for change in told), map_threads(lambda one: _kept(one.observed, objects), told), strict=True)
    )
    for change, declaration in zip(changes, declarations, strict=True):
        if change.action is not Action.IMMUTABLE:
            yield change
        elif change.key not in kept:
            yield leave_unexplained(change, MOST_EXPLAINED)
        else:
            before = kept[change.key]
            yield explain_immutable(change, json.loads(before), declaration) if before else change


def _kept(job: ObservedJob | None, objects: Objects) -> bytes | None:
    """Read the declaration that an existing job was made from."""
    mark = job.fingerprint if job else None
    if mark is None:
        return None
    return objects.read(f"s3://{mark.bucket}/jobs/{mark.name}/{mark.declaration}-{mark.input}/declaration.json")
