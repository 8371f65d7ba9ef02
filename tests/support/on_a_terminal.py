"""Runs groundctl on a pseudo-terminal, as a person does who answers its questions."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

from support.cli import CLEAN


def on_a_terminal(folder: Path, typed: list[bytes], *arguments: str) -> tuple[int, str]:
    """Run a command on a pseudo-terminal, and type an answer to each question."""
    ours, theirs = pty.openpty()
    code = "import sys; from groundctl.cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=folder, env=CLEAN, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            shown += os.read(ours, 4096)
        except OSError:
            break
        if typed and shown.rstrip(b" ").endswith((b"]:", b"):")):
            os.write(ours, typed.pop(0))
            shown += b"\n"
    os.close(ours)
    return process.wait(timeout=60), shown.decode()
