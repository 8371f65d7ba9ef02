"""Injected faults, and the log of requests."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ReadTimeoutError

from groundtruth_simulator.control.faults import Fault
from simulator.world import World


def create(world: World, **config: Any) -> Any:
    return world.client("sagemaker", **config).create_labeling_job(**world.request())


def exists(world: World) -> bool:
    return bool(world.sagemaker.list_labeling_jobs()["LabelingJobSummaryList"])


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("kind", "error"), [("timeout", ReadTimeoutError), ("reset", ConnectionClosedError), ("error500", ClientError)]
)
def test_a_fault_can_occur_before_or_after_the_request_takes_effect(
    either_world: World, when: str, kind: str, error: type[BotoCoreError]
) -> None:
    either_world.request()
    either_world.simulator.add_fault(operation="CreateLabelingJob", kind=kind, when=when, seconds=0.5)

    with pytest.raises(error):
        create(either_world, read_timeout=0.2)

    assert exists(either_world) is (when == "after")


@pytest.mark.parametrize(
    ("kind", "status", "code", "message"),
    [
        ("error500", 500, "InternalFailure", "The request processing has failed because of an unknown error."),
        ("throttle", 400, "ThrottlingException", "Rate exceeded"),
        (
            "access_denied",
            400,
            "AccessDeniedException",
            "User: arn:aws:iam::123456789012:user/simulated is not authorized to perform: sagemaker:CreateLabelingJob "
            "because no identity-based policy allows the sagemaker:CreateLabelingJob action",
        ),
    ],
)
def test_an_injected_error_looks_like_an_aws_error(
    either_world: World, kind: str, status: int, code: str, message: str
) -> None:
    either_world.simulator.add_fault(operation="CreateLabelingJob", kind=kind)

    with pytest.raises(ClientError) as caught:
        create(either_world)

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert caught.value.response["Error"] == {"Code": code, "Message": message}
    assert not exists(either_world)


@pytest.mark.parametrize("kind", ["throttle", "error500"])
def test_an_injected_s3_error_is_xml(either_world: World, kind: str) -> None:
    assert either_world.bucket
    either_world.simulator.add_fault(operation="s3:GetObject", kind=kind)

    with pytest.raises(ClientError) as caught:
        either_world.read("labels.json")

    assert caught.value.response["Error"]["Code"] in ("ThrottlingException", "InternalFailure")
    assert either_world.read("labels.json")


def test_an_injected_error_of_a_query_service_is_wrapped_xml(either_world: World) -> None:
    either_world.simulator.add_fault(operation="sts:GetCallerIdentity", kind="access_denied", status=403)

    with pytest.raises(ClientError) as caught:
        either_world.client("sts").get_caller_identity()

    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


def test_any_error_code_can_be_injected(world: World) -> None:
    world.simulator.add_fault(
        operation="CreateLabelingJob", kind="error", code="ResourceLimitExceeded", message="Too many jobs."
    )

    with pytest.raises(ClientError) as caught:
        create(world)

    assert caught.value.response["Error"] == {"Code": "ResourceLimitExceeded", "Message": "Too many jobs."}


def test_a_fault_affects_only_its_operation_and_only_the_given_number_of_times(world: World) -> None:
    world.simulator.add_fault(operation="DescribeLabelingJob", kind="throttle", times=2)
    world.create()

    for _ in range(2):
        with pytest.raises(ClientError):
            world.describe()

    assert world.status() == "Initializing"
    assert world.simulator.faults.pending() == []


def test_botocore_retries_after_a_throttle(either_world: World) -> None:
    either_world.create()
    either_world.simulator.clear_requests()
    either_world.simulator.add_fault(operation="DescribeLabelingJob", kind="throttle")
    patient = either_world.client("sagemaker", attempts=3)

    patient.describe_labeling_job(LabelingJobName="Shots-07")

    assert [(entry["status"], entry["fault"]) for entry in either_world.simulator.requests()] == [
        (400, "throttle"),
        (200, None),
    ]


def test_stale_reads_hide_a_created_job_but_its_name_is_taken(either_world: World) -> None:
    either_world.simulator.add_fault(operation="CreateLabelingJob", kind="stale_reads", seconds=90)
    either_world.create()

    assert not exists(either_world)
    for call in (either_world.describe, either_world.create):
        with pytest.raises(ClientError) as caught:
            call("Shots-07")
        assert caught.value.response["Error"]["Code"] in ("ResourceNotFound", "ResourceInUse")

    either_world.simulator.advance(90)
    assert exists(either_world)
    assert either_world.status() in ("Initializing", "InProgress")


def test_every_request_is_logged_with_service_operation_status_and_whether_it_mutates(either_world: World) -> None:
    assert either_world.workteam
    either_world.simulator.clear_requests()
    either_world.create(clips=1)
    either_world.client("sts").get_caller_identity()
    with pytest.raises(ClientError):
        either_world.describe("missing")

    seen = [
        (entry["service"], entry["operation"], entry["mutating"], entry["status"])
        for entry in either_world.simulator.requests()
    ]

    assert seen == [
        ("s3", "CreateBucket", True, 200),
        ("s3", "PutBucketCors", True, 200),
        ("s3", "PutObject", True, 200),
        ("s3", "PutObject", True, 200),
        ("s3", "PutObject", True, 200),
        ("s3", "PutObject", True, 200),
        ("iam", "CreateRole", True, 200),
        ("sagemaker", "CreateLabelingJob", True, 200),
        ("sts", "GetCallerIdentity", False, 200),
        ("sagemaker", "DescribeLabelingJob", False, 400),
    ]
    assert {entry["region"] for entry in either_world.simulator.requests("CreateLabelingJob")} == {"us-east-1"}
    assert either_world.simulator.requests()[0]["time"] == "2026-11-20T09:00:00+00:00"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"operation": "X"}, "missing member kind"),
        ({"operation": "X", "kind": "reset", "wen": "after"}, "unknown member wen"),
        ({"operation": "X", "kind": "earthquake"}, "'earthquake' is not a valid FaultKind"),
        ({"operation": "X", "kind": "reset", "when": "never"}, "when must be before or after"),
        ({"operation": "X", "kind": "reset", "times": 0}, "times must be a whole number, 1 or more"),
        ({"operation": "X", "kind": "timeout", "seconds": "5"}, "seconds must be a number, 0 or more"),
    ],
)
def test_an_invalid_fault_is_refused(fault: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Fault.parse(fault)
