"""What several kinds of tests share: a simulator with its clock standing still, and one browser a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from github_emulator.emulator import GitHubEmulator
from groundtruth_simulator.server import SimulatorServer
from groundtruth_simulator.simulator import Simulator
from support.browser import a_browser


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """Give a fresh simulated AWS, and point the AWS SDK at it and at nothing else."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with SimulatorServer(seed=7, frozen=True) as simulator:
        monkeypatch.setenv("AWS_ENDPOINT_URL", simulator.url or "")
        yield simulator


@pytest.fixture(scope="session")
def emulator_process() -> Iterator[GitHubEmulator]:
    """Start the GitHub of the tests once for all tests of a process."""
    with GitHubEmulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(emulator_process: GitHubEmulator) -> Iterator[GitHubEmulator]:
    """Give a GitHub on which nothing has happened; what passed must have been as GitHub describes its API."""
    emulator_process.reset()
    yield emulator_process
    assert emulator_process.take_violations() == []


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the browser of this machine once for all tests of a process."""
    with a_browser() as browser:
        yield browser


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """Lend the browser to one test; every page in it gets a profile of its own, which ends with the test."""
    yield chromium
    for context in chromium.contexts:
        context.close()
