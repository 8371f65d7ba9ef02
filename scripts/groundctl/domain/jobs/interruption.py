"""What is true of a job when a run ends before it knows the job's outcome, by the last step that was begun."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from groundctl.domain.jobs.creation import Result, Verdict


class Step(StrEnum):
    """A step of carrying out one change, written down before the step begins."""

    NOT_STARTED = "not started"
    WRITING_FILES = "writing files"
    RECORDING = "recording the purchase"
    WAITING = "waiting for its turn"
    SENDING_CREATE = "sending the create request"
    THROTTLED = "waiting after a throttle"
    ACCEPTED = "looking at an accepted job"
    SENDING_STOP = "sending the stop request"


_APPLY_AGAIN: Final = "run apply again: it looks for the job first, and AWS takes a name only once"
_STARTS_IT: Final = "run apply again"


def interrupted(step: Step) -> Verdict:
    """Say what may have become of a job whose step was begun and not finished."""
    match step:
        case Step.SENDING_CREATE:
            evidence = "the run ended while the create request was under way: AWS may have received it"
            return Verdict(result=Result.UNKNOWN, evidence=evidence, hint=_APPLY_AGAIN)
        case Step.ACCEPTED:
            evidence = "AWS accepted the create request; the run ended before it looked at the job"
            return Verdict(result=Result.UNKNOWN, evidence=evidence, hint=_APPLY_AGAIN)
        case Step.SENDING_STOP:
            evidence = "the run ended while the stop request was under way: AWS may have received it"
            hint = "`groundctl status` shows whether AWS is stopping the job"
            return Verdict(result=Result.UNKNOWN, evidence=evidence, hint=hint)
        case Step.NOT_STARTED:
            evidence = "the run ended before this job; AWS was not asked to change it"
        case Step.WRITING_FILES:
            evidence = "the run ended while the job's files were written; the create request was not sent"
        case Step.RECORDING:
            evidence = "the run ended while the purchase was recorded in the ledger; the create request was not sent"
        case Step.WAITING:
            evidence = "the run ended while the create request waited for its turn; it was not sent"
        case Step.THROTTLED:
            evidence = "the run ended after AWS throttled the create request, which created nothing"
    return Verdict(result=Result.NOT_STARTED, evidence=evidence, hint=_STARTS_IT)
