"""The step that changes the world: upload, claim, create once, look, say what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import assert_never

from groundctl.domain.aws import s3_layout
from groundctl.domain.aws.job_names import JobKey, job_key
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

# How long a job that AWS may have accepted is looked for before its outcome is called unknown.
LOOK_FOR_SECONDS = 60
THROTTLE_TRIES = 8
REVIEW_AGAIN = "plan again, and have the new plan reviewed"


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
    """Do what the changes say, one after the other; a job that fails does not stop the next.

    asking says who wants a job; it is kept beside the job's manifest, so that its progress can be told there.
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
    """Upload what the request points to, send it once, and look at what became of it."""
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
            evidence=f"{said}, but could not be looked at: {error.message}",
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
    """Write the artifacts; what is there already must be the same, because its key says what is in it."""
    for artifact in desired.artifacts:
        written = objects.put_if_absent(artifact.uri, artifact.content, artifact.media_type)
        if not written and objects.read(artifact.uri) != artifact.content:
            evidence = f"{artifact.uri} holds something else than its name says"
            return Verdict(
                result=Result.FAILED, evidence=evidence, hint="nothing was created; find out who wrote there"
            )
    return None


def _claim(desired: DesiredJob, objects: ObjectStore) -> Verdict | None:
    """Put this job's name on its input, unless another job's is there.

    The plan has looked for earlier purchases, but a list can be stale and two runs can plan at once: a rename would
    then pass the guard that AWS keeps on names. Whoever writes first has the purchase.
    """
    uri = s3_layout.claim_uri(
        bucket=desired.artifact_bucket, input_digest=desired.input_digest, follows=desired.follows
    )
    name = job_key(desired.name).encode()
    if objects.put_if_absent(uri, name, "text/plain") or (holder := objects.read(uri)) == name:
        return None
    other = (holder or b"another job").decode()
    return Verdict(
        result=Result.HELD,
        evidence=f"{other} has the same labels on the same clips, or is about to",
        hint=f"if paying again is meant, add `rerun_of: {{job: {other}, reason: ...}}`",
    )


def _send(desired: DesiredJob, jobs: LabelingJobs, clock: Clock) -> CreateResponse:
    """Send the create call; only a throttle, which is a clean no, is followed by another."""
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
            evidence="stopping is for good and was not allowed in this run",
            hint="run `groundctl apply --allow-stop`",
        )
    try:
        jobs.stop(change.name)
    except ExternalError as error:
        return Verdict(result=Result.FAILED, evidence=f"was not stopped: {error.message}", hint=error.hint)
    return Verdict(result=Result.STOPPING, evidence="asked AWS to stop it; labels made so far stay")


def _outcome(change: Change, verdict: Verdict) -> Outcome:
    return Outcome(name=change.name, path=change.path, verdict=verdict)
