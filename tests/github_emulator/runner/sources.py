"""The checkouts that GitHub reads workflow files from: the event's commit, and the refs that its files call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from github_emulator.actors import DEFAULT_BRANCH
from github_emulator.runner.events import Event
from github_emulator.runner.repository import GitError, Repository
from github_emulator.runner.workflow_file import (
    WORKFLOWS,
    Call,
    Source,
    Workflow,
    WorkflowError,
    read_workflow,
    without_concurrency,
)


@dataclass(slots=True, kw_only=True)
class Sources:
    """Checks out what a run reads, each commit once."""

    repository: Repository
    folder: Path
    event: Event
    pinned: Mapping[str, str] = field(default_factory=dict)  # commits that stand for refs: those of an earlier attempt
    called: dict[str, Source] = field(default_factory=dict)  # by ref, as the caller wrote it
    _own: Source | None = None

    @property
    def own(self) -> Source:
        """Return the checkout of the event's commit."""
        if self._own is None:
            self._own = self._checkout(self.event.ref, self.event.sha)
        return self._own

    def of(self, call: Call | None) -> Source:
        """Return the checkout that a called file is read from; the event's own for a call by `./`."""
        if call is None or not call.ref:
            return self.own
        if call.ref not in self.called:
            try:
                ref, sha = self.repository.resolve(call.ref)
            except GitError as error:
                raise WorkflowError(f'error parsing called workflow "{call.text}": workflow was not found.') from error
            self.called[call.ref] = self._checkout(ref, self.pinned.get(call.ref, sha))
        return self.called[call.ref]

    def read(self, call: Call) -> Workflow:
        """Read a called workflow."""
        root = self.of(call).root
        if not (root / call.path).is_file():
            raise WorkflowError(f'error parsing called workflow "{call.text}": workflow was not found.')
        return read_workflow(root, call.path)

    def _checkout(self, ref: str, sha: str) -> Source:
        root = self.folder / f"{len(self.called)}-{sha}"
        root.mkdir()
        git = self.repository.git
        git("init", "--quiet", f"--initial-branch={DEFAULT_BRANCH}", at=root)
        git("fetch", "--quiet", "--depth=1", self.repository.origin.as_uri(), sha, at=root)
        git("checkout", "--quiet", "--detach", sha, at=root)
        for file in (root / WORKFLOWS).glob("*.y*ml"):
            file.write_text(without_concurrency(file.read_text(encoding="utf-8")), encoding="utf-8")
        return Source(root=root, ref=ref, sha=sha)
