"""What a stop call did that AWS did not confirm: its error, and a look at the job afterwards."""

from __future__ import annotations

from typing import Final

from groundctl.domain.jobs.creation import Result, Verdict
from groundctl.domain.jobs.observed import AwsResponse, Status

_STOP_AGAIN: Final = "`groundctl status` shows the job; to ask again, run apply with --allow-stop"


def classify_stop(message: str, hint: str, described: AwsResponse | None, *, unclear: bool) -> Verdict:
    """Say what an unconfirmed stop call did; unclear where AWS may have acted on it all the same."""
    status = Status(str(described.get("LabelingJobStatus"))) if described else None
    if status in {Status.STOPPING, Status.STOPPED}:
        evidence = f"AWS shows it as {status}, although it did not confirm the request: {message}"
        return Verdict(result=Result.STOPPING, evidence=evidence)
    if status and status.is_terminal:
        evidence = f"was not stopped, because it has ended ({status}): {message}"
        return Verdict(result=Result.FAILED, evidence=evidence, hint="a job that has ended cannot be stopped")
    seen = f"AWS shows it as {status}" if status else "the job could not be looked up"
    if unclear:
        evidence = f"AWS may have received the stop request; {seen}: {message}"
        return Verdict(result=Result.UNKNOWN, evidence=evidence, hint=_STOP_AGAIN)
    return Verdict(result=Result.FAILED, evidence=f"was not stopped: {message}", hint=hint)
