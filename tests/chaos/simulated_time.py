"""The clock of a process under test: the simulator's time, which moves only when a run waits or a step lets it pass.

The clock is 8 bytes in a file that harness and processes share. A wait is a request to the proxy, which moves the clock,
so an hour of patience takes no time, and each wait is a point at which another run can go on.
"""

from __future__ import annotations

import http.client
import mmap
import os
import struct
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SLEEP_PATH = "/chaos/sleep"
RUN_HEADER = "X-Chaos-Run"
_FORMAT = struct.Struct("d")


class SharedClock:
    """A time in a file, which one process sets and others read."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(_FORMAT.pack(0.0))
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), _FORMAT.size)

    def read(self) -> float:
        """Return the time in seconds since 1970."""
        seconds: float = _FORMAT.unpack_from(self._memory, 0)[0]
        return seconds

    def write(self, seconds: float) -> None:
        """Set the time."""
        _FORMAT.pack_into(self._memory, 0, seconds)


def live_in(clock: SharedClock) -> None:
    """Make this process, which has imported no AWS SDK yet, take its time from a clock and its waits to the proxy."""
    import botocore.compat

    def now(remove_tzinfo: bool = True) -> datetime:
        moment = datetime.fromtimestamp(clock.read(), UTC)
        return moment.replace(tzinfo=None) if remove_tzinfo else moment

    _replace(time, "time", clock.read)
    _replace(time, "monotonic", clock.read)
    _replace(time, "sleep", wait)
    _replace(threading.Condition, "wait", _wait_for_condition(threading.Condition.wait))
    # The time of a signature. Other modules of botocore import it by name, so this comes first.
    _replace(botocore.compat, "get_current_datetime", now)


def wait(seconds: float) -> None:
    """Wait in simulated time."""
    if seconds <= 0:
        return
    # The simulator counts microseconds: what is shorter would be no wait, and who waits for a time to come would never end.
    seconds = max(seconds, 0.001)
    address = urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc
    connection = http.client.HTTPConnection(address, timeout=120)
    try:
        headers = {RUN_HEADER: os.environ["AWS_ACCESS_KEY_ID"]}
        connection.request("POST", f"{SLEEP_PATH}?{seconds}", headers=headers)
        connection.getresponse().read()
    finally:
        connection.close()


def _wait_for_condition(original: Callable[..., bool]) -> Callable[..., bool]:
    """Wait for a condition; a limited wait takes its time on the simulated clock and then looks again."""

    def waits(condition: Any, timeout: float | None = None) -> bool:
        if timeout is None:
            return original(condition)
        state = condition._release_save()
        try:
            wait(timeout)
        finally:
            condition._acquire_restore(state)
        return False

    return waits


def _replace(holder: Any, name: str, value: Any) -> None:
    setattr(holder, name, value)
