"""The patches of moto that Terraform needs."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from simulator.world import World


def test_a_bucket_policy_that_denies_plain_http_does_not_block_requests(either_world: World) -> None:
    assert either_world.bucket
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::acme-clips", "arn:aws:s3:::acme-clips/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    either_world.s3.put_bucket_policy(Bucket="acme-clips", Policy=json.dumps({"Statement": [statement]}))

    assert either_world.read("labels.json")
    assert either_world.finished(either_world.request())["LabelingJobStatus"] == "Completed"


def test_an_unconditional_deny_still_applies(world: World) -> None:
    assert world.bucket
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-clips/*"}
    world.s3.put_bucket_policy(Bucket="acme-clips", Policy=json.dumps({"Statement": [statement]}))

    with pytest.raises(ClientError) as caught:
        world.read("labels.json")

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.filterwarnings("ignore:.*NotImplementedByMoto does not match")
def test_an_operation_that_is_not_simulated_is_refused_without_retries(either_world: World) -> None:
    with pytest.raises(ClientError) as caught:
        either_world.sagemaker.list_flow_definitions()

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert caught.value.response["Error"] == {
        "Code": "NotImplementedByMoto",
        "Message": "The list_flow_definitions action has not been implemented",
    }


@pytest.mark.parametrize("with_topic", [False, True])
def test_the_eventbridge_configuration_of_a_bucket_is_returned(world: World, with_topic: bool) -> None:
    assert world.bucket
    topic = world.client("sns").create_topic(Name="clips")["TopicArn"]
    topics = [{"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}] if with_topic else []
    world.s3.put_bucket_notification_configuration(
        Bucket="acme-clips",
        NotificationConfiguration={"EventBridgeConfiguration": {}, "TopicConfigurations": topics},
    )

    found = world.s3.get_bucket_notification_configuration(Bucket="acme-clips")

    assert found["EventBridgeConfiguration"] == {}
    assert len(found.get("TopicConfigurations", [])) == len(topics)


def test_a_budget_has_tags_and_subscribers(world: World) -> None:
    budgets = world.client("budgets")
    notification = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
    subscriber = {"SubscriptionType": "EMAIL", "Address": "money@example.com"}
    budgets.create_budget(
        AccountId="123456789012",
        Budget={
            "BudgetName": "labels",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "100", "Unit": "USD"},
        },
        NotificationsWithSubscribers=[{"Notification": notification, "Subscribers": [subscriber]}],
        ResourceTags=[{"Key": "a", "Value": "1"}],
    )
    arn = "arn:aws:budgets::123456789012:budget/labels"

    budgets.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "b", "Value": "2"}])
    budgets.untag_resource(ResourceARN=arn, ResourceTagKeys=["a"])

    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [{"Key": "b", "Value": "2"}]
    assert budgets.describe_subscribers_for_notification(
        AccountId="123456789012", BudgetName="labels", Notification=notification
    )["Subscribers"] == [subscriber]


def test_a_named_query_can_be_deleted(world: World) -> None:
    athena = world.client("athena")
    query = athena.create_named_query(Name="labels", Database="labels", QueryString="SELECT 1")["NamedQueryId"]

    athena.delete_named_query(NamedQueryId=query)

    assert athena.list_named_queries()["NamedQueryIds"] == []


def test_a_state_machine_definition_is_validated(world: World) -> None:
    check = world.client("stepfunctions").validate_state_machine_definition
    sound = {"StartAt": "Look", "States": {"Look": {"Type": "Pass", "Next": "More"}, "More": {"Type": "Succeed"}}}
    faulty = {
        "StartAt": "Begin",
        "States": {
            "Look": {"Type": "Pas", "Next": "Tell"},
            "More": {"Type": "Choice", "Choices": [{"Next": "Look"}, {"Next": "Nowhere"}], "Default": "Look"},
        },
    }

    assert check(definition=json.dumps(sound))["result"] == "OK"
    refused = check(definition=json.dumps(faulty))
    assert refused["result"] == "FAIL"
    assert sorted(fault["location"] for fault in refused["diagnostics"]) == [
        "/StartAt",
        "/States/Look/Next",
        "/States/Look/Type",
        "/States/More/Choices/1/Next",
    ]
    assert check(definition="no steps")["diagnostics"][0]["location"] == "/"


def test_an_unpublished_state_machine_has_no_versions(world: World) -> None:
    steps = json.dumps({"StartAt": "Look", "States": {"Look": {"Type": "Pass", "End": True}}})
    machines = world.client("stepfunctions")
    arn = machines.create_state_machine(name="look", definition=steps, roleArn=world.role)["stateMachineArn"]

    assert machines.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"] == []


WRITE_ONCE = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::acme-clips/jobs/*",
    "Condition": {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
}


def test_a_write_once_prefix_accepts_only_conditional_writes(either_world: World) -> None:
    assert either_world.bucket
    s3 = either_world.s3
    s3.put_bucket_policy(Bucket="acme-clips", Policy=json.dumps({"Statement": [WRITE_ONCE]}))

    s3.put_object(Bucket="acme-clips", Key="jobs/a.json", Body=b"1", IfNoneMatch="*")
    s3.put_object(Bucket="acme-clips", Key="elsewhere/a.json", Body=b"1")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket="acme-clips", Key="jobs/a.json", Body=b"2", IfNoneMatch="*")
    with pytest.raises(ClientError, match="403"):
        s3.put_object(Bucket="acme-clips", Key="jobs/b.json", Body=b"2")

    assert s3.get_object(Bucket="acme-clips", Key="jobs/a.json")["Body"].read() == b"1"


def test_the_parts_of_a_multipart_upload_need_no_condition(world: World) -> None:
    assert world.bucket
    world.s3.put_bucket_policy(Bucket="acme-clips", Policy=json.dumps({"Statement": [WRITE_ONCE]}))
    place = {"Bucket": "acme-clips", "Key": "jobs/large.manifest"}
    upload = place | {"UploadId": world.s3.create_multipart_upload(**place)["UploadId"]}

    part = world.s3.upload_part(**upload, PartNumber=1, Body=b"1")

    assert part["ETag"]


def test_a_deny_with_an_unsupported_condition_does_not_apply(world: World) -> None:
    assert world.bucket
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    statement = WRITE_ONCE | {"Resource": "arn:aws:s3:::acme-clips/*", "Condition": condition}
    world.s3.put_bucket_policy(Bucket="acme-clips", Policy=json.dumps({"Statement": [statement]}))

    assert world.s3.put_object(Bucket="acme-clips", Key="a", Body=b"1")


@pytest.mark.parametrize("allowed", [True, False])
def test_access_logs_can_use_a_bucket_whose_policy_also_denies(world: World, allowed: bool) -> None:
    assert world.bucket
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"a:b": "c"}},
    }
    delivery = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::acme-logs/*",
    }
    world.s3.create_bucket(Bucket="acme-logs")
    world.s3.put_bucket_policy(
        Bucket="acme-logs", Policy=json.dumps({"Statement": [denial, *([delivery] if allowed else [])]})
    )
    target = {"LoggingEnabled": {"TargetBucket": "acme-logs", "TargetPrefix": "acme-clips/"}}

    if allowed:
        world.s3.put_bucket_logging(Bucket="acme-clips", BucketLoggingStatus=target)
        assert world.s3.get_bucket_logging(Bucket="acme-clips")["LoggingEnabled"]["TargetBucket"] == "acme-logs"
    else:
        with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
            world.s3.put_bucket_logging(Bucket="acme-clips", BucketLoggingStatus=target)


def test_a_state_machine_definition_is_validated_before_creation(world: World) -> None:
    states = world.client("stepfunctions")

    good = states.validate_state_machine_definition(definition='{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}')
    bad = states.validate_state_machine_definition(definition='{"StartAt": "B", "States": {"A": {"Type": "Pass"}}}')

    assert (good["result"], bad["result"]) == ("OK", "FAIL")
    assert bad["diagnostics"][0]["message"] == "There is no state 'B'."
