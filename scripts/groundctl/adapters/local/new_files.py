"""New files of the repository: what is there is never changed, and nothing is written outside."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from groundctl.errors import UsageError
from groundctl.ports import FileState


@dataclass(frozen=True)
class LocalNewFiles:
    """The files of a checkout, by their paths from its root."""

    root: Path

    def look(self, path: str, content: bytes) -> FileState:
        """Say whether a file can be added: names that differ only by case are one file on many machines."""
        place = self.root / path
        self._refuse_outside(path)
        try:
            if place.is_file() and not place.is_symlink() and place.read_bytes() == content:
                return FileState.SAME
            names = {name.lower() for name in os.listdir(place.parent)} if place.parent.is_dir() else set()  # noqa: PTH208 - names only
        except OSError as error:
            raise _unwritable(path, error) from error
        return FileState.TAKEN if place.name.lower() in names else FileState.FREE

    def add(self, path: str, content: bytes) -> FileState:
        """Write a file that is not there yet; return what was there before."""
        state = self.look(path, content)
        if state is not FileState.FREE:
            return state
        place = self.root / path
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(path, error) from error
        self._refuse_outside(path)
        try:
            _write_whole(place, content)
        except FileExistsError:
            return FileState.TAKEN
        except OSError as error:
            raise _unwritable(path, error) from error
        return FileState.FREE

    def _refuse_outside(self, path: str) -> None:
        if ".." in PurePosixPath(path).parts or PurePosixPath(path).is_absolute():
            raise UsageError(f"{path} is outside of this repository", hint="name a folder below jobs/")
        # Of a path that does not exist yet, resolve follows the links of the part that does.
        if not (self.root / path).parent.resolve().is_relative_to(self.root.resolve()):
            raise UsageError(f"{path} is behind a link that leaves this repository", hint="replace the link")


def _write_whole(place: Path, content: bytes) -> None:
    """Write a file under another name first, so that an interrupted run leaves no part of it under its own."""
    aside = place.with_name(f".{place.name[:200]}.{os.getpid()}.partial")
    try:
        aside.write_bytes(content)
        os.link(aside, place)  # unlike a rename, this replaces nothing
    except PermissionError:
        with place.open("xb") as file:  # a file system without hard links
            file.write(content)
    finally:
        aside.unlink(missing_ok=True)


def _unwritable(path: str, error: OSError) -> UsageError:
    return UsageError(f"{path} cannot be written: {error.strerror}", hint="check the path and its permissions")
