"""Copies the Terraform code with a separate state, so that a demo or a test does not change the checkout."""

import re
import shutil
from pathlib import Path

from groundctl.errors import ExternalError

LOCAL_STATE = "backend_override.tf"
_LOCAL_STATE_TEXT = """\
# Keeps the state in this folder instead of the bucket that versions.tf configures.
terraform {
  backend "local" {}
}
"""
# Terraform's own files, which are not copied.
_TERRAFORMS_OWN = re.compile(r"\.terraform|.*\.tfstate(\..*)?")
# A user's personal settings, which Terraform would read in a copy too.
_PERSONAL = re.compile(r".*\.tfplan|terraform\.tfvars(\.json)?|.*\.auto\.tfvars(\.json)?|.*_?override\.tf(\.json)?")


def make_working_copy(source: Path, target: Path) -> Path:
    """Copy Terraform code to a folder with a separate state, and return the folder.

    Terraform reads code, state, and settings from one folder, and python-terraform cannot separate them.
    Copying again updates the code and keeps the state.
    """
    _empty_of_code(target)
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=_not_code)
    (target / LOCAL_STATE).write_text(_LOCAL_STATE_TEXT, encoding="utf-8")
    return target


def copy_code(source: Path, target: Path) -> Path:
    """Copy Terraform code to a new folder, with the backend that it has, and return the folder."""
    shutil.copytree(source, target, ignore=_not_code)
    return target


def _empty_of_code(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    entries = list(target.iterdir())
    if entries and not _is_working_copy(target):
        raise ExternalError(
            f"{target} holds something other than a copy of Terraform code.", hint="give an empty folder"
        )
    for entry in entries:
        if _TERRAFORMS_OWN.fullmatch(entry.name):
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _is_working_copy(folder: Path) -> bool:
    marker = folder / LOCAL_STATE
    return marker.is_file() and marker.read_text(encoding="utf-8", errors="replace") == _LOCAL_STATE_TEXT


def _not_code(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if _TERRAFORMS_OWN.fullmatch(name) or _PERSONAL.fullmatch(name)}
