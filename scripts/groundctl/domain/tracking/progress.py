"""How a running job is getting on: rate, expected end, what should worry us. All from counters and times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from groundctl.domain.jobs.observed import ObservedJob, Status

# A static job fails 30 days after its creation, whatever is labeled by then.
LIFETIME = timedelta(days=30)
# MaxConcurrentTaskCount, where a request names none.
OFFERED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A job's standing; rate is data objects an hour, None while nothing can be said.

    There is no expected end beyond expires: AWS will have failed the job by then.
    """

    job: ObservedJob
    done: int
    total: int
    rate: float | None
    expected_end: datetime | None
    expires: datetime
    advice: str


def progress_of(job: ObservedJob, now: datetime) -> Progress:
    """Reckon a job's rate and expected end at a given time."""
    done, total = job.counters.labeled + job.counters.failed, job.counters.total
    until = job.modified if job.status.is_terminal else now
    hours = (until - job.created).total_seconds() / 3600
    rate = done / hours if done and hours > 0 else None
    expires = job.created + LIFETIME
    running = job.status is Status.IN_PROGRESS
    to_go = (total - done) / rate if running and rate and total > done else None
    # Compared in hours: at a clip a month, a large job ends after the last year there is a date for.
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
            return f"failed: {job.failure_reason or 'AWS gave no reason'}; declare the rest under a new name"
        case Status.COMPLETED if job.counters.failed:
            return f"{job.counters.failed} without a label: `groundctl results {job.name}` lists them"
        case Status.STOPPED:
            return f"stopped; `groundctl results {job.name}` has the labels made so far"
        case Status.IN_PROGRESS if is_late:
            return "will not be done when AWS fails it after 30 days: add workers to the team"
        case Status.IN_PROGRESS if not job.counters.labeled and now - job.created > timedelta(days=1):
            return "nothing labeled in a day: do the workers know, and can they open the portal?"
        case _:
            return ""


def lasts_at_most(request: Mapping[str, Any], objects: int | None) -> timedelta | None:
    """Say how long after its creation a job is over at the latest; None for a job whose clips keep arriving.

    A clip that nobody labels is given up after its availability. That bounds the job where all of its clips are offered at
    once; where they are offered in turns, only its lifetime does.
    """
    if "SnsDataSource" in request["InputConfig"]["DataSource"]:
        return None
    task = request["HumanTaskConfig"]
    at_once = task.get("MaxConcurrentTaskCount", OFFERED_AT_ONCE)
    if objects is None or objects > at_once or "TaskAvailabilityLifetimeInSeconds" not in task:
        return LIFETIME
    return min(LIFETIME, timedelta(seconds=task["TaskAvailabilityLifetimeInSeconds"]))
