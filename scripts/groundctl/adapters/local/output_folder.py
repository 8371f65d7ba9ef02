"""Local folders: results are written to one, clips are found in another."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from groundctl.adapters.local.whole_files import write_all
from groundctl.errors import ExternalError, GroundctlError, UsageError

# The machine cannot take the file: nothing is wrong with what was asked for.
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def write_text(file: Path, content: str) -> None:
    """Write a text file that ends with a line break; an older file stays if the new one cannot be written."""
    try:
        write_all({file: [content, "\n"]})
    except OSError as error:
        raise _cannot_write(file, error, "check the path given as --out") from error


def _cannot_write(place: Path, error: OSError, hint: str) -> GroundctlError:
    message = f"{place} cannot be written: {error.strerror}"
    if error.errno in _NO_ROOM:
        return ExternalError(
            f"{message}; an older file stays as it was", hint="free space on the disk, then run it again"
        )
    return UsageError(message, hint=hint)


@dataclass(frozen=True, slots=True)
class OutputFolder:
    """A folder that results are written to."""

    path: Path

    def write(self, contents: Mapping[str, Iterable[str | bytes]]) -> tuple[Path, ...]:
        """Write files in parts, by name; return their paths."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            write_all({self.path / file: content for file, content in contents.items()})
        except OSError as error:
            raise _cannot_write(self.path, error, "check the folder given as --out") from error
        return tuple(self.path / file for file in contents)

    def clips_at(self, place: str) -> Callable[[str], str | None]:
        """Find clips in a folder or at a web address, under their S3 keys or the ends of these.

        Addresses of local files are relative to this folder, so that page and clips can move together.
        """
        if re.match(r"https?://", place):
            return lambda uri: f"{place.rstrip('/')}/{quote(_key(uri))}"
        folder = Path(place).resolve()
        if not folder.is_dir():
            raise UsageError(f"{place} is not a folder", hint="give the folder that holds the clips, or a web address")
        return partial(_clip_in, folder, beside=self.path.resolve())


def _clip_in(folder: Path, uri: str, *, beside: Path) -> str | None:
    parts = [part for part in PurePosixPath(_key(uri)).parts if part not in {"..", "/"} and "\0" not in part]
    for start in range(len(parts)):
        clip = folder.joinpath(*parts[start:])
        if clip.is_file():
            return quote(Path(os.path.relpath(clip, beside)).as_posix())
    return None


def _key(uri: str) -> str:
    return re.sub(r"^s3://[^/]+/", "", uri)
