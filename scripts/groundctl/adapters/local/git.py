"""Reads the checkout's history through git."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

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
            done = subprocess.run(  # noqa: S603 - git, with paths behind --
                command, capture_output=True, check=False, text=True, encoding="utf-8", errors="surrogateescape"
            )
        except OSError as error:
            raise ExternalError(f"git cannot be run: {error.strerror}", hint="install git") from error
        if done.returncode:
            said = next(iter(done.stderr.strip().splitlines()), "no reason given")
            raise ExternalError(f"git {arguments[0]} failed: {said}", hint=SHALLOW_HINT)
        return done.stdout
