"""A folder to set up, in memory; it passes the same contract tests as the real one."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundctl.domain.adoption.repository.files import Obstacle, Present
from groundctl.errors import UsageError


class Interrupted(Exception):  # noqa: N818 - what happened
    """The process was killed."""


@dataclass
class FakeSetUpFolder:
    """A folder in memory; it can be made to end the process before its n-th change."""

    files: dict[str, bytes] = field(default_factory=dict)
    changes_left: int | None = None
    above: dict[str, str] = field(default_factory=dict)

    def look(self, path: str) -> Present:
        parents = [path.rsplit("/", cut)[0] for cut in range(1, path.count("/") + 1)]
        if path.startswith("/") or ".." in path.split("/"):
            return Obstacle(reason=f"{path} is outside this folder", hint="correct the path in .groundctl/")
        if blocking := next((parent for parent in parents if parent in self.files), None):
            return Obstacle(reason=f"{blocking} is a file, and a folder is needed", hint="rename the file")
        if any(name.startswith(f"{path}/") for name in self.files):
            return Obstacle(reason=f"{path} is a folder", hint="rename the folder")
        return self.files.get(path)

    def find_above(self, name: str) -> str | None:
        return self.above.get(name)

    def list_files(self, folder: str) -> tuple[str, ...]:
        return tuple(sorted(name for name in self.files if name.startswith(f"{folder}/")))

    def write(self, path: str, content: bytes, *, replace: bool) -> None:
        present = self.look(path)
        if isinstance(present, Obstacle):
            raise UsageError(present.reason, hint=present.hint)
        if present is not None and not replace:
            raise UsageError(f"{path} exists by now", hint="it was not overwritten; run it again")
        self._count()
        self.files[path] = content

    def remove(self, path: str) -> None:
        present = self.look(path)
        if isinstance(present, Obstacle):
            raise UsageError(present.reason, hint=present.hint)
        self._count()
        self.files.pop(path, None)

    def _count(self) -> None:
        if self.changes_left is not None:
            if self.changes_left == 0:
                raise Interrupted
            self.changes_left -= 1
