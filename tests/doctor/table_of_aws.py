"""Broken set-ups in AWS: each row breaks one thing, and names the check that must find it, and its way out."""

from __future__ import annotations

from typing import Any

from doctor.world import ENVIRONMENT, Row, World, role_arn
from groundctl.domain.jobs.infrastructure import WorkTeam
from support.builders import REGION


def _no_member(world: World) -> None:
    cognito = world.client("cognito-idp")
    [pool] = cognito.list_user_pools(MaxResults=1)["UserPools"]
    cognito.admin_remove_user_from_group(UserPoolId=pool["Id"], Username="robin", GroupName="reviewers")


def _team_gone(world: World) -> None:
    arn = world.infrastructure.work_teams["reviewers"].arn
    world.store_state(work_teams={"reviewers": WorkTeam(arn=f"{arn}-gone")})


def _disabled_key(world: World) -> None:
    world.client("kms").disable_key(KeyId=str(world.infrastructure.kms_key_arn).rpartition("/")[2])


def _no_role(world: World) -> None:
    iam = world.client("iam")
    iam.delete_role(RoleName=role_arn("stop").rpartition("/")[2])


def _no_token_entered(world: World) -> None:
    world.notifies_github()
    events = world.client("events")
    entered = {"ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": "Bearer not-set"}}
    events.create_connection(Name="groundctl-test-github", AuthorizationType="API_KEY", AuthParameters=entered)


def _no_ledger(world: World) -> None:
    world.client("s3").delete_object(Bucket="artifacts", Key="ledger/entries/000000000001")


def _far_clips(world: World) -> None:
    s3 = world.client("s3", "eu-west-1")
    s3.create_bucket(Bucket="far-clips", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    rule: Any = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    s3.put_bucket_cors(Bucket="far-clips", CORSConfiguration={"CORSRules": [rule]})
    world.store_state(input_buckets=("clips", "far-clips"))


AWS = (
    Row(
        name="clips without a CORS rule",
        breaks=lambda world: world.client("s3").delete_bucket_cors(Bucket="clips"),
        check="aws-clips",
        says=("clips has no CORS rule",),
        fix="aws s3api put-bucket-cors --bucket clips",
    ),
    Row(
        name="clips in another Region",
        breaks=_far_clips,
        check="aws-clips",
        says=("far-clips is in eu-west-1", REGION),
        fix="aws s3api get-bucket-location --bucket far-clips",
    ),
    Row(
        name="a bucket of labels that does not exist",
        breaks=lambda world: world.store_state(output_bucket="gone"),
        check="aws-buckets",
        says=("gone, does not exist",),
        fix="aws s3api get-bucket-location --bucket gone",
    ),
    Row(
        name="a bucket that is open to the public",
        breaks=lambda world: world.client("s3").delete_public_access_block(Bucket="outputs"),
        check="aws-public-access",
        says=("outputs does not block public access",),
        fix="aws s3api put-public-access-block --bucket outputs",
    ),
    Row(
        name="a disabled key",
        breaks=_disabled_key,
        check="aws-key",
        says=("is disabled",),
        fix="aws kms enable-key --key-id arn:aws:kms",
    ),
    Row(
        name="an execution role that does not exist",
        breaks=lambda world: world.client("iam").delete_role(RoleName="labeling"),
        check="aws-execution-role",
        says=("role/labeling does not exist",),
        fix=f"terraform -chdir=terraform apply -var-file=environments/{ENVIRONMENT}.tfvars",
    ),
    Row(
        name="an apply role that may not hand over the execution role",
        breaks=lambda world: world.client("iam").delete_role_policy(
            RoleName=role_arn("apply").rpartition("/")[2], PolicyName="pass"
        ),
        check="aws-execution-role",
        says=("may not hand",),
        fix=f"terraform -chdir=terraform apply -var-file=environments/{ENVIRONMENT}.tfvars",
    ),
    Row(
        name="a role of the workflows that is missing",
        breaks=_no_role,
        check="aws-workflow-roles",
        says=(f"{role_arn('stop')} does not exist",),
        fix=f"terraform -chdir=terraform apply -var-file=environments/{ENVIRONMENT}.tfvars",
    ),
    Row(
        name="a role that trusts another repository",
        breaks=lambda world: world.trusts("apply", repository="acme/old-labels"),
        check="aws-workflow-roles",
        says=("trusts acme/old-labels", "acme/labels"),
        fix=f"terraform -chdir=terraform apply -var-file=environments/{ENVIRONMENT}.tfvars",
    ),
    Row(
        name="a role that any workflow file gets",
        breaks=lambda world: world.trusts("record", job_workflow_ref=None),
        check="aws-workflow-roles",
        says=("does not look at `job_workflow_ref`",),
        fix=f"terraform -chdir=terraform apply -var-file=environments/{ENVIRONMENT}.tfvars",
    ),
    Row(
        name="a role that trusts another version than the one that is called",
        breaks=lambda world: world.trusts(
            "plan", workflow="groundctl/groundctl/.github/workflows/reusable-plan.yml@refs/tags/v0.0.9"
        ),
        check="aws-workflow-roles",
        says=("at v0.0.9", "v0.1.0"),
        fix=f"terraform -chdir=terraform apply -var-file=environments/{ENVIRONMENT}.tfvars",
    ),
    Row(
        name="a team without members",
        breaks=_no_member,
        check="aws-teams",
        state="warning",
        says=("reviewers has no member",),
        fix="https://us-east-1.console.aws.amazon.com/sagemaker/groundtruth",
    ),
    Row(
        name="a team that does not exist",
        breaks=_team_gone,
        check="aws-teams",
        says=("reviewers does not exist",),
        fix="https://us-east-1.console.aws.amazon.com/sagemaker/groundtruth",
    ),
    Row(
        name="a ledger that is not open",
        breaks=_no_ledger,
        check="aws-ledger",
        state="warning",
        says=("artifacts is not open",),
        fix="groundctl ledger open",
    ),
    Row(
        name="another ledger than the one that Terraform names",
        breaks=lambda world: world.store_state(ledger_id="f" * 32),
        check="aws-ledger",
        says=("f" * 32,),
        fix="groundctl ledger check",
    ),
    Row(
        name="a connection without a token",
        breaks=_no_token_entered,
        check="aws-events",
        state="warning",
        says=("groundctl-test-github", "no token"),
        fix="https://us-east-1.console.aws.amazon.com/events/home",
    ),
    Row(
        name="no connection to GitHub",
        breaks=World.notifies_github,
        check="aws-events",
        says=("groundctl-test-github does not exist",),
        fix=f"terraform -chdir=terraform apply -var-file=environments/{ENVIRONMENT}.tfvars",
    ),
    Row(
        name="a state without versions",
        breaks=lambda world: world.client("s3").put_bucket_versioning(
            Bucket="state", VersioningConfiguration={"Status": "Suspended"}
        ),
        check="terraform-state",
        state="warning",
        says=("state, keeps no versions",),
        fix="aws s3api put-bucket-versioning --bucket state",
    ),
    Row(
        name="an output of another account",
        breaks=lambda world: world.store_state(account_id="999999999999"),
        check="aws-infrastructure",
        says=("999999999999", "123456789012"),
        fix=f"terraform -chdir=terraform apply -var-file=environments/{ENVIRONMENT}.tfvars",
    ),
    Row(
        name="nothing applied yet",
        breaks=lambda world: world.client("s3").delete_object(Bucket="state", Key="test.tfstate"),
        check="aws-infrastructure",
        state="cannot see",
        says=("has not made anything",),
        fix=f"terraform -chdir=terraform apply -var-file=environments/{ENVIRONMENT}.tfvars",
    ),
)
