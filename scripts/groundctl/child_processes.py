"""Processes that this one starts: none of them outlives it, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundctl import startup

# How long a child may take to end after it was asked to.
SECONDS_TO_END = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a child is asked to end, and how long that may take; without a limit, only a second signal kills it."""

    asked_by: signal.Signals = signal.SIGTERM
    seconds: float | None = SECONDS_TO_END


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a child ended, and what it wrote."""

    code: int
    out: bytes
    err: bytes


_running: dict[subprocess.Popen[bytes], Manners] = {}
_lock = threading.Lock()


def start_child(
    command: Sequence[str | Path], *, manners: Manners | None = None, **settings: Any
) -> subprocess.Popen[bytes]:
    """Start a program that ends with this process.

    It gets a session of its own: a Ctrl-C reaches this process alone, which asks each child once to end. Terraform
    takes a second request as an order to drop its work.
    """
    with _interruptions_wait():
        child = subprocess.Popen(command, start_new_session=True, **settings)  # noqa: S603 - our callers' programs
        with _lock:
            _running[child] = manners or Manners()
    return child


def run_child(
    command: Sequence[str | Path],
    *,
    given: bytes | None = None,
    seconds: float | None = None,
    manners: Manners | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    reads_errors: bool = True,
) -> Ended:
    """Run a program to its end and return what it wrote; it ends early if this process is interrupted, or after seconds."""
    child = start_child(
        command,
        manners=manners,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if reads_errors else subprocess.DEVNULL,
    )
    try:
        try:
            out, err = child.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired:
            _kill(child)
            out, err = child.communicate()
    except BaseException:
        end_child(child)
        raise
    _forget(child)
    return Ended(code=child.returncode, out=out, err=err or b"")


def end_child(child: subprocess.Popen[bytes]) -> None:
    """Ask a child to end, wait for it, and kill it with its own children if it takes too long or a signal comes."""
    _ask([child])
    try:
        _wait(child)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        _kill(child)
        child.wait()
    _forget(child)


def end_children() -> None:
    """End what is left of the children of this process, all at once."""
    _end_workers()
    with _lock:
        left = [child for child in _running if child.poll() is None]
    _ask(left)
    try:
        for child in left:
            _wait(child)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        startup.ignore_interruptions()
        for child in left:
            _kill(child)


def _ask(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            with suppress(ProcessLookupError):
                child.send_signal(_running[child].asked_by)
            if _running[child].seconds is None:
                startup.interruption.report(_name(child))


def _name(child: subprocess.Popen[bytes]) -> str:
    command = child.args if isinstance(child.args, list) else []
    return " ".join([os.path.basename(str(command[0])), *map(str, command[1:2])])  # noqa: PTH119 - a name, not a file


def _wait(child: subprocess.Popen[bytes]) -> None:
    """Wait for the end, and drop what the child writes until then: a full pipe would keep it from ending."""
    for stream in (child.stdout, child.stderr):
        if stream is not None and not stream.closed:
            # A copy: another thread may read the stream too, and closes it.
            threading.Thread(target=_drain, args=(os.dup(stream.fileno()),), daemon=True).start()
    child.wait(timeout=_running[child].seconds)


def _drain(descriptor: int) -> None:
    with suppress(OSError), open(descriptor, "rb", buffering=0) as stream:
        while stream.read(65536):
            pass


@contextmanager
def _interruptions_wait() -> Iterator[None]:
    """Let a signal wait until the block's end: between the start of a child and its entry, the child would be lost."""
    if threading.current_thread() is not threading.main_thread():  # the only thread that a signal interrupts
        yield
        return
    startup.interruption.hold()
    try:
        yield
    finally:
        startup.interruption.release()


def _kill(child: subprocess.Popen[bytes]) -> None:
    """Kill a child and what it has started itself, such as Terraform's providers."""
    if child.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(child.pid, signal.SIGKILL)
            else:
                child.kill()


def _forget(child: subprocess.Popen[bytes]) -> None:
    with _lock:
        _running.pop(child, None)


def _end_workers() -> None:
    """Kill the processes of a pool: they hold nothing, and wait forever for work that does not come."""
    multiprocessing = sys.modules.get("multiprocessing")
    for worker in multiprocessing.active_children() if multiprocessing else ():
        worker.kill()
