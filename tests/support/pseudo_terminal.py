"""Runs groundctl at a pseudo-terminal, and types what a person would."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path

from support.cli import CLEAN

EOF, CTRL_C = b"\x04", b"\x03"
SECONDS = 60


class Terminal:
    """A process in a pseudo-terminal of its own."""

    def __init__(self, *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None) -> None:
        self.ours, theirs = pty.openpty()
        self._screen = b""
        command = [sys.executable, "-c", "import sys; from groundctl.cli.main import main; sys.exit(main())"]
        self.process = subprocess.Popen(
            [*command, *arguments],
            cwd=cwd,
            env={**CLEAN, "TERM": "dumb", **(environment or {})},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C reaches the process
        )
        os.close(theirs)

    @property
    def shown(self) -> str:
        """Return what was shown so far."""
        return self._screen.decode(errors="replace").replace("\r\n", "\n")

    def shows(self, text: str) -> bool:
        """Read until a text is shown; false if the process ends without it."""
        end = time.monotonic() + SECONDS
        while text not in self.shown and time.monotonic() < end and self._read():
            pass
        return text in self.shown

    def types(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.ours, keys)

    def answers(self, prompt: str, typed: list[bytes]) -> None:
        """Type the next answer each time that the screen ends with a prompt, until the process ends."""
        left = [*typed]
        while self._read():
            if left and self.shown.rstrip(" ").endswith(prompt):
                self.types(left.pop(0))
                self._screen += b"\n"

    def ends(self) -> int:
        """Read to the end; return the exit code."""
        while self._read():
            pass
        code = self.process.wait(timeout=SECONDS)
        os.close(self.ours)
        return code

    def _read(self) -> bool:
        if not select.select([self.ours], [], [], SECONDS)[0]:
            return False
        try:
            part = os.read(self.ours, 65536)
        except OSError:  # the other end is closed
            return False
        self._screen += part
        return bool(part)


def at_a_terminal(*arguments: str, cwd: Path, typed: list[bytes], prompt: str) -> tuple[int, str]:
    """Run a command, and answer its questions; return the exit code and the screen."""
    terminal = Terminal(*arguments, cwd=cwd)
    terminal.answers(prompt, typed)
    return terminal.ends(), terminal.shown
