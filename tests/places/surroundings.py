"""Odd buckets and keys of labels, teams, roles, and rights, as rows of the table."""

from __future__ import annotations

import json

from places.making import (
    APPLY_ROLE,
    ELSEWHERE,
    NEITHER_WORD,
    TRUSTS_LAMBDA,
    VENDOR,
    Place,
    Row,
    disabled,
    each,
    with_members,
)
from support.aws import prerequisites
from support.builders import ACCOUNT, REGION

AROUND = (
    # --- buckets of Terraform
    Row(
        name="no bucket of labels",
        make=with_members(output_bucket="outputs-gone"),
        refused=True,
        says=("GT611 the bucket of labels, outputs-gone, does not exist: AWS fails the job",),
    ),
    Row(
        name="labels in another Region",
        make=lambda place: with_members(output_bucket=place.bucket("outputs-eu", region=ELSEWHERE))(place),
        refused=True,
        says=(f"GT611 the bucket of labels, outputs-eu, is in {ELSEWHERE}",),
    ),
    Row(
        name="files of jobs in another Region",
        make=lambda place: with_members(artifact_bucket=place.bucket("artifacts-eu", region=ELSEWHERE))(place),
        refused=True,
        says=("GT611 the bucket of the jobs' files, artifacts-eu, is in",),
    ),
    # --- the key of labels
    Row(
        name="an alias that exists nowhere",
        make=lambda place: place.encrypts_labels("alias/labels"),
        refused=True,
        says=(
            "GT615 the KMS key alias/labels does not exist in us-east-1: no label could be written",
            "leave out output.kms_key",
        ),
    ),
    Row(
        name="a key ID that exists nowhere",
        make=lambda place: place.encrypts_labels("11111111-2222-3333-4444-555555555555"),
        refused=True,
        says=("GT615 the KMS key 11111111-2222-3333-4444-555555555555 does not exist",),
    ),
    Row(
        name="an alias of a disabled key",
        make=each(
            lambda place: disabled(place, place.alias("alias/labels")),
            lambda place: place.encrypts_labels("alias/labels"),
        ),
        refused=True,
        says=("GT615 the KMS key alias/labels is disabled: no label could be written",),
    ),
    Row(
        name="a key that signs",
        make=lambda place: place.encrypts_labels(place.key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["Arn"]),
        refused=True,
        says=("GT615", "is not a symmetric key for encryption"),
    ),
    Row(
        name="an asymmetric key",
        make=lambda place: place.encrypts_labels(place.key(KeySpec="RSA_2048")["Arn"]),
        refused=True,
        says=("GT615", "is not a symmetric key for encryption"),
    ),
    Row(
        name="a key in another Region",
        make=lambda place: place.encrypts_labels(f"arn:aws:kms:{ELSEWHERE}:{ACCOUNT}:key/1"),
        refused=True,
        says=(f"GT607 the KMS key arn:aws:kms:{ELSEWHERE}:{ACCOUNT}:key/1 is in {ELSEWHERE}",),
    ),
    Row(
        name="an alias of another key than the infrastructure's",
        make=each(
            lambda place: with_members(kms_key_arn=place.key()["Arn"])(place),
            lambda place: place.alias("alias/labels"),
            lambda place: place.encrypts_labels("alias/labels"),
        ),
        refused=True,
        says=("GT606 the KMS key alias/labels is arn:aws:kms:", "which the execution role may not use"),
    ),
    Row(
        name="an alias of the infrastructure's key",
        make=each(
            lambda place: with_members(kms_key_arn=place.alias("alias/labels")["Arn"])(place),
            lambda place: place.encrypts_labels("alias/labels"),
        ),
        silent=NEITHER_WORD,
    ),
    Row(
        name="the infrastructure's key is disabled",
        make=lambda place: with_members(kms_key_arn=disabled(place, place.key()))(place),
        refused=True,
        says=("GT615", "is disabled", "enable it"),
    ),
    Row(
        name="a key that no policy of the execution role names",
        make=lambda place: place.encrypts_labels(place.key()["Arn"]),
        says=("GT615 the execution role may not use the KMS key", "labels may not be written"),
    ),
    # --- people
    Row(
        name="a team that is gone",
        make=lambda place: place.client("sagemaker").delete_workteam(WorkteamName="reviewers"),
        refused=True,
        says=("GT616 the work team reviewers does not exist in us-east-1", "name another team"),
    ),
    Row(
        name="a team of another account",
        make=lambda place: place.has_team(f"arn:aws:sagemaker:{REGION}:999988887777:workteam/private-crowd/reviewers"),
        refused=True,
        says=("GT616 the work team reviewers does not exist",),
    ),
    Row(
        name="a team in another Region",
        make=lambda place: place.has_team(f"arn:aws:sagemaker:{ELSEWHERE}:{ACCOUNT}:workteam/private-crowd/reviewers"),
        refused=True,
        says=(f"GT607 the work team reviewers is in {ELSEWHERE} and the job in {REGION}",),
    ),
    Row(
        name="a team without members",
        make=Place.has_no_members,
        says=(
            "GT617 the work team reviewers has no member who can sign in: no clip would be labeled",
            "before you merge",
        ),
    ),
    Row(
        name="a team whose only member is disabled",
        make=lambda place: place.has_members(status="disabled"),
        says=("GT617 the work team reviewers has no member who can sign in",),
    ),
    Row(
        name="a team whose only member was just invited",
        make=lambda place: place.has_members(status="invited"),
        says=("GT617 the work team reviewers has no member who has signed in so far", "invitations"),
    ),
    Row(
        name="a vendor's team that was not subscribed to",
        make=each(
            lambda place: place.has_team(VENDOR, "vendor"),
            lambda place: place.simulator.subscribe(VENDOR.replace("cutters", "another")),
        ),
        refused=True,
        says=("GT616 the work team reviewers does not exist",),
    ),
    Row(
        name="a vendor's team",
        make=each(lambda place: place.has_team(VENDOR, "vendor"), lambda place: place.simulator.subscribe(VENDOR)),
        says=(
            "whether the work team reviewers has members was not looked at, because a vendor does not show its members",
        ),
        silent=("GT61",),
    ),
    Row(
        name="a team of the company's identity provider",
        make=Place.signs_in_by_oidc,
        says=("has members was not looked at, because its members are groups of your own identity provider",),
        silent=("GT61",),
    ),
    # --- the execution role
    Row(
        name="no execution role",
        make=with_members(execution_role_arn=f"arn:aws:iam::{ACCOUNT}:role/gone"),
        refused=True,
        says=(f"GT618 the execution role arn:aws:iam::{ACCOUNT}:role/gone does not exist: AWS refuses the job",),
    ),
    Row(
        name="a role for something else",
        make=lambda place: place.client("iam").update_assume_role_policy(
            RoleName="labeling", PolicyDocument=json.dumps(TRUSTS_LAMBDA)
        ),
        refused=True,
        says=("GT618", "does not let Ground Truth use it"),
    ),
    Row(
        name="a role for creating that may hand on the execution role",
        make=each(
            lambda place: prerequisites.make_role(APPLY_ROLE, may_pass=place.infrastructure.execution_role_arn),
            with_members(apply_role_arn=APPLY_ROLE),
        ),
        silent=NEITHER_WORD,
    ),
    Row(
        name="a role for creating that may hand on another role only",
        make=each(
            lambda place: prerequisites.make_role(
                APPLY_ROLE, may_pass=f"{place.infrastructure.execution_role_arn}-old"
            ),
            with_members(apply_role_arn=APPLY_ROLE),
        ),
        refused=True,
        says=(f"GT618 the role that creates jobs, {APPLY_ROLE}, may not hand", "AWS refuses the job"),
    ),
    # --- what these credentials may not see
    Row(
        name="no right to see CORS",
        make=lambda place: place.denies("GetBucketCors"),
        says=("the CORS rules of clips were not looked at, because these credentials lack the right s3:GetBucketCORS",),
        silent=("GT61",),
    ),
    Row(
        name="no right to see keys",
        make=each(
            lambda place: place.encrypts_labels("alias/labels"),
            lambda place: place.denies("DescribeKey", "AccessDeniedException"),
        ),
        says=("the KMS key alias/labels was not looked at, because these credentials lack the right kms:DescribeKey",),
        silent=("GT61",),
    ),
    Row(
        name="no right to see members",
        make=lambda place: place.denies("ListUsersInGroup", "AccessDeniedException"),
        says=("has members was not looked at, because these credentials lack the right cognito-idp:ListUsersInGroup",),
        silent=("GT61",),
    ),
    Row(
        name="no right to see the role",
        make=each(lambda place: place.denies("GetRole"), lambda place: place.denies("SimulatePrincipalPolicy")),
        says=("lack the right iam:GetRole", "lack the right iam:SimulatePrincipalPolicy"),
        silent=("GT61",),
    ),
    Row(
        name="no right to see a bucket",
        make=lambda place: place.denies("HeadBucket", "403"),
        says=("the Regions of artifacts, clips and outputs were not looked at",),
        silent=("GT61",),
    ),
)
