"""How an odd place is made in the simulated AWS, and the form of a row of the table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import boto3

from groundctl.domain.jobs.infrastructure import Infrastructure, WorkTeam
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import ACCOUNT, REGION, an_infrastructure

ELSEWHERE = "eu-west-1"
APPLY_ROLE = f"arn:aws:iam::{ACCOUNT}:role/groundctl-test-github-apply-{REGION}"
VENDOR = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/vendor-crowd/cutters"
TRUSTS_LAMBDA = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@dataclass
class Place:
    """The simulated place of one row; what a row changes is written over the declaration and the infrastructure."""

    simulator: Simulator
    infrastructure: Infrastructure = field(default_factory=an_infrastructure)
    declared: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str, region: str = REGION) -> Any:
        return boto3.client(service, region_name=region)  # type: ignore[call-overload]  # one name for several services

    def bucket(self, name: str, *, region: str = REGION, cors: bool = True) -> str:
        place = {} if region == REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self.client("s3", region).create_bucket(Bucket=name, **place)
        if cors:
            prerequisites.open_to_browsers(name, region=region)
        return name

    def clips_in(self, *buckets: str) -> None:
        self.declared["input"] = {"objects": [f"s3://{bucket}/rally-1.mp4" for bucket in buckets]}
        self.infrastructure = replace(self.infrastructure, input_buckets=())

    def key(self, **members: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.client("kms").create_key(**{"KeyUsage": "ENCRYPT_DECRYPT", **members})[
            "KeyMetadata"
        ]
        return made

    def alias(self, name: str, **members: Any) -> dict[str, Any]:
        made = self.key(**members)
        self.client("kms").create_alias(AliasName=name, TargetKeyId=made["KeyId"])
        return made

    def encrypts_clips(self, key: str | None) -> None:
        default = {"SSEAlgorithm": "aws:kms", **({"KMSMasterKeyID": key} if key else {})}
        rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
        self.client("s3").put_bucket_encryption(Bucket="clips", ServerSideEncryptionConfiguration=rules)

    def encrypts_labels(self, key: str) -> None:
        self.declared["output"] = {"kms_key": key}

    def role_may_use(self, key: str) -> None:
        statement = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": key}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.client("iam").put_role_policy(RoleName="labeling", PolicyName="keys", PolicyDocument=document)

    def has_team(self, arn: str, kind: str = "private") -> None:
        team = WorkTeam(arn=arn, kind=kind)
        self.infrastructure = replace(self.infrastructure, work_teams={"reviewers": team})

    def has_members(self, *, status: str) -> None:
        """Put one worker into the team who is disabled, or has only been invited."""
        cognito = self.client("cognito-idp")
        [pool] = cognito.list_user_pools(MaxResults=1)["UserPools"]
        self.has_no_members()
        cognito.admin_create_user(UserPoolId=pool["Id"], Username="kim", MessageAction="SUPPRESS")
        cognito.admin_add_user_to_group(UserPoolId=pool["Id"], Username="kim", GroupName="reviewers")
        if status == "disabled":
            cognito.admin_disable_user(UserPoolId=pool["Id"], Username="kim")

    def has_no_members(self) -> None:
        cognito = self.client("cognito-idp")
        [pool] = cognito.list_user_pools(MaxResults=1)["UserPools"]
        cognito.admin_remove_user_from_group(UserPoolId=pool["Id"], Username="robin", GroupName="reviewers")

    def signs_in_by_oidc(self) -> None:
        """Replace the workforce by one of the company's own identity provider."""
        sagemaker = self.client("sagemaker")
        sagemaker.delete_workteam(WorkteamName="reviewers")
        sagemaker.delete_workforce(WorkforceName="workers")
        address = "https://login.acme.example/"
        ends = ("AuthorizationEndpoint", "TokenEndpoint", "UserInfoEndpoint", "LogoutEndpoint", "JwksUri")
        oidc = {"ClientId": "portal", "ClientSecret": "not-a-secret", "Issuer": address, **dict.fromkeys(ends, address)}
        sagemaker.create_workforce(WorkforceName="workers", OidcConfig=oidc)
        member = {"OidcMemberDefinition": {"Groups": ["reviewers"]}}
        sagemaker.create_workteam(
            WorkteamName="reviewers", WorkforceName="workers", Description="reviewers", MemberDefinitions=[member]
        )

    def denies(self, operation: str, code: str = "AccessDenied") -> None:
        """Refuse an operation to the credentials of the plan."""
        self.simulator.add_fault(
            operation=operation, kind="error", code=code, status=403, message="not allowed", times=9
        )


@dataclass(frozen=True, kw_only=True)
class Row:
    """An odd place: its name, how it is made, whether the job is refused, and words that the plan says or must not say."""

    name: str
    make: Callable[[Place], object]
    refused: bool = False
    says: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


def with_members(**members: Any) -> Callable[[Place], None]:
    def make(place: Place) -> None:
        place.infrastructure = replace(place.infrastructure, **members)

    return make


def each(*steps: Callable[[Place], object]) -> Callable[[Place], None]:
    def make(place: Place) -> None:
        for step in steps:
            step(place)

    return make


def disabled(place: Place, key: Mapping[str, Any]) -> str:
    place.client("kms").disable_key(KeyId=key["KeyId"])
    return str(key["Arn"])


def leaving(place: Place, key: Mapping[str, Any]) -> str:
    place.client("kms").schedule_key_deletion(KeyId=key["KeyId"])
    return str(key["Arn"])


def usable(place: Place) -> str:
    key = str(place.key()["Arn"])
    place.role_may_use(key)
    return key


NEITHER_WORD = ("GT61", "not looked at")
