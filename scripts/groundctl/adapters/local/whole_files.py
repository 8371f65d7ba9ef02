"""Whole files: written beside their places and moved there, so that an interrupted run leaves no part of one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path


def write_new(place: Path, content: bytes) -> None:
    """Write a file that does not exist yet; FileExistsError if anything has its name by now, even a link."""
    aside = _aside(place)
    try:
        _write(aside, [content])
        _move_to_free_place(aside, place)
    finally:
        aside.unlink(missing_ok=True)


def write_all(contents: Mapping[Path, Iterable[str | bytes]]) -> None:
    """Write files, over older ones as well; none is moved to its place before all of them are whole.

    What is no regular file, such as a device or a pipe, is written to as it is.
    """
    written: dict[Path, Path] = {}
    try:
        for file, content in contents.items():
            if file.exists() and not file.is_file():
                _write(file, content)
                continue
            target = file.resolve()
            aside = _aside(target)
            written[aside] = target
            _write(aside, content)
            if target.exists():
                aside.chmod(target.stat().st_mode & 0o7777)
        for aside, target in written.items():
            aside.replace(target)
    finally:
        for aside in written:
            aside.unlink(missing_ok=True)


def _aside(place: Path) -> Path:
    return place.with_name(f".{place.name[:200]}.{os.getpid()}.partial")


def _write(file: Path, content: Iterable[str | bytes]) -> None:
    with file.open("wb") as out:
        out.writelines(part.encode() if isinstance(part, str) else part for part in content)
        if file.is_file():
            out.flush()
            os.fsync(out.fileno())  # a full disk may show only now


def _move_to_free_place(aside: Path, place: Path) -> None:
    try:
        os.link(aside, place)  # unlike a rename, this replaces nothing
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links: an empty file takes the name first.
        place.open("xb").close()
        aside.replace(place)
