"""The example environments: each one can be planned, has its own state, and names it consistently."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from groundctl.adapters.terraform.stack import Stack
from groundctl.adapters.terraform.working_copy import make_working_copy
from groundctl_bootstrap.settings import Settings, read_settings
from support.terraform.kept_provider import kept_provider
from terraform.infrastructure import QUIET, SOURCE

pytestmark = [
    pytest.mark.xdist_group("applied-terraform"),
    QUIET,
]

FOLDER = SOURCE / "environments"
NAMES = sorted(file.name.removesuffix(".s3.tfbackend") for file in FOLDER.glob("*.s3.tfbackend"))
SIMULATED_ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A copy in which an example's account can be replaced with the simulator's."""
    stack = Stack(make_working_copy(SOURCE, tmp_path_factory.mktemp("terraform") / "environments"))
    stack.init()
    return stack


def setting(name: str, key: str) -> str:
    [value] = re.findall(rf'^{key} *= *"(.*)"$', (FOLDER / f"{name}.tfvars").read_text(), re.MULTILINE)
    return str(value)


@pytest.mark.parametrize("name", NAMES)
def test_an_example_can_be_planned(name: str, code: Stack, copy: Stack, simulated_aws: Mapping[str, str]) -> None:
    file = copy.folder / f"environments/{name}.tfvars"
    file.write_text(file.read_text().replace(setting(name, "account_id"), SIMULATED_ACCOUNT))
    with kept_provider(code.folder, {**simulated_aws, "AWS_REGION": setting(name, "region")}) as environment:
        stack = Stack(copy.folder, environment=environment)

        planned = stack.plan(var_file=file)

    made = {change["type"] for change in planned["resource_changes"] if change["change"]["actions"] == ["create"]}
    assert {"aws_s3_bucket", "aws_iam_role", "aws_sagemaker_workteam"} <= made
    assert ("aws_iam_openid_connect_provider" in made) == ("github = {" in file.read_text().splitlines())


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_named_by_environment_and_region(name: str) -> None:
    assert name == f"{setting(name, 'environment')}.{setting(name, 'region')}"


def test_no_two_examples_share_a_state() -> None:
    settings = [read_settings(FOLDER, name) for name in NAMES]

    assert len({(state.bucket, state.key) for state in settings}) == len(NAMES) > 1
    assert [state.key for state in settings] == [f"{name}.tfstate" for name in NAMES]


@pytest.mark.parametrize("name", [name for name in NAMES if "\ngithub = {" in (FOLDER / f"{name}.tfvars").read_text()])
def test_the_terraform_role_gets_the_state_of_the_backend_file(name: str) -> None:
    settings: Settings = read_settings(FOLDER, name)

    assert f'{{ bucket = "{settings.bucket}", key = "{settings.key}" }}' in (FOLDER / f"{name}.tfvars").read_text()
