"""Installs the tools a user would pick instead, each into its own folder under .bench/, and says which versions they are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCHEMA = Path(__file__).parents[2] / "schemas/labeling-job.schema.json"
PINS = {"check-jsonschema": "0.39.0", "ajv-cli": "5.0.0", "@sourcemeta/jsonschema": "16.11.0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A tool that checks YAML files against a JSON Schema; without a program it could not be installed, and why is said."""

    name: str
    install: str
    program: Path | None
    versions: str

    def command(self, *files: str | Path) -> list[str | Path]:
        """Give the command that checks these files, or folders where the tool takes folders."""
        assert self.program is not None
        match self.name:
            case "ajv-cli":  # refuses keywords it does not know unless told otherwise
                given = [word for file in files for word in ("-d", str(file))]
                return [
                    self.program,
                    "validate",
                    "--spec=draft2020",
                    "--strict=false",
                    "--all-errors",
                    "-s",
                    SCHEMA,
                    *given,
                ]
            case "sourcemeta":
                return [self.program, "validate", SCHEMA, *files, "--extension", ".yaml", "--continue"]
            case _:
                return [self.program, "--schemafile", SCHEMA, *files]


def install_all(folder: Path) -> dict[str, Rival]:
    """Install every rival that is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "npm").mkdir(exist_ok=True)  # npm takes the nearest folder with a package.json if this one is not there
    pinned = f"check-jsonschema=={PINS['check-jsonschema']}"
    found = (
        _python_rival("check-jsonschema", folder / "check-jsonschema", [pinned]),
        _python_rival("check-jsonschema, C YAML", folder / "check-jsonschema-c", [pinned, "ruamel.yaml.clib"]),
        _npm_rival("ajv-cli", folder / "npm", "ajv-cli", "ajv"),
        _npm_rival("sourcemeta", folder / "npm", "@sourcemeta/jsonschema", "jsonschema"),
    )
    return {rival.name: rival for rival in found}


def _python_rival(name: str, folder: Path, packages: Sequence[str]) -> Rival:
    install = f"pip install {' '.join(packages)}"
    program = folder / "bin/check-jsonschema"
    fault = None
    if not program.exists():
        fault = _try([sys.executable, "-m", "venv", folder], [folder / "bin/pip", "install", "--quiet", *packages])
    if fault:
        return Rival(name=name, install=install, program=None, versions=fault)
    listed = _output([folder / "bin/pip", "list", "--format=freeze"]).splitlines()
    shown = [line for line in listed if line.startswith(("check-jsonschema=", "ruamel.yaml", "jsonschema="))]
    return Rival(name=name, install=install, program=program, versions=", ".join(shown))


def _npm_rival(name: str, folder: Path, package: str, binary: str) -> Rival:
    pinned = f"{package}@{PINS[package]}"
    program = folder / "node_modules/.bin" / binary
    fault = None
    if not program.exists():
        fault = _try(["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error", pinned])
    if fault:
        return Rival(name=name, install=f"npm install {pinned}", program=None, versions=fault)
    node = f"node {_output(['node', '--version']).strip()}"
    return Rival(name=name, install=f"npm install {pinned}", program=program, versions=f"{PINS[package]}, {node}")


def _try(*commands: Sequence[str | Path]) -> str | None:
    """Run commands until one fails; None if none did, else why."""
    for command in commands:
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{command[0]}: {error}"
        if done.returncode:
            return (
                f"{Path(command[0]).name} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-300:]}"
            )
    return None


def _output(command: Sequence[str | Path]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
