"""Shares work on many files out among processes, and does it alone where there can be none."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from groundctl.startup import collect_garbage_rarely

Result = TypeVar("Result")

# More shares than processes: whoever is done early takes another, and the caller unpacks while others still work.
SHARES_EACH = 4


def map_processes(work: Callable[[Sequence[str]], Result], paths: Sequence[str], processes: int) -> Iterator[Result]:
    """Begin work on shares of the paths now; results are waited for one after the other, in the order of the paths."""
    size = -(-len(paths) // (processes * SHARES_EACH))
    shares = [paths[start : start + size] for start in range(0, len(paths), size)]
    try:
        pool = ProcessPoolExecutor(processes, get_context(_start_method()), collect_garbage_rarely)
        results = pool.map(work, shares)
    except (ImportError, OSError):
        return map(work, [paths])  # no semaphores, or no memory
    return _collected(pool, results, work, paths)


def _collected(
    pool: ProcessPoolExecutor, results: Iterator[Result], work: Callable[[Sequence[str]], Result], paths: Sequence[str]
) -> Iterator[Result]:
    try:
        with pool:
            done = list(results)
    except (OSError, BrokenProcessPool):
        done = [
            work(paths)
        ]  # a child was killed, or could not send what it had; the work itself may still succeed here
    yield from done


def _start_method() -> str:
    """A fork is there at once, but takes a thread's locks with it; elsewhere a new interpreter takes an eighth of a second."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"
