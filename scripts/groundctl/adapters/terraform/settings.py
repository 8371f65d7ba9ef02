"""Reads Terraform's settings files as Terraform reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from groundctl.adapters.terraform.stack import Stack
from groundctl.domain.rehearsal.surroundings import SETTINGS, Environment

_SETTINGS = re.compile(r"(?P<name>.+)\.tfvars")
# A backend's file holds texts only.
_REGION = re.compile(r"""^\s*region\s*=\s*"(?P<region>[^"]+)"\s*$""", re.MULTILINE)


def read_environments(folder: Path, scratch: Path) -> Iterator[Environment]:
    """Read the settings of each environment in a folder."""
    for name, file, state_region in _environments_in(folder):
        settings = read_settings(file, SETTINGS, scratch=scratch / name)
        yield Environment(name=name, settings=settings, state_region=state_region, file=str(file.resolve()))


def _environments_in(folder: Path) -> Iterator[tuple[str, Path, str | None]]:
    """Yield the name and the settings file of each environment, and the Region of its state if it has one."""
    for path in sorted(folder.glob("*.tfvars")):
        if (match := _SETTINGS.fullmatch(path.name)) and path.is_file():
            backend = path.with_name(f"{match['name']}.s3.tfbackend")
            region = (
                _REGION.search(backend.read_text(encoding="utf-8", errors="replace")) if backend.is_file() else None
            )
            yield match["name"], path, region["region"] if region else None


def read_settings(file: Path, names: Sequence[str], *, scratch: Path) -> dict[str, Any]:
    """Return the values of some variables in a settings file; None for one that it does not set.

    Terraform evaluates the file: no other program reads its language as it does. It needs no provider and no network.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    declared = "".join(f'variable "{name}" {{\n  type    = any\n  default = null\n}}\n' for name in names)
    values = ", ".join(f"{name} = var.{name}" for name in names)
    code = f'{declared}output "infrastructure" {{\n  value     = {{ {values} }}\n  sensitive = true\n}}\n'
    (scratch / "main.tf").write_text(code, encoding="utf-8")
    stack = Stack(scratch)
    stack.apply(var_file=file.resolve())
    return stack.outputs()
