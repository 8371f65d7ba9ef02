"""Reads the checkout's history through git."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from groundctl.child_processes import run_child
from groundctl.errors import ExternalError

SHALLOW_HINT = "check out the full history (fetch-depth: 0)"


@dataclass(frozen=True)
class LocalGitHistory:
    """The commits behind a checkout; paths are relative to it."""

    root: Path

    def last_change(self, paths: Iterable[str]) -> str | None:
        """Find the newest first-parent commit of the branch that changed one of the paths."""
        # -m with --first-parent attributes the changes of a merge to the merge commit.
        commit = self._git("log", "-1", "--first-parent", "-m", "--format=%H", "--", *paths)
        return commit.strip() or None

    def changed_since(self, base: str) -> tuple[str, ...]:
        """List the paths that differ between the point where a branch left its base, and now."""
        # -z: a path can contain anything but NUL. --no-renames: lists also the old path of a moved file.
        changed = self._git("diff", "--name-only", "--no-renames", "-z", "--end-of-options", f"{base}...HEAD", "--")
        return tuple(filter(None, changed.split("\0")))

    def changes(self, paths: Iterable[str], *, since: str) -> tuple[str, ...]:
        """List the first-parent commits after one that changed one of the paths, the newest first."""
        options = ("--first-parent", "-m", "--format=%H", "--end-of-options", f"{since}..HEAD")
        return tuple(self._git("log", *options, "--", *paths).split())

    def first_parents(self, commit: str, count: int) -> tuple[str, ...]:
        """List a commit of this branch and the first parents before it, so many in all; nothing for other commits."""
        # GitHub may name a commit that this checkout does not have.
        if commit not in self._branch:
            return ()
        start = self._branch.index(commit)
        return self._branch[start : start + max(count, 1)]

    def base_of_merge(self, head: str) -> str | None:
        """Return what the checked out merge merges a commit into; None if the checkout is no such merge."""
        parents = self._git("log", "-1", "--format=%P", "HEAD", "--").split()
        return next((parent for parent in parents if parent != head), None) if head in parents[1:] else None

    def message(self, commit: str) -> str:
        """Return a commit's message."""
        return self._git("log", "-1", "--format=%B", "--end-of-options", commit, "--")

    def committed_at(self, commit: str) -> datetime:
        """Return when a commit was made, as its committer says."""
        seconds = int(self._git("log", "-1", "--format=%ct", "--end-of-options", commit, "--"))
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            # Git takes years that Python does not have. No commit was made then.
            return datetime.max.replace(tzinfo=UTC)

    def has(self, commit: str) -> bool:
        """Return whether this checkout has a commit: GitHub may name one that no branch has any more."""
        # A name that is not there is no failure for this command.
        return bool(self._git("rev-list", "--max-count=1", "--ignore-missing", "--end-of-options", commit, "--"))

    def read_file(self, commit: str, path: str) -> bytes | None:
        """Read a file as it was in a commit; None if it was not there."""
        listed = self._git("ls-tree", "-z", "--end-of-options", commit, "--", path)
        if not listed:
            return None
        kind = listed.split(maxsplit=2)[1]
        # A folder or a submodule can have the name.
        return (
            self._git("cat-file", "blob", f"{commit}:{path}").encode(errors="surrogateescape")
            if kind == "blob"
            else None
        )

    @cached_property
    def _branch(self) -> tuple[str, ...]:
        return tuple(self._git("log", "--first-parent", "--format=%H", "HEAD", "--").split())

    def _git(self, *arguments: str) -> str:
        # Disables everything that a user's configuration could make git run or read.
        command = [
            "git",
            "--no-pager",
            "--literal-pathspecs",
            "-c",
            "core.fsmonitor=false",
            "-C",
            str(self.root),
            *arguments,
        ]
        try:
            done = run_child(command)
        except OSError as error:
            raise ExternalError(f"git cannot be run: {error.strerror}", hint="install git") from error
        if done.code:
            said = next(iter(_text(done.err).strip().splitlines()), "no reason given")
            raise ExternalError(f"git {arguments[0]} failed: {said}", hint=SHALLOW_HINT)
        return _text(done.out)


def _text(written: bytes) -> str:
    """Decode what git writes, with its line ends as they are on every system."""
    return written.decode(errors="surrogateescape").replace("\r\n", "\n").replace("\r", "\n")
