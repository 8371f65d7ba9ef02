"""Finds Terraform and its providers on this machine."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from groundctl.errors import ExternalError

PROVIDER = Path("registry.terraform.io/hashicorp/aws")
OUR_TERRAFORM = "gt-terraform"
ADD_ON_FOLDERS = (Path("/opt"), Path("/usr/local"), Path("/srv"))


def our_terraform() -> Path | None:
    """Return the terraform that scripts/setup.sh installed beside this Python, if it did."""
    shim = Path(sys.executable).parent / OUR_TERRAFORM
    return shim if os.access(shim, os.X_OK) else None


def given_mirror(environment: Mapping[str, str]) -> Path | None:
    """Return the provider mirror in GROUNDCTL_TERRAFORM_MIRROR, if it is set."""
    named = environment.get("GROUNDCTL_TERRAFORM_MIRROR")
    if not named:
        return None
    if not _is_mirror(Path(named)):
        raise ExternalError(
            f"GROUNDCTL_TERRAFORM_MIRROR is {named}, which has no {PROVIDER} in it.",
            hint="name the folder that holds registry.terraform.io, or unset the variable",
        )
    return Path(named).resolve()


def find_mirror(environment: Mapping[str, str], *, add_on_folders: Iterable[Path] = ADD_ON_FOLDERS) -> Path | None:
    """Return a folder with a copy of the AWS provider: the configured one, Terraform's own, or one of add-on software."""
    if named := given_mirror(environment):
        return named
    candidates = [*_implied_mirrors(environment), *_shallow_folders(add_on_folders)]
    return next((folder for folder in candidates if _is_mirror(folder)), None)


def _is_mirror(folder: Path) -> bool:
    return (folder / PROVIDER).is_dir()


def _implied_mirrors(environment: Mapping[str, str]) -> Iterator[Path]:
    """Yield the folders that Terraform itself searches."""
    home = Path(environment["HOME"]) if environment.get("HOME") else Path.home()
    yield home / ".terraform.d/plugins"
    data_home = environment.get("XDG_DATA_HOME") or str(home / ".local/share")
    data_folders = environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    for folder in (data_home, *data_folders.split(":")):
        yield Path(folder) / "terraform/plugins"


def _shallow_folders(tops: Iterable[Path]) -> Iterator[Path]:
    """Yield each folder, its children and its grandchildren; add-on software is no deeper."""
    for top in tops:
        yield top
        for child in _subfolders(top):
            yield child
            yield from _subfolders(child)


def _subfolders(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if entry.is_dir())
    except OSError:  # missing or unreadable
        return []
