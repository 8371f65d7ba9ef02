"""Concurrent work: in processes, in threads, or in the background."""

from __future__ import annotations

import sys
import threading
import time
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

    import groundctl.child_processes  # noqa: F401 - ends the workers with this process

    if threading.current_thread() is threading.main_thread():
        startup.take_signals()

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
        done = list(results)
        executor.shutdown()
    except (OSError, BrokenProcessPool):
        # A child was killed, or could not send its result; the work itself may still succeed in this process.
        done = [work(paths)]
    finally:
        # Without waiting: after an interruption, this process ends the workers.
        executor.shutdown(wait=False, cancel_futures=True)
    yield from done


def _start_method() -> str:
    """Choose fork, which is immediate but copies a thread's locks, or a new interpreter, which takes an eighth of a second."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def _start_process() -> None:
    # A spawned process does not run cli.main.
    startup.collect_garbage_rarely()
    # A Ctrl-C reaches the workers too: the process that started them ends them.
    startup.leave_signals_to_parent()


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

    def result_within(self, seconds: float) -> Result | None:
        """Wait for the result so long at most; None if there is none by then."""
        self._thread.join(seconds)
        return None if self._thread.is_alive() else self.result()

    def _run(self) -> None:
        try:
            self._value.append(self._work())
        except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
            self._error = error


def run_side_by_side(work: Sequence[Callable[[], Result]], seconds: Sequence[float]) -> list[Result | Exception | None]:
    """Do all of the work at once, each for so many seconds at most; return results, what was raised, or None for no answer.

    Nothing waits for work that takes longer: its thread ends with the program.
    """
    started = time.monotonic()
    tasks = [BackgroundTask(each) for each in work]
    found: list[Result | Exception | None] = []
    for task, limit in zip(tasks, seconds, strict=True):
        try:
            found.append(task.result_within(max(0.0, limit - (time.monotonic() - started))))
        except Exception as error:  # noqa: BLE001 - the caller says what became of each
            found.append(error)
    return found
