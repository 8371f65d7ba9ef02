"""Does pieces of work at once, in threads that end with the program, even in the middle of a call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

# How long a signal may wait for its handler, which Python runs in the main thread only.
SECONDS_BETWEEN_SIGNALS = 0.1

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[], Result]


class Executor(Generic[Result]):
    """Threads that take work as it is given; with one, it is done at once in the caller's thread."""

    def __init__(self, threads: int) -> None:
        self.busy = 0  # pieces of work that were given, and whose result was not taken
        self._most = threads
        self._started = 0
        self._todo: SimpleQueue[Work[Result] | None] = SimpleQueue()
        self._done: SimpleQueue[Result | _Raised] = SimpleQueue()

    def give(self, work: Work[Result]) -> None:
        """Have a piece of work done."""
        self.busy += 1
        if self._most < 2:
            self._done.put(work())
            return
        self._todo.put(work)
        if self._started < min(self._most, self.busy):
            self._started += 1
            threading.Thread(target=self._work, daemon=True).start()

    def take(self, *, wait: bool) -> list[Result]:
        """Return the results that are there, in the order in which they came; raise what a piece of work has raised.

        wait waits for the first one, if work was given.
        """
        results: list[Result] = []
        while self.busy:
            try:
                result = self._next() if wait and not results else self._done.get(block=False)
            except Empty:
                break
            self.busy -= 1
            if isinstance(result, _Raised):
                raise result.error
            results.append(result)
        return results

    def _next(self) -> Result | _Raised:
        """Wait for a result, in short waits: a signal that another thread has received does not end a wait of this one."""
        while True:
            with suppress(Empty):
                return self._done.get(timeout=SECONDS_BETWEEN_SIGNALS)

    def close(self) -> None:
        """End the threads; work that none has begun is not done."""
        while True:
            try:
                self._todo.get(block=False)
            except Empty:
                break
        for _ in range(self._started):
            self._todo.put(None)

    def _work(self) -> None:
        while (work := self._todo.get()) is not None:
            try:
                self._done.put(work())
            except BaseException as error:  # noqa: BLE001 - raised where the results are taken
                self._done.put(_Raised(error))


class _Raised:
    """What a piece of work has raised."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


def do_all(work: Callable[[Item], Result], items: Sequence[Item], threads: int) -> list[Result]:
    """Do work for every item, several at once, and return the results in the order of the items."""
    executor: Executor[tuple[int, Result]] = Executor(min(threads, len(items)))

    def numbered(number: int, item: Item) -> tuple[int, Result]:
        return number, work(item)

    try:
        for number, item in enumerate(items):
            executor.give(partial(numbered, number, item))
        found: dict[int, Result] = {}
        while executor.busy:
            found.update(executor.take(wait=True))
    finally:
        executor.close()
    return [found[number] for number in range(len(items))]
