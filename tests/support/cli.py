"""Runs groundctl as a process, with only the settings that the test passes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLEAN = {
    "PATH": os.environ.get("PATH", ""),
    "HOME": "/nonexistent",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}
TESTING = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def groundctl(
    *arguments: str | Path,
    cwd: Path,
    settings: dict[str, str] | None = None,
    interrupt: Callable[[], bool] | None = None,
    signals: Iterable[signal.Signals] = (signal.SIGINT,),
) -> Ran:
    """Run one command in a folder; if asked, send it signals once something is true."""
    command = [
        sys.executable,
        "-c",
        "import sys; from groundctl.cli.main import main; sys.exit(main())",
        *map(str, arguments),
    ]
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**CLEAN, **(settings or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        if interrupt:
            while not interrupt() and process.poll() is None:
                time.sleep(0.01)
            for number in signals:
                process.send_signal(number)
        out, err = process.communicate(timeout=120)
    except BaseException:
        process.kill()
        raise
    return Ran(code=process.returncode, out=out, err=err)
