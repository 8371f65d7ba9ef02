"""A fake of new files; it passes the same contract tests as the adapter."""

from __future__ import annotations

from groundctl.errors import UsageError
from groundctl.ports import FileState


class FakeNewFiles:
    """New files in a dictionary."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def look(self, path: str, content: bytes) -> FileState:
        if path.startswith("/") or ".." in path.split("/"):
            raise UsageError(f"{path} is outside of this repository", hint="name a folder below jobs/")
        if self.files.get(path) == content:
            return FileState.SAME
        return FileState.TAKEN if path.lower() in map(str.lower, self.files) else FileState.FREE

    def add(self, path: str, content: bytes) -> FileState:
        state = self.look(path, content)
        if state is FileState.FREE:
            self.files[path] = content
        return state
