"""Reads branches, trees and commits of the test's bare git repository."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from github_emulator.state import Commit

_COMMIT_FORMAT = "--format=%H%n%T%n%an%n%ae%n%cd%n%P%n%B"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitRepository:
    """A bare repository; nothing is kept, so that what was pushed last is what GitHub shows."""

    folder: Path

    def ref(self, name: str) -> tuple[str, str] | None:
        """Return the type and name of the object that a full ref points to."""
        found = self._read("for-each-ref", "--format=%(refname) %(objecttype) %(objectname)", name) or ""
        for line in found.splitlines():
            ref, kind, sha = line.split(" ")
            if ref == name:
                return kind, sha
        return None

    def commit(self, name: str) -> Commit | None:
        """Return the commit that a name stands for."""
        shown = self._read(
            "show", "--no-patch", "--date=format-local:%Y-%m-%dT%H:%M:%SZ", _COMMIT_FORMAT, f"{name}^{{commit}}"
        )
        if shown is None:
            return None
        sha, tree, author, email, at, parents, message = shown.split("\n", 6)
        return Commit(
            sha=sha, tree=tree, author=author, email=email, at=at, parents=tuple(parents.split()), message=message
        )

    def tree(self, name: str) -> list[tuple[str, str, str, str, int | None]] | None:
        """Return mode, type, object, path and size of every entry of a tree; None if there is no such tree."""
        listed = self._read("ls-tree", "-z", "--long", f"{name}^{{tree}}")
        if listed is None:
            return None
        entries = []
        for line in filter(None, listed.split("\0")):
            facts, path = line.split("\t", 1)
            mode, kind, sha, size = facts.split()
            entries.append((mode, kind, sha, path, None if size == "-" else int(size)))
        return entries

    def _read(self, *arguments: str) -> str | None:
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, capture_output=True, text=True, check=False, env=_ENVIRONMENT
        )
        return done.stdout.removesuffix("\n") if done.returncode == 0 else None


_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "TZ": "UTC",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
}
