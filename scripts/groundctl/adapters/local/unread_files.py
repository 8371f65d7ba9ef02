"""Finds files that look like declarations and are not read, because of their names."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ENDINGS = (".yaml", ".yml")
# Editors and file systems keep these while a file is open, or beside each file; none of them is committed.
_OF_EDITORS = re.compile(r"\.#.*|.*\.sw[a-p]|.*\.un~|\._.*|\.~.*|\.DS_Store")
# Texts and pages beside declarations, and clips.
_OTHERS = (
    ".md",
    ".html",
    ".liquid",
    ".mp4",
    ".webm",
    ".ogg",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".svg",
    ".manifest",
    ".jsonl",
)
_LOOKED_INTO = 64 * 1024
_FIELDS = tuple(
    re.compile(rb"(?m)^[ \t{\"']*" + field + rb"[\"']?[ \t]*:") for field in (b"name", b"task", b"workforce")
)


def unread_files(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Yield each file under a folder that looks like a declaration and is not read, with the reason and the way out."""
    for place, _, names in os.walk(folder):
        within = Path(place)
        hidden = next((part for part in within.relative_to(folder).parts if part.startswith(".")), None)
        for name in sorted(names):
            path = within / name
            is_read = hidden is None and name.endswith(ENDINGS) and not name.startswith(".")
            if not is_read and not _OF_EDITORS.fullmatch(name) and _looks_like_a_declaration(path):
                yield path, *_why(name, hidden)


def _looks_like_a_declaration(path: Path) -> bool:
    """Return whether a file has the name of a declaration, or the fields of one."""
    name = path.name.lower()
    if name.endswith(_OTHERS):
        return False
    if any(ending in name for ending in ENDINGS):
        return True
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        with path.open("rb") as file:
            start = file.read(_LOOKED_INTO)
    except OSError:
        return False
    return all(field.search(start) for field in _FIELDS)


def _why(name: str, hidden: str | None) -> tuple[str, str]:
    remove = "or remove it if it is no declaration"
    if hidden is not None:
        return f"is not read: it is in `{hidden}`, and names that start with a dot are skipped", f"move it, {remove}"
    if name.startswith("."):
        return "is not read: names that start with a dot are skipped", f"rename it, {remove}"
    ending = PurePosixPath(name).suffix
    if ending.lower() in ENDINGS:
        return f"is not read: it ends in {ending}, not in {ending.lower()}", f"rename it to end in {ending.lower()}"
    return "looks like a declaration and is not read: its name does not end in .yaml", f"rename it, {remove}"
