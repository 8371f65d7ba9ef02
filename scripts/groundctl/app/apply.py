"""Carries out a plan: uploads, claims, sends each create call once, looks at the job, and reports the outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import assert_never

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
from groundctl.domain.jobs.observed import AwsResponse, JobFingerprint
from groundctl.domain.jobs.request import DesiredJob
from groundctl.domain.planning.plan import (
    AlreadyAsked,
    Change,
    Create,
    Exists,
    Foreign,
    Immutable,
    Orphan,
    Refused,
    Stop,
    Waiting,
)
from groundctl.domain.tracking.provenance import provenance_json, provenance_uri
from groundctl.domain.tracking.run_context import RunContext
from groundctl.errors import ExternalError
from groundctl.ports import Clock, LabelingJobs, ObjectStore

# How long to look for a job that AWS may have accepted, before its outcome is unknown.
LOOK_FOR_SECONDS = 60
THROTTLE_TRIES = 8
REVIEW_AGAIN = "make a new plan and have it reviewed"


def apply(
    changes: Iterable[Change],
    *,
    jobs: LabelingJobs,
    objects: ObjectStore,
    clock: Clock,
    held: Mapping[JobKey, str] | None = None,
    may_stop: bool = False,
    asking: Callable[[Change], RunContext] | None = None,
) -> Iterator[Outcome]:
    """Carry out the changes one after the other; a job that fails does not stop the next.

    held has the changes that may not be carried out, with the reason. asking gives the provenance of a job, which is kept
    beside the job's manifest, so that progress can be reported where the job was asked for.
    """
    for change in changes:
        if held and change.key in held:
            yield _outcome(change, Verdict(result=Result.HELD, evidence=held[change.key], hint=REVIEW_AGAIN))
            continue
        match change:
            case Create(purchase=purchase):
                record = _record(change, purchase.desired, asking(change)) if asking else None
                yield _outcome(change, create(purchase.desired, jobs=jobs, objects=objects, clock=clock, record=record))
            case Stop():
                yield _outcome(change, _stop(change, jobs, may_stop=may_stop))
            case Exists() | Immutable() | Foreign() | AlreadyAsked() | Waiting() | Refused() | Orphan():
                pass
            case _:
                assert_never(change)


def create(
    desired: DesiredJob, *, jobs: LabelingJobs, objects: ObjectStore, clock: Clock, record: Artifact | None = None
) -> Verdict:
    """Upload what the request points to, send the request once, and look at the job."""
    try:
        if obstacle := _upload(desired, objects) or _claim(desired, objects):
            return obstacle
        if record:
            # One of an earlier try stays: it is the one that was reviewed first.
            objects.put_if_absent(record.uri, record.content, record.media_type)
    except ExternalError as error:
        return Verdict(result=Result.FAILED, evidence=f"nothing was created: {error.message}", hint=error.hint)
    answer = _send(desired, jobs, clock)
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
    """Write the artifacts; what is there already must be the same, because its key names its content."""
    for artifact in desired.artifacts:
        written = objects.put_if_absent(artifact.uri, artifact.content, artifact.media_type)
        if not written and objects.read(artifact.uri) != artifact.content:
            evidence = f"{artifact.uri} has other content than its key says"
            return Verdict(
                result=Result.FAILED, evidence=evidence, hint="nothing was created; find out who wrote this object"
            )
    return None


def _claim(desired: DesiredJob, objects: ObjectStore) -> Verdict | None:
    """Claim the input for this job, unless another job has claimed it.

    The plan has looked for earlier purchases, but a list can be stale and two runs can plan at once: AWS guards names,
    and a renamed job would pass. The first run to write has the claim.
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
    """Read the name of the job that holds a claim; None if the claim holds something else."""
    if claim is None:
        return "another job"
    text = claim.decode("ascii", errors="replace")
    return text if JOB_NAME.fullmatch(text) else None


def _send(desired: DesiredJob, jobs: LabelingJobs, clock: Clock) -> CreateResponse:
    """Send the create call; send it again only after a throttle, which created nothing."""
    for attempt in range(THROTTLE_TRIES):
        answer = jobs.create_once(desired.request)
        if not isinstance(answer, Throttled) or attempt == THROTTLE_TRIES - 1:
            return answer
        clock.sleep(min(0.5 * 2**attempt, 20))
    raise AssertionError("the last try returns")


def _look_for(name: str, answer: CreateResponse, jobs: LabelingJobs, clock: Clock) -> AwsResponse | None:
    """Describe the job, for a while where AWS may have accepted it: reads can lag behind the create."""
    patience = 0 if isinstance(answer, Throttled) else LOOK_FOR_SECONDS
    waited, pause = 0.0, 1.0
    while (found := jobs.describe(name)) is None and waited < patience:
        clock.sleep(pause)
        waited, pause = waited + pause, min(pause * 2, 10)
    return found


def _stop(change: Stop, jobs: LabelingJobs, *, may_stop: bool) -> Verdict:
    if not may_stop:
        return Verdict(
            result=Result.HELD,
            evidence="stopping is permanent and was not allowed in this run",
            hint="run `groundctl apply --allow-stop`",
        )
    try:
        jobs.stop(change.name)
    except ExternalError as error:
        return Verdict(result=Result.FAILED, evidence=f"was not stopped: {error.message}", hint=error.hint)
    return Verdict(result=Result.STOPPING, evidence="AWS was asked to stop it; labels made so far are kept")


def _outcome(change: Change, verdict: Verdict) -> Outcome:
    return Outcome(name=change.name, path=change.path, verdict=verdict)
