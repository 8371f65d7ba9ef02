"""A create call that was signed after its attempt's time is not sent; one signed before is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from groundctl.adapters.aws.signing_deadline import SignedTooLateError, enforce_deadline
from groundtruth_simulator.simulator import Simulator
from support.builders import REGION


@pytest.fixture
def client(simulator: Simulator) -> Any:
    assert simulator.url
    return boto3.client("sagemaker", region_name=REGION)


REQUEST: Any = {
    "LabelingJobName": "rally-1",
    "LabelAttributeName": "rally-1",
    "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://clips/a.manifest"}}},
    "OutputConfig": {"S3OutputPath": "s3://labels/"},
    "RoleArn": "arn:aws:iam::123456789012:role/labeling",
    "HumanTaskConfig": {
        "WorkteamArn": "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/reviewers",
        "UiConfig": {"UiTemplateS3Uri": "s3://clips/a.html"},
        "TaskTitle": "Was it a foul?",
        "TaskDescription": "Choose.",
        "NumberOfHumanWorkersPerDataObject": 1,
        "TaskTimeLimitInSeconds": 60,
    },
}


def test_a_request_signed_too_late_is_not_sent(client: Any) -> None:
    enforce_deadline(client, lambda: datetime.now(UTC) - timedelta(seconds=2))

    with pytest.raises(SignedTooLateError, match="nothing was sent"):
        client.create_labeling_job(**REQUEST)
    assert client.list_labeling_jobs()["LabelingJobSummaryList"] == []


@pytest.mark.parametrize("deadline", [datetime.max.replace(tzinfo=UTC), None])
def test_a_request_signed_in_time_is_sent_and_answered(client: Any, deadline: datetime | None) -> None:
    enforce_deadline(client, lambda: deadline)

    with pytest.raises(ClientError):  # AWS's answer: none of this exists
        client.create_labeling_job(**REQUEST)


def test_other_calls_have_no_deadline(client: Any) -> None:
    enforce_deadline(client, lambda: datetime(2020, 1, 1, tzinfo=UTC))

    assert client.list_labeling_jobs()["LabelingJobSummaryList"] == []
