"""The built wheel, installed in an environment of its own: what a user has who never saw the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from support.builders import ROOT
from support.cli import CLEAN, Ran


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An environment with the wheel; the libraries are those of this one, without the checkout."""

    folder: Path

    def run(self, *command: str | Path, cwd: Path, settings: dict[str, str] | None = None) -> Ran:
        """Run one of its programs, such as `groundctl`, in a folder."""
        program, *arguments = map(str, command)
        bin_folder = self.folder / "bin"
        path = os.pathsep.join([str(bin_folder), CLEAN["PATH"]])
        done = subprocess.run(
            [bin_folder / program, *arguments],
            cwd=cwd,
            env={**CLEAN, "PATH": path, **(settings or {})},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return Ran(code=done.returncode, out=done.stdout, err=done.stderr)


def install_wheel(folder: Path) -> Installed:
    """Build the wheel of this checkout and install it, without the network."""
    _pip(sys.executable, "wheel", "--no-build-isolation", "--wheel-dir", str(folder / "wheel"), str(ROOT))
    [wheel] = (folder / "wheel").glob("*.whl")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    [site_packages] = (folder / "venv/lib").glob("python*/site-packages")
    # A .pth file adds a folder without that folder's own .pth files, among which is the checkout.
    libraries = next(Path(place) for place in sys.path if place.endswith("site-packages"))
    (site_packages / "libraries.pth").write_text(f"{libraries}\n")
    python = folder / "venv/bin/python"
    _pip(str(python), "install", "--no-index", str(wheel))
    return Installed(folder=folder / "venv")


def a_newer_version(installed: Installed, folder: Path) -> list[str | Path]:
    """Return the command of an upgrade by the same groundctl with a higher version."""
    [package] = (installed.folder / "lib").glob("python*/site-packages/groundctl")
    copy = shutil.copytree(package, folder / "newer/groundctl")
    init = copy / "__init__.py"
    init.write_text(init.read_text().replace("0.1.0", "0.2.0"))
    assert "0.2.0" in init.read_text()
    code = (
        f"import sys; sys.path.insert(0, {str(copy.parent)!r}); from groundctl.cli.main import main; sys.exit(main())"
    )
    return ["-c", code, "init", "--upgrade"]


def _pip(python: str, *arguments: str) -> None:
    command = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", arguments[0], "--no-deps", *arguments[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
