"""Stub of hashicorp/setup-terraform: puts the machine's Terraform on PATH."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def main() -> int:
    """Set up."""
    if os.environ["WRAPPER"] != "false":
        print("::error::terraform_wrapper must be false: the wrapper mixes its own words into Terraform's output")
        return 1
    ours = Path(os.environ["EMULATOR_CHECKOUT"]) / ".venv" / "bin" / "gt-terraform"
    found = shutil.which("terraform") or (str(ours) if ours.exists() else "")
    if not found:
        print("::error::there is no Terraform on this machine")
        return 1
    folder = Path(os.environ["RUNNER_TEMP"]) / "terraform"
    folder.mkdir(exist_ok=True)
    program = folder / "terraform"
    program.write_text(f'#!/bin/sh\nexec "{found}" "$@"\n')
    program.chmod(0o755)
    with Path(os.environ["GITHUB_PATH"]).open("a") as opened:
        print(folder, file=opened)
    print(f"Terraform {os.environ['WANTED']} was asked for; the tests have {found}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
