"""Stub of actions/setup-python: puts Python on PATH and creates a ready .venv in the workspace, so `make setup` does nothing."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from github_emulator.runner.ready_environment import lay_environment


def main() -> int:
    """Set up."""
    programs = Path(os.environ["RUNNER_TEMP"]) / "python" / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    base = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
    for name in ("python", "python3"):
        (programs / name).symlink_to(base)
    append("GITHUB_PATH", str(programs))
    append("GITHUB_OUTPUT", f"python-version={platform.python_version()}")
    wanted = os.environ["WANTED"]
    if wanted and not platform.python_version().startswith(wanted):
        print(f"Python {wanted} was asked for; the tests have {platform.python_version()}.")
    workspace = Path(os.environ["GITHUB_WORKSPACE"])
    if (workspace / "scripts" / "groundctl").is_dir():
        lay_environment(workspace, Path(os.environ["EMULATOR_CHECKOUT"]) / ".venv")
    return 0


def append(file: str, line: str) -> None:
    """Add a line to one of the runner's files."""
    with Path(os.environ[file]).open("a") as opened:
        print(line, file=opened)


if __name__ == "__main__":
    raise SystemExit(main())
