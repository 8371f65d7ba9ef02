"""Runs groundctl as a process, with only the settings that the test passes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
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


def groundctl(*arguments: str | Path, cwd: Path, settings: dict[str, str] | None = None) -> Ran:
    """Run one command in a folder."""
    command = [
        sys.executable,
        "-c",
        "import sys; from groundctl.cli.main import main; sys.exit(main())",
        *map(str, arguments),
    ]
    environment = {**CLEAN, **(settings or {})}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return Ran(code=done.returncode, out=done.stdout, err=done.stderr)
