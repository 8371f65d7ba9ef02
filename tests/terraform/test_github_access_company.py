"""A company's own permissions boundary and path for GitHub's roles: without our boundaries, the policies alone refuse the same."""

import json
from collections.abc import Iterator

import pytest

from support.aws.actions import MODELS, changing_actions
from support.aws.iam_policies import EVERYTHING, Policy, Request, Role, Verdict
from support.github.oidc_tokens import KINDS
from support.terraform.plan import Plan, resources
from support.terraform.policy_checks import faults_of_github_access
from terraform.github_access import COMPANY, EXECUTION_ROLE, IAM, NAME, SERVICE_BOUNDARY, Asked, policies, texts
from terraform.github_access_objects import READS_OF_OBJECTS, hidden_from
from terraform.github_access_requests import (
    CHANGES,
    NEEDED,
    NEVER_OF_APPLY,
    NEVER_OF_RECORD,
    NEVER_OF_TERRAFORM,
    NEVER_UNDER_THE_POLICY,
    ON_RESOURCES_OF_OTHERS,
    WEAKER_BUCKETS,
    allowed,
    denied,
    reachable_changes,
    reachable_rights,
)
from terraform.infrastructure import QUIET

pytestmark = QUIET

NEVER: dict[str, list[Asked]] = {
    "plan": [],
    "record": NEVER_OF_RECORD,
    "apply": NEVER_OF_APPLY + NEVER_UNDER_THE_POLICY,
    "stop": [],
    "terraform": NEVER_OF_TERRAFORM + ON_RESOURCES_OF_OTHERS + WEAKER_BUCKETS,
}


def by_policy(policy: Policy) -> Role:
    """Return a role under a company's boundary that happens to allow everything."""
    return Role(policy=policy, boundary=EVERYTHING)


def test_every_role_has_the_companys_boundary_and_path_and_none_of_ours_is_created(company_roles_plan: Plan) -> None:
    made = {each["index"]: each["values"] for each in resources(company_roles_plan, "aws_iam_role")}

    assert {values["permissions_boundary"] for values in made.values()} == {COMPANY["permissions_boundary_arn"]}
    assert {values["path"] for values in made.values()} == {COMPANY["role_path"]}
    assert list(resources(company_roles_plan, "aws_iam_policy")) == []
    assert faults_of_github_access(company_roles_plan) == []


def test_our_boundaries_get_the_path_too(company_roles_plan: Plan, roles_plan: Plan) -> None:
    ours = texts(roles_plan, "aws_iam_policy", "path")
    [named] = {
        arn
        for statement in policies(company_roles_plan)["plan"].statements
        if statement["Sid"] == "CeilingsAndProvider"
        for arn in statement["Resource"]
        if ":policy/" in arn
    }

    assert set(ours.values()) == {"/"}
    assert named == f"{IAM}:policy/labeling/{NAME}-*"


def unprotected(kind: str, policy: Policy) -> Iterator[str]:
    """Name each guarantee that a role's policy alone does not give."""
    role = by_policy(policy)
    if found := allowed(role, NEVER[kind]):
        yield f"allows {found[0][0]}"
    if kind in CHANGES and (found_changes := reachable_changes(policy)) != CHANGES[kind]:
        yield f"changes {found_changes}"
    if reachable_rights(role):
        yield "changes rights"
    # A missing Allow is not enough: a policy of a bucket or a role could grant it.
    for clip in hidden_from(kind):
        for action in READS_OF_OBJECTS:
            if policy.weigh(Request(action=action, resource=clip)) is not Verdict.DENIED:
                yield f"may be granted {action}"
    for action in ("sts:AssumeRole", "lambda:InvokeFunction", "secretsmanager:GetSecretValue", "ec2:RunInstances"):
        if policy.weigh(Request(action=action)) is not Verdict.DENIED:
            yield f"may be granted {action}"
    for service in MODELS:
        for action in changing_actions(service) if kind != "terraform" else ():
            if action not in CHANGES[kind] and policy.weigh(Request(action=action)) is not Verdict.DENIED:
                yield f"may be granted {action}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_policy_alone_refuses_what_our_boundary_refused(company_roles_plan: Plan, kind: str) -> None:
    assert list(unprotected(kind, policies(company_roles_plan)[kind])) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_policy_alone_allows_what_the_workflows_need(company_roles_plan: Plan, kind: str) -> None:
    # The terraform role lists no team in other roles' policies here: only a boundary of ours would limit what it writes.
    role = by_policy(policies(company_roles_plan)[kind])
    moved = [
        (
            action,
            resource.replace(":role/groundctl", ":role/labeling/groundctl").replace(":policy/", ":policy/labeling/"),
            context,
        )
        for action, resource, context in NEEDED[kind]
        if action not in ("iam:PutRolePolicy", "iam:PassRole")
        and not (kind != "terraform" and resource == EXECUTION_ROLE)
    ]
    # The execution role is named by the person who made it: jobs pass it and are checked against it where it is.
    stayed = [
        asked
        for asked in NEEDED[kind]
        if asked[0] == "iam:PassRole" or (kind != "terraform" and asked[1] == EXECUTION_ROLE)
    ]

    assert denied(role, moved + stayed) == []


@pytest.mark.parametrize(
    ("kind", "sid"),
    [
        *[(kind, "NothingElse") for kind in KINDS],
        *[(kind, "NoOtherObjects") for kind in ("plan", "record", "apply", "stop")],
        ("terraform", "NoObjectsButTheState"),
        ("terraform", "NoWeakerBuckets"),
    ],
)
def test_a_missing_denial_is_found(company_roles_plan: Plan, kind: str, sid: str) -> None:
    document = json.loads(texts(company_roles_plan, "aws_iam_role_policy", "policy")[kind])
    document["Statement"] = [statement for statement in document["Statement"] if statement["Sid"] != sid]

    assert list(unprotected(kind, Policy.read(json.dumps(document))))


def test_the_terraform_role_can_change_no_policy_of_a_role(company_roles_plan: Plan) -> None:
    policy = policies(company_roles_plan)["terraform"]

    for boundary in (COMPANY["permissions_boundary_arn"], SERVICE_BOUNDARY):
        asked = Request(
            action="iam:PutRolePolicy",
            resource=f"{IAM}:role/labeling/{NAME}-github-apply-us-east-1",
            context={"iam:PermissionsBoundary": boundary},
        )
        assert policy.weigh(asked) is Verdict.DENIED
