"""Fails a unit test that starts a process or opens a network connection: such tests belong in tests/contract or tests/property."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

FORBIDDEN = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "subprocess.Popen",
    }
)


class Guard:
    """Raises on forbidden audit events while a unit test runs, and records them in case the test swallows the error."""

    def __init__(self) -> None:
        """Start inactive: an audit hook cannot be removed."""
        self.active = False
        self.events: list[str] = []

    def __call__(self, event: str, _arguments: tuple[object, ...]) -> None:
        """Handle one audit event of the interpreter."""
        if self.active and event in FORBIDDEN:
            self.events.append(event)
            raise RuntimeError(f"{event} in a unit test: move the test to tests/contract")


GUARD = Guard()
sys.addaudithook(GUARD)


@pytest.fixture(autouse=True)
def isolation_guard() -> Iterator[Guard]:
    """Guard one test."""
    GUARD.active, GUARD.events = True, []
    yield GUARD
    GUARD.active = False
    assert not GUARD.events
