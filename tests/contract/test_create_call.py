"""The create call leaves once: the SDK does not repeat it, and after its attempt's time it does not leave at all."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from groundctl.adapters.aws.sagemaker import SageMakerJobs
from groundctl.adapters.aws.session import AwsSession
from groundctl.domain.jobs.creation import Rejected, Unclear
from support.aws.fake_endpoint import Reply, answering
from support.builders import REGION, a_desired_job
from support.fakes import NO_DEADLINE

REQUEST = a_desired_job().request
ARN = b'{"LabelingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/rally-outcome"}'
NOBODY_LISTENS = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_create_call_that_fails_is_not_repeated_by_the_sdk(monkeypatch: pytest.MonkeyPatch, status: int):
    with answering(Reply(status), Reply(200, ARN)) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)

        answer = SageMakerJobs(AwsSession(REGION)).create_once(REQUEST, signed_until=NO_DEADLINE)

    assert isinstance(answer, Unclear)


def test_a_create_call_leaves_only_if_it_was_signed_in_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOBODY_LISTENS)
    now = datetime.now(UTC)
    jobs = SageMakerJobs(AwsSession(REGION))

    # One client sends both calls: each has the deadline of its own attempt.
    in_time = jobs.create_once(REQUEST, signed_until=now + timedelta(minutes=5))
    too_late = jobs.create_once(REQUEST, signed_until=now - timedelta(seconds=2))

    assert isinstance(in_time, Rejected)
    assert isinstance(too_late, Rejected)
    assert (in_time.code, too_late.code) == ("EndpointConnectionError", "SignedTooLate")


def test_each_hand_has_the_deadline_of_its_own_call(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOBODY_LISTENS)
    now = datetime.now(UTC)
    session = AwsSession(REGION)
    jobs = SageMakerJobs(session)
    client = session.sagemaker_without_retries(lambda: jobs._sending.signed_until)
    both_are_signing = threading.Barrier(2)

    def wait_for_the_other(**_: Any) -> None:
        both_are_signing.wait(5)

    client.meta.events.register_first("before-send.sagemaker.CreateLabelingJob", wait_for_the_other)

    def create(minutes: int) -> str:
        answer = jobs.create_once(REQUEST, signed_until=now + timedelta(minutes=minutes))
        assert isinstance(answer, Rejected)
        return answer.code

    with ThreadPoolExecutor(2) as hands:
        codes = list(hands.map(create, (5, -5)))

    assert codes == ["EndpointConnectionError", "SignedTooLate"]


@pytest.mark.parametrize("body", [b"", b"{}", b'{"LabelingJobArn": "arn:aws:sagemaker:::labeling-job/other"}'])
def test_an_answer_without_the_jobs_own_arn_accepts_nothing(monkeypatch: pytest.MonkeyPatch, body: bytes):
    with answering(Reply(200, body)) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)

        answer = SageMakerJobs(AwsSession(REGION)).create_once(REQUEST, signed_until=NO_DEADLINE)

    assert isinstance(answer, Unclear)
