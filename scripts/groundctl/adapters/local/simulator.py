"""Starts the simulator as a process, moves its clock, and sets the correct labels."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from groundctl.errors import ExternalError

# The user's AWS settings must not affect commands against the simulator, or the other way round.
FOREIGN_SETTINGS = (
    "AWS_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_DEFAULT_REGION",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)


class SimulatorProcess:
    """A simulator on a free local port, without jobs and with a frozen clock."""

    def __init__(self, *, environment: Mapping[str, str], seed: int = 7) -> None:
        command = [sys.executable, "-m", "groundtruth_simulator.server", "--port", "0", "--frozen", "--seed", str(seed)]
        clean = {name: value for name, value in environment.items() if not name.startswith("AWS_")}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clean)  # noqa: S603 - our own module
        try:
            self.url = self._read_url()
        except BaseException:
            self._process.terminate()
            raise

    def __enter__(self) -> SimulatorProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)

    def settings(self) -> dict[str, str]:
        """Return the environment variables that point the AWS SDK and Terraform at the simulator only."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",  # what boto3 and the AWS CLI read
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    def set_correct_labels(self, labels: Mapping[str, str]) -> None:
        """Set the correct label of each clip, by URI or file name."""
        self._call("correct-labels", labels)

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
        line = self._process.stdout.readline() if self._process.stdout else ""
        if url := re.search(r"http://\S+", line):
            return url.group()
        raise ExternalError(
            "the simulator did not start", hint="run `make setup`, then `.venv/bin/groundtruth-simulator` to see why"
        )

    def _call(self, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the loopback address that it printed
            f"{self.url}/groundtruth-simulator/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - see above
            return json.load(answer)


def sample_clips(folder: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """Find the sample clips by their S3 keys, with the correct label of each."""
    clips = {path.relative_to(folder / "clips").as_posix(): path for path in sorted(folder.glob("clips/*/*.mp4"))}
    truth: dict[str, str] = json.loads((folder / "truth.json").read_bytes())
    return clips, truth
