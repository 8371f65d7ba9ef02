"""Merges files three ways with git, which every repository has at hand."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from groundctl.domain.adoption.repository.upgrade import YOURS, Merge
from groundctl.errors import ExternalError

# git merge-file ends with the number of conflicts, and counts no further than this.
_MAX_CONFLICTS = 127


@dataclass(frozen=True, slots=True)
class GitMerging:
    """`git merge-file`, without a repository."""

    program: str = "git"

    def merge(self, step: Merge, *, written_by: str, new: str) -> bytes | None:
        """Return the merged text, with the conflicts in it as git marks them; None if git cannot merge such files."""
        with TemporaryDirectory(prefix="groundctl-") as scratch:
            texts = {"yours": step.yours, "base": step.base, "new": step.new}
            for name, text in texts.items():
                Path(scratch, name).write_bytes(text)
            labels = ("-L", YOURS, "-L", written_by, "-L", new)
            command = [self.program, "merge-file", "-p", "--diff3", *labels, *texts]
            done = self._run(command, scratch)
        if 0 <= done.returncode <= _MAX_CONFLICTS:
            return done.stdout
        if b"binary" in done.stderr:
            return None
        said = next(iter(done.stderr.decode(errors="replace").strip().splitlines()), "no reason given")
        raise ExternalError(f"git merge-file failed: {said}", hint="nothing was written; check that git works here")

    def _run(self, command: list[str], folder: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603 - git, with files of our own
        except OSError as error:
            hint = "install git: an upgrade merges your changes with it. Nothing was written"
            raise ExternalError(f"git cannot be run: {error.strerror}", hint=hint) from error
