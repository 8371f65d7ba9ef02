"""New files of the repository: what is there is never changed, and nothing is written outside."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from groundctl.adapters.local.whole_files import write_new
from groundctl.errors import UsageError
from groundctl.ports import FileState


@dataclass(frozen=True)
class LocalNewFiles:
    """The files of a checkout, by their paths from its root."""

    root: Path

    def look(self, path: str, content: bytes) -> FileState:
        """Say whether a file can be added: names that differ only by case are one file on many machines."""
        place = self.root / path
        self._refuse_elsewhere(path)
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
        try:
            write_new(place, content)
        except FileExistsError:
            return FileState.TAKEN
        except OSError as error:
            raise _unwritable(path, error) from error
        return FileState.FREE

    def _refuse_elsewhere(self, path: str) -> None:
        pure = PurePosixPath(path)
        if ".." in pure.parts or pure.is_absolute():
            raise UsageError(f"{path} is outside of this repository", hint="name a folder below jobs/")
        # What is behind a link is in another place, and Git does not know it.
        linked = next((each for each in reversed(pure.parents[:-1]) if (self.root / each).is_symlink()), None)
        if linked is not None:
            raise UsageError(f"{linked} is a link", hint="write into the folder itself, inside the repository")


def _unwritable(path: str, error: OSError) -> UsageError:
    return UsageError(f"{path} cannot be written: {error.strerror}", hint="check the path and its permissions")
