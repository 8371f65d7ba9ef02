"""The door to the checkout's history, through git."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from groundctl.errors import ExternalError

SHALLOW_HINT = "check out with the whole history (fetch-depth: 0)"


@dataclass(frozen=True)
class LocalGitHistory:
    """The commits behind a checkout; paths are relative to it."""

    root: Path

    def last_change(self, paths: Iterable[str]) -> str | None:
        """Find the newest commit of the branch that touched one of the paths; a merge counts as the one step it is."""
        # -m with --first-parent: what a merge brought is laid to the merge, as it is on the branch.
        found = self._git("log", "-1", "--first-parent", "-m", "--format=%H", "--", *paths)
        return found.strip() or None

    def changed_since(self, base: str) -> tuple[str, ...]:
        """List the paths that differ between the point where a branch left its base, and now."""
        # -z: a path may hold anything but a NUL. --no-renames: a file that left a folder is named there too.
        changed = self._git("diff", "--name-only", "--no-renames", "-z", "--end-of-options", f"{base}...HEAD", "--")
        return tuple(filter(None, changed.split("\0")))

    def _git(self, *arguments: str) -> str:
        # Whatever git would run or read for a person's comfort stays out of it.
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
