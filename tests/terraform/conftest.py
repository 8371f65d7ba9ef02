"""A copy of terraform/ that is ready to run, and one that is applied to the simulator."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from groundctl.adapters.terraform import Stack
from groundctl.adapters.terraform_copy import make_working_copy
from terraform.ground import SOURCE, Applied

SIMULATOR = Path(sys.executable).with_name("groundtruth-simulator")


@pytest.fixture(scope="session")
def code(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A copy with its providers and modules in place, and no state."""
    stack = Stack(make_working_copy(SOURCE, tmp_path_factory.mktemp("terraform") / "code"))
    stack.init(backend=False)
    return stack


@pytest.fixture(scope="session")
def simulated_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The environment that leads to a simulator of our own."""
    port = _free_port()
    log = tmp_path_factory.mktemp("simulator") / "log"
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


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory, simulated_aws: Mapping[str, str]) -> Applied:
    """The demo's settings, applied to the simulator."""
    folder = make_working_copy(SOURCE, tmp_path_factory.mktemp("terraform") / "applied")
    stack = Stack(folder, environment=simulated_aws)
    var_file = Path("environments/demo.tfvars")
    stack.init()
    stack.apply(var_file=var_file)
    return Applied(stack=stack, var_file=var_file, environment=simulated_aws)


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
