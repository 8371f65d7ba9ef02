"""Looks at what an account holds for an environment beside the places of jobs: identity, state, roles, quotas. Every call reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore import exceptions as aws
from botocore.parsers import ResponseParserError

from groundctl.adapters.aws.places import look_at
from groundctl.adapters.aws.responses import error_code, expect, is_from_aws, malformed_as_parser_error
from groundctl.adapters.aws.session import AwsSession, in_plain_words
from groundctl.domain.adoption.doctor.setup import BucketGuard, EventConnection, Identity, Quota, RoleTrust
from groundctl.domain.canonical_json import parse_json_object
from groundctl.domain.jobs.places import Absent, NotSeen

_GONE = {"NoSuchKey", "NoSuchBucket", "404"}
_NO_BLOCK = "NoSuchPublicAccessBlockConfiguration"
_NO_ENCRYPTION = "ServerSideEncryptionConfigurationNotFoundError"
_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_NO_ROLE = {"NoSuchEntity", "NoSuchEntityException"}


class AwsAccountSetup:
    """One account and Region."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def identity(self) -> Identity:
        """Return whose credentials these are."""
        with (
            in_plain_words("looking up the account of the credentials", self._session.region),
            malformed_as_parser_error(),
        ):
            response = self._session.looking("sts").get_caller_identity()
            expect(response, "Account", "Arn")
            return Identity(account_id=response["Account"], arn=response["Arn"])

    def terraform_output(self, bucket: str, key: str) -> Mapping[str, Any] | Absent | NotSeen:
        """Return the output `infrastructure` of a state; the rest of the state, which may hold secrets, is not kept."""

        def ask() -> Mapping[str, Any] | Absent:
            try:
                response = self._session.looking("s3").get_object(Bucket=bucket, Key=key)
            except aws.ClientError as error:
                if error_code(error) in _GONE:
                    return Absent()
                raise
            expect(response, "Body")
            outputs = parse_json_object(response["Body"].read()).get("outputs", {})
            found: Mapping[str, Any] | None = outputs.get("infrastructure", {}).get("value")
            return Absent() if found is None else found

        return look_at(self._session, f"the state s3://{bucket}/{key}", "s3:GetObject", ask)

    def guard_of(self, bucket: str) -> BucketGuard:
        """Look at what keeps a bucket's objects from strangers, and from being lost."""
        s3 = self._session.looking("s3")

        def blocks_public() -> bool:
            response = _setting(lambda: s3.get_public_access_block(Bucket=bucket), _NO_BLOCK)
            if response is None:
                return False
            expect(response, "PublicAccessBlockConfiguration")
            return all(response["PublicAccessBlockConfiguration"].get(each) is True for each in _BLOCKS)

        def is_encrypted() -> bool:
            response = _setting(lambda: s3.get_bucket_encryption(Bucket=bucket), _NO_ENCRYPTION)
            if response is None:
                return False
            expect(response, "ServerSideEncryptionConfiguration")
            return bool(response["ServerSideEncryptionConfiguration"]["Rules"])

        def is_versioned() -> bool:
            # A bucket that never had versions has no members in its answer.
            response = _setting(lambda: s3.get_bucket_versioning(Bucket=bucket))
            return response is not None and bool(response.get("Status") == "Enabled")

        def look(right: str, ask: Callable[[], bool]) -> bool | NotSeen:
            return look_at(self._session, f"the bucket {bucket}", right, ask)

        return BucketGuard(
            blocks_public=look("s3:GetBucketPublicAccessBlock", blocks_public),
            is_encrypted=look("s3:GetEncryptionConfiguration", is_encrypted),
            is_versioned=look("s3:GetBucketVersioning", is_versioned),
        )

    def trust_of(self, arn: str) -> RoleTrust | Absent | NotSeen:
        """Look up a role, and who may assume it."""

        def ask() -> RoleTrust | Absent:
            try:
                response = self._session.looking("iam").get_role(RoleName=arn.rpartition("/")[2])
            except aws.ClientError as error:
                if error_code(error) in _NO_ROLE:
                    return Absent()
                raise
            expect(response, "Role")
            expect(response["Role"], "Arn", "AssumeRolePolicyDocument")
            role = response["Role"]
            return RoleTrust(policy=role["AssumeRolePolicyDocument"]) if role["Arn"] == arn else Absent()

        return look_at(self._session, f"the role {arn}", "iam:GetRole", ask)

    def quotas_of_labeling_jobs(self) -> tuple[Quota, ...] | NotSeen:
        """List the quotas of SageMaker whose names speak of labeling jobs."""

        def ask() -> tuple[Quota, ...]:
            pages = self._session.looking("service-quotas").get_paginator("list_service_quotas")
            found = (each for page in pages.paginate(ServiceCode="sagemaker") for each in page["Quotas"])
            return tuple(
                Quota(name=each["QuotaName"], value=float(each["Value"]))
                for each in found
                if "labeling job" in each["QuotaName"].lower()
            )

        return look_at(self._session, "the quotas of SageMaker", "servicequotas:ListServiceQuotas", ask)

    def connection(self, name: str) -> EventConnection | Absent | NotSeen:
        """Look up an EventBridge connection; its secret is not in the answer."""

        def ask() -> EventConnection | Absent:
            try:
                response = self._session.looking("events").describe_connection(Name=name)
            except aws.ClientError as error:
                if error_code(error) == "ResourceNotFoundException":
                    return Absent()
                raise
            expect(response, "ConnectionState", "CreationTime")
            updated = response.get("LastModifiedTime") or response["CreationTime"]
            return EventConnection(state=response["ConnectionState"], was_updated=updated > response["CreationTime"])

        return look_at(self._session, f"the connection {name}", "events:DescribeConnection", ask)


def _setting(ask: Callable[[], Mapping[str, Any]], missing: str | None = None) -> Mapping[str, Any] | None:
    """Read a setting of a bucket; None if the bucket has none, which S3 reports as an error."""
    try:
        response = ask()
    except aws.ClientError as error:
        if error_code(error) == missing:
            return None
        raise
    # The answer of a proxy has no members either, and would look like a bucket that is set so.
    if not is_from_aws(response):
        raise ResponseParserError("no request ID with it")
    return response


def sdk_version() -> str:
    """Return the version of boto3."""
    import boto3

    return str(boto3.__version__)


def unknown_members(names: tuple[str, ...]) -> tuple[str, ...]:
    """List the members of a create request that the installed SDK does not know."""
    import botocore.session

    model = botocore.session.get_session().get_service_model("sagemaker")
    shape = model.operation_model("CreateLabelingJob").input_shape
    return tuple(name for name in names if not _knows(shape, name.split(".")))


def _knows(shape: Any, path: list[str]) -> bool:
    for name in path:
        members = getattr(shape, "members", {})
        if name not in members:
            return False
        shape = members[name]
    return True
