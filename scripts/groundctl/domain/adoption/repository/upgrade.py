"""What moving to another version does with each file: leave, replace, add, remove, or merge three ways."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from groundctl.domain.adoption.repository.files import NewFile, Obstacle, Present
from groundctl.domain.adoption.repository.lock import (
    Lock,
    base_of,
    digest_of_file,
    has_windows_line_ends,
    with_unix_line_ends,
)

YOURS = "yours"
_MARKER = re.compile(rf"^<<<<<<< {YOURS}\r?$", re.MULTILINE)
_VARIABLE = re.compile(r'^variable "([a-z_0-9]+)"', re.MULTILINE)
_SETTING = re.compile(r"^([a-z_0-9]+)[ \t]*=", re.MULTILINE)


class Reason(StrEnum):
    """Why a file is left as it is."""

    CURRENT = "is as this version writes it"
    UNCHANGED = "has your changes, and this version brings none"
    DELETED = "was deleted, and stays deleted"
    TAKEN = "is yours: groundctl did not write it"
    EDITED = "is no longer part of this version, and has your changes: it is yours now"
    OBSTRUCTED = "is no regular file here, and stays as it is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """The file stays as it is."""

    path: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace:
    """The file has no changes of the user, or is not there yet: the new text is written."""

    path: str
    content: bytes
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """The file is no longer part of this version, and has no changes of the user."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Both the user and the new version changed the file; all three texts have the line ends of Linux if yours can."""

    path: str
    base: bytes
    yours: bytes
    new: bytes
    windows: bool

    def in_your_line_ends(self, merged: bytes) -> bytes:
        """Return the merged text with the line ends that the file had."""
        return merged.replace(b"\n", b"\r\n") if self.windows else merged


Step: TypeAlias = Leave | Replace | Remove | Merge


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A reason to refuse the upgrade: nothing is written."""

    path: str
    message: str
    hint: str


def plan_upgrade(lock: Lock, files: Iterable[NewFile], present: Mapping[str, Present]) -> tuple[Step, ...]:
    """Decide for each file that groundctl has written, or would write; present also has what was written, as its base."""
    new = {file.path: file.content for file in files if file.is_managed}
    return tuple(_step(path, lock, new.get(path), present) for path in sorted({*new, *lock.files}))


def _step(path: str, lock: Lock, new: bytes | None, present: Mapping[str, Present]) -> Step:
    yours, written = present.get(path), lock.files.get(path)
    if isinstance(yours, Obstacle):
        return Leave(path=path, reason=Reason.OBSTRUCTED if written else Reason.TAKEN)
    if written is None:
        return _of_a_new_file(path, new or b"", yours)
    if yours is None:
        return Leave(path=path, reason=Reason.DELETED)
    if new is None:
        is_unchanged = digest_of_file(yours) == written
        return Remove(path=path) if is_unchanged else Leave(path=path, reason=Reason.EDITED)
    if with_unix_line_ends(yours) == new:
        return Leave(path=path, reason=Reason.CURRENT)
    if digest_of_file(new) == written:
        return Leave(path=path, reason=Reason.UNCHANGED)
    windows = has_windows_line_ends(yours)
    if digest_of_file(yours) == written:
        return Replace(path=path, content=new.replace(b"\n", b"\r\n") if windows else new)
    base = present[base_of(path)]
    if not isinstance(base, bytes):
        raise TypeError(f"{path} has no base: find_lock_faults comes first")
    return Merge(path=path, base=with_unix_line_ends(base), yours=with_unix_line_ends(yours), new=new, windows=windows)


def _of_a_new_file(path: str, new: bytes, yours: bytes | None) -> Step:
    if yours is None:
        return Replace(path=path, content=new, is_new=True)
    is_same = with_unix_line_ends(yours) == new
    return Leave(path=path, reason=Reason.CURRENT if is_same else Reason.TAKEN)


def find_lock_faults(lock: Lock, present: Mapping[str, Present]) -> Iterator[Fault]:
    """Report where the lock and what was written disagree: a comparison with either would lose changes."""
    for path, digest in lock.files.items():
        base = present.get(base_of(path))
        if isinstance(base, bytes) and digest_of_file(base) == digest:
            continue
        why = (
            "is missing"
            if base is None
            else "is no file"
            if isinstance(base, Obstacle)
            else "is not what the lock says"
        )
        hint = (
            f"restore it and .groundctl/lock.json from Git, such as with `git checkout HEAD -- .groundctl`; or, to give up the"
            f" comparison, remove the line of {path} from the lock: the file is then yours"
        )
        yield Fault(path=base_of(path), message=f"{why}, so your changes of {path} cannot be found", hint=hint)


def conflict_lines(content: bytes) -> tuple[int, ...]:
    """List the lines at which a conflict that git left begins."""
    text = content.decode(errors="replace")
    return tuple(text.count("\n", 0, found.start()) + 1 for found in _MARKER.finditer(text))


def lost_settings(files: Iterable[NewFile], before: bytes | None, settings: Mapping[str, bytes]) -> Iterator[Fault]:
    """Name what the settings of environments use and the new Terraform root no longer has."""
    root = next((file.content for file in files if file.path == "terraform/variables.tf"), b"")
    known = set(_VARIABLE.findall(root.decode()))
    lost = set(_VARIABLE.findall((before or b"").decode(errors="replace"))) - known
    for path, content in sorted(settings.items()):
        for match in _SETTING.finditer(content.decode(errors="replace")):
            if match[1] in lost:
                line = content.decode(errors="replace").count("\n", 0, match.start()) + 1
                message = f"sets {match[1]}, which this version does not have"
                yield Fault(path=f"{path}:{line}", message=message, hint="see CHANGELOG.md for what replaces it")
