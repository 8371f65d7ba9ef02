"""GitHub's roles, created on the simulator with everything else, planned again with the rights of a role, and destroyed."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from groundctl.adapters.terraform.stack import Stack
from groundctl.adapters.terraform.working_copy import make_working_copy
from groundctl.errors import ExternalError
from support.aws.actions import changes
from support.aws.iam_policies import Policy, Role
from terraform.infrastructure import QUIET, SOURCE, Applied, client, copy_settings, run_terraform

pytestmark = [
    pytest.mark.xdist_group("applied-terraform"),
    QUIET,
]

# Operations whose IAM action has another name.
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
LEFT_TO_AN_ADMINISTRATOR = {"iam:CreateOpenIDConnectProvider", "iam:CreatePolicy", "iam:CreateRole"}
APPLY_LOG = "apply.log"
WITHOUT_PERMISSION = {"sts:GetCallerIdentity"}  # needs no permission


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, simulated_aws: Mapping[str, str]) -> Applied:
    """The root module with roles for GitHub, applied. The last test destroys it."""
    folder = make_working_copy(SOURCE, tmp_path_factory.mktemp("terraform") / "access")
    var_file = copy_settings("github_access.tfvars", folder)
    stack = Stack(folder, environment={**simulated_aws, **logged_to(folder / APPLY_LOG)})
    stack.init()
    stack.apply(var_file=var_file)
    return Applied(stack=stack, var_file=var_file, environment=simulated_aws)


def logged_to(file: Path) -> dict[str, str]:
    """Return the settings with which the provider logs each of its requests."""
    return {"TF_LOG_PROVIDER": "DEBUG", "TF_LOG_PATH": str(file)}


@pytest.fixture(scope="module")
def replanned(made: Applied) -> tuple[int, set[str]]:
    """A second plan: its exit code (0: nothing to do) and the actions it needed."""
    log = made.stack.folder / "plan.log"
    arguments = ("plan", "-input=false", "-detailed-exitcode", f"-var-file={made.var_file}")
    code = terraform(made, *arguments, **logged_to(log)).returncode
    return code, asked(log)


def terraform(applied: Applied, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the terraform that groundctl would run, against the simulated AWS."""
    return run_terraform(applied.stack.folder, *arguments, **{**applied.environment, **environment})


def role_names(applied: Applied) -> dict[str, str]:
    """Return the names of the created roles, by the variables that the workflows read."""
    arns: dict[str, str] = json.loads(terraform(applied, "output", "-json", "github_roles").stdout)
    return {variable: arn.rpartition("/")[2] for variable, arn in arns.items()}


def test_the_workflows_find_their_roles(made: Applied) -> None:
    names = role_names(made)

    assert names == {
        "GROUNDCTL_APPLY_ROLE": "groundctl-access-github-apply-us-east-1",
        "GROUNDCTL_PLAN_ROLE": "groundctl-access-github-plan-us-east-1",
        "GROUNDCTL_RECORD_ROLE": "groundctl-access-github-record-us-east-1",
        "GROUNDCTL_STOP_ROLE": "groundctl-access-github-stop-us-east-1",
        "GROUNDCTL_TERRAFORM_ROLE": "groundctl-access-github-terraform-us-east-1",
    }
    for name in names.values():
        role = client(made, "iam").get_role(RoleName=name)["Role"]
        assert role["Arn"].endswith(f":role/labeling/{name}")
        assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(f":policy/labeling/{name}")


def test_the_artifact_bucket_admits_plans_of_the_record_role_only(made: Applied) -> None:
    bucket = made.stack.outputs()["artifact_bucket"]
    account, name = made.stack.outputs()["account_id"], role_names(made)["GROUNDCTL_RECORD_ROLE"]
    policy = json.loads(client(made, "s3").get_bucket_policy(Bucket=bucket)["Policy"])

    [statement] = [each for each in policy["Statement"] if each["Sid"] == "PlansOfTheirRecorder"]
    assert statement["Condition"] == {
        "StringNotEquals": {"aws:PrincipalArn": [f"arn:aws:iam::{account}:role/labeling/{name}"]}
    }


def test_a_second_plan_with_roles_is_empty(replanned: tuple[int, set[str]]) -> None:
    assert replanned[0] == 0


def asked(log: Path) -> set[str]:
    """Return the IAM actions of Terraform's requests: each request has an entry in the provider's log."""
    entries = re.split(r"\n(?=\d{4}-\d\d-\d\dT)", log.read_text())
    sent = [entry for entry in entries if "HTTP Request Sent" in entry and "rpc.method=" in entry]
    services = [(_field(entry, "service"), _field(entry, "method")) for entry in sent]
    actions = {f"{PREFIXES.get(service, service.lower())}:{method}" for service, method in services}
    return {ALLOWED_AS.get(action, action) for action in actions} - WITHOUT_PERMISSION


def _field(entry: str, name: str) -> str:
    """Return a field of a log entry; their order is not fixed."""
    [(quoted, plain)] = re.findall(rf'rpc\.{name}=(?:"([^"]+)"|(\S+))', entry)
    return str(quoted or plain)


def rights(applied: Applied, kind: str) -> Role:
    """Return a role's policy and boundary as IAM stores them."""
    iam, name = client(applied, "iam"), role_names(applied)[f"GROUNDCTL_{kind.upper()}_ROLE"]
    role = iam.get_role(RoleName=name)["Role"]
    boundary = role["PermissionsBoundary"]["PermissionsBoundaryArn"]
    version = iam.get_policy(PolicyArn=boundary)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=boundary, VersionId=version)["PolicyVersion"]["Document"]
    policy = iam.get_role_policy(RoleName=name, PolicyName=kind)["PolicyDocument"]
    return Role(policy=Policy.read(json.dumps(policy)), boundary=Policy.read(json.dumps(document)))


def beyond(role: Role, actions: set[str]) -> set[str]:
    """Return the actions that a role is allowed for no resource."""
    return {action for action in actions if not (role.policy.may_ever(action) and role.boundary.may_ever(action))}


@pytest.mark.parametrize("kind", ["plan", "record", "terraform"])
def test_a_role_that_plans_is_allowed_every_request_of_a_plan(
    made: Applied, replanned: tuple[int, set[str]], kind: str
) -> None:
    _, actions = replanned

    assert len(actions) >= 15
    assert beyond(rights(made, kind), actions) == set()


def test_the_plan_role_can_change_nothing_of_the_first_apply(made: Applied) -> None:
    actions = asked(made.stack.folder / APPLY_LOG)

    assert beyond(rights(made, "plan"), actions) == {action for action in actions if changes(action)}


def test_the_terraform_role_can_do_the_whole_first_apply_except_creating_roles(made: Applied) -> None:
    actions = asked(made.stack.folder / APPLY_LOG)

    assert {action for action in actions if changes(action)} > LEFT_TO_AN_ADMINISTRATOR
    assert beyond(rights(made, "terraform"), actions) == LEFT_TO_AN_ADMINISTRATOR


def test_an_oidc_provider_that_exists_already_is_named_with_the_setting_for_it(
    made: Applied, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # Another environment's state does not know the provider that this one created.
    folder = make_working_copy(SOURCE, tmp_path_factory.mktemp("terraform") / "second")
    stack = Stack(folder, environment=made.environment)
    stack.init()

    with pytest.raises(ExternalError, match="EntityAlreadyExists") as caught:
        stack.apply(var_file=copy_settings("github_access.tfvars", folder), variables={"environment": "second"})

    account = made.stack.outputs()["account_id"]
    assert caught.value.hint == (
        "this account already has GitHub's OIDC provider, and it can have only one: to use it, add provider_arn = "
        f'"arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com" to github in the .tfvars file'
    )
    stack.destroy(var_file=Path("github_access.tfvars"), variables={"environment": "second"})


def test_destroy_removes_the_roles(made: Applied) -> None:
    made.stack.destroy(var_file=made.var_file)

    assert terraform(made, "state", "list").stdout == ""
    ours = [
        *[role["RoleName"] for role in client(made, "iam").list_roles()["Roles"]],
        *[policy["PolicyName"] for policy in client(made, "iam").list_policies(Scope="Local")["Policies"]],
    ]
    assert [name for name in ours if name.startswith("groundctl-access")] == []
    assert client(made, "iam").list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
