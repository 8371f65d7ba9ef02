"""Runs groundctl at a pseudo-terminal, and types an answer at each question."""

from __future__ import annotations

import fcntl
import os
import pty
import subprocess
import sys
import termios
import time
from pathlib import Path

from support.cli import CLEAN

EOF, CTRL_C = b"\x04", b"\x03"


def at_a_terminal(*arguments: str, cwd: Path, typed: list[bytes], prompt: bytes) -> tuple[int, str]:
    """Run a command; type the next answer each time that the screen ends with the prompt. Return the exit code and the screen."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; from groundctl.cli.main import main; sys.exit(main())", *arguments],
        cwd=cwd,
        env={**CLEAN, "TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C reaches the process
    )
    os.close(theirs)
    screen = b""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            screen += os.read(ours, 4096)
        except OSError:  # the process has ended
            break
        if typed and screen.rstrip(b" ").endswith(prompt):
            os.write(ours, typed.pop(0))
            screen += b"\n"
    os.close(ours)
    return process.wait(timeout=60), screen.decode(errors="replace").replace("\r\n", "\n")
