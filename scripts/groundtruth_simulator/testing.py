"""Fixtures for pytest: write `pytest_plugins = ["groundtruth_simulator.testing"]` into your conftest.py.

Each test gets an empty account and a frozen clock.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from groundtruth_simulator.installation import install
from groundtruth_simulator.server import SimulatorServer
from groundtruth_simulator.simulator import Simulator


@pytest.fixture
def groundtruth() -> Iterator[Simulator]:
    """Simulate AWS in this process, for clients that the test makes with boto3."""
    simulator = install(frozen=True)
    with mock_aws():
        yield simulator


@pytest.fixture
def groundtruth_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """Simulate AWS behind a local address; the environment points boto3 and child processes at it."""
    with SimulatorServer(frozen=True) as simulator:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        for name, value in simulator.environment().items():
            monkeypatch.setenv(name, value)
        yield simulator
