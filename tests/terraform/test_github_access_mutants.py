"""Each guarantee on the rights of GitHub's roles fails when a statement is added or removed."""

import json

import pytest

from support.terraform.plan import Plan
from terraform.github_access import (
    ARTIFACTS,
    EXECUTION_ROLE,
    IAM,
    JOB,
    NAME,
    SAGEMAKER,
    github_role,
    s3,
    texts,
    with_statement,
    with_text,
)
from terraform.github_access_requests import broken_guarantees
from terraform.infrastructure import QUIET

pytestmark = QUIET


POLICY, BOUNDARY = "aws_iam_role_policy", "aws_iam_policy"
EXCESSIVE_RIGHTS: dict[str, tuple[str, str, str | list[str], str | list[str], str]] = {
    "plan writes by its policy": ("plan", POLICY, "s3:PutObject", s3(f"{ARTIFACTS}/jobs/*"), "plan changes more"),
    "plan writes by its boundary": ("plan", BOUNDARY, "s3:PutObject", s3(f"{ARTIFACTS}/jobs/*"), "plan changes more"),
    "plan tags jobs": ("plan", POLICY, "sagemaker:AddTags", JOB, "plan changes more"),
    "plan passes a role": ("plan", POLICY, "iam:PassRole", EXECUTION_ROLE, "plan changes more"),
    "plan has a whole service": ("plan", POLICY, "sagemaker:*", "*", "plan changes more"),
    "plan has a wildcard action": ("plan", POLICY, "iam:*RolePolicy", "*", "plan changes more"),
    "record creates jobs": ("record", POLICY, "sagemaker:CreateLabelingJob", JOB, "record changes more"),
    "record overwrites plans": ("record", POLICY, "s3:PutObject", s3(f"{ARTIFACTS}/plans/*"), "record exceeds its limits"),
    "record deletes plans": ("record", BOUNDARY, "s3:DeleteObject", s3(f"{ARTIFACTS}/plans/*"), "record changes more"),
    "apply records plans": ("apply", BOUNDARY, "s3:PutObject", s3(f"{ARTIFACTS}/plans/*"), "apply exceeds its limits"),
    "apply stops jobs": ("apply", POLICY, "sagemaker:StopLabelingJob", JOB, "apply changes more"),
    "apply deletes files": ("apply", BOUNDARY, "s3:DeleteObject*", s3(f"{ARTIFACTS}/*"), "apply changes more"),
    "apply overwrites files": ("apply", POLICY, "s3:PutObject", s3(f"{ARTIFACTS}/jobs/*"), "apply exceeds its limits"),
    "apply gives any team work": ("apply", POLICY, "sagemaker:CreateLabelingJob", JOB, "apply exceeds its limits"),
    "apply passes any role": ("apply", BOUNDARY, "iam:PassRole", f"{IAM}:role/*", "apply exceeds its limits"),
    "apply tags teams": ("apply", POLICY, "sagemaker:AddTags", f"{SAGEMAKER}:*", "apply exceeds its limits"),
    "stop creates jobs": ("stop", POLICY, "sagemaker:CreateLabelingJob", JOB, "stop changes more"),
    "terraform creates roles": ("terraform", POLICY, "iam:CreateRole", f"{IAM}:role/{NAME}-*", "terraform raises rights"),
    "terraform changes a trust policy": ("terraform", BOUNDARY, "iam:UpdateAssumeRolePolicy", github_role("apply"), "terraform raises rights"),
    "terraform removes a boundary": ("terraform", BOUNDARY, "iam:DeleteRolePermissionsBoundary", "*", "terraform raises rights"),
    "terraform rewrites a boundary": ("terraform", POLICY, "iam:CreatePolicyVersion", f"{IAM}:policy/*", "terraform raises rights"),
    "terraform changes the provider": ("terraform", POLICY, "iam:*OpenIDConnectProvider*", "*", "terraform raises rights"),
    "terraform creates jobs": ("terraform", BOUNDARY, "sagemaker:CreateLabelingJob", JOB, "terraform exceeds its limits"),
    "terraform passes any role": ("terraform", BOUNDARY, "iam:PassRole", "*", "terraform exceeds its limits"),
    "terraform changes others' buckets": ("terraform", POLICY, "s3:PutBucketPolicy", "*", "terraform exceeds its limits"),
}  # fmt: skip


def test_the_unchanged_plan_breaks_no_guarantee(roles_plan: Plan) -> None:
    assert list(broken_guarantees(roles_plan)) == []


@pytest.mark.parametrize("name", EXCESSIVE_RIGHTS)
def test_an_excessive_right_is_found(roles_plan: Plan, name: str) -> None:
    kind, resource_type, action, resource, guarantee = EXCESSIVE_RIGHTS[name]
    wrong = with_statement(roles_plan, kind, {"Action": action, "Resource": resource}, resource_type=resource_type)

    assert guarantee in set(broken_guarantees(wrong))


def without_statement(plan: Plan, kind: str, resource_type: str, sid: str) -> Plan:
    """Return a copy of a plan in which a policy lacks one statement."""
    policy = json.loads(texts(plan, resource_type, "policy")[kind])
    kept = [statement for statement in policy["Statement"] if statement["Sid"] != sid]
    assert len(kept) == len(policy["Statement"]) - 1
    return with_text(plan, resource_type, kind, "policy", json.dumps({**policy, "Statement": kept}))


@pytest.mark.parametrize(
    ("kind", "resource_type", "sid", "guarantee"),
    [
        *[(kind, BOUNDARY, "NoOtherObjects", f"{kind} reads clips") for kind in ("plan", "record", "apply", "stop")],
        ("record", POLICY, "RecordPlansOnce", "record cannot work"),
        ("terraform", BOUNDARY, "NoObjectsButTheState", "terraform reads clips"),
        ("terraform", BOUNDARY, "NoDestroying", "terraform exceeds its limits"),
        ("terraform", BOUNDARY, "NoWeakerBuckets", "terraform exceeds its limits"),
        ("terraform", BOUNDARY, "NoPolicyButUnderACeiling", "terraform raises rights"),
        ("plan", POLICY, "Roles", "plan cannot work"),
        ("apply", BOUNDARY, "PassTheExecutionRole", "apply cannot work"),
        ("stop", POLICY, "StopJobs", "stop cannot work"),
        ("terraform", POLICY, "KeepTheState", "terraform cannot work"),
    ],
)
def test_a_missing_statement_is_found(
    roles_plan: Plan, kind: str, resource_type: str, sid: str, guarantee: str
) -> None:
    assert guarantee in set(broken_guarantees(without_statement(roles_plan, kind, resource_type, sid)))
