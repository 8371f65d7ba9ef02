"""Several hands that do pieces of work at once, in threads that end with the program, even in the middle of a call."""

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


class Crew(Generic[Result]):
    """Hands that take work as it is given; with one hand, it is done at once in the caller's thread."""

    def __init__(self, hands: int) -> None:
        self.busy = 0  # pieces of work that were given, and whose result was not taken
        self._hands = hands
        self._threads = 0
        self._todo: SimpleQueue[Work[Result] | None] = SimpleQueue()
        self._done: SimpleQueue[Result | _Raised] = SimpleQueue()

    def give(self, work: Work[Result]) -> None:
        """Have a piece of work done."""
        self.busy += 1
        if self._hands < 2:
            self._done.put(work())
            return
        self._todo.put(work)
        if self._threads < min(self._hands, self.busy):
            self._threads += 1
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
        """Let the hands go; work that none has begun is not done."""
        while True:
            try:
                self._todo.get(block=False)
            except Empty:
                break
        for _ in range(self._threads):
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


def do_all(work: Callable[[Item], Result], items: Sequence[Item], hands: int) -> list[Result]:
    """Do work for every item, several at once, and return the results in the order of the items."""
    crew: Crew[tuple[int, Result]] = Crew(min(hands, len(items)))

    def numbered(number: int, item: Item) -> tuple[int, Result]:
        return number, work(item)

    try:
        for number, item in enumerate(items):
            crew.give(partial(numbered, number, item))
        found: dict[int, Result] = {}
        while crew.busy:
            found.update(crew.take(wait=True))
    finally:
        crew.close()
    return [found[number] for number in range(len(items))]
