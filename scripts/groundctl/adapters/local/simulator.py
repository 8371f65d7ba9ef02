"""Starts the simulator as a process, moves its clock, and sets the correct labels."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from importlib.util import find_spec
from types import TracebackType
from typing import Any

from groundctl.child_processes import end_child, start_child
from groundctl.errors import ExternalError, UsageError

LOOPBACK = "127.0.0.1,localhost"


def is_foreign(name: str) -> bool:
    """Return whether an environment variable may lead a rehearsal to real AWS, or its report or its state elsewhere.

    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS alone would lead to AWS. A workflow run's own variables name its pull request.
    """
    kept = ("GROUNDCTL_TERRAFORM", "TF_VAR_", "TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE")
    return name.startswith(("AWS_", "GROUNDCTL_", "GITHUB_", "TF_")) and not name.startswith(kept)


class SimulatorProcess:
    """A simulator of one account on a free local port, without jobs and with a frozen clock.

    It ends with this process, however that ends: nothing else holds the other end of its input.
    """

    def __init__(self, *, environment: Mapping[str, str], account_id: str, region: str, seed: int = 7) -> None:
        if not _is_installed():
            raise UsageError("the simulator is not installed", hint="run `pip install 'groundctl[simulator]'`")
        self.account_id, self.region = account_id, region
        options = ["--account-id", account_id, "--port", "0", "--frozen", "--seed", str(seed), "--until-input-ends"]
        self._process = start_child(
            [sys.executable, "-m", "groundtruth_simulator.server", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={name: value for name, value in environment.items() if not is_foreign(name)},
        )
        try:
            self.url = self._read_url()
        except BaseException:
            end_child(self._process)
            raise

    def __enter__(self) -> SimulatorProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        end_child(self._process)

    def settings(self) -> dict[str, str]:
        """Return the environment variables that point the AWS SDK and Terraform at the simulator only."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,  # what boto3 and the AWS CLI read
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            # A proxy of this machine is not asked for the simulator.
            "NO_PROXY": LOOPBACK,
            "no_proxy": LOOPBACK,
        }

    def make_existing(self, things: Mapping[str, object]) -> None:
        """Make what the account has already: buckets, keys, topics, teams, and a workforce."""
        self._call("existing", {"account": self.account_id, "region": self.region, **things})

    def set_correct_labels(self, labels: Mapping[str, str]) -> None:
        """Set the correct label of each clip, by URI or file name."""
        self._call("correct-labels", labels)

    def sign_in_members(self, number: int) -> None:
        """Let so many people sign in to each work team that exists."""
        self._call("members", {"for_each_team": number})

    def advance(self, seconds: float) -> None:
        """Let simulated time pass."""
        self._call("clock", {"advance": seconds})

    def run_until_idle(self) -> None:
        """Let simulated time pass until every job has ended."""
        self._call("clock", {"until": "idle"})

    def let_time_run(self, *, speed: float) -> None:
        """Run the simulated clock, this many times as fast as real time."""
        self._call("clock", {"frozen": False, "speed": speed})

    def mutating_calls(self) -> int:
        """Count the calls so far that changed something on the simulated AWS."""
        return sum(bool(request["mutating"]) for request in self._call("requests")["requests"])

    def wait(self) -> None:
        """Wait until the simulator ends."""
        self._process.wait()

    def _read_url(self) -> str:
        line = self._process.stdout.readline().decode() if self._process.stdout else ""
        if url := re.search(r"http://\S+", line):
            return url.group()
        raise ExternalError(
            "the simulator did not start",
            hint="install its libraries with `pip install 'groundctl[simulator]'`, then run `groundtruth-simulator` to see why",
        )

    def _call(self, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the loopback address that it printed
            f"{self.url}/groundtruth-simulator/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=120) as answer:
            return json.load(answer)


def _is_installed() -> bool:
    """Return whether the packages of the extra `simulator` are there; groundctl itself needs none of them."""
    try:
        return all(find_spec(name) is not None for name in ("moto", "flask"))
    except ModuleNotFoundError:
        return False
