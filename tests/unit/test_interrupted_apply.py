"""However a run ends, its log names every job that may exist, and a stop that AWS did not confirm is looked up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from groundctl.app.apply_log import ApplyLog
from groundctl.domain.jobs.creation import CreateResponse, Result, Throttled
from groundctl.errors import ExternalError, UnclearFromAws
from support.builders import a_declaration, a_plan, an_observed_job
from support.buying import carry_out
from support.fake_objects import FakeObjects
from support.fakes import FakeClock, FakeJobs


class Interrupted(FakeJobs):
    """The run ends in the n-th create call: before AWS has it, or after."""

    def __init__(self, *, at: int, accepted: bool, error: BaseException) -> None:
        super().__init__()
        self.at, self.accepted, self.error = at, accepted, error

    def create_once(self, request: Mapping[str, Any], *, signed_until: datetime) -> CreateResponse:
        if len(self.sent) + 1 == self.at:
            if self.accepted:
                super().create_once(request, signed_until=signed_until)
            raise self.error
        return super().create_once(request, signed_until=signed_until)


THREE = [
    a_declaration(name=name, input={"objects": [f"s3://clips/{name}.mp4"]}) for name in ("first", "second", "third")
]


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), ZeroDivisionError()], ids=["interrupted", "a bug"])
def test_whatever_ends_a_run_every_job_that_may_exist_is_named(error: BaseException, *, accepted: bool):
    plan = a_plan(*THREE)
    log = ApplyLog(plan.changes)
    jobs = Interrupted(at=2, accepted=accepted, error=error)

    with pytest.raises(type(error)):
        carry_out(plan, log=log, jobs=jobs)

    assert {outcome.name: outcome.result for outcome in log.outcomes} == {
        "first": Result.CREATED,
        "second": Result.UNKNOWN,
        "third": Result.NOT_STARTED,
    }
    assert "AWS may have received it" in log.outcomes[1].verdict.evidence
    assert all(outcome.result.needs_attention for outcome in log.outcomes[1:])


def test_a_run_that_ends_while_files_are_written_has_sent_nothing():
    class Ending(FakeObjects):
        def put_if_absent(self, uri: str, content: bytes, media_type: str) -> bool:  # noqa: ARG002 - the port's
            raise KeyboardInterrupt

    plan, jobs = a_plan(*THREE), FakeJobs()
    log = ApplyLog(plan.changes)

    with pytest.raises(KeyboardInterrupt):
        carry_out(plan, log=log, jobs=jobs, objects=Ending())

    assert {outcome.result for outcome in log.outcomes} == {Result.NOT_STARTED}
    assert "the create request was not sent" in log.outcomes[0].verdict.evidence
    assert jobs.sent == []


def test_a_run_that_ends_after_a_throttle_has_created_nothing():
    class Ending(FakeClock):
        def sleep(self, seconds: float) -> None:  # noqa: ARG002 - the port's signature
            raise KeyboardInterrupt

    plan = a_plan(a_declaration())
    log = ApplyLog(plan.changes)

    with pytest.raises(KeyboardInterrupt):
        carry_out(plan, log=log, jobs=FakeJobs(Throttled(message="slow down")), clock=Ending())

    [outcome] = log.outcomes
    assert (outcome.result, "created nothing" in outcome.verdict.evidence) == (Result.NOT_STARTED, True)


def test_a_run_that_ends_before_it_looks_at_an_accepted_job_says_so():
    class Ending(FakeJobs):
        def describe(self, name: str) -> Mapping[str, Any] | None:  # noqa: ARG002 - the port's signature
            raise KeyboardInterrupt

    plan = a_plan(a_declaration())
    log = ApplyLog(plan.changes)

    with pytest.raises(KeyboardInterrupt):
        carry_out(plan, log=log, jobs=Ending())

    [outcome] = log.outcomes
    assert outcome.result is Result.UNKNOWN
    assert "AWS accepted the create request" in outcome.verdict.evidence


@pytest.mark.parametrize(
    ("status", "error", "result", "words"),
    [
        ("Stopping", UnclearFromAws("no answer", hint="wait"), Result.STOPPING, "AWS shows it as Stopping"),
        ("Stopped", ExternalError("AWS refused it", hint="wait"), Result.STOPPING, "AWS shows it as Stopped"),
        ("InProgress", UnclearFromAws("no answer", hint="wait"), Result.UNKNOWN, "AWS may have received"),
        ("InProgress", ExternalError("AWS refused it", hint="wait"), Result.FAILED, "was not stopped"),
        ("Completed", ExternalError("AWS refused it", hint="wait"), Result.FAILED, "it has ended (Completed)"),
        (None, UnclearFromAws("no answer", hint="wait"), Result.UNKNOWN, "could not be looked up"),
        (None, ExternalError("AWS refused it", hint="wait"), Result.FAILED, "was not stopped"),
    ],
)
def test_a_stop_that_aws_did_not_confirm_is_looked_up(
    status: str | None, error: ExternalError, result: Result, words: str
):
    class Unconfirmed(FakeJobs):
        def stop(self, name: str) -> None:  # noqa: ARG002 - the port's signature
            raise error

        def describe(self, name: str) -> Mapping[str, Any] | None:
            if status is None:
                raise ExternalError(f"the network is away from {name}", hint="try later")
            return {"LabelingJobStatus": status}

    plan = a_plan(a_declaration(state="stopped"), observed=(an_observed_job(),))

    [outcome] = carry_out(plan, jobs=Unconfirmed(), may_stop=True)

    assert outcome.result is result
    assert words in outcome.verdict.evidence
