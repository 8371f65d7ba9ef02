"""Makes the copy of an action's repository ready, if it is one of groundctl, so `make setup` does next to nothing."""

from __future__ import annotations

from pathlib import Path

from github_emulator.runner.ready_environment import lay_environment
from github_emulator.runner.repository import CHECKOUT


def lay_ready(root: Path) -> None:
    """Make the .venv, if the checkout is one of groundctl."""
    script = root / "scripts" / "setup.sh"
    if script.is_file():
        lay_environment(root, CHECKOUT / ".venv")
        # act copies an action's repository for each job, without what Git ignores.
        script.write_text(f'#!/bin/sh\nrm -rf .venv && ln -s "{root / ".venv"}" .venv\n')
        script.chmod(0o755)
