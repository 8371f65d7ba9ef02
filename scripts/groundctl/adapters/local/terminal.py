"""The person at the terminal: whether there is one, what they answer, and their Ctrl-C."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, Self

from groundctl import startup

_SIGNALS = tuple(getattr(signal, name) for name in startup.SIGNALS if hasattr(signal, name))  # Windows has no SIGHUP


def is_interactive() -> bool:
    """Return whether a person reads what is printed and can answer it."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def discard_typed() -> None:
    """Forget what was typed or pasted so far: it is no answer to a question that comes now."""
    with suppress(ImportError, OSError):  # not on every system
        import termios

        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def read_answer() -> bytes:
    """Read one line, with its end; empty at the end of the input."""
    return sys.stdin.buffer.readline()


class Interruptions:
    """Ends an irreversible act at the first signal that ends a process, and lets the report of it finish.

    Each of these signals raises KeyboardInterrupt, until hold() is called or one was received; a later one changes nothing.
    After the block, a signal that was received ends the command.
    """

    def __init__(self) -> None:
        self.received = False
        self._held = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        # Python sets signal handlers in the main thread only.
        if threading.current_thread() is threading.main_thread():
            # A process that was started to ignore a signal goes on ignoring it.
            taken = [number for number in _SIGNALS if signal.getsignal(number) not in {None, signal.SIG_IGN}]
            self._before = {number: signal.signal(number, self._receive) for number in taken}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if kind is None:
            self.check()

    def hold(self) -> None:
        """Let the block go on to its end, whatever signal comes."""
        self._held = True

    def check(self) -> None:
        """Raise for a signal that was received: Python drops what is raised inside a finalizer."""
        if self.received:
            raise KeyboardInterrupt

    def _receive(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of a handler
        raises = not (self.received or self._held)
        self.received = True
        if raises:
            raise KeyboardInterrupt
