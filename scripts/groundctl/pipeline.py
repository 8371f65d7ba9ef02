"""The way of a declaration, step by step; every door it needs comes in as an argument.

load -> validate -> compile -> observe -> plan -> apply -> report
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

# The first two steps live apart: an offline command need not wait for what the others import.
from groundctl.checking import Validated as Validated
from groundctl.checking import validate as validate
from groundctl.core.compile import DesiredJob, check_infrastructure, compile_job
from groundctl.core.create_once import Answer, Outcome, Rejected, Result, Throttled, Verdict, judge
from groundctl.core.declaration import Declaration
from groundctl.core.infrastructure import Infrastructure
from groundctl.core.manifest import FrozenInput, choose_clips, freeze, manifest_of_objects, manifest_of_uris
from groundctl.core.observed import ObservedJob, observed_job
from groundctl.core.plan import (
    Action,
    Change,
    Plan,
    assemble,
    explain_immutable,
    judge_existing,
    judge_new,
    leave_unexplained,
    refuse,
    wait_for,
)
from groundctl.core.policy import Policy
from groundctl.core.problem import Finding
from groundctl.core.spec import ChainedInput, ManifestInput, ObjectsInput, PrefixInput
from groundctl.doors import Clock, LabelingJobs, Objects
from groundctl.errors import WorldError

# How long a job that AWS may have accepted is looked for before its outcome is called unknown.
LOOK_FOR_SECONDS = 60
THROTTLE_TRIES = 8
# Below botocore's ten connections for a client.
AT_A_TIME = 8
# Changed jobs whose fields a plan names.
MOST_EXPLAINED = 50

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


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
        *_explained([judge_existing(one, known[one.spec.key], infrastructure) for one in there], there, objects),
    ]
    return assemble(changes, declarations, known, infrastructure, policy)


def _told_by_tags(
    declarations: Iterable[Declaration], observed: Mapping[str, ObservedJob], jobs: LabelingJobs
) -> dict[str, ObservedJob]:
    """Describe the odd ones: a job fed by a topic has no manifest to tell from, and only Describe has its tags."""
    found = [job for declaration in declarations if (job := observed.get(declaration.spec.key))]
    odd = [job for job in found if not job.has_input and job.fingerprint is None]
    described = _all_at_once(lambda job: jobs.describe(job.name), odd)
    return {job.key: observed_job(answer) for job, answer in zip(odd, described, strict=True) if answer}


def _plan_new(
    declarations: Sequence[Declaration],
    infrastructure: Infrastructure,
    policy: Policy,
    observed: Mapping[str, ObservedJob],
    objects: Objects,
) -> Iterator[Change]:
    buyable = []
    for declaration in declarations:
        if early := _not_now(declaration, infrastructure, observed):
            yield early
        else:
            buyable.append(declaration)
    inputs = _all_at_once(lambda declaration: freeze_input(declaration, observed, objects), buyable)
    for declaration, clips in zip(buyable, inputs, strict=True):
        if clips is not None and not isinstance(clips, FrozenInput):
            yield refuse(declaration, clips)
        else:
            yield judge_new(declaration, compile_job(declaration, infrastructure, clips), clips, policy)


def _not_now(
    declaration: Declaration, infrastructure: Infrastructure, observed: Mapping[str, ObservedJob]
) -> Change | None:
    """Refuse what does not fit the infrastructure, and let wait what continues a job that is not done."""
    if findings := tuple(check_infrastructure(declaration.spec, infrastructure)):
        return refuse(declaration, findings)
    source = declaration.spec.source
    if isinstance(source, ChainedInput):
        earlier = observed.get(source.job.lower())
        if earlier is None or not earlier.status.is_terminal or earlier.output_manifest is None:
            return wait_for(declaration, earlier)
    return None


def freeze_input(
    declaration: Declaration, observed: Mapping[str, ObservedJob], objects: Objects
) -> FrozenInput | tuple[Finding, ...] | None:
    """Decide a job's clips now; None for a job that is fed by a topic alone."""
    spec = declaration.spec
    match spec.source:
        case None:
            return None
        case PrefixInput() as source:
            manifest = manifest_of_uris(choose_clips(source, objects.list_keys(source.prefix)))
        case ObjectsInput(objects=clips):
            manifest = manifest_of_objects(clips)
        case ManifestInput(uri=uri):
            read = objects.read(uri)
            if read is None:
                return (
                    Finding(
                        rule="GT702",
                        pointer="/input/manifest",
                        message=f"{uri} is not there",
                        hint="check the URI, or upload the manifest first",
                    ),
                )
            manifest = read
        case ChainedInput(job=job):
            uri = observed[job.lower()].output_manifest or ""
            read = objects.read(uri)
            if read is None:
                return (
                    Finding(
                        rule="GT702",
                        pointer="/input/from_job",
                        message=f"the output manifest of {job} is not there ({uri})",
                        hint="check that job's output, or name a manifest",
                    ),
                )
            manifest = read
    return freeze(manifest, spec.labels, spec.label_attribute)


def _explained(changes: Sequence[Change], declarations: Sequence[Declaration], objects: Objects) -> Iterator[Change]:
    """Name the changed fields of jobs that cannot be changed, from the declarations kept beside their manifests.

    Each takes a read from S3, and nobody reads on after so many: of the rest the plan says that they changed.
    """
    changed = [change for change in changes if change.action is Action.IMMUTABLE]
    told = changed[:MOST_EXPLAINED]
    kept = dict(zip((change.key for change in told), _all_at_once(lambda one: _kept(one, objects), told), strict=True))
    for change, declaration in zip(changes, declarations, strict=True):
        if change.action is not Action.IMMUTABLE:
            yield change
        elif change.key not in kept:
            yield leave_unexplained(change, MOST_EXPLAINED)
        else:
            before = kept[change.key]
            yield explain_immutable(change, json.loads(before), declaration) if before else change


def _kept(change: Change, objects: Objects) -> bytes | None:
    """Read the declaration that an existing job was made from."""
    mark = change.observed.fingerprint if change.observed else None
    if mark is None:
        return None
    return objects.read(f"s3://{mark.bucket}/jobs/{mark.name}/{mark.declaration}-{mark.input}/declaration.json")


def _all_at_once(ask: Callable[[Asked], Answered], about: Sequence[Asked]) -> list[Answered]:
    """Ask about each, several at a time: an answer of AWS is waited for, not worked on."""
    with ThreadPoolExecutor(AT_A_TIME) as crew:
        return list(crew.map(ask, about))


def apply(
    changes: Iterable[Change],
    *,
    jobs: LabelingJobs,
    objects: Objects,
    clock: Clock,
    held: Mapping[str, str] | None = None,
    may_stop: bool = False,
) -> Iterator[Outcome]:
    """Do what the changes say, one after the other; a job that fails does not stop the next."""
    for change in changes:
        if change.action is Action.CREATE and change.desired is not None:
            if held and change.key in held:
                hint = "plan again, and have the new plan reviewed"
                yield _outcome(change, Verdict(result=Result.HELD, evidence=held[change.key], hint=hint))
            else:
                yield _outcome(change, create(change.desired, jobs=jobs, objects=objects, clock=clock))
        elif change.action is Action.STOP:
            yield _outcome(change, _stop(change, jobs, may_stop=may_stop))


def create(desired: DesiredJob, *, jobs: LabelingJobs, objects: Objects, clock: Clock) -> Verdict:
    """Upload what the request points to, send it once, and look at what became of it."""
    try:
        if fault := _upload(desired, objects):
            return Verdict(result=Result.FAILED, evidence=fault, hint="nothing was created; find out who wrote there")
    except WorldError as error:
        return Verdict(result=Result.FAILED, evidence=f"nothing was created: {error.message}", hint=error.hint)
    answer = _send(desired, jobs, clock)
    if isinstance(answer, Rejected):
        return judge(answer, desired.request, None)
    try:
        return judge(answer, desired.request, _look_for(desired.name, answer, jobs, clock))
    except WorldError as error:
        return Verdict(
            result=Result.UNKNOWN, evidence=f"sent, but could not be looked at: {error.message}", hint=error.hint
        )


def _upload(desired: DesiredJob, objects: Objects) -> str | None:
    """Write the artifacts; what is there already must be the same, because its key says what is in it."""
    for artifact in desired.artifacts:
        written = objects.put_if_absent(artifact.uri, artifact.content, artifact.media_type)
        if not written and objects.read(artifact.uri) != artifact.content:
            return f"{artifact.uri} holds something else than its name says"
    return None


def _send(desired: DesiredJob, jobs: LabelingJobs, clock: Clock) -> Answer:
    """Send the create call; only a throttle, which is a clean no, is followed by another."""
    for attempt in range(THROTTLE_TRIES):
        answer = jobs.create_once(desired.request)
        if not isinstance(answer, Throttled):
            return answer
        clock.sleep(min(0.5 * 2**attempt, 20))
    return answer


def _look_for(name: str, answer: Answer, jobs: LabelingJobs, clock: Clock) -> Mapping[str, Any] | None:
    """Describe the job, for a while where AWS may have accepted it: reads can lag behind the create."""
    patience = 0 if isinstance(answer, Throttled) else LOOK_FOR_SECONDS
    waited, pause = 0.0, 1.0
    while (found := jobs.describe(name)) is None and waited < patience:
        clock.sleep(pause)
        waited, pause = waited + pause, min(pause * 2, 10)
    return found


def _stop(change: Change, jobs: LabelingJobs, *, may_stop: bool) -> Verdict:
    if not may_stop:
        return Verdict(
            result=Result.HELD,
            evidence="stopping is for good and was not allowed in this run",
            hint="run `groundctl apply --allow-stop`",
        )
    jobs.stop(change.name)
    return Verdict(result=Result.STOPPING, evidence="asked AWS to stop it; labels made so far stay")


def _outcome(change: Change, verdict: Verdict) -> Outcome:
    return Outcome(
        name=change.name,
        path=change.path,
        result=verdict.result,
        evidence=verdict.evidence,
        hint=verdict.hint,
        arn=verdict.arn,
    )
