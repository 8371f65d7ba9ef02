"""What the tests of Terraform share: where the code lies, a simulator of their own, and a stack that is applied to it."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from groundctl.adapters.terraform import Stack
from groundctl.adapters.terraform_copy import make_working_copy

CHECKOUT = Path(__file__).parents[2]
SOURCE = CHECKOUT / "terraform"
SIMULATOR = Path(sys.executable).with_name("groundtruth-simulator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A stack, the settings it was applied with and the environment that leads to its AWS."""

    stack: Stack
    var_file: Path
    environment: Mapping[str, str]


def apply_to(environment: Mapping[str, str], folder: Path, var_file: Path) -> Applied:
    """Apply a copy of the code with some settings, and tell what came of it."""
    stack = Stack(make_working_copy(SOURCE, folder), environment=environment)
    stack.init()
    stack.apply(var_file=var_file)
    return Applied(stack=stack, var_file=var_file, environment=environment)


def client(applied: Applied, service: str) -> Any:
    """Return a client of the simulated AWS."""
    environment = applied.environment
    return boto3.client(
        service,  # type: ignore[call-overload]  # one name for several services
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )


@contextmanager
def a_simulator(folder: Path) -> Iterator[Mapping[str, str]]:
    """Run a simulator with nothing in it, and give the environment that leads to it."""
    port = _free_port()
    log = folder / "log"
    with log.open("wb") as out, subprocess.Popen([SIMULATOR, "--port", str(port)], stdout=out, stderr=out) as server:
        try:
            _wait_for(port, server, log)
            yield {
                # An address and no name: with it the AWS SDKs put the bucket into the path, and need no DNS.
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
