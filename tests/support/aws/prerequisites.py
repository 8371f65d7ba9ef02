"""The buckets, roles and teams that jobs need, created in the simulator with boto3, because Terraform is slower."""

from __future__ import annotations

import json
from typing import Any

import boto3

from groundctl.domain.jobs.infrastructure import Infrastructure
from support.builders import REGION

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
    for clip in clips:
        s3.put_object(Bucket=infrastructure.input_buckets[0], Key=clip, Body=b"a clip")
    iam = boto3.client("iam", region_name=REGION)
    iam.create_role(
        RoleName=infrastructure.execution_role_arn.rsplit("/", 1)[-1], AssumeRolePolicyDocument=json.dumps(TRUST)
    )
    make_teams(tuple(infrastructure.work_teams))


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
    }


def make_teams(names: tuple[str, ...], *, region: str = REGION) -> None:
    """Create a workforce in a Region, with work teams."""
    cognito, sagemaker = boto3.client("cognito-idp", region_name=region), boto3.client("sagemaker", region_name=region)
    pool = cognito.create_user_pool(PoolName="workers")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="portal")["UserPoolClient"]["ClientId"]
    sagemaker.create_workforce(WorkforceName="workers", CognitoConfig={"UserPool": pool, "ClientId": client})
    for name in names:
        cognito.create_group(GroupName=name, UserPoolId=pool)
        member: Any = {"CognitoMemberDefinition": {"UserPool": pool, "UserGroup": name, "ClientId": client}}
        sagemaker.create_workteam(
            WorkteamName=name, WorkforceName="workers", Description=name, MemberDefinitions=[member]
        )
