"""The module github-access with sample settings: the names in its plan, and how to read and change policies in it."""

import copy
import json
from collections.abc import Mapping
from typing import Any

from support.aws.iam_policies import Policy, Role
from support.github.oidc_tokens import KINDS
from support.terraform.plan import Plan, resources

ACCOUNT = "111122223333"
NAME = "groundctl-production"
IAM = f"arn:aws:iam::{ACCOUNT}"
SAGEMAKER = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}"
INPUTS, ARTIFACTS, OUTPUTS = (f"{NAME}-{role}-{ACCOUNT}-us-east-1" for role in ("inputs", "artifacts", "outputs"))
LEDGER = "acme-ledger"
TEAM, OTHER_TEAM = (f"{SAGEMAKER}:workteam/private-crowd/{name}" for name in ("reviewers", "others"))
VENDOR = "arn:aws:sagemaker:us-east-1:999999999999:workteam/vendor-crowd/acme"
PUBLIC_WORKFORCE = "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"
DATA_KEY, FOREIGN_KEY, STATE_KEY = (
    f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{name}" for name in ("data", "foreign", "state")
)
EXECUTION_ROLE, STUCK_JOBS = f"{IAM}:role/{NAME}-labeling-us-east-1", f"{IAM}:role/{NAME}-stuck-jobs-us-east-1"
STATE = "acme-terraform-state/groundctl/production.tfstate"

SERVICE_BOUNDARY = f"{IAM}:policy/services-of-groundctl"
COMPANY = {"permissions_boundary_arn": f"{IAM}:policy/company/every-role", "role_path": "/labeling/"}

GITHUB = {"repository": "acme/labeling", "repository_id": "987654321", "owner_id": "12345678"}
SETTINGS: dict[str, dict[str, Any]] = {
    "context": {"name": NAME, "account_id": ACCOUNT, "partition": "aws", "region": "us-east-1"},
    "github": GITHUB,
    "labeling": {
        "input_buckets": [INPUTS, "acme-clips"],
        "artifact_bucket": ARTIFACTS,
        "output_bucket": OUTPUTS,
        "ledger_bucket": LEDGER,
        "execution_role_arn": EXECUTION_ROLE,
        "work_team_arns": [TEAM, VENDOR],
        "data_key": {"arn": DATA_KEY},
        "read_key_arns": [FOREIGN_KEY],
    },
    "infrastructure": {
        "state": {"bucket": STATE.partition("/")[0], "key": STATE.partition("/")[2], "kms_key_arn": STATE_KEY},
        "tag": {"key": "groundctl:environment", "value": "production"},
        "service_role_arns": [STUCK_JOBS],
    },
}

JOB = f"{SAGEMAKER}:labeling-job/rally-outcome-2026-11"
OURS = {"aws:ResourceTag/groundctl:environment": "production"}
OF_ANOTHER_ENVIRONMENT = {"aws:ResourceTag/groundctl:environment": "staging"}
THROUGH_S3 = {"kms:ViaService": "s3.us-east-1.amazonaws.com"}
TO_SAGEMAKER = {"iam:PassedToService": "sagemaker.amazonaws.com"}
IF_NONE_MATCH = {"s3:if-none-match": "*"}
FOR_TEAM = {"sagemaker:WorkteamArn": TEAM, "sagemaker:WorkteamType": "private-crowd"}

UNDER_BOUNDARY = {"iam:PermissionsBoundary": SERVICE_BOUNDARY}

Context = Mapping[str, str]
Asked = tuple[str, str, Context]  # action, resource, the request's context
Right = tuple[str, str, tuple[tuple[str, str], ...]]  # the same, for a set


def boundary_of(kind: str) -> Context:
    """Return the condition context of a role with the permissions boundary of one of GitHub's roles."""
    return {"iam:PermissionsBoundary": f"{IAM}:policy/{NAME}-github-{kind}-us-east-1"}


def github_role(kind: str) -> str:
    """Return the ARN of one of GitHub's roles."""
    return f"{IAM}:role/{NAME}-github-{kind}-us-east-1"


def of_s3(name: str) -> str:
    """Return the ARN of a bucket or of an object in it."""
    return f"arn:aws:s3:::{name}"


def s3(*names: str) -> list[str]:
    """Return the ARNs of several buckets or objects."""
    return [of_s3(name) for name in names]


def texts(plan: Plan, resource_type: str, attribute: str) -> dict[str, str]:
    """Return one attribute of GitHub's roles or their policies, by the role's purpose."""
    return {each["index"]: each["values"][attribute] for each in resources(plan, resource_type) if "index" in each}


def trusts(plan: Plan) -> dict[str, Policy]:
    """Return each role's trust policy."""
    return {kind: Policy.read(text) for kind, text in texts(plan, "aws_iam_role", "assume_role_policy").items()}


def roles(plan: Plan) -> dict[str, Role]:
    """Return each role's policy and boundary."""
    policies, boundaries = texts(plan, "aws_iam_role_policy", "policy"), texts(plan, "aws_iam_policy", "policy")
    return {kind: Role(policy=Policy.read(policies[kind]), boundary=Policy.read(boundaries[kind])) for kind in KINDS}


def policies(plan: Plan) -> dict[str, Policy]:
    """Return each role's own policy."""
    return {kind: Policy.read(text) for kind, text in texts(plan, "aws_iam_role_policy", "policy").items()}


def with_text(plan: Plan, resource_type: str, kind: str, attribute: str, text: str | None) -> Plan:
    """Return a copy of a plan in which one resource has another text."""
    changed: Plan = copy.deepcopy(plan)
    for each in resources(changed):
        if each["type"] == resource_type and each.get("index") == kind:
            each["values"][attribute] = text
    return changed


def with_statement(
    plan: Plan, kind: str, statement: Mapping[str, Any], *, resource_type: str = "aws_iam_role_policy"
) -> Plan:
    """Return a copy of a plan in which a policy has an additional statement."""
    policy = json.loads(texts(plan, resource_type, "policy")[kind])
    policy["Statement"].append({"Effect": "Allow", **statement})
    return with_text(plan, resource_type, kind, "policy", json.dumps(policy))
