"""The extra: without its packages groundctl works, and the simulator says what to install; with it the fixtures work."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import boto3
import pytest

from groundtruth_simulator.testing import groundtruth, groundtruth_server  # noqa: F401 - fixtures of this module

# Whatever the extra brings and groundctl does not need.
WITHOUT_EXTRA = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("moto", "flask", "flask_cors", "werkzeug", "regex", "responses"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
"""


def run(code: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRA + code, *arguments], capture_output=True, text=True, check=False, **options
    )


def test_every_module_of_groundctl_can_be_imported_without_the_extra() -> None:
    ended = run(
        """
import importlib, pkgutil, groundctl
for module in pkgutil.walk_packages(groundctl.__path__, "groundctl."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
assert not {"moto", "flask"} & set(sys.modules)
"""
    )

    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_command_says_in_one_sentence_what_to_install() -> None:
    ended = run("from groundtruth_simulator.__main__ import main; sys.exit(main(['--port', '0']))")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == ("the simulator needs packages that are not installed: pip install 'groundctl[simulator]'\n")


def test_the_python_api_says_it_too() -> None:
    ended = run(
        """
try:
    from groundtruth_simulator import SimulatorServer
except ImportError as error:
    print(error)
"""
    )

    assert ended.stdout == "the simulator needs packages that are not installed: pip install 'groundctl[simulator]'\n"


def test_a_rehearsal_says_it_too() -> None:
    ended = run(
        """
from groundctl.adapters.local.simulator import SimulatorProcess
from groundctl.errors import UsageError
try:
    SimulatorProcess(environment={}, account_id="123456789012", region="us-east-1")
except UsageError as error:
    print(error.message, error.hint, sep=": ")
"""
    )

    assert ended.stdout == "the simulator is not installed: run `pip install 'groundctl[simulator]'`\n"


def test_the_package_has_only_its_stable_names() -> None:
    import groundtruth_simulator as package

    for name in ("Settings", "Simulator", "SimulatorServer", "install"):
        assert getattr(package, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        package.Nothing  # noqa: B018


def test_the_fixture_for_one_process_gives_an_empty_account(groundtruth: Any) -> None:  # noqa: F811
    sagemaker = boto3.client("sagemaker", region_name="us-east-1")

    assert sagemaker.list_workteams()["Workteams"] == []
    assert [each["operation"] for each in groundtruth.requests()] == ["ListWorkteams"]


def test_the_fixture_for_a_server_points_the_environment_at_it(groundtruth_server: Any) -> None:  # noqa: F811
    account = boto3.Session().client("sts").get_caller_identity()["Account"]

    assert account == groundtruth_server.settings.account_id
    assert [each["operation"] for each in groundtruth_server.requests()] == ["GetCallerIdentity"]
