"""Create accepted, answer lost: over real HTTP, with boto3's own behaviour in the way."""

from __future__ import annotations

import boto3
import pytest

from groundctl.adapters.aws.ledger import S3Ledger
from groundctl.adapters.aws.s3 import S3Objects
from groundctl.adapters.aws.sagemaker import SageMakerJobs
from groundctl.adapters.aws.session import AwsSession
from groundctl.domain.jobs.creation import Result, Verdict
from groundctl.domain.jobs.ledger.entries import Appended
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import REGION, a_declaration, a_desired_job, a_plan, an_infrastructure, an_observed_job
from support.buying import buy, carry_out
from support.fakes import FakeClock
from support.ledger import an_entry, opened

ACCEPTED_THEN_LOST = [
    {"kind": "timeout", "when": "after", "seconds": 3},
    {"kind": "error500", "when": "after"},
    {"kind": "reset", "when": "after"},
]


@pytest.fixture
def world(simulator: Simulator) -> Simulator:
    prerequisites.build(an_infrastructure())
    return simulator


def create_through(session: AwsSession) -> Verdict:
    return buy(jobs=SageMakerJobs(session), objects=S3Objects(session), ledger=an_opened_s3_ledger(session))


def an_opened_s3_ledger(session: AwsSession) -> S3Ledger:
    ledger = S3Ledger(session, an_infrastructure().ledger_bucket)
    if not (log := ledger.read()).end:
        assert isinstance(ledger.append(1, an_entry(log, opened())), Appended)
    return ledger


def creates_sent(simulator: Simulator) -> int:
    return len([call for call in simulator.requests() if call["operation"] == "CreateLabelingJob"])


def jobs_there() -> list[str]:
    listed = boto3.client("sagemaker", region_name=REGION).list_labeling_jobs()
    return [job["LabelingJobName"] for job in listed["LabelingJobSummaryList"]]


@pytest.mark.parametrize("fault", ACCEPTED_THEN_LOST, ids=lambda fault: fault["kind"])
def test_a_create_that_was_accepted_but_not_answered_is_one_job_and_reported_as_created(world, fault):
    world.add_fault(operation="CreateLabelingJob", **fault)

    verdict = create_through(AwsSession(REGION, patience=1))

    assert verdict.result is Result.SEEN, verdict
    assert "the response was lost" in verdict.evidence
    assert creates_sent(world) == 1
    assert jobs_there() == ["rally-outcome"]


@pytest.mark.parametrize("fault", ACCEPTED_THEN_LOST, ids=lambda fault: fault["kind"])
def test_the_sdk_would_send_it_twice_with_its_own_retries(world, fault):
    """Why the retries are off: the same fault through an ordinary client."""
    desired = a_desired_job()
    objects = S3Objects(AwsSession(REGION))
    for artifact in desired.artifacts:
        objects.put_if_absent(artifact.uri, artifact.content, artifact.media_type)
    world.add_fault(operation="CreateLabelingJob", **fault)
    from botocore.config import Config

    ordinary = boto3.client("sagemaker", region_name=REGION, config=Config(read_timeout=1))

    with pytest.raises(ordinary.exceptions.ResourceInUse):
        ordinary.create_labeling_job(**desired.request)

    assert creates_sent(world) == 2


@pytest.mark.parametrize("kind", ["timeout", "error500", "reset"])
def test_a_lost_create_is_unknown_and_the_next_run_creates_the_job(world, kind):
    world.add_fault(operation="CreateLabelingJob", kind=kind, when="before", seconds=3)

    assert create_through(AwsSession(REGION, patience=1)).result is Result.UNKNOWN
    assert jobs_there() == []

    assert create_through(AwsSession(REGION, patience=1)).result is Result.CREATED
    assert jobs_there() == ["rally-outcome"]


def test_a_throttled_create_is_retried_and_buys_once(world):
    world.add_fault(operation="CreateLabelingJob", kind="throttle", times=3)

    assert create_through(AwsSession(REGION)).result is Result.CREATED
    assert jobs_there() == ["rally-outcome"]


def test_a_stale_read_after_the_create_is_waited_out(world):
    world.add_fault(operation="CreateLabelingJob", kind="stale_reads", seconds=20)

    class Clock(FakeClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            world.advance(seconds)

    session = AwsSession(REGION)
    verdict = buy(jobs=SageMakerJobs(session), objects=S3Objects(session), clock=Clock())

    assert verdict.result is Result.CREATED


def test_a_missing_permission_fails_with_a_hint(world):
    world.add_fault(operation="CreateLabelingJob", kind="access_denied")

    verdict = create_through(AwsSession(REGION))

    assert verdict.result is Result.FAILED
    assert "terraform/modules/github-access/README.md" in verdict.hint


@pytest.mark.parametrize("kind", ["reset", "error500"])
def test_a_stop_whose_answer_is_lost_is_reported_as_stopping(world, kind):
    assert create_through(AwsSession(REGION)).result is Result.CREATED
    world.advance(60)
    world.add_fault(operation="StopLabelingJob", kind=kind, when="after")
    session = AwsSession(REGION, patience=1)
    stop = a_plan(a_declaration(state="stopped"), observed=(an_observed_job(),))

    [outcome] = carry_out(stop, jobs=SageMakerJobs(session), objects=S3Objects(session), may_stop=True)

    assert outcome.result is Result.STOPPING, outcome


def test_a_stop_that_aws_refuses_was_not_done_and_the_job_runs_on(world):
    assert create_through(AwsSession(REGION)).result is Result.CREATED
    world.advance(60)
    world.add_fault(operation="StopLabelingJob", kind="access_denied")
    session = AwsSession(REGION)
    stop = a_plan(a_declaration(state="stopped"), observed=(an_observed_job(),))

    [outcome] = carry_out(stop, jobs=SageMakerJobs(session), objects=S3Objects(session), may_stop=True)

    assert outcome.result is Result.FAILED
    assert "was not stopped" in outcome.verdict.evidence
