"""The guard of tests/unit: a unit test can start no process and open no socket."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Protocol

import pytest


class Events(Protocol):
    """What the guard recorded."""

    events: list[str]


def start_a_process() -> object:
    return subprocess.run([sys.executable, "-c", "pass"], check=False)


def connect() -> object:
    return socket.create_connection(("127.0.0.1", 9), timeout=1)


def listen() -> object:
    return socket.create_server(("127.0.0.1", 0))


@pytest.mark.parametrize("action", [start_a_process, connect, listen])
def test_a_unit_test_that_leaves_its_process_fails(isolation_guard: Events, action: Callable[[], object]):
    with pytest.raises(RuntimeError, match="in a unit test"):
        action()

    assert isolation_guard.events
    isolation_guard.events.clear()
