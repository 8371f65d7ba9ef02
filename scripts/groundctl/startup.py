"""How a process starts and ends: every optimization of start-up time, with its reason.

A short command spends most of its time starting Python, so small costs matter. `make bench` measures the result
(goal 5), and tests/contract/test_imports_stay_light.py checks it by counting imports.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys

# Type checkers treat this as typing.TYPE_CHECKING; importing typing takes a tenth of the time of `--help`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, ModuleType
    from typing import NoReturn


# Ctrl-C; what ends a service or a cancelled step; a terminal that was closed.
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


def collect_garbage_rarely() -> None:
    """Run the garbage collector once per 200,000 new objects instead of once per 700.

    A command keeps its objects until it ends, so a collection finds no garbage; collections took a sixth of the time of a
    plan. Worker processes call this too, because a spawned process starts with Python's default threshold.
    """
    gc.set_threshold(200_000)


def load_command(name: str) -> ModuleType:
    """Import the module of a command, such as `ci.plan`, when it is called.

    So `--help` imports no command, and `validate` never waits for boto3.
    """
    return importlib.import_module(f"groundctl.cli.{name}")


def take_signals() -> None:
    """Make SIGTERM and SIGHUP end this process like Ctrl-C: with KeyboardInterrupt, so that its children end too.

    Python sets handlers in the main thread only, and children may be started in others: this is called before. A signal
    that this process was started to ignore, as under nohup, goes on being ignored.
    """
    import signal  # half a millisecond, which a check of one file does not spend

    for name in SIGNALS:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:
            signal.signal(number, interruption.receive)


def ignore_interruptions() -> None:
    """Let no further signal keep this process from its last steps."""
    import signal

    for name in SIGNALS:
        if number := getattr(signal, name, None):
            signal.signal(number, signal.SIG_IGN)


def leave_signals_to_parent() -> None:
    """Ignore Ctrl-C and a closed terminal in a worker, which a forked process would answer with its parent's handlers."""
    ignore_interruptions()
    import signal

    signal.signal(signal.SIGTERM, signal.SIG_DFL)


class Interruption:
    """What a signal does: it raises KeyboardInterrupt, at once or where that is safe."""

    def __init__(self) -> None:
        self._waits = False
        self._received = False
        self.report: Callable[[str], None] = lambda _: None  # of what a second signal would kill

    def receive(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of a handler
        """Interrupt the main thread, unless it said that this must wait."""
        self._received = True
        if not self._waits:
            raise KeyboardInterrupt

    def hold(self) -> None:
        """Let signals wait."""
        self._waits, self._received = True, False

    def release(self) -> None:
        """Raise for a signal that came meanwhile."""
        self._waits = False
        if self._received:
            raise KeyboardInterrupt


interruption = Interruption()


def end_process(code: int) -> NoReturn:
    """End this process immediately.

    A normal exit frees every object first, which takes an eighth of the time of a small command.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
