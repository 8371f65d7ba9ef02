"""A copy of terraform/ that is ready to run, and one that is applied to the simulator."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from groundctl.adapters.terraform.stack import Stack
from groundctl.adapters.terraform.working_copy import make_working_copy
from terraform.ground import SOURCE, Applied, a_simulator, apply_to


@pytest.fixture(scope="session")
def code(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A copy with its providers and modules in place, and no state."""
    stack = Stack(make_working_copy(SOURCE, tmp_path_factory.mktemp("terraform") / "code"))
    stack.init(backend=False)
    return stack


@pytest.fixture(scope="session")
def simulated_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The environment that leads to a simulator of our own."""
    with a_simulator(tmp_path_factory.mktemp("simulator")) as environment:
        yield environment


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory, simulated_aws: Mapping[str, str]) -> Applied:
    """The demo's settings, applied to the simulator."""
    folder = tmp_path_factory.mktemp("terraform") / "applied"
    return apply_to(simulated_aws, folder, Path("environments/demo.tfvars"))
