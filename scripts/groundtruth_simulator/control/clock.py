"""Simulated time: accelerated real time, or a frozen clock that moves only on request."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

# A day in a hundredth of a second. Much faster, and Python's calendar ends while the simulator runs.
FASTEST = 10_000_000


def checked_speed(speed: float) -> float:
    """Return a speed that a clock can have; raise ValueError for another, also for what is no number."""
    if not 0 <= speed <= FASTEST:
        raise ValueError(f"speed must be from 0 to {FASTEST:,}, not {speed}")
    return speed


class Clock:
    """The simulated clock. It is thread-safe."""

    def __init__(self, *, start: datetime | None = None, speed: float = 1.0, frozen: bool = False) -> None:
        """Start at `start` (UTC; the real time if absent); `speed` is simulated seconds per real second."""
        self._lock = threading.Lock()
        self._began_now = start is None
        self._base = (start or datetime.now(UTC)).astimezone(UTC)
        self._real_base = time.monotonic()
        self._speed = checked_speed(speed)
        self._frozen = frozen

    @property
    def frozen(self) -> bool:
        """Return whether time moves only on request."""
        return self._frozen

    @property
    def speed(self) -> float:
        """Return the simulated seconds for each real second."""
        return self._speed

    def now(self) -> datetime:
        """Return the simulated time, timezone-aware, in UTC."""
        with self._lock:
            return self._now()

    def date(self) -> datetime:
        """Return the time for the Date header.

        A clock that began at the machine's time shows none before it, however long it is frozen: clients sign their requests
        by the machine's clock, and compare.
        """
        return max(self.now(), datetime.now(UTC)) if self._began_now else self.now()

    def advance(self, seconds: float) -> datetime:
        """Move time forward; it never moves back."""
        if not seconds >= 0:
            raise ValueError("time moves forward only")
        with self._lock:
            try:
                target = self._now() + timedelta(seconds=seconds)
            except OverflowError:
                raise ValueError("time ends with the year 9999") from None
            self._rebase(target)
            return self._base

    def advance_to(self, target: datetime) -> datetime:
        """Move time forward to a time, or not at all if it has passed."""
        with self._lock:
            self._rebase(max(self._now(), target.astimezone(UTC)))
            return self._base

    def configure(self, *, speed: float | None = None, frozen: bool | None = None) -> None:
        """Change the speed from now on."""
        speed = None if speed is None else checked_speed(speed)
        with self._lock:
            self._rebase(self._now())
            self._speed = self._speed if speed is None else speed
            self._frozen = self._frozen if frozen is None else frozen

    def _now(self) -> datetime:
        if self._frozen:
            return self._base
        return self._base + timedelta(seconds=(time.monotonic() - self._real_base) * self._speed)

    def _rebase(self, target: datetime) -> None:
        self._base, self._real_base = target, time.monotonic()
