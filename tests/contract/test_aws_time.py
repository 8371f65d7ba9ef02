"""AWS's time comes from its responses, and not from the clock of this machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from moto import mock_aws

from groundctl.adapters.aws.aws_time import AwsTime
from groundctl.adapters.aws.sagemaker import SageMakerJobs
from groundctl.adapters.aws.session import AwsSession
from groundtruth_simulator.installation import install

LONG_AGO = datetime(2026, 1, 5, 7, 30, tzinfo=UTC)
MOMENT = timedelta(seconds=60)


def test_a_session_has_the_time_of_the_last_response_of_any_service():
    simulator = install(start=LONG_AGO, frozen=True)
    with mock_aws():
        session = AwsSession("us-east-1")
        assert abs(session.now() - datetime.now(UTC)) < MOMENT

        list(SageMakerJobs(session).list_jobs())
        assert timedelta(0) <= session.now() - LONG_AGO < MOMENT

        simulator.advance(86_400)
        session.s3().list_buckets()
        assert timedelta(0) <= session.now() - (LONG_AGO + timedelta(days=1)) < MOMENT


@pytest.mark.parametrize(
    "response", [None, {}, {"ResponseMetadata": {}}, {"ResponseMetadata": {"HTTPHeaders": {"date": "soon"}}}]
)
def test_a_response_without_a_date_changes_nothing(response):
    time = AwsTime()
    time.hear(parsed_response={"ResponseMetadata": {"HTTPHeaders": {"date": "Mon, 05 Jan 2026 07:30:00 GMT"}}})

    time.hear(parsed_response=response)

    assert timedelta(0) <= time.now() - LONG_AGO < MOMENT
