"""The progress of a job: its rate, its expected end, and advice, all from counters and times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from groundctl.domain.jobs.observed import ObservedJob, Status

# AWS fails a static job 30 days after its creation, whatever is labeled by then.
LIFETIME = timedelta(days=30)
# A job that starts shows zeros; AWS reads the largest manifest within this time.
_COUNTED_WITHIN = timedelta(hours=3)
# MaxConcurrentTaskCount, if a request does not set it.
DEFAULT_CONCURRENT_OBJECTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The progress of a job; rate is labels per hour, None while it is unknown. done includes what ended without a label.

    expected_end is never later than expires, when AWS fails a job that is still running.
    """

    job: ObservedJob
    done: int
    total: int
    rate: float | None
    expected_end: datetime | None
    expires: datetime
    advice: str


def progress_of(job: ObservedJob, now: datetime) -> Progress:
    """Calculate a job's rate and expected end at a given time."""
    done, total = job.counters.labeled + job.counters.failed, job.counters.total
    until = job.modified if job.status.is_terminal else now
    hours = (until - job.created).total_seconds() / 3600
    # An object that ended without a label says nothing about how fast workers label.
    rate = job.counters.labeled / hours if job.counters.labeled and hours > 0 else None
    expires = job.created + LIFETIME
    running = job.status is Status.IN_PROGRESS
    to_go = (total - done) / rate if running and rate and total > done else None
    # Compared in hours: at a clip a month, the end of a large job is beyond the last year that a date can have.
    is_late = to_go is not None and to_go > (expires - now).total_seconds() / 3600
    return Progress(
        job=job,
        done=done,
        total=total,
        rate=rate,
        expected_end=None if to_go is None or is_late else now + timedelta(hours=to_go),
        expires=expires,
        advice=_advice(job, now, is_late=is_late),
    )


def _advice(job: ObservedJob, now: datetime, *, is_late: bool) -> str:
    match job.status:
        case Status.FAILED:
            return f"failed: {job.failure_reason or 'AWS gave no reason'}; create a job with a new name for the remaining clips"
        case Status.COMPLETED if job.counters.failed:
            return f"{job.counters.failed} without a label: `groundctl results {job.name}` lists them"
        case Status.STOPPED:
            return f"stopped; `groundctl results {job.name}` has the labels made so far"
        case Status.INITIALIZING | Status.IN_PROGRESS if not job.counters.total and now - job.created > _COUNTED_WITHIN:
            return _not_counted(job)
        case Status.IN_PROGRESS if is_late:
            return "will not finish before AWS fails it after 30 days: add workers to the team"
        case Status.IN_PROGRESS if job.counters.failed and not job.counters.labeled:
            return f"{job.counters.failed:,} ended without a label, and none with one: look at the page and the clips as a worker sees them"
        case Status.IN_PROGRESS if not job.counters.labeled and now - job.created > timedelta(days=1):
            return "nothing labeled in a day: check that the workers know about the job and can open the portal"
        case _:
            return ""


def _not_counted(job: ObservedJob) -> str:
    """Say what to look at if AWS has counted no data object of a job: its workers have nothing to do."""
    if not job.has_input:
        return "no clip has arrived yet: check that messages reach its SNS topic, and that AWS may read the topic"
    return (
        "AWS has not counted any clip yet, so workers see none: check that the execution role may read the input manifest and"
        " the clips, and that their bucket and key are in this Region"
    )


def lasts_at_most(request: Mapping[str, Any], objects: int | None) -> timedelta | None:  # a request in AWS's shape
    """Return how long a job can last from its creation; None for a job whose clips keep arriving.

    A clip without answers expires after its availability. That bounds a job that offers all of its clips at once; a job that
    offers them in turns is bounded by its lifetime.
    """
    if "SnsDataSource" in request["InputConfig"]["DataSource"]:
        return None
    task = request["HumanTaskConfig"]
    concurrent = task.get("MaxConcurrentTaskCount", DEFAULT_CONCURRENT_OBJECTS)
    if objects is None or objects > concurrent or "TaskAvailabilityLifetimeInSeconds" not in task:
        return LIFETIME
    return min(LIFETIME, timedelta(seconds=task["TaskAvailabilityLifetimeInSeconds"]))
