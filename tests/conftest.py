"""Shared fixtures: a simulator with a frozen clock, the emulated GitHub, and one browser per process."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from github_emulator.emulator import GitHubEmulator
from groundtruth_simulator.server import SimulatorServer
from groundtruth_simulator.simulator import Simulator
from longest_first import rank
from support.browser import a_browser
from support.fast_files import folder_in_memory

# A run in the background of a shell, or under nohup, ignores these signals, and the commands under test would inherit that.
for _number, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)

# The tests make and remove a few million small files, and what they start inherits where these go.
if (_folder := folder_in_memory()) and not os.environ.get("TMPDIR"):
    os.environ["TMPDIR"], tempfile.tempdir = _folder, None

# A busy machine is no reason to fail. CI takes few examples, and the same ones in every run.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files."""
    items.sort(key=lambda item: rank("/".join(item.path.parts[-2:])))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Fail a test that leaves this process with a real-time priority: whatever it starts later would stop everything else."""
    if hasattr(os, "sched_getscheduler") and (policy := os.sched_getscheduler(0)) != os.SCHED_OTHER:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        pytest.fail(f"{item.nodeid} changed the scheduling policy of the process to {policy}")


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
    """Start the emulated GitHub once for all tests of a process."""
    with GitHubEmulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(emulator_process: GitHubEmulator) -> Iterator[GitHubEmulator]:
    """Give an emulated GitHub in its initial state; fail if a message violated GitHub's API description."""
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
