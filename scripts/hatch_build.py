"""Adds to the wheel what groundctl brings with it. Hatchling calls this; groundctl/adapters/local/package_files.py reads the files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Folders of the checkout, and their names below groundctl/packaged/.
PACKAGED = {"schemas": "schemas", "scripts/samples": "samples", "terraform": "terraform"}
ENDINGS = {".hcl", ".html", ".json", ".md", ".mp4", ".sql", ".tf", ".tfbackend", ".tfvars", ".webm", ".yaml"}


class PackageFiles(BuildHookInterface[Any]):
    """Puts schemas, samples, and Terraform code into the wheel; an editable install reads them in the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name each file, so that nothing that Terraform or an editor left behind is in the wheel."""
        if version == "editable":
            return
        for folder, name in PACKAGED.items():
            for file in _files(Path(self.root, folder)):
                inside = file.relative_to(Path(self.root, folder)).as_posix()
                build_data["force_include"][str(file)] = f"groundctl/packaged/{name}/{inside}"


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") and part != ".terraform.lock.hcl" for part in parts)
        if path.is_file() and path.suffix in ENDINGS and not hidden and "tests" not in parts:
            yield path
