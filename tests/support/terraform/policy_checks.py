"""Our own assertions on a Terraform plan's JSON: who may assume a role, which role may be passed, and whom a policy admits.

Scanners miss these faults: checkov accepts `repo:org/repo:*` as a restriction, and has no direct rule on PassRole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from support.aws.iam_policies import Policy, Statement, values
from support.github.oidc_tokens import ISSUER, MAIN
from support.terraform.plan import Plan, lets_anybody_in, resources

POLICIES = ("assume_role_policy", "policy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A policy that a plan would create."""

    address: str
    attribute: str
    statements: tuple[Statement, ...]


def documents(plan: Plan) -> Iterator[Document]:
    """Yield every policy whose text is known before the apply."""
    for resource in resources(plan):
        for attribute in POLICIES:
            if text := resource["values"].get(attribute):
                statements = Policy.read(text).statements
                yield Document(address=resource["address"], attribute=attribute, statements=statements)


def faults(plan: Plan) -> list[str]:
    """List what is wrong with the policies of any plan; each fault begins with the rule that is broken."""
    return [*_admitted_principals(plan), *_passed_roles(plan), *_allowed_actions(plan)]


def faults_of_github_access(plan: Plan) -> list[str]:
    """List what is wrong with a plan of the module github-access alone."""
    return [*faults(plan), *_trust_of_github_roles(plan), *_boundaries_of_github_roles(plan)]


def _allowing(plan: Plan) -> Iterator[tuple[str, Statement]]:
    for document in documents(plan):
        for statement in document.statements:
            if statement["Effect"] == "Allow":
                yield f"{document.address}.{document.attribute}", statement


def _admitted_principals(plan: Plan) -> Iterator[str]:
    for place, statement in _allowing(plan):
        if lets_anybody_in(statement.get("Principal", {})) or "NotPrincipal" in statement:
            yield f"principal: {place} admits any principal"


def _passed_roles(plan: Plan) -> Iterator[str]:
    for place, statement in _allowing(plan):
        if "Principal" in statement or not Policy((statement,)).may_ever("iam:PassRole"):
            continue
        if "NotResource" in statement or any("*" in arn or "?" in arn for arn in values(statement["Resource"])):
            yield f"PassRole: {place} passes more than named roles"
        to = statement.get("Condition", {}).get("StringEquals", {}).get("iam:PassedToService")
        if not to or any("*" in service for service in values(to)):
            yield f"PassRole: {place} passes roles to any service"


def _allowed_actions(plan: Plan) -> Iterator[str]:
    for place, statement in _allowing(plan):
        if "Principal" in statement or "aws_iam_policy.ceiling[" in place:
            continue
        if "NotAction" in statement or any(
            action == "*" or action.endswith(":*") for action in values(statement["Action"])
        ):
            yield f"actions: {place} allows a whole service"


def _trust_of_github_roles(plan: Plan) -> Iterator[str]:
    for role in _github_roles(plan):
        trust = json.loads(role["values"]["assume_role_policy"])
        if trust != _expected_trust(plan["variables"], role["index"]):
            yield f"trust: {role['address']} trusts more than its workflows"


def _boundaries_of_github_roles(plan: Plan) -> Iterator[str]:
    boundaries = {resource["values"]["name"] for resource in resources(plan, "aws_iam_policy")}
    given = plan["variables"]["context"]["value"].get("permissions_boundary_arn")
    for role in _github_roles(plan):
        boundary = role["values"].get("permissions_boundary") or ""
        if given and boundary == given:
            continue
        if boundary.rpartition("/")[2] != role["values"]["name"] or role["values"]["name"] not in boundaries:
            yield f"boundary: {role['address']} has no permissions boundary of its own"


def _github_roles(plan: Plan) -> Iterator[Mapping[str, Any]]:
    for resource in resources(plan, "aws_iam_role"):
        if "-github-" in resource["values"]["name"]:
            yield resource


def _expected_trust(variables: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the expected trust policy of a role, from the plan's variables."""
    account = variables["context"]["value"]["account_id"]
    conditions = _expected_conditions(variables["github"]["value"], kind)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "WorkflowsOfTheRepository" + (str(number) if len(conditions) > 1 else ""),
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/{ISSUER}"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    operator: {f"{ISSUER}:{claim}": value for claim, value in claims.items()}
                    for operator, claims in condition.items()
                },
            }
            for number, condition in enumerate(conditions, start=1)
        ],
    }


def _expected_conditions(github: Mapping[str, Any], kind: str) -> list[dict[str, dict[str, Any]]]:
    """Return the claims that each way to a role requires."""
    owner, name = github["repository"].split("/")
    folder = f"{owner}/{name}/.github/workflows"

    def equal(end: str, **claims: Any) -> dict[str, Any]:
        repositories = [f"repo:{owner}/{name}", f"repo:{owner}@{github['owner_id']}/{name}@{github['repository_id']}"]
        subjects = [f"{repository}:{end}" for repository in repositories]
        return {"aud": "sts.amazonaws.com", "repository_id": github["repository_id"], "sub": subjects, **claims}

    pulls = "refs/pull/*/merge"
    apply = f"{folder}/reusable-apply-environment.yml@{MAIN}"
    if kind == "record":
        called = [f"{folder}/recorded-plan.yml@{MAIN}"]
        return [{"StringEquals": equal("pull_request", job_workflow_ref=called), "StringLike": {"ref": pulls}}]
    if kind == "plan":
        files = [apply, f"{folder}/reusable-status-environment.yml@{MAIN}"]
        on_pull = [f"{folder}/reusable-plan.yml@{MAIN}"]
        return [
            {"StringEquals": equal("pull_request", job_workflow_ref=on_pull), "StringLike": {"ref": pulls}},
            {"StringEquals": equal(f"ref:{MAIN}", ref=MAIN, job_workflow_ref=files)},
        ]
    return [{"StringEquals": equal(f"environment:groundctl-{kind}", ref=MAIN, job_workflow_ref=[apply])}]
