"""The door to folders of this machine: clips are looked for in one, results are written to one."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from groundctl.errors import UsageError


def write_files(folder: Path, contents: Mapping[str, Iterable[str | bytes]]) -> tuple[Path, ...]:
    """Write files by their names, part after part; return their paths."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in contents.items():
            with (folder / file).open("wb") as out:
                out.writelines(part.encode() if isinstance(part, str) else part for part in content)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written: {error.strerror}", hint="check the folder given as --out"
        ) from error
    return tuple(folder / file for file in contents)


def clips_at(place: str, beside: Path) -> Callable[[str], str | None]:
    """Find clips in a folder or at a web address, where they lie under their S3 keys or the ends of these.

    Addresses of local files are relative to the folder `beside`, so that page and clips can move together.
    """
    if re.match(r"https?://", place):
        return lambda uri: f"{place.rstrip('/')}/{quote(_key(uri))}"
    folder = Path(place).resolve()
    if not folder.is_dir():
        raise UsageError(f"{place} is no folder", hint="give the folder that holds the clips, or a web address")

    def find(uri: str) -> str | None:
        parts = [part for part in PurePosixPath(_key(uri)).parts if part not in {"..", "/"} and "\0" not in part]
        for start in range(len(parts)):
            clip = folder.joinpath(*parts[start:])
            if clip.is_file():
                return quote(Path(os.path.relpath(clip, beside.resolve())).as_posix())
        return None

    return find


def _key(uri: str) -> str:
    return re.sub(r"^s3://[^/]+/", "", uri)
