"""The buckets, roles and teams that jobs need, created in the simulator with boto3, because Terraform is slower."""

from __future__ import annotations

import json
from typing import Any

import boto3

from groundctl.domain.jobs.infrastructure import Infrastructure
from support.builders import REGION
from support.fake_objects import A_CLIP

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def build(infrastructure: Infrastructure, clips: tuple[str, ...] = ("rally-1.mp4", "rally-2.mp4")) -> None:
    """Create buckets, role, workforce and work teams, and upload the declared clips."""
    s3 = boto3.client("s3", region_name=REGION)
    for bucket in {
        *infrastructure.input_buckets,
        infrastructure.artifact_bucket,
        infrastructure.output_bucket,
        infrastructure.ledger_bucket,
    }:
        s3.create_bucket(Bucket=bucket)
    for bucket in infrastructure.input_buckets:
        open_to_browsers(bucket)
    for clip in clips:
        s3.put_object(Bucket=infrastructure.input_buckets[0], Key=clip, Body=A_CLIP)
    iam = boto3.client("iam", region_name=REGION)
    iam.create_role(
        RoleName=infrastructure.execution_role_arn.rsplit("/", 1)[-1], AssumeRolePolicyDocument=json.dumps(TRUST)
    )
    make_teams(tuple(infrastructure.work_teams))


def make_role(arn: str, *, may_pass: str) -> None:
    """Create a role that may hand another one to Ground Truth."""
    iam, name = boto3.client("iam", region_name=REGION), arn.rpartition("/")[2]
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    passed = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    statement = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": may_pass, "Condition": passed}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="pass", PolicyDocument=document)


def open_to_browsers(bucket: str, *origins: str, region: str = REGION) -> None:
    """Let worker pages of these origins load a bucket's clips; pages of every origin if none is given."""
    rule: Any = {"AllowedMethods": ["GET"], "AllowedOrigins": list(origins or ("*",))}
    boto3.client("s3", region_name=region).put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})


def as_file_content(infrastructure: Infrastructure) -> dict[str, Any]:
    """Return an Infrastructure in the format of Terraform's output."""
    return {
        "format_version": 1,
        "environment": infrastructure.environment,
        "account_id": infrastructure.account_id,
        "region": infrastructure.region,
        "input_buckets": list(infrastructure.input_buckets),
        "artifact_bucket": infrastructure.artifact_bucket,
        "output_bucket": infrastructure.output_bucket,
        "ledger_bucket": infrastructure.ledger_bucket,
        "ledger_id": infrastructure.ledger_id,
        "kms_key_arn": infrastructure.kms_key_arn,
        "execution_role_arn": infrastructure.execution_role_arn,
        "work_teams": {name: {"arn": team.arn, "kind": team.kind} for name, team in infrastructure.work_teams.items()},
        "topics": dict(infrastructure.topics),
        "apply_role_arn": infrastructure.apply_role_arn,
    }


def make_teams(names: tuple[str, ...], *, region: str = REGION) -> None:
    """Create a workforce in a Region, with work teams of one worker."""
    cognito, sagemaker = boto3.client("cognito-idp", region_name=region), boto3.client("sagemaker", region_name=region)
    pool = cognito.create_user_pool(PoolName="workers")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="portal")["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username="robin", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username="robin", Password="Signed-in-1", Permanent=True)
    sagemaker.create_workforce(WorkforceName="workers", CognitoConfig={"UserPool": pool, "ClientId": client})
    for name in names:
        cognito.create_group(GroupName=name, UserPoolId=pool)
        cognito.admin_add_user_to_group(UserPoolId=pool, Username="robin", GroupName=name)
        member: Any = {"CognitoMemberDefinition": {"UserPool": pool, "UserGroup": name, "ClientId": client}}
        sagemaker.create_workteam(
            WorkteamName=name, WorkforceName="workers", Description=name, MemberDefinitions=[member]
        )
