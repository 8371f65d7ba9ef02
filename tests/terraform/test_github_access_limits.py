"""What GitHub's roles can never do, whatever their policies allow: the permissions boundaries, and the service roles below them."""

from collections.abc import Mapping
from typing import Any

import pytest

from support.aws.actions import changing_actions
from support.aws.iam_policies import Request, Verdict
from support.github.oidc_tokens import KINDS
from support.terraform.plan import Plan
from support.terraform.policy_checks import faults_of_github_access
from terraform.github_access import (
    ARTIFACTS,
    IAM,
    INPUTS,
    JOB,
    NAME,
    OUTPUTS,
    SERVICE_BOUNDARY,
    STUCK_JOBS,
    TEAM,
    UNDER_BOUNDARY,
    Context,
    Right,
    boundary_of,
    roles,
    s3,
    with_statement,
)
from terraform.github_access_requests import (
    LISTED,
    MAY_LIST,
    NEVER_OF_APPLY,
    NEVER_OF_RECORD,
    NEVER_OF_TERRAFORM,
    NEVER_UNDER_THE_POLICY,
    ON_RESOURCES_OF_OTHERS,
    WEAKER_BUCKETS,
    allowed,
    frozen,
    raises_rights,
    reachable_rights,
)
from terraform.infrastructure import QUIET

pytestmark = QUIET


def test_the_apply_role_can_do_nothing_beyond_its_purpose(roles_plan: Plan) -> None:
    role = roles(roles_plan)["apply"]

    assert allowed(role.uncapped(), NEVER_OF_APPLY + NEVER_UNDER_THE_POLICY) == []
    assert allowed(role.unbounded(), NEVER_OF_APPLY) == []


def test_the_record_role_writes_only_plans_of_its_repository_and_each_once(roles_plan: Plan) -> None:
    role = roles(roles_plan)["record"]

    assert allowed(role.uncapped(), NEVER_OF_RECORD) == []
    assert allowed(role.unbounded(), NEVER_OF_RECORD) == []


def test_policy_and_boundary_deny_the_public_workforce(roles_plan: Plan) -> None:
    role = roles(roles_plan)["apply"]
    public = {"sagemaker:WorkteamArn": TEAM, "sagemaker:WorkteamType": "public-crowd"}
    request = Request(action="sagemaker:CreateLabelingJob", resource=JOB, context=public)

    assert role.policy.weigh(request) is Verdict.DENIED
    assert role.boundary.weigh(request) is Verdict.DENIED


def test_the_terraform_role_cannot_raise_its_own_rights_or_others(roles_plan: Plan) -> None:
    assert not raises_rights(roles(roles_plan)["terraform"])


def rights_on_service_roles() -> set[Right]:
    """Return what the terraform role may do with service roles: create and change them under the boundary, tag and remove them."""
    contexts: list[Context] = [
        {},
        *map(boundary_of, KINDS),
        UNDER_BOUNDARY,
        {"iam:PermissionsBoundary": f"{IAM}:policy/other"},
    ]
    return {
        *[
            (f"iam:{verb}", STUCK_JOBS, frozen(UNDER_BOUNDARY))
            for verb in ("CreateRole", "DeleteRolePolicy", "PutRolePolicy")
        ],
        *[
            (f"iam:{verb}", STUCK_JOBS, frozen(context))
            for verb in ("DeleteRole", "TagRole", "UntagRole", "UpdateRoleDescription")
            for context in contexts
        ],
    }


def test_under_a_boundary_the_terraform_role_creates_only_the_named_roles(roles_plan_with_boundary: Plan) -> None:
    role = roles(roles_plan_with_boundary)["terraform"]

    assert faults_of_github_access(roles_plan_with_boundary) == []
    assert reachable_rights(role) == MAY_LIST | rights_on_service_roles()
    assert reachable_rights(role.uncapped()) == MAY_LIST | rights_on_service_roles()
    # The boundary alone limits it to creating the named roles, and to policies of roles under a boundary that an administrator provided.
    by_boundary = reachable_rights(role.unbounded())
    assert {right for right in by_boundary if right[0] != "iam:PutRolePolicy"} == {
        right for right in rights_on_service_roles() if right[0] != "iam:PutRolePolicy"
    }
    given = {frozen(UNDER_BOUNDARY), *[frozen(boundary_of(kind)) for kind in LISTED]}
    assert {context for action, _, context in by_boundary if action == "iam:PutRolePolicy"} == given


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "iam:CreateRole", "Resource": STUCK_JOBS},
        {"Action": "iam:CreateRole", "Resource": f"{IAM}:role/{NAME}-*", "Condition": {"StringEquals": UNDER_BOUNDARY}},
        {"Action": "iam:UpdateAssumeRolePolicy", "Resource": STUCK_JOBS},
        {"Action": "iam:DeleteRolePermissionsBoundary", "Resource": STUCK_JOBS},
        {"Action": "iam:CreatePolicyVersion", "Resource": SERVICE_BOUNDARY},
    ],
)
def test_a_way_around_the_boundary_is_found(roles_plan_with_boundary: Plan, statement: Mapping[str, Any]) -> None:
    wrong = with_statement(roles_plan_with_boundary, "terraform", statement)

    assert reachable_rights(roles(wrong)["terraform"].uncapped()) != MAY_LIST | rights_on_service_roles()


def test_the_terraform_role_is_limited_to_its_infrastructure(roles_plan: Plan) -> None:
    role = roles(roles_plan)["terraform"]

    assert allowed(role.uncapped(), NEVER_OF_TERRAFORM + ON_RESOURCES_OF_OTHERS) == []
    assert allowed(role.unbounded(), NEVER_OF_TERRAFORM) == []


def test_the_terraform_role_cannot_lift_what_protects_a_bucket(roles_plan: Plan) -> None:
    role = roles(roles_plan)["terraform"]

    assert allowed(role, WEAKER_BUCKETS) == []
    assert allowed(role.unbounded(), WEAKER_BUCKETS) == []


def test_what_the_terraform_role_may_change_of_a_kept_bucket_weakens_no_protection(roles_plan: Plan) -> None:
    role = roles(roles_plan)["terraform"]

    for bucket in s3(INPUTS, ARTIFACTS, OUTPUTS):
        assert {action.lower() for action in changing_actions("s3") if role.may(action, bucket)} == {
            "s3:createbucket",  # of a bucket that is there, it changes nothing
            "s3:putbucketcors",
            "s3:putbucketlogging",
            "s3:putbucketnotification",
            "s3:putbuckettagging",
            "s3:putencryptionconfiguration",
            "s3:tagresource",
            "s3:untagresource",
        }
