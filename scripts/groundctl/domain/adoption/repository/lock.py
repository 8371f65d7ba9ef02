"""The lock of a repository that `groundctl init` has set up: its version, its answers, and the digest of each file as it was written."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from groundctl.domain.canonical_json import JsonObject, parse_json_object

LOCK_PATH = ".groundctl/lock.json"
# What was written is kept here, under the same paths: an upgrade compares with it, and needs no older version.
BASE_FOLDER = ".groundctl/base"
FORMAT_VERSION = 1
# Declarations, the policy, and the settings of environments belong to the team: an upgrade never changes them.
_OWN_FOLDERS = ("jobs/", "terraform/environments/")
# What is in Git's own folder can be a program that Git runs.
_NEVER_WRITTEN = ".git"

_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:(a|b|rc)(\d{1,6}))?")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class UnfitLockError(ValueError):
    """The lock cannot be used; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What .groundctl/lock.json holds."""

    version: str
    answers: JsonObject
    files: Mapping[str, str]
    """The SHA-256 of each file as groundctl wrote it, by its path."""

    def text(self) -> bytes:
        """Write it as JSON, one file a line, so that a diff can be read."""
        data = {
            "format_version": FORMAT_VERSION,
            "version": self.version,
            "answers": self.answers,
            "files": dict(sorted(self.files.items())),
        }
        return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


def parse_lock(raw: bytes) -> Lock:
    """Read a lock; raise UnfitLockError for anything else."""
    try:
        data = parse_json_object(raw)
    except ValueError as error:
        raise UnfitLockError(f"is not JSON: {error}") from error
    if data.get("format_version") != FORMAT_VERSION:
        raise UnfitLockError(
            f"has format_version {data.get('format_version')!r}, and this groundctl reads {FORMAT_VERSION}"
        )
    version, answers, files = data.get("version"), data.get("answers"), data.get("files")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise UnfitLockError(f"has version {version!r}, which is no version such as 0.1.0")
    if not isinstance(answers, dict):
        raise UnfitLockError("has no answers")
    if not isinstance(files, dict) or not all(_is_entry(*entry) for entry in files.items()):
        raise UnfitLockError("has files that are not those of groundctl with a SHA-256 each")
    return Lock(version=version, answers=answers, files=files)


def digest_of_file(content: bytes) -> str:
    """Return the SHA-256 of a file, with line ends as on Linux: Git writes others on Windows."""
    return hashlib.sha256(with_unix_line_ends(content)).hexdigest()


def with_unix_line_ends(content: bytes) -> bytes:
    """Return a text whose lines all end as on Windows with the line ends of Linux, and any other unchanged."""
    return content.replace(b"\r\n", b"\n") if has_windows_line_ends(content) else content


def has_windows_line_ends(content: bytes) -> bool:
    """Return whether every line ends as on Windows."""
    ends = content.count(b"\r\n")
    return ends > 0 and ends == content.count(b"\n") == content.count(b"\r")


def base_of(path: str) -> str:
    """Return where a file is kept as it was written."""
    return f"{BASE_FOLDER}/{path}"


def is_managed(path: str) -> bool:
    """Return whether an upgrade may change a file."""
    return not path.startswith(_OWN_FOLDERS)


def may_be_named(path: Any) -> bool:  # any JSON value
    """Return whether a lock or a journal, which anybody may have edited, can name a file: a managed one in this folder."""
    if not isinstance(path, str) or not path or set(path) & {"\0", "\\"}:
        return False
    # As a file system reads it that ignores case.
    plain, parts = path.lower(), path.lower().split("/")
    return not {"", ".", "..", _NEVER_WRITTEN} & {*parts} and is_managed(plain)


def is_older(version: str, than: str) -> bool:
    """Return whether a version comes before another one."""
    return _key(version) < _key(than)


def is_version(text: str) -> bool:
    """Return whether a text is a version such as 0.1.0."""
    return _VERSION.fullmatch(text) is not None


def _key(version: str) -> tuple[int, int, int, str, int]:
    parts = _VERSION.fullmatch(version)
    if not parts:
        raise UnfitLockError(f"{version} is no version such as 0.1.0")
    # A release comes after its candidates: "a" < "b" < "rc" < "release".
    return int(parts[1]), int(parts[2]), int(parts[3]), parts[4] or "release", int(parts[5] or 0)


def _is_entry(path: Any, digest: Any) -> bool:
    return may_be_named(path) and isinstance(digest, str) and bool(_DIGEST.fullmatch(digest))
