"""An upgrade as it was decided: written down before the first file changes, so that an interrupted one can be finished."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from groundctl.domain.adoption.repository.lock import Lock, UnfitLockError, may_be_named, parse_lock
from groundctl.domain.canonical_json import parse_json_object

JOURNAL_PATH = ".groundctl/upgrade.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file: its content before and after, and what is kept of it as its base; None where there is no file."""

    before: str | None
    """The SHA-256 of its bytes."""
    after: bytes | None
    base: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """Every change of an upgrade, and the lock that comes last."""

    lock: Lock
    entries: Mapping[str, Entry]

    def text(self) -> bytes:
        """Write it as JSON."""
        files = {
            path: {"before": each.before, "after": _text(each.after), "base": _text(each.base)}
            for path, each in self.entries.items()
        }
        return json.dumps({"lock": json.loads(self.lock.text()), "files": files}, indent=1).encode()

    def without(self, changed: Mapping[str, str | None]) -> Lock:
        """Return the lock in which some files have the digests of before: they were edited since, and are merged next time."""
        files = {**self.lock.files, **changed}
        kept = {path: digest for path, digest in files.items() if digest}
        return Lock(version=self.lock.version, answers=self.lock.answers, files=kept)


def parse_journal(raw: bytes) -> Journal:
    """Read a journal; raise UnfitLockError for anything else."""
    try:
        data = parse_json_object(raw)
        entries = {
            str(path): Entry(before=each["before"], after=_bytes(each["after"]), base=_bytes(each["base"]))
            for path, each in data["files"].items()
        }
        lock = parse_lock(json.dumps(data["lock"]).encode())
    except UnfitLockError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise UnfitLockError(f"is no journal of an upgrade: {error}") from error
    if strange := [path for path in entries if not may_be_named(path)]:
        raise UnfitLockError(f"names {strange[0] or 'no path'}, which no upgrade changes")
    return Journal(lock=lock, entries=entries)


def digest_of_bytes(content: bytes | None) -> str | None:
    """Return the SHA-256 of a file's bytes; None if there is no file."""
    return None if content is None else hashlib.sha256(content).hexdigest()


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode(errors="surrogateescape")


def _bytes(text: Any) -> bytes | None:
    return None if text is None else text.encode(errors="surrogateescape")
