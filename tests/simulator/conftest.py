"""Worlds for the tests: `world` in process, `either_world` in process and over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.world import World, in_process, served


@pytest.fixture
def world() -> Iterator[World]:
    """Give an account in process."""
    with in_process() as made:
        yield made


@pytest.fixture
def served_world() -> Iterator[World]:
    """Give an account behind a server."""
    with served() as made:
        yield made


@pytest.fixture(params=["in process", "over HTTP"])
def either_world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Give an account, each way in turn."""
    with (in_process if request.param == "in process" else served)() as made:
        yield made
