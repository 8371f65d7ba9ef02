"""Turns: one request of one run passes at a time, in an order that a seed gives."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

PATIENCE = 120.0  # seconds in real time for a run to send its next request
BURSTS = (1, 1, 1, 2, 3, 5, 8)


class Turns:
    """Lets the requests of several runs pass one after the other.

    Who has the turn goes on alone, computing included, until its next request; the others wait at theirs.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._changed = threading.Condition()
        self._runs: list[str] = []
        self._waiting: dict[str, deque[object]] = {}
        self._turn = ""
        self._left = 0
        self._busy = False

    def enter(self, run: str) -> None:
        """Add a run, before it sends anything."""
        with self._changed:
            self._runs.append(run)
            self._waiting[run] = deque()

    def leave(self, run: str) -> None:
        """Take out a run that has ended."""
        with self._changed:
            if run in self._runs:
                self._runs.remove(run)
            if self._turn == run:
                self._turn = ""
            self._changed.notify_all()

    @contextmanager
    def turn(self, run: str) -> Iterator[None]:
        """Wait for the turn of a run, and keep it for one request."""
        ticket = object()
        with self._changed:
            self._waiting.setdefault(run, deque()).append(ticket)
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: self._may_pass(run, ticket), PATIENCE):
                raise TimeoutError(f"{run} got no turn; it is the turn of {self._turn or 'nobody'}")
            self._waiting[run].popleft()
            self._busy = True
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._left -= 1
                self._changed.notify_all()

    def _may_pass(self, run: str, ticket: object) -> bool:
        if self._busy or self._waiting[run][0] is not ticket:
            return False
        if run not in self._runs:  # a process that was killed has left requests behind
            return True
        if self._turn not in self._runs or self._left <= 0:
            # Only once every run waits or has ended: then the choice does not depend on how quick each of them is.
            if not all(self._waiting[each] for each in self._runs):
                return False
            self._turn = self._random.choice(self._runs)
            self._left = self._random.choice(BURSTS)
            self._changed.notify_all()
        return self._turn == run
