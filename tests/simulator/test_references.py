"""What a job or team points to in other services: KMS keys, SNS topics, clips; and what AWS has closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from simulator.world import DAY, OIDC, PUBLIC, World, changed, in_process

ELSEWHERE = "eu-west-1"


def refusal(call: Any, **params: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


# -- tags that are AWS's own ---------------------------------------------------------------------------------


AWS_TAG = "aws: prefixed tag key names are not allowed for external use."


@pytest.mark.parametrize("key", ["aws:createdBy", "AWS:anything", "Aws:cloudformation:stack-name", "aws:"])
def test_tags_that_are_aws_own_can_neither_be_set_nor_deleted(world: World, key: str) -> None:
    tags = [{"Key": "team", "Value": "sport"}, {"Key": key, "Value": "x"}]
    sagemaker = world.sagemaker

    assert refusal(sagemaker.create_labeling_job, **world.request(), Tags=tags) == ("ValidationException", AWS_TAG)
    assert refusal(sagemaker.create_workteam, **world.workteam_request("second"), Tags=tags)[1] == AWS_TAG
    world.create()
    arn = world.describe()["LabelingJobArn"]
    assert refusal(sagemaker.add_tags, ResourceArn=arn, Tags=tags)[1] == AWS_TAG
    assert refusal(sagemaker.delete_tags, ResourceArn=arn, TagKeys=["team", key])[1] == AWS_TAG
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == []


def test_a_tag_may_contain_aws_elsewhere(world: World) -> None:
    tags = [{"Key": "aws", "Value": "aws:x"}, {"Key": "my:aws:team", "Value": "1"}, {"Key": "aws-team", "Value": "1"}]
    world.sagemaker.create_labeling_job(**world.request(), Tags=tags)

    assert world.describe()["Tags"] == tags


def test_a_workforce_refused_for_its_tags_is_not_made(world: World) -> None:
    tags = [{"Key": "aws:x", "Value": "y"}]
    assert refusal(world.sagemaker.create_workforce, WorkforceName="staff", OidcConfig=OIDC, Tags=tags)[1] == AWS_TAG

    assert world.sagemaker.list_workforces()["Workforces"] == []


def test_the_arn_of_another_region_or_account_has_no_tags(world: World) -> None:
    world.create()
    for arn in (
        "arn:aws:sagemaker:eu-west-1:123456789012:labeling-job/shots-07",
        "arn:aws:sagemaker:us-east-1:999999999999:labeling-job/shots-07",
        "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/shots-07",
    ):
        assert refusal(world.sagemaker.list_tags, ResourceArn=arn)[0] == "ResourceNotFound"


# -- KMS keys --------------------------------------------------------------------------------------------------


def a_key(world: World, **options: Any) -> str:
    return str(world.client("kms").create_key(**options)["KeyMetadata"]["Arn"])


def key_id(key: str) -> str:
    """Return what moto's KMS wants where AWS takes an ARN too."""
    return key.rpartition("/")[2]


def with_key(world: World, name: str, key: str) -> dict[str, Any]:
    return changed(world.request(name), "OutputConfig.KmsKeyId", key)


def an_alias(world: World, key: str) -> str:
    world.client("kms").create_alias(AliasName="alias/labels", TargetKeyId=key)
    return "alias/labels"


GOOD_KEYS: list[Callable[[World], str]] = [
    a_key,
    lambda world: a_key(world).rpartition("/")[2],
    lambda world: an_alias(world, a_key(world)),
    lambda world: f"arn:aws:kms:us-east-1:123456789012:{an_alias(world, a_key(world))}",
    lambda _: "alias/aws/s3",
]


@pytest.mark.parametrize("make", GOOD_KEYS, ids=["ARN", "id", "alias", "ARN of an alias", "AWS's own"])
def test_a_key_for_labels_has_four_names(world: World, make: Callable[[World], str]) -> None:
    assert world.finished(with_key(world, "One", make(world)))["LabelingJobStatus"] == "Completed"


def deleted(world: World) -> str:
    key = a_key(world)
    world.client("kms").schedule_key_deletion(KeyId=key_id(key))
    return key


def disabled(world: World) -> str:
    key = a_key(world)
    world.client("kms").disable_key(KeyId=key_id(key))
    return an_alias(world, key)


BAD_KEYS: list[tuple[Callable[[World], str], str]] = [
    (deleted, "PendingDeletion"),
    (disabled, "is Disabled"),
    (lambda _: "alias/gone", "The KMS key alias/gone does not exist."),
    (lambda _: "12345678-1234-1234-1234-123456789012", "does not exist"),
    (lambda _: "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012", "does not exist"),
    (lambda world: a_key(world).replace("us-east-1", ELSEWHERE), "is not in us-east-1"),
    (lambda world: a_key(world, KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT"), "not a symmetric encryption key"),
    (lambda world: a_key(world, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC"), "not a symmetric encryption key"),
    (lambda _: "arn:", "arn: is not the ARN of a KMS key."),
    (lambda _: "arn:aws:s3:us-east-1:123456789012:key/x", "is not the ARN of a KMS key."),
]


@pytest.mark.parametrize(("make", "reason"), BAD_KEYS, ids=[reason for _, reason in BAD_KEYS])
def test_a_key_that_cannot_encrypt_fails_the_job(world: World, make: Callable[[World], str], reason: str) -> None:
    found = world.finished(with_key(world, "One", make(world)))

    assert found["LabelingJobStatus"] == "Failed"
    assert found["FailureReason"].startswith("ClientError: Unable to write labels. ")
    assert reason in found["FailureReason"]


def test_a_key_that_is_disabled_while_the_job_runs_fails_it(world: World) -> None:
    key = a_key(world)
    world.sagemaker.create_labeling_job(**with_key(world, "One", key))
    world.simulator.advance(61)
    assert world.status("One") == "InProgress"

    world.client("kms").disable_key(KeyId=key_id(key))
    world.simulator.advance_until_idle()

    found = world.describe("One")
    assert (found["LabelingJobStatus"], f"The KMS key {key} is Disabled." in found["FailureReason"]) == ("Failed", True)


# -- SNS topics ------------------------------------------------------------------------------------------------


def a_topic(world: World, **attributes: str) -> str:
    return str(world.client("sns").create_topic(Name="labels", Attributes=attributes)["TopicArn"])


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("InputConfig.DataSource.SnsDataSource.SnsTopicArn", "Unable to subscribe to the input topic. "),
        ("OutputConfig.SnsTopicArn", "Unable to publish to the output topic. "),
    ],
)
def test_a_topic_that_does_not_exist_fails_the_job(world: World, place: str, reason: str) -> None:
    arn = "arn:aws:sns:us-east-1:123456789012:gone"

    found = world.finished(changed(world.request(), place, arn))

    assert (found["LabelingJobStatus"], found["FailureReason"]) == (
        "Failed",
        f"ClientError: {reason}The SNS topic {arn} does not exist.",
    )


def test_an_output_topic_with_the_default_key_fails_the_job_and_one_with_a_customers_key_does_not(world: World) -> None:
    default = changed(world.request("One"), "OutputConfig.SnsTopicArn", a_topic(world, KmsMasterKeyId="alias/aws/sns"))
    assert "Use a customer managed key." in world.finished(default)["FailureReason"]
    world.client("sns").delete_topic(TopicArn="arn:aws:sns:us-east-1:123456789012:labels")

    ours = changed(world.request("Two"), "OutputConfig.SnsTopicArn", a_topic(world, KmsMasterKeyId=a_key(world)))
    assert world.finished(ours)["LabelingJobStatus"] == "Completed"


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        ("arn:aws:sns:us-east-1:123456789012:gone", "does not exist."),
        ("arn:aws:sns:eu-west-1:123456789012:gone", "is not in us-east-1."),
    ],
)
def test_the_topic_of_a_team_must_exist_in_its_region(world: World, arn: str, message: str) -> None:
    assert world.workteam
    notification = {"NotificationConfiguration": {"NotificationTopicArn": arn}}
    sagemaker = world.sagemaker

    new = refusal(sagemaker.create_workteam, **world.workteam_request("second", **notification))
    changed_team = refusal(sagemaker.update_workteam, WorkteamName="reviewers", **notification)

    assert new == changed_team == ("ValidationException", f"The SNS topic {arn} {message}")
    sagemaker.update_workteam(
        WorkteamName="reviewers", NotificationConfiguration={"NotificationTopicArn": a_topic(world)}
    )


# -- clips -----------------------------------------------------------------------------------------------------


def in_another_region(world: World) -> str:
    world.s3.create_bucket(Bucket="far", CreateBucketConfiguration={"LocationConstraint": ELSEWHERE})
    rule: Any = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    world.s3.put_bucket_cors(Bucket="far", CORSConfiguration={"CORSRules": [rule]})
    return world.put("1.mp4", "clip", bucket="far")


def empty(world: World) -> str:
    return world.put("clips/empty.mp4", "")


def deleted_in_a_versioned_bucket(world: World) -> str:
    world.s3.put_bucket_versioning(Bucket=world.bucket, VersioningConfiguration={"Status": "Enabled"})
    uri = world.put("clips/deleted.mp4", "clip")
    world.s3.delete_object(Bucket=world.bucket, Key="clips/deleted.mp4")
    return uri


def with_a_disabled_key(world: World) -> str:
    key = a_key(world)
    place = {"Bucket": world.bucket, "Key": "clips/locked.mp4"}
    world.s3.put_object(**place, Body=b"clip", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    world.client("kms").disable_key(KeyId=key_id(key))
    return f"s3://{world.bucket}/clips/locked.mp4"


@pytest.mark.parametrize("make", [in_another_region, empty, deleted_in_a_versioned_bucket, with_a_disabled_key])
def test_a_clip_that_no_worker_can_watch_fails_its_object(world: World, make: Callable[[World], str]) -> None:
    request = world.request()
    uri = make(world)
    world.manifest(2, lines=[{"source-ref": uri}])

    counters = world.finished(request)["LabelCounters"]

    assert (counters["TotalLabeled"], counters["FailedNonRetryableError"]) == (2, 1)


def test_an_archived_manifest_fails_the_job(world: World) -> None:
    request = world.request()
    body = world.read("input.manifest").encode()
    world.s3.put_object(Bucket=world.bucket, Key="input.manifest", Body=body, StorageClass="GLACIER")

    assert "is archived in the storage class GLACIER" in world.finished(request)["FailureReason"]


# -- what AWS has closed ---------------------------------------------------------------------------------------


def public(world: World, name: str = "Shots-07") -> dict[str, Any]:
    price = {"AmountInUsd": {"Dollars": 0, "Cents": 3, "TenthFractionsOfACent": 6}}
    request = world.request(name, WorkteamArn=PUBLIC, PublicWorkforceTaskPrice=price)
    flag = {"ContentClassifiers": ["FreeOfPersonallyIdentifiableInformation"]}
    return changed(request, "InputConfig.DataAttributes", flag)


def test_the_public_workforce_takes_jobs_until_its_last_day() -> None:
    with in_process(start=datetime(2026, 9, 30, 23, 59, tzinfo=UTC)) as world:
        world.sagemaker.create_labeling_job(**public(world))
        world.simulator.advance(60)

        assert refusal(world.sagemaker.create_labeling_job, **public(world, "Late")) == (
            "ValidationException",
            "The public workforce (Amazon Mechanical Turk) is closed since 30 September 2026.",
        )
        world.simulator.change_settings(closing_dates=False)
        world.sagemaker.create_labeling_job(**public(world, "Late"))


def test_a_new_customer_can_begin_until_the_last_day_for_new_customers() -> None:
    with in_process(start=datetime(2026, 7, 30, 23, 59, tzinfo=UTC), existing_customer=False) as world:
        world.create("Early")
        world.simulator.advance(60)
        late: tuple[tuple[Any, dict[str, Any]], ...] = (
            (world.sagemaker.create_labeling_job, world.request("Late")),
            (world.sagemaker.create_workteam, world.workteam_request("second")),
            (world.sagemaker.create_workforce, {"WorkforceName": "staff", "OidcConfig": OIDC}),
            (world.sagemaker.create_human_task_ui, {"HumanTaskUiName": "page", "UiTemplate": {"Content": "<p></p>"}}),
        )

        for call, params in late:
            assert refusal(call, **params) == (
                "AccessDeniedException",
                "Amazon SageMaker Ground Truth is no longer open to new customers.",
            )
        assert world.status("Early") == "InProgress"
        world.simulator.change_settings(existing_customer=True)
        world.create("Late")


def test_a_customer_of_before_can_go_on_for_years(world: World) -> None:
    world.simulator.advance(3 * 365 * DAY)

    world.create()

    assert world.status() == "Initializing"


# -- lists -----------------------------------------------------------------------------------------------------


def test_teams_and_templates_are_listed_by_page(world: World) -> None:
    assert world.workteam
    for number in range(23):
        world.sagemaker.create_workteam(**world.workteam_request(f"team-{number:02}"))
        world.sagemaker.create_human_task_ui(HumanTaskUiName=f"page-{number:02}", UiTemplate={"Content": "<p></p>"})

    for operation, name in (("list_workteams", "Workteams"), ("list_human_task_uis", "HumanTaskUiSummaries")):
        pages = list(world.sagemaker.get_paginator(operation).paginate(PaginationConfig={"PageSize": 7}))
        found = [each[next(key for key in each if key.endswith("Name"))] for page in pages for each in page[name]]
        assert len(found) == len(set(found)) == (24 if name == "Workteams" else 23)
        assert len(pages) == 4
        token = pages[0]["NextToken"]
        assert refusal(getattr(world.sagemaker, operation), NextToken=token[:-8])[0] == "ValidationException"
