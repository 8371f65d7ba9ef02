"""Paces the create calls of several hands together: AWS publishes no rate, so it is learned from what AWS takes and refuses."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from groundctl.domain.jobs.creation import CreateResponse, NotSent, Throttled
from groundctl.ports import Clock

# Seconds; a little more than one, because calls do not take equally long to AWS.
WINDOW = 1.02
LONGEST_WINDOW = 20.0
_SHORTEST = 0.001
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0
# Before the rate is known, this many calls at once, and one more after so many calls: all of them can be throttled when it
# is met.
IN_FLIGHT_AT_FIRST, CALLS_BEFORE_ANOTHER = 2, 25
# A higher rate is tried after so many full windows without a throttle, and after so many calls at least if it is not slow.
WINDOWS_BEFORE_MORE, CALLS_BEFORE_MORE = 8, 150


@dataclass(slots=True)
class Turn:
    """The turn to send one call, and what AWS said to it."""

    begun: float
    answer: CreateResponse | None = None


class Pacer:
    """Gives turns to send. All hands share one, and they wait together.

    Its limit is how many calls AWS takes in a window of time. A call counts from the middle of its round trip, because
    AWS has seen it by then, or nearly so.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue = threading.Lock()  # held by the one that waits for its turn next
        self._changed = threading.Condition()
        self._limit: int | None = None
        self._highest = 0  # what the limit may be, by the calls that were under way when it was met
        self._window = WINDOW
        self._taken: deque[float] = deque()  # when AWS took the calls of the last window
        self._in_flight = 0
        self._since_throttle = 0
        self._throttles = 0  # one after the other, with no call taken in between
        self._learned_at = float("-inf")
        self._paused_until = float("-inf")

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Wait for the turn to send a call; the caller notes the answer in it."""
        turn = self._wait()
        try:
            yield turn
        finally:
            with self._changed:
                self._in_flight -= 1
                self._learn(turn)
                self._changed.notify_all()

    def _wait(self) -> Turn:
        with self._queue:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._in_flight < self._most_in_flight)
                    now = self._clock.monotonic()
                    seconds = self._seconds_from(now)
                    if seconds <= 0:
                        self._in_flight += 1
                        return Turn(begun=now)
                self._clock.sleep(seconds)

    @property
    def _most_in_flight(self) -> int:
        if self._limit is not None:
            return self._limit
        return IN_FLIGHT_AT_FIRST + self._since_throttle // CALLS_BEFORE_ANOTHER

    def _seconds_from(self, now: float) -> float:
        """Return how long to wait for room in the window, and for a pause to end."""
        self._forget_before(now - self._window)
        seconds = self._paused_until - now
        if self._limit is not None and len(self._taken) + self._in_flight >= self._limit and self._taken:
            # Never nothing, however the sums are rounded: there is no room yet.
            seconds = max(seconds, self._taken[0] + self._window - now, _SHORTEST)
        return seconds

    def _forget_before(self, time: float) -> None:
        while self._taken and self._taken[0] <= time:
            self._taken.popleft()

    def _learn(self, turn: Turn) -> None:
        if turn.answer is None or isinstance(turn.answer, NotSent):
            return
        now = self._clock.monotonic()
        if isinstance(turn.answer, Throttled):
            # Calls that were under way when the limit was met say nothing new.
            if turn.begun >= self._learned_at:
                self._slow_down(now)
            return
        self._throttles = 0
        self._since_throttle += 1
        self._taken.append((turn.begun + now) / 2)
        if self._limit is None:
            return
        if turn.begun < self._learned_at:
            self._limit = min(self._limit + 1, self._highest)
        fewest = CALLS_BEFORE_MORE if self._window == WINDOW else 0
        if self._since_throttle >= max(WINDOWS_BEFORE_MORE * self._limit, fewest):
            self._speed_up()

    def _slow_down(self, now: float) -> None:
        """Take what AWS has taken in the last window as its limit; if that is nothing, wait ever longer."""
        self._forget_before(now - self._window)
        taken = len(self._taken)
        if not taken and self._throttles:
            self._window = min(self._window * 2, LONGEST_WINDOW)
        if not taken or self._throttles:
            self._paused_until = now + min(FIRST_PAUSE * 2**self._throttles, LONGEST_PAUSE)
        self._highest = max(1, taken + self._in_flight if self._limit is None else self._limit - 1)
        self._limit = max(1, min(taken, self._highest))
        self._since_throttle = 0
        self._throttles += 1
        self._learned_at = now

    def _speed_up(self) -> None:
        self._since_throttle = 0
        if self._window > WINDOW:
            self._window = max(WINDOW, self._window / 2)
        elif self._limit is not None:
            self._limit += max(1, self._limit // 10)
