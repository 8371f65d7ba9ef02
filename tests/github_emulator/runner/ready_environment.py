"""A ready .venv of a checkout's code: installing from the lock takes half a minute a job, and CI does it once anyway.

The checkout's own scripts/ come first, so it is its code that runs, if it has any; only what others wrote is shared with the checkout
that runs the tests. Imports nothing of the emulator: a stub starts with it in each job.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
import venv
from pathlib import Path

# The programs that our distribution installs.
PROGRAMS = {"groundctl": "groundctl.cli.main", "groundtruth-simulator": "groundtruth_simulator.server"}


def lay_environment(workspace: Path, shared: Path) -> None:
    """Make a .venv of the workspace's code and the shared packages."""
    folder = workspace / ".venv"
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    scheme = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", scheme))
    own = workspace / "scripts"
    code = own if (own / "groundctl").is_dir() else shared.parent / "scripts"
    # Lines of a .pth go onto the path in order; the shared folder's own .pth, which leads to the other checkout, is not read.
    (packages / "workspace.pth").write_text(f"{code}\n{sysconfig.get_path('purelib')}\n")
    for name, module in PROGRAMS.items():
        program = folder / "bin" / name
        program.write_text(f"#!{folder / 'bin' / 'python'}\nimport sys\nfrom {module} import main\nsys.exit(main())\n")
        program.chmod(0o755)
    for program in (shared / "bin").iterdir():
        made_here = program.name == "gt-terraform" or (folder / "bin" / program.name).exists()
        if not made_here and os.access(program, os.X_OK):
            (folder / "bin" / program.name).symlink_to(program)
    lay_terraform(folder / "bin" / "gt-terraform", shared / "bin" / "gt-terraform")
    (folder / ".ready").touch()


def lay_terraform(program: Path, ours: Path) -> None:
    """Put the machine's Terraform where workflows expect that of the lock, or the lock's own if the machine has none."""
    if found := shutil.which("terraform"):
        program.write_text(f'#!/bin/sh\nexec "{found}" "$@"\n')
        program.chmod(0o755)
    elif ours.exists():
        shutil.copy2(ours, program)  # not a link: it looks for Python beside itself
