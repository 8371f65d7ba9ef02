"""The progress of jobs as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from groundctl.domain.jobs.ledger.refusals import refusal_hint
from groundctl.domain.tracking.progress import Progress
from groundctl.domain.tracking.refused_before import RefusedJob


def status_json(jobs: Sequence[Progress], refused: Sequence[RefusedJob] = ()) -> list[dict[str, Any]]:
    """Return the progress of jobs as JSON values; times are ISO 8601, the rate is data objects per hour.

    A job that AWS refused to create has the status "Refused", and null where only a job that exists has a value.
    """
    return [*map(_job, jobs), *map(_refused, refused)]


def _job(progress: Progress) -> dict[str, Any]:
    return {
        "name": progress.job.name,
        "arn": progress.job.arn,
        "status": str(progress.job.status),
        "labeled": progress.job.counters.labeled,
        "failed": progress.job.counters.failed,
        "total": progress.total,
        "rate_per_hour": progress.rate,
        "expected_end": progress.expected_end and progress.expected_end.isoformat(),
        "created": progress.job.created.isoformat(),
        "expires": progress.expires.isoformat(),
        "failure_reason": progress.job.failure_reason,
        "output_manifest": progress.job.output_manifest,
        "advice": progress.advice,
        "refused_at": None,
    }


def _refused(job: RefusedJob) -> dict[str, Any]:
    return {
        "name": job.name,
        "arn": None,
        "status": "Refused",
        "labeled": None,
        "failed": None,
        "total": None,
        "rate_per_hour": None,
        "expected_end": None,
        "created": None,
        "expires": None,
        "failure_reason": job.refusal.evidence,
        "output_manifest": None,
        "advice": refusal_hint(job.refusal),
        "refused_at": job.refusal.at.isoformat(),
    }
