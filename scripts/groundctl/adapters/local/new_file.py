"""Writes a file that does not exist yet, in a repository that it never leaves."""

from __future__ import annotations

import os
from pathlib import Path

from groundctl.errors import UsageError


def create_file(root: Path, path: str, text: str) -> None:
    """Create a file below a folder; never follow a link, never overwrite, and leave nothing behind on a failure."""
    place = root / path
    try:
        _make_folders(root, place.parent)
        # A link at the end is refused as well: O_EXCL follows none.
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        raise UsageError(f"{path} already exists", hint="choose another name; files are never overwritten") from None
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except BaseException as error:
        place.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _unwritable(path, error) from error
        raise


def _make_folders(root: Path, folder: Path) -> None:
    for place in (*reversed(folder.relative_to(root).parents[:-1]), folder.relative_to(root)):
        inside = root / place
        if inside.is_symlink():
            name = place.as_posix()
            raise UsageError(f"{name} is a link", hint="write into the folder itself, inside the repository")
        inside.mkdir(exist_ok=True)


def _unwritable(path: str, error: OSError) -> UsageError:
    return UsageError(f"{path} cannot be written: {error.strerror}", hint="check the path and its permissions")
