"""Installs the alternatives that users have, each into its own folder under .bench/, and reports their versions."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

SCHEMA = Path(__file__).parents[2] / "schemas/labeling-job.schema.json"
PINS = {"duckdb": "2.0.1", "check-jsonschema": "0.39.0", "ajv-cli": "5.0.0", "@sourcemeta/jsonschema": "16.11.0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """An alternative to groundctl; `program` is None if it cannot be measured, and `versions` has the reason."""

    name: str
    install: str
    program: Path | None
    versions: str
    checks_files: bool = True  # YAML files against a JSON Schema

    def excluded(self, reason: str) -> Rival:
        """Return the rival as one that cannot be measured."""
        return replace(self, program=None, versions=reason)

    def command(self, *files: str | Path) -> list[str | Path]:
        """Give the command that checks these files, or folders where the tool takes folders."""
        assert self.program is not None
        match self.name:
            case "ajv-cli":  # by default it refuses unknown keywords
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


def install_all(folder: Path, *, offline: bool = False) -> dict[str, Rival]:
    """Install every rival that is not there yet; offline, use only those that are."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "npm").mkdir(exist_ok=True)  # npm takes the nearest folder with a package.json if this one is not there
    pinned = f"check-jsonschema=={PINS['check-jsonschema']}"
    found = (
        _python_rival("check-jsonschema", folder / "check-jsonschema", [pinned], offline=offline),
        _python_rival(
            "check-jsonschema, C YAML", folder / "check-jsonschema-c", [pinned, "ruamel.yaml.clib"], offline=offline
        ),
        _npm_rival("ajv-cli", folder / "npm", "ajv-cli", "ajv", offline=offline),
        _npm_rival("sourcemeta", folder / "npm", "@sourcemeta/jsonschema", "jsonschema", offline=offline),
        replace(
            _python_rival("duckdb", folder / "duckdb", [f"duckdb=={PINS['duckdb']}"], "python", offline=offline),
            checks_files=False,
        ),
    )
    return {rival.name: rival for rival in found}


def _python_rival(
    name: str, folder: Path, packages: Sequence[str], binary: str = "check-jsonschema", *, offline: bool
) -> Rival:
    install = f"pip install {' '.join(packages)}"
    program = folder / "bin" / binary
    fault = "not installed" if offline and not program.exists() else None
    if not fault and not program.exists():
        fault = _try([sys.executable, "-m", "venv", folder], [folder / "bin/pip", "install", "--quiet", *packages])
    if fault:
        return Rival(name=name, install=install, program=None, versions=fault)
    listed = _output([folder / "bin/pip", "list", "--format=freeze"]).splitlines()
    shown = [line for line in listed if line.startswith(("check-jsonschema=", "ruamel.yaml", "jsonschema=", "duckdb="))]
    return Rival(name=name, install=install, program=program, versions=", ".join(shown))


def _npm_rival(name: str, folder: Path, package: str, binary: str, *, offline: bool) -> Rival:
    pinned = f"{package}@{PINS[package]}"
    program = folder / "node_modules/.bin" / binary
    fault = "not installed" if offline and not program.exists() else None
    if not fault and not program.exists():
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
