"""GitHub's roles, really made: applied to the simulator beside all else, planned again under the rights of a role, taken away."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from groundctl.adapters.terraform.stack import Stack
from groundctl.adapters.terraform.working_copy import make_working_copy
from support.aws.actions import changes
from support.aws.iam_policies import Policy, Role
from terraform.ground import QUIET, SOURCE, Applied, client, run_terraform

pytestmark = [
    pytest.mark.xdist_group("applied-terraform"),
    QUIET,
]

SETTINGS = {
    "environment": "access",
    "disposable": True,
    "data": {"encryption": {"kms": False}, "lifecycle": {"enabled": False}},
    "existing_teams": {"acme": {"arn": "arn:aws:sagemaker:us-east-1:999999999999:workteam/vendor-crowd/acme"}},
    "github": {
        "repository": "acme/labeling",
        "repository_id": "987654321",
        "owner_id": "12345678",
        "state": {"bucket": "acme-terraform-state", "key": "groundctl/access.tfstate"},
    },
}

# Operations that IAM knows by another name.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html, list_awsbudgets.html
ALLOWED_AS = {
    "budgets:CreateBudget": "budgets:ModifyBudget",
    "budgets:CreateNotification": "budgets:ModifyBudget",
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "budgets:DescribeNotificationsForBudget": "budgets:ViewBudget",
    "budgets:DescribeSubscribersForNotification": "budgets:ViewBudget",
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
PREFIXES = {"S3 Control": "s3", "Cognito Identity Provider": "cognito-idp", "EventBridge": "events", "SFN": "states"}
LEFT_TO_A_PERSON = {"iam:CreateOpenIDConnectProvider", "iam:CreatePolicy", "iam:CreateRole"}
APPLY_LOG = "apply.log"
ASKED_OF_NOBODY = {"sts:GetCallerIdentity"}  # needs no right


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, simulated_aws: Mapping[str, str]) -> Applied:
    """The root module with roles for GitHub, applied. The last test destroys it."""
    folder = make_working_copy(SOURCE, tmp_path_factory.mktemp("terraform") / "access")
    var_file = Path("settings.tfvars.json")
    (folder / var_file).write_text(json.dumps(SETTINGS))
    stack = Stack(folder, environment={**simulated_aws, **logged_to(folder / APPLY_LOG)})
    stack.init()
    stack.apply(var_file=var_file)
    return Applied(stack=stack, var_file=var_file, environment=simulated_aws)


def logged_to(file: Path) -> dict[str, str]:
    """Return the settings with which the provider writes down each of its requests."""
    return {"TF_LOG_PROVIDER": "DEBUG", "TF_LOG_PATH": str(file)}


@pytest.fixture(scope="module")
def replanned(made: Applied) -> tuple[int, set[str]]:
    """A second plan: its exit code (0: nothing to do) and what it asked AWS for."""
    log = made.stack.folder / "plan.log"
    arguments = ("plan", "-input=false", "-detailed-exitcode", f"-var-file={made.var_file}")
    code = terraform(made, *arguments, **logged_to(log)).returncode
    return code, asked(log)


def terraform(applied: Applied, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the terraform that groundctl would run, against the simulated AWS."""
    return run_terraform(applied.stack.folder, *arguments, **{**applied.environment, **environment})


def role_names(applied: Applied) -> dict[str, str]:
    """Return the names of the roles that were made, under the variables that the workflows read."""
    arns: dict[str, str] = json.loads(terraform(applied, "output", "-json", "github_roles").stdout)
    return {variable: arn.rpartition("/")[2] for variable, arn in arns.items()}


def test_the_workflows_find_their_roles(made: Applied) -> None:
    names = role_names(made)

    assert names == {
        "GROUNDCTL_APPLY_ROLE": "groundctl-access-github-apply-us-east-1",
        "GROUNDCTL_PLAN_ROLE": "groundctl-access-github-plan-us-east-1",
        "GROUNDCTL_STOP_ROLE": "groundctl-access-github-stop-us-east-1",
        "GROUNDCTL_TERRAFORM_ROLE": "groundctl-access-github-terraform-us-east-1",
    }
    for name in names.values():
        boundary = client(made, "iam").get_role(RoleName=name)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
        assert boundary.endswith(f":policy/{name}")


def test_a_second_plan_with_roles_is_empty(replanned: tuple[int, set[str]]) -> None:
    assert replanned[0] == 0


def asked(log: Path) -> set[str]:
    """Return what Terraform asked AWS for, as IAM names it: each request has an entry in the provider's log."""
    entries = re.split(r"\n(?=\d{4}-\d\d-\d\dT)", log.read_text())
    sent = [entry for entry in entries if "HTTP Request Sent" in entry and "rpc.method=" in entry]
    services = [(_field(entry, "service"), _field(entry, "method")) for entry in sent]
    actions = {f"{PREFIXES.get(service, service.lower())}:{method}" for service, method in services}
    return {ALLOWED_AS.get(action, action) for action in actions} - ASKED_OF_NOBODY


def _field(entry: str, name: str) -> str:
    """Return one of a log entry's fields; their order is not fixed."""
    [(quoted, plain)] = re.findall(rf'rpc\.{name}=(?:"([^"]+)"|(\S+))', entry)
    return str(quoted or plain)


def rights(applied: Applied, kind: str) -> Role:
    """Return a role's rights as IAM has them."""
    iam, name = client(applied, "iam"), role_names(applied)[f"GROUNDCTL_{kind.upper()}_ROLE"]
    role = iam.get_role(RoleName=name)["Role"]
    ceiling = role["PermissionsBoundary"]["PermissionsBoundaryArn"]
    version = iam.get_policy(PolicyArn=ceiling)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=ceiling, VersionId=version)["PolicyVersion"]["Document"]
    policy = iam.get_role_policy(RoleName=name, PolicyName=kind)["PolicyDocument"]
    return Role(policy=Policy.read(json.dumps(policy)), ceiling=Policy.read(json.dumps(document)))


def beyond(role: Role, actions: set[str]) -> set[str]:
    """Return the actions that a role may do nowhere."""
    return {action for action in actions if not (role.policy.may_ever(action) and role.ceiling.may_ever(action))}


@pytest.mark.parametrize("kind", ["plan", "terraform"])
def test_a_role_that_plans_may_ask_all_that_terraform_asks(
    made: Applied, replanned: tuple[int, set[str]], kind: str
) -> None:
    _, actions = replanned

    assert len(actions) >= 15
    assert beyond(rights(made, kind), actions) == set()


def test_of_the_first_apply_the_plan_role_may_change_nothing(made: Applied) -> None:
    actions = asked(made.stack.folder / APPLY_LOG)

    assert beyond(rights(made, "plan"), actions) == {action for action in actions if changes(action)}


def test_the_terraform_role_may_do_all_of_the_first_apply_but_make_roles(made: Applied) -> None:
    actions = asked(made.stack.folder / APPLY_LOG)

    assert {action for action in actions if changes(action)} > LEFT_TO_A_PERSON
    assert beyond(rights(made, "terraform"), actions) == LEFT_TO_A_PERSON


def test_destroy_takes_the_roles_with_it(made: Applied) -> None:
    made.stack.destroy(var_file=made.var_file)

    assert terraform(made, "state", "list").stdout == ""
    ours = [
        *[role["RoleName"] for role in client(made, "iam").list_roles()["Roles"]],
        *[policy["PolicyName"] for policy in client(made, "iam").list_policies(Scope="Local")["Policies"]],
    ]
    assert [name for name in ours if name.startswith("groundctl-access")] == []
    assert client(made, "iam").list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
