"""The step that changes the world: upload, claim, create once, look, say what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from groundctl.domain.jobs.creation import (
    Accepted,
    CreateResponse,
    Outcome,
    Rejected,
    Result,
    Throttled,
    Verdict,
    judge,
)
from groundctl.domain.jobs.observed import JobFingerprint
from groundctl.domain.jobs.request import Artifact, DesiredJob
from groundctl.domain.planning.plan import Action, Change
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
    held: Mapping[str, str] | None = None,
    may_stop: bool = False,
    asking: Callable[[Change], RunContext] | None = None,
) -> Iterator[Outcome]:
    """Do what the changes say, one after the other; a job that fails does not stop the next.

    asking says who wants a job; it is kept beside the job's manifest, so that its progress can be told there.
    """
    for change in changes:
        if held and change.key in held:
            yield _outcome(change, Verdict(result=Result.HELD, evidence=held[change.key], hint=REVIEW_AGAIN))
        elif change.action is Action.CREATE and change.desired is not None:
            record = _record(change, change.desired, asking(change)) if asking else None
            yield _outcome(change, create(change.desired, jobs=jobs, objects=objects, clock=clock, record=record))
        elif change.action is Action.STOP:
            yield _outcome(change, _stop(change, jobs, may_stop=may_stop))


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
        return judge(answer, desired.request, None)
    try:
        return judge(answer, desired.request, _look_for(desired.name, answer, jobs, clock))
    except ExternalError as error:
        said = "accepted" if isinstance(answer, Accepted) else "sent"
        return Verdict(
            result=Result.UNKNOWN,
            evidence=f"{said}, but could not be looked at: {error.message}",
            hint=error.hint,
            arn=answer.arn if isinstance(answer, Accepted) else None,
        )


def _record(change: Change, desired: DesiredJob, asking: RunContext) -> Artifact:
    mark = JobFingerprint(
        bucket=desired.artifact_bucket,
        name=desired.name,
        declaration=change.declaration_digest,
        input=desired.input_digest,
    )
    return Artifact(provenance_uri(mark), provenance_json(change, asking), "application/json")


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
    place = f"after-{desired.follows}" if desired.follows else "first"
    uri = f"s3://{desired.artifact_bucket}/claims/{desired.input_digest}/{place}"
    name = desired.name.lower().encode()
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


def _look_for(name: str, answer: CreateResponse, jobs: LabelingJobs, clock: Clock) -> Mapping[str, Any] | None:
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
    try:
        jobs.stop(change.name)
    except ExternalError as error:
        return Verdict(result=Result.FAILED, evidence=f"was not stopped: {error.message}", hint=error.hint)
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
