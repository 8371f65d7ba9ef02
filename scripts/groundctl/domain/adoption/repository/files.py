"""The files of a repository that uses groundctl, and which of them `groundctl init` writes into a folder."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from groundctl.domain.adoption.repository.lock import is_managed, with_unix_line_ends

# Files that a repository often has already, and to which lines can be added.
_LISTS = (".gitignore", ".github/CODEOWNERS")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file as this version of groundctl makes it."""

    path: str
    content: bytes

    @property
    def is_managed(self) -> bool:
        """Return whether an upgrade changes it."""
        return is_managed(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Something at a path, or above it, that is no regular file of the repository."""

    reason: str
    hint: str


# What is at a path: a file's content, nothing, or something that is in the way.
Present: TypeAlias = bytes | Obstacle | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Nothing is there: the file is written."""

    file: NewFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A file is there: it stays as it is. missing has the lines that a list lacks; is_ours says that it is as we write it."""

    path: str
    is_ours: bool
    is_for_upgrade: bool = False
    """Whether groundctl wrote it, from other answers or in another version, or it was edited since: an upgrade merges it."""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """The file cannot be written."""

    path: str
    obstacle: Obstacle


Step: TypeAlias = Write | Stay | Blocked


def plan_files(
    files: Iterable[NewFile], present: Mapping[str, Present], written: Collection[str] = ()
) -> tuple[Step, ...]:
    """Decide for each file whether it is written; what is there is never overwritten. written has the paths in the lock."""
    return tuple(_step(file, present[file.path], was_written=file.path in written) for file in files)


def _step(file: NewFile, present: Present, *, was_written: bool) -> Step:
    match present:
        case None:
            return Write(file=file)
        case Obstacle():
            return Blocked(path=file.path, obstacle=present)
    content = with_unix_line_ends(present)
    if content == file.content:
        return Stay(path=file.path, is_ours=True)
    if was_written:
        return Stay(path=file.path, is_ours=False, is_for_upgrade=True)
    missing = _missing_lines(file, content) if file.path in _LISTS else ()
    return Stay(path=file.path, is_ours=False, missing=missing)


def _missing_lines(file: NewFile, present: bytes) -> tuple[str, ...]:
    """List the lines of ours that another file lacks; comments and the space in lines do not count."""
    theirs = {_words(line) for line in present.decode(errors="replace").splitlines()}
    ours = [line for line in file.content.decode().splitlines() if line.strip() and not line.startswith("#")]
    return tuple(line for line in ours if _words(line) not in theirs)


def _words(line: str) -> str:
    return " ".join(line.split())
