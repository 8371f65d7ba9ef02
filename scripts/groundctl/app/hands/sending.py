"""Sends a recorded create request once, at the pace that all hands share, and looks at the job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from groundctl.app.hands.pacer import Pacer
from groundctl.domain.jobs.creation import (
    Accepted,
    CreateResponse,
    NotSent,
    Rejected,
    Result,
    Throttled,
    Verdict,
    classify,
)
from groundctl.domain.jobs.estimate import Estimate
from groundctl.domain.jobs.interruption import Step
from groundctl.domain.jobs.ledger.look import NOT_LOOKED, Look, look_at
from groundctl.domain.jobs.ledger.records import RecordId
from groundctl.domain.jobs.observed import AwsResponse, observed_job
from groundctl.errors import ExternalError
from groundctl.ports import Clock, LabelingJobs

# How long to look for a job that AWS may have accepted before its outcome counts as unknown.
LOOK_FOR_SECONDS = 60
THROTTLE_TRIES = 8

Begin = Callable[[Step], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A recorded attempt: its request may be sent until the record's time is over."""

    id: RecordId
    purchase: RecordId
    request: AwsResponse
    signed_until: datetime
    cost: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What an attempt came to: every response, and what Describe says of the job."""

    attempt: Attempt
    responses: tuple[CreateResponse, ...]
    look: Look
    verdict: Verdict


class Sender:
    """Sends attempts, several at once if several hands use it."""

    def __init__(self, *, jobs: LabelingJobs, clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock
        self._pacer = Pacer(clock)

    def send(self, attempt: Attempt, begin: Begin) -> Sent:
        """Send the request once, and look at the job; begin hears of each step first."""
        responses = self._responses(attempt, begin)
        answer = responses[-1]
        described: AwsResponse | None = None
        look: Look = NOT_LOOKED
        failed: ExternalError | None = None
        if not isinstance(answer, Rejected | NotSent):
            try:
                described = self._look_for(attempt.request["LabelingJobName"], answer)
                look = seen(described)
            except ExternalError as error:
                failed = error
        verdict = _unseen(answer, failed) if failed else classify(answer, attempt.request, described)
        return Sent(attempt=attempt, responses=tuple(responses), look=look, verdict=verdict)

    def _responses(self, attempt: Attempt, begin: Begin) -> list[CreateResponse]:
        """Send the create call; retry it only after a throttle, which created nothing."""
        responses: list[CreateResponse] = []
        begin(Step.WAITING)
        for tried in range(THROTTLE_TRIES):
            with self._pacer.turn() as turn:
                begin(Step.SENDING_CREATE)
                answer = turn.answer = self._jobs.create_once(attempt.request, signed_until=attempt.signed_until)
                responses.append(answer)
                if isinstance(answer, Accepted):
                    begin(Step.ACCEPTED)
                elif isinstance(answer, Throttled):
                    begin(Step.THROTTLED)
            if not isinstance(answer, Throttled) or tried == THROTTLE_TRIES - 1:
                break
        return responses

    def _look_for(self, name: str, answer: CreateResponse) -> AwsResponse | None:
        """Describe the job; retry if AWS may have accepted it, because reads can lag behind the create."""
        patience = 0 if isinstance(answer, Throttled) else LOOK_FOR_SECONDS
        waited, pause = 0.0, 1.0
        while (described := self._jobs.describe(name)) is None and waited < patience:
            self._clock.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, 10)
        return described


def seen(described: AwsResponse | None) -> Look:
    """Say what a description shows."""
    return look_at(observed_job(described) if described else None)


def _unseen(answer: CreateResponse, error: ExternalError) -> Verdict:
    said = "accepted" if isinstance(answer, Accepted) else "sent"
    return Verdict(
        result=Result.UNKNOWN,
        evidence=f"the request was {said}, but the job could not be looked up: {error.message}",
        hint=error.hint,
        arn=answer.arn if isinstance(answer, Accepted) else None,
    )
