"""Fixtures: `world` is an account in process, `served_world` behind a server, `either_world` both in turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.world import World, in_process, served


@pytest.fixture
def world() -> Iterator[World]:
    """Return an account in process."""
    with in_process() as made:
        yield made


@pytest.fixture
def served_world() -> Iterator[World]:
    """Return an account behind a server."""
    with served() as made:
        yield made


@pytest.fixture(params=["in process", "over HTTP"])
def either_world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return an account, in process and behind a server."""
    with (in_process if request.param == "in process" else served)() as made:
        yield made
