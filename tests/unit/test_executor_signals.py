"""Hands that work at once."""

from __future__ import annotations

import signal
import threading
import time
from queue import SimpleQueue

import pytest

from groundctl.app.hands.executor import Executor


def test_a_signal_that_a_hand_receives_ends_the_wait_for_it():
    hand: SimpleQueue[int] = SimpleQueue()
    end = threading.Event()

    def work() -> None:
        hand.put(threading.get_ident())
        end.wait(5)

    executor: Executor[None] = Executor(2)
    executor.give(work)
    ident = hand.get()
    before = signal.signal(signal.SIGUSR1, _interrupt)
    threading.Timer(0.3, signal.pthread_kill, (ident, signal.SIGUSR1)).start()
    begun = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            executor.take(wait=True)
    finally:
        signal.signal(signal.SIGUSR1, before)
        end.set()
        executor.close()

    assert time.monotonic() - begun < 3


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
