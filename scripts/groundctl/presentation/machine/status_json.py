"""The progress of jobs as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from groundctl.domain.tracking.progress import Progress


def status_json(jobs: Sequence[Progress]) -> list[dict[str, Any]]:
    """Return the progress of jobs as JSON values; times are ISO 8601, the rate is data objects per hour."""
    return [
        {
            "name": progress.job.name,
            "arn": progress.job.arn,
            "status": str(progress.job.status),
            "labeled": progress.job.counters.labeled,
            "failed": progress.job.counters.failed,
            "total": progress.total,
            "rate_per_hour": progress.rate and round(progress.rate, 3),
            "expected_end": progress.expected_end and progress.expected_end.isoformat(),
            "created": progress.job.created.isoformat(),
            "expires": progress.expires.isoformat(),
            "failure_reason": progress.job.failure_reason,
            "output_manifest": progress.job.output_manifest,
            "advice": progress.advice,
        }
        for progress in jobs
    ]
