"""Concurrent work: in processes, in threads, or in the background."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from groundctl import startup

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Item = TypeVar("Item")
Result = TypeVar("Result")

# More chunks than processes: a process that ends early takes another, and the caller unpacks while others still work.
CHUNKS_PER_PROCESS = 4
# Fewer than botocore's ten connections per client.
MAX_CONCURRENCY = 8


def map_processes(work: Callable[[Sequence[str]], Result], paths: Sequence[str], processes: int) -> Iterator[Result]:
    """Start work on chunks of the paths, and return an iterator of the results in the order of the paths."""
    # Imported here because only a large repository needs processes.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    size = -(-len(paths) // (processes * CHUNKS_PER_PROCESS))
    chunks = [paths[start : start + size] for start in range(0, len(paths), size)]
    try:
        executor = ProcessPoolExecutor(processes, get_context(_start_method()), _start_process)
        results = executor.map(work, chunks)
    except (ImportError, OSError):
        return map(work, [paths])  # The machine has no semaphores, or no memory.
    return _collected(executor, results, work, paths)


def _collected(
    executor: ProcessPoolExecutor,
    results: Iterator[Result],
    work: Callable[[Sequence[str]], Result],
    paths: Sequence[str],
) -> Iterator[Result]:
    from concurrent.futures.process import BrokenProcessPool

    try:
        with executor:
            done = list(results)
    except (OSError, BrokenProcessPool):
        # A child was killed, or could not send its result; the work itself may still succeed in this process.
        done = [work(paths)]
    yield from done


def _start_method() -> str:
    """Choose fork, which is immediate but copies a thread's locks, or a new interpreter, which takes an eighth of a second."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def _start_process() -> None:
    # A spawned process does not run cli.main.
    startup.collect_garbage_rarely()


def map_threads(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Call the work for every item, several at once, and return the results in the order of the items."""
    from concurrent.futures import ThreadPoolExecutor

    if len(items) < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(min(MAX_CONCURRENCY, len(items))) as executor:
        return list(executor.map(work, items))


class BackgroundTask(Generic[Result]):
    """Work in a thread that starts now; its result, or what it raised, is given on request.

    The thread ends with the program even if nothing asks for the result, unlike a future's.
    """

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._value: list[Result] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def result(self) -> Result:
        """Wait for the result, or raise what the work raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._value[0]

    def _run(self) -> None:
        try:
            self._value.append(self._work())
        except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
            self._error = error
