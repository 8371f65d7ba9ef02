"""Shared by the tests of Terraform: the code's folder, a separate simulator, and a stack that is applied to it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from groundctl.adapters.terraform.installation import our_terraform
from groundctl.adapters.terraform.stack import Stack, find_terraform
from groundctl.adapters.terraform.working_copy import make_working_copy
from support.aws.client import aws_client
from support.terraform.plan import Plan

CHECKOUT = Path(__file__).parents[2]
SOURCE = CHECKOUT / "terraform"
FIXTURES = Path(__file__).parent / "fixtures"  # HCL that tests share
# python-terraform calls a method of the logging module by its old name.
QUIET = pytest.mark.filterwarnings("ignore:The 'warn' method:DeprecationWarning")
SIMULATOR = Path(sys.executable).with_name("groundtruth-simulator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A stack, its settings, and the environment variables of its simulated AWS."""

    stack: Stack
    var_file: Path
    environment: Mapping[str, str]


def apply_to(environment: Mapping[str, str], folder: Path, var_file: Path) -> Applied:
    """Apply a copy of the code with some settings."""
    stack = Stack(make_working_copy(SOURCE, folder), environment=environment)
    stack.init()
    stack.apply(var_file=var_file)
    return Applied(stack=stack, var_file=var_file, environment=environment)


def client(applied: Applied, service: str) -> Any:
    """Return a client of the simulated AWS."""
    return aws_client(service, applied.environment["AWS_ENDPOINT_URL"], applied.environment["AWS_REGION"])


def a_module(name: str, folder: Path, environment: Mapping[str, str]) -> Stack:
    """Return one module alone, in a copy that is ready to be planned."""
    stack = Stack(make_working_copy(SOURCE / "modules" / name, folder), environment=environment)
    shutil.copy(SOURCE / ".terraform.lock.hcl", folder)
    stack.init()
    return stack


def copy_settings(name: str, folder: Path) -> Path:
    """Copy a settings file of the fixtures into a copy of the code, and return its path there."""
    return Path(shutil.copy(FIXTURES / name, folder)).relative_to(folder)


def plan_with(stack: Stack, settings: Mapping[str, Any]) -> Plan:
    """Return Terraform's plan with some settings."""
    file = stack.folder / "settings.tfvars.json"
    file.write_text(json.dumps(settings))
    return stack.plan(var_file=Path(file.name))


def run_terraform(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run groundctl's terraform with a command that Stack has no method for."""
    command = [find_terraform(os.environ, bundled=our_terraform()), *arguments]
    return subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )


@contextmanager
def a_simulator(folder: Path) -> Iterator[Mapping[str, str]]:
    """Run an empty simulator, and yield the environment variables for it."""
    port = _free_port()
    log = folder / "log"
    with log.open("wb") as out, subprocess.Popen([SIMULATOR, "--port", str(port)], stdout=out, stderr=out) as server:
        try:
            _wait_for(port, server, log)
            yield {
                # An IP address: with it the AWS SDKs put the bucket into the path, and need no DNS.
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
                "AWS_ACCESS_KEY_ID": "testing",
                "AWS_SECRET_ACCESS_KEY": "testing",
                "AWS_REGION": "us-east-1",
            }
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert server.poll() is None, f"the simulator ended:\n{log.read_text()}"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"the simulator does not answer on port {port}:\n{log.read_text()}")
