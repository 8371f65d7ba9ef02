"""Causes of failed jobs and failed objects."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from simulator.world import ZERO, World, changed, in_process


def test_a_missing_clip_fails_only_its_object(world: World) -> None:
    request = world.request(clips=4)
    world.s3.delete_object(Bucket=world.bucket, Key="clips/2.mp4")

    found = world.finished(request)

    assert (found["LabelingJobStatus"], found["LabelCounters"]) == (
        "Completed",
        {**ZERO, "TotalLabeled": 3, "HumanLabeled": 3, "FailedNonRetryableError": 1},
    )
    assert world.output()[2] == {"source-ref": "s3://acme-clips/clips/2.mp4", "n": 2}


def test_a_clip_in_a_bucket_without_cors_fails_unless_the_setting_says_otherwise() -> None:
    with in_process() as world:
        world.s3.delete_bucket_cors(Bucket=world.bucket)
        assert world.finished(world.request("Before"))["LabelCounters"]["FailedNonRetryableError"] == 3
        rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
        world.s3.put_bucket_cors(Bucket=world.bucket, CORSConfiguration={"CORSRules": [rule]})

        assert world.finished(world.request("After"))["LabelCounters"]["TotalLabeled"] == 3

    with in_process(check_cors=False) as world:
        world.s3.delete_bucket_cors(Bucket=world.bucket)
        assert world.finished(world.request())["LabelCounters"]["TotalLabeled"] == 3


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_archived_clip_fails_until_it_is_restored(storage_class: str) -> None:
    with in_process() as world:
        before = world.request("Before")
        place = {"Bucket": world.bucket, "Key": "clips/1.mp4"}
        world.s3.put_object(**place, Body=b"clip", StorageClass=storage_class)
        assert world.finished(before)["LabelCounters"]["FailedNonRetryableError"] == 1
        after = world.request("After")
        world.s3.put_object(**place, Body=b"clip", StorageClass=storage_class)
        world.s3.restore_object(**place, RestoreRequest={"Days": 40})

        assert world.finished(after)["LabelCounters"]["TotalLabeled"] == 3


def test_a_clip_in_a_bucket_with_requester_pays_fails() -> None:
    with in_process() as world:
        pays = {"Payer": "Requester"}
        world.s3.put_bucket_request_payment(Bucket=world.bucket, RequestPaymentConfiguration=pays)

        assert world.s3.get_bucket_request_payment(Bucket=world.bucket)["Payer"] == "Requester"
        assert world.finished(world.request())["LabelCounters"]["FailedNonRetryableError"] == 3


def test_a_key_for_labels_that_does_not_exist_or_is_disabled_fails_the_job() -> None:
    with in_process() as world:
        kms = boto3.client("kms", region_name="us-east-1")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName="alias/labels", TargetKeyId=key)
        assert world.finished(_with_key(world, "One", "alias/labels"))["LabelingJobStatus"] == "Completed"

        kms.disable_key(KeyId=key)
        disabled = world.finished(_with_key(world, "Two", "alias/labels"))
        unknown = world.finished(_with_key(world, "Three", "alias/gone"))

        assert "The KMS key alias/labels is Disabled." in disabled["FailureReason"]
        assert "The KMS key alias/gone does not exist." in unknown["FailureReason"]


def _with_key(world: World, name: str, key: str) -> dict[str, Any]:
    request = world.request(name)
    request["OutputConfig"]["KmsKeyId"] = key
    return request


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ("", "The input manifest s3://acme-clips/bad.manifest is empty."),
        ('{"source-ref": "s3://acme-clips/clips/0.mp4"}\n{oops}\n', "Line 2 of the input manifest is not valid JSON."),
        ('{"source": "text"}\n', "Line 1 of the input manifest has no source-ref."),
        (
            '{"source-ref": "s3:///clips/0.mp4"}\n',
            "Line 1 of the input manifest: s3:///clips/0.mp4 is not an S3 URI.",
        ),
        (
            '{"source-ref": "s3://acme-clips/clips/0.mp4", "$x": 1}\n',
            "Line 1 of the input manifest has a key that begins with $.",
        ),
        (
            '{"source-ref": "s3://acme-clips/clips/0.mp4", "x": "' + "y" * 100_000 + '"}\n',
            "Line 1 of the input manifest is longer than 100000 characters.",
        ),
    ],
)
def test_an_invalid_manifest_fails_the_job(world: World, manifest: str, reason: str) -> None:
    request = world.request()
    request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] = world.put("bad.manifest", manifest)

    found = world.finished(request)

    assert (found["LabelingJobStatus"], found["FailureReason"]) == ("Failed", f"ClientError: {reason}")
    assert found["LabelCounters"] == ZERO
    assert "LabelingJobOutput" not in found


@pytest.mark.parametrize(
    ("path", "uri", "reason"),
    [
        (
            "InputConfig.DataSource.S3DataSource.ManifestS3Uri",
            "s3://acme-clips/nothing.manifest",
            "Unable to access the input manifest s3://acme-clips/nothing.manifest. "
            "The object s3://acme-clips/nothing.manifest does not exist.",
        ),
        (
            "LabelCategoryConfigS3Uri",
            "s3://acme-clips/nothing.json",
            "Unable to access the label category configuration s3://acme-clips/nothing.json. "
            "The object s3://acme-clips/nothing.json does not exist.",
        ),
        (
            "HumanTaskConfig.UiConfig.UiTemplateS3Uri",
            "s3://missing-bucket/page.html",
            "Unable to access the worker task template s3://missing-bucket/page.html. "
            "The bucket missing-bucket does not exist or can not be accessed.",
        ),
        (
            "OutputConfig.S3OutputPath",
            "s3://elsewhere/out",
            "Unable to access the output bucket elsewhere. "
            "The bucket elsewhere is in eu-west-1, and the labeling job in us-east-1.",
        ),
    ],
)
def test_an_inaccessible_file_fails_the_job(world: World, path: str, uri: str, reason: str) -> None:
    place = {"LocationConstraint": "eu-west-1"}
    world.s3.create_bucket(Bucket="elsewhere", CreateBucketConfiguration=place)

    found = world.finished(changed(world.request(), path, uri))

    assert (found["LabelingJobStatus"], found["FailureReason"]) == ("Failed", f"ClientError: {reason}")


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ("not json", "The label category configuration file s3://acme-clips/labels.json is not valid."),
        ('{"labels": []}', "The label category configuration file has 0 labels; it must have 1 to 30."),
        (
            json.dumps({"labels": [{"label": str(number)} for number in range(31)]}),
            "The label category configuration file has 31 labels; it must have 1 to 30.",
        ),
        (
            '{"labels": [{"label": "a"}, {"label": "a"}]}',
            "The labels in the label category configuration file must be unique.",
        ),
        (
            json.dumps({"labels": [{"label": "x" * 257}]}),
            "A label must be a text of 1 to 256 characters.",
        ),
    ],
)
def test_invalid_labels_fail_the_job(world: World, labels: str, reason: str) -> None:
    request = world.request()
    world.put("labels.json", labels)

    found = world.finished(request)

    assert (found["LabelingJobStatus"], found["FailureReason"]) == ("Failed", f"ClientError: {reason}")


def test_a_bucket_policy_that_requires_aes256_fails_the_job(world: World) -> None:
    request = world.request()
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::acme-clips/*",
        "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}},
    }
    world.s3.put_bucket_policy(Bucket="acme-clips", Policy=json.dumps({"Statement": [statement]}))

    found = world.finished(request)

    assert (found["LabelingJobStatus"], found["FailureReason"]) == (
        "Failed",
        "ClientError: Unable to write the output. Access denied: the policy of bucket acme-clips refuses objects with "
        "SSE-KMS.",
    )
