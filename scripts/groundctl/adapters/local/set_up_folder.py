"""The folder that `groundctl init` sets up: it is read and written without following a link."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from groundctl.adapters.local.whole_files import write_all, write_new
from groundctl.domain.adoption.repository.files import Obstacle, Present
from groundctl.errors import UsageError


@dataclass(frozen=True, slots=True)
class LocalSetUpFolder:
    """A folder of this machine, which need not exist yet."""

    root: Path

    def look(self, path: str) -> Present:
        """Return a file's bytes, None if nothing is there, or what is in the way of a file."""
        if obstacle := self._above(path):
            return obstacle
        place = self.root / path
        try:
            mode = os.lstat(place).st_mode
            if stat.S_ISLNK(mode):
                return Obstacle(reason=f"{path} is a link", hint="replace it with the file, or remove it")
            if stat.S_ISDIR(mode):
                return Obstacle(reason=f"{path} is a folder", hint="rename the folder: a file goes here")
            if not stat.S_ISREG(mode):
                return Obstacle(reason=f"{path} is no regular file", hint="remove it: a file goes here")
            return place.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            return Obstacle(reason=f"{path} cannot be read: {error.strerror}", hint="check its permissions")

    def find_above(self, name: str) -> str | None:
        """Return the nearest folder above this one that has a file or folder of this name."""
        return next((str(each) for each in self.root.absolute().parents if os.path.lexists(each / name)), None)

    def list_files(self, folder: str) -> tuple[str, ...]:
        """List the regular files in a folder and below it; none of what a link leads to."""
        return tuple(sorted(self._files(folder)))

    def write(self, path: str, content: bytes, *, replace: bool) -> None:
        """Write a whole file or nothing; without `replace`, a file that exists by now is an error."""
        if isinstance(present := self.look(path), Obstacle):
            raise UsageError(present.reason, hint=present.hint)
        place = self.root / path
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            if replace:
                write_all({place: [content]})
            else:
                write_new(place, content)
        except FileExistsError:
            raise UsageError(f"{path} exists by now", hint="it was not overwritten; run it again") from None
        except OSError as error:
            hint = "check the permissions and the space of this folder, then run it again: what was written stays"
            raise UsageError(f"{path} cannot be written: {error.strerror}", hint=hint) from error

    def remove(self, path: str) -> None:
        """Remove a file if it is there, and its folder if that is empty then."""
        if isinstance(present := self.look(path), Obstacle):
            raise UsageError(present.reason, hint=present.hint)
        place = self.root / path
        try:
            place.unlink(missing_ok=True)
        except OSError as error:
            hint = "check the permissions of its folder, then run it again"
            raise UsageError(f"{path} cannot be removed: {error.strerror}", hint=hint) from error
        with suppress(OSError):  # not empty
            place.parent.rmdir()

    def _above(self, path: str) -> Obstacle | None:
        """Find what is in the way in the folders above a path."""
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or "\0" in path:
            return Obstacle(reason=f"{path} is outside this folder", hint="correct the path in .groundctl/")
        if not os.path.lexists(self.root):
            return self._above_root()
        folders = [self.root, *(self.root / parent for parent in reversed(pure.parents[:-1]))]
        for folder in folders:
            if obstacle := self._of_folder(folder):
                return obstacle
        return None

    def _above_root(self) -> Obstacle | None:
        nearest = next(place for place in self.root.absolute().parents if os.path.lexists(place))
        return self._of_folder(nearest, is_inside=False)

    def _of_folder(self, folder: Path, *, is_inside: bool = True) -> Obstacle | None:
        name = folder.relative_to(self.root).as_posix() if is_inside and folder != self.root else str(folder)
        if folder != self.root and is_inside and folder.is_symlink():
            # What is behind a link belongs to another place, and Git does not know it.
            return Obstacle(reason=f"{name} is a link", hint="replace it with the folder, or choose another folder")
        if not os.path.lexists(folder):
            return None
        if folder.is_symlink() and not folder.exists():
            return Obstacle(reason=f"{name} is a link that leads nowhere", hint="remove it, or choose another folder")
        if not folder.is_dir():
            return Obstacle(
                reason=f"{name} is a file, and a folder is needed", hint="rename the file, or choose another folder"
            )
        if not os.access(folder, os.W_OK | os.X_OK):
            return Obstacle(
                reason=f"{name} cannot be written to", hint="check its permissions, or choose another folder"
            )
        return None

    def _files(self, folder: str) -> Iterator[str]:
        for place, folders, names in os.walk(self.root / folder):
            folders[:] = sorted(name for name in folders if name != ".git")
            for name in names:
                path = Path(place) / name
                if not path.is_symlink() and path.is_file():
                    yield path.relative_to(self.root).as_posix()
