"""Something slow that is begun now and needed later."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class BackgroundTask(Generic[Value]):
    """Does its work in a thread of its own; the result, or what was raised instead, is for whoever asks.

    Nobody has to ask: the thread ends with the program, as a future's would not.
    """

    def __init__(self, work: Callable[[], Value]) -> None:
        self._work = work
        self._value: list[Value] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def result(self) -> Value:
        """Wait for the value, or raise what the work raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._value[0]

    def _run(self) -> None:
        try:
            self._value.append(self._work())
        except BaseException as error:  # noqa: BLE001 - handed to whoever asks
            self._error = error
