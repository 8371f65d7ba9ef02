"""Applies a plan: uploads artifacts, claims inputs, sends each create call once, and determines each outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import assert_never

from groundctl.app.apply_log import ApplyLog
from groundctl.domain.aws import s3_layout
from groundctl.domain.aws.job_names import JOB_NAME, JobKey, job_key
from groundctl.domain.jobs.artifacts import Artifact
from groundctl.domain.jobs.creation import (
    Accepted,
    CreateResponse,
    Outcome,
    Rejected,
    Result,
    Throttled,
    Verdict,
    classify,
)
from groundctl.domain.jobs.interruption import Step
from groundctl.domain.jobs.observed import AwsResponse, JobFingerprint
from groundctl.domain.jobs.request import DesiredJob
from groundctl.domain.jobs.stopping import classify_stop
from groundctl.domain.planning.plan import Change, Create, Stop
from groundctl.domain.tracking.provenance import provenance_json, provenance_uri
from groundctl.domain.tracking.run_context import RunContext
from groundctl.errors import ExternalError, UnclearFromAws
from groundctl.ports import Clock, LabelingJobs, ObjectStore

# How long to look for a job that AWS may have accepted before its outcome counts as unknown.
LOOK_FOR_SECONDS = 60
THROTTLE_TRIES = 8
REVIEW_AGAIN = "make a new plan and have it reviewed"


def apply(
    log: ApplyLog,
    *,
    jobs: LabelingJobs,
    objects: ObjectStore,
    clock: Clock,
    held: Mapping[JobKey, str] | None = None,
    may_stop: bool = False,
    asking: Callable[[Change], RunContext] | None = None,
) -> Iterator[Outcome]:
    """Apply the changes of a log one after the other; a job that fails does not stop the next one.

    The log is written before and after each act, so it is true at any moment, and the caller reads it however the run
    ends. held maps the changes that must not be applied to the reason. asking returns the run and the pull request of a
    job; they are stored beside the job's manifest, so that its progress can be reported on that pull request.
    """
    for change in log.changes:
        verdict: Verdict
        if held and change.key in held:
            verdict = Verdict(result=Result.HELD, evidence=held[change.key], hint=REVIEW_AGAIN)
        else:
            match change:
                case Create(purchase=purchase):
                    record = _record(change, purchase.desired, asking(change)) if asking else None
                    steps = partial(log.begin, change.key)
                    verdict = create(
                        purchase.desired, jobs=jobs, objects=objects, clock=clock, record=record, begin=steps
                    )
                case Stop():
                    verdict = _stop(change, jobs, log, may_stop=may_stop)
                case _:
                    assert_never(change)
        log.finish(change.key, verdict)
        yield Outcome(name=change.name, path=change.path, verdict=verdict)


def create(
    desired: DesiredJob,
    *,
    jobs: LabelingJobs,
    objects: ObjectStore,
    clock: Clock,
    record: Artifact | None = None,
    begin: Callable[[Step], None] = lambda _: None,
) -> Verdict:
    """Upload what the request points to, send the request once, and look at the job; begin hears of each step first."""
    begin(Step.WRITING_FILES)
    try:
        if obstacle := _upload(desired, objects) or _claim(desired, objects):
            return obstacle
        if record:
            # The provenance of an earlier attempt stays, because it was reviewed first.
            objects.put_if_absent(record.uri, record.content, record.media_type)
    except ExternalError as error:
        return Verdict(result=Result.FAILED, evidence=f"nothing was created: {error.message}", hint=error.hint)
    answer = _send(desired, jobs, clock, begin)
    if isinstance(answer, Rejected):
        return classify(answer, desired.request, None)
    try:
        return classify(answer, desired.request, _look_for(desired.name, answer, jobs, clock))
    except ExternalError as error:
        said = "accepted" if isinstance(answer, Accepted) else "sent"
        return Verdict(
            result=Result.UNKNOWN,
            evidence=f"the request was {said}, but the job could not be looked up: {error.message}",
            hint=error.hint,
            arn=answer.arn if isinstance(answer, Accepted) else None,
        )


def _record(change: Create, desired: DesiredJob, asking: RunContext) -> Artifact:
    fingerprint = JobFingerprint(
        bucket=desired.artifact_bucket,
        name=desired.name,
        declaration=change.job.declaration_digest,
        input=desired.input_digest,
    )
    return Artifact(provenance_uri(fingerprint), provenance_json(change, asking), "application/json")


def _upload(desired: DesiredJob, objects: ObjectStore) -> Verdict | None:
    """Write the artifacts; an existing object must have the same content, because its key is a digest of it."""
    for artifact in desired.artifacts:
        written = objects.put_if_absent(artifact.uri, artifact.content, artifact.media_type)
        if not written and objects.read(artifact.uri) != artifact.content:
            evidence = f"{artifact.uri} has content that does not match its key"
            return Verdict(
                result=Result.FAILED, evidence=evidence, hint="nothing was created; find out who wrote this object"
            )
    return None


def _claim(desired: DesiredJob, objects: ObjectStore) -> Verdict | None:
    """Claim the input for this job, unless another job has claimed it.

    The plan has looked for earlier purchases, but a list can be stale and two runs can plan at once. AWS enforces unique
    names only, so it would accept a renamed job. The first run to write has the claim.
    """
    uri = s3_layout.claim_uri(
        bucket=desired.artifact_bucket, input_digest=desired.input_digest, follows=desired.follows
    )
    name = job_key(desired.name).encode()
    if objects.put_if_absent(uri, name, "text/plain") or (holder := objects.read(uri)) == name:
        return None
    other = _holder_of(holder)
    if other is None:
        return Verdict(
            result=Result.HELD,
            evidence=f"the claim on these clips, {uri}, names no job: its content is malformed",
            hint="nothing was created; find out who wrote this object, and which job has these clips",
        )
    return Verdict(
        result=Result.HELD,
        evidence=f"{other} has the same labels on the same clips, or is about to be created",
        hint=f"to pay again on purpose, add `rerun_of: {{job: {other}, reason: ...}}`",
    )


def _holder_of(claim: bytes | None) -> str | None:
    """Read the name of the job that holds a claim; None if the claim contains something else."""
    if claim is None:
        return "another job"
    text = claim.decode("ascii", errors="replace")
    return text if JOB_NAME.fullmatch(text) else None


def _send(desired: DesiredJob, jobs: LabelingJobs, clock: Clock, begin: Callable[[Step], None]) -> CreateResponse:
    """Send the create call; retry it only after a throttle, which created nothing."""
    for attempt in range(THROTTLE_TRIES):
        begin(Step.SENDING_CREATE)
        answer = jobs.create_once(desired.request, signed_until=datetime.max.replace(tzinfo=UTC))
        if isinstance(answer, Accepted):
            begin(Step.ACCEPTED)
        if not isinstance(answer, Throttled) or attempt == THROTTLE_TRIES - 1:
            return answer
        begin(Step.THROTTLED)
        clock.sleep(min(0.5 * 2**attempt, 20))
    raise AssertionError("the last attempt returns")


def _look_for(name: str, answer: CreateResponse, jobs: LabelingJobs, clock: Clock) -> AwsResponse | None:
    """Describe the job; retry if AWS may have accepted it, because reads can lag behind the create."""
    patience = 0 if isinstance(answer, Throttled) else LOOK_FOR_SECONDS
    waited, pause = 0.0, 1.0
    while (described := jobs.describe(name)) is None and waited < patience:
        clock.sleep(pause)
        waited, pause = waited + pause, min(pause * 2, 10)
    return described


def _stop(change: Stop, jobs: LabelingJobs, log: ApplyLog, *, may_stop: bool) -> Verdict:
    """Ask AWS to stop a job; if AWS does not agree, look at the job before anything is said."""
    if not may_stop:
        return Verdict(
            result=Result.HELD,
            evidence="stopping is permanent and was not allowed in this run",
            hint="run the same command again with --allow-stop",
        )
    log.begin(change.key, Step.SENDING_STOP)
    try:
        jobs.stop(change.name)
    except ExternalError as error:
        return _look_at_stop(change, jobs, error)
    return Verdict(result=Result.STOPPING, evidence="AWS was asked to stop it; labels made so far are kept")


def _look_at_stop(change: Stop, jobs: LabelingJobs, error: ExternalError) -> Verdict:
    try:
        described = jobs.describe(change.name)
    except ExternalError:
        described = None
    return classify_stop(error.message, error.hint, described, unclear=isinstance(error, UnclearFromAws))
