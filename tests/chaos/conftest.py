"""A world for the histories of one test file: the simulator, the proxy, and warm processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos.world import World, open_world


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with open_world() as world:
        yield world
