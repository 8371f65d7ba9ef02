"""The plan of GitHub's roles: its policies and trust policies have no fault, and each fault is found."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from support.terraform.plan import Plan, resources
from support.terraform.policy_checks import faults_of_github_access
from terraform.github_access import EXECUTION_ROLE, IAM, NAME, TO_SAGEMAKER, texts, with_statement, with_text
from terraform.infrastructure import QUIET

pytestmark = QUIET


def test_the_plan_has_no_fault(roles_plan: Plan) -> None:
    assert {each["type"] for each in resources(roles_plan)} == {
        "aws_iam_openid_connect_provider",
        "aws_iam_policy",
        "aws_iam_role",
        "aws_iam_role_policy",
    }
    assert faults_of_github_access(roles_plan) == []


PASSED = {"Action": "iam:PassRole", "Condition": {"StringEquals": TO_SAGEMAKER}}
WRONG_STATEMENTS: dict[str, tuple[Mapping[str, Any], str]] = {
    "any role passed": ({**PASSED, "Resource": "*"}, "PassRole: "),
    "any role with a prefix passed": ({**PASSED, "Resource": [f"{IAM}:role/{NAME}-*"]}, "PassRole: "),
    "any role except one passed": ({**PASSED, "NotResource": f"{IAM}:role/admin"}, "PassRole: "),
    "passed to any service": ({"Action": "iam:PassRole", "Resource": EXECUTION_ROLE}, "PassRole: "),
    "passed with a pattern": ({"Action": ["iam:Pass*"], "Resource": "*"}, "PassRole: "),
    "a whole service": ({"Action": "sagemaker:*", "Resource": "*"}, "actions: "),
    "all except one": ({"NotAction": "iam:CreateUser", "Resource": EXECUTION_ROLE}, "actions: "),
    "everything": ({"Action": "*", "Resource": "*"}, "actions: "),
}


@pytest.mark.parametrize("name", WRONG_STATEMENTS)
def test_a_wrong_statement_is_found_in_the_plan(roles_plan: Plan, name: str) -> None:
    statement, rule = WRONG_STATEMENTS[name]

    found = faults_of_github_access(with_statement(roles_plan, "apply", statement))

    assert any(fault.startswith(rule) for fault in found), found


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"Federated": ["*"]}, {"AWS": "arn:aws:iam::*:root"}])
def test_an_unrestricted_principal_is_found_in_the_plan(roles_plan: Plan, principal: object) -> None:
    trust = json.loads(texts(roles_plan, "aws_iam_role", "assume_role_policy")["plan"])
    trust["Statement"][0]["Principal"] = principal

    found = faults_of_github_access(
        with_text(roles_plan, "aws_iam_role", "plan", "assume_role_policy", json.dumps(trust))
    )

    assert any(fault.startswith("principal: ") for fault in found)


@pytest.mark.parametrize(
    "boundary", [None, f"{IAM}:policy/{NAME}-github-terraform-us-east-1", "arn:aws:iam::aws:policy/AdministratorAccess"]
)
def test_a_role_without_its_own_permissions_boundary_is_found_in_the_plan(
    roles_plan: Plan, boundary: str | None
) -> None:
    found = faults_of_github_access(with_text(roles_plan, "aws_iam_role", "plan", "permissions_boundary", boundary))

    assert found == ['boundary: aws_iam_role.this["plan"] has no permissions boundary of its own']
