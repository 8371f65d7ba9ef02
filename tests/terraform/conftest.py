"""Shared fixtures: a copy of terraform/ that is ready to run, one that is applied to the simulator, and plans of GitHub's roles."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from groundctl.adapters.terraform.stack import Stack
from groundctl.adapters.terraform.working_copy import make_working_copy
from support.terraform.kept_provider import kept_provider
from support.terraform.plan import Plan
from terraform.github_access import COMPANY, SERVICE_BOUNDARY, SETTINGS
from terraform.infrastructure import SOURCE, Applied, a_module, a_simulator, apply_to, plan_with


@pytest.fixture(scope="session")
def code(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A copy with its providers and modules in place, and no state."""
    stack = Stack(make_working_copy(SOURCE, tmp_path_factory.mktemp("terraform") / "code"))
    stack.init(backend=False)
    return stack


@pytest.fixture(scope="session")
def simulated_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The environment variables of a separate simulator."""
    with a_simulator(tmp_path_factory.mktemp("simulator")) as environment:
        yield environment


@pytest.fixture(scope="session")
def planning_aws(code: Stack, simulated_aws: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """The same, with a provider that keeps running: for tests of a plan, not of how Terraform gets its provider."""
    with kept_provider(code.folder, simulated_aws) as environment:
        yield environment


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory, simulated_aws: Mapping[str, str]) -> Applied:
    """The demo's settings, applied to the simulator."""
    folder = tmp_path_factory.mktemp("terraform") / "applied"
    return apply_to(simulated_aws, folder, Path("environments/demo.tfvars"))


@pytest.fixture(scope="session")
def github_access(tmp_path_factory: pytest.TempPathFactory, planning_aws: Mapping[str, str]) -> Stack:
    """The module github-access alone, ready to be planned."""
    return a_module("github-access", tmp_path_factory.mktemp("terraform") / "github-access", planning_aws)


@pytest.fixture(scope="session")
def roles_plan(github_access: Stack) -> Plan:
    """The plan of GitHub's roles with every setting except the boundary for service roles."""
    return plan_with(github_access, SETTINGS)


@pytest.fixture(scope="session")
def roles_plan_with_boundary(github_access: Stack) -> Plan:
    """The same plan with a boundary for service roles."""
    infrastructure = {**SETTINGS["infrastructure"], "service_role_boundary_arn": SERVICE_BOUNDARY}
    return plan_with(github_access, {**SETTINGS, "infrastructure": infrastructure})


@pytest.fixture(scope="session")
def company_roles_plan(github_access: Stack) -> Plan:
    """The plan of GitHub's roles with a company's own permissions boundary and path."""
    return plan_with(github_access, {**SETTINGS, "context": {**SETTINGS["context"], **COMPANY}})
