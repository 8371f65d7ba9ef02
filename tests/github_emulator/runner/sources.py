"""The checkouts that GitHub reads workflow files from: the event's commit, and the refs that its files call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from github_emulator.actors import DEFAULT_BRANCH, FULL_NAME
from github_emulator.runner.events import Event
from github_emulator.runner.ready_tool import lay_ready
from github_emulator.runner.repository import GitError, Repository
from github_emulator.runner.workflow_file import (
    WORKFLOWS,
    Call,
    Source,
    Workflow,
    WorkflowError,
    read_workflow,
    with_full_names,
    without_concurrency,
)


@dataclass(slots=True, kw_only=True)
class Sources:
    """Checks out what a run reads, each commit once."""

    repository: Repository
    folder: Path
    event: Event
    others: Mapping[str, Repository] = field(default_factory=dict)  # other repositories, by OWNER/NAME
    pinned: Mapping[str, str] = field(default_factory=dict)  # commits that stand for refs: those of an earlier attempt
    called: dict[str, Source] = field(default_factory=dict)  # by OWNER/NAME@REF, as the caller wrote it
    _own: Source | None = None
    _read: dict[tuple[str, str, str], Workflow] = field(default_factory=dict)

    @property
    def own(self) -> Source:
        """Return the checkout of the event's commit."""
        if self._own is None:
            event, place = self.event, f"{FULL_NAME}@{self.event.sha}"
            self._own = self._checkout(self.repository, place, event.ref, event.sha, calls=False)
        return self._own

    def of(self, call: Call | None) -> Source:
        """Return the checkout that a called file is read from; the event's own for a call by `./`."""
        if call is None or not call.ref:
            return self.own
        place = f"{call.repository}@{call.ref}"
        if place not in self.called:
            repository = self.repository if call.repository == FULL_NAME else self.others.get(call.repository)
            if repository is None:
                raise WorkflowError(f"{call.text} is a workflow of another repository than those that are there")
            try:
                ref, sha = repository.resolve(call.ref)
            except GitError as error:
                raise WorkflowError(f'error parsing called workflow "{call.text}": workflow was not found.') from error
            self.called[place] = self._checkout(repository, place, ref, self.pinned.get(place, sha), calls=True)
        return self.called[place]

    def read(self, call: Call) -> Workflow:
        """Read a called workflow."""
        root = self.of(call).root
        if not (root / call.path).is_file():
            raise WorkflowError(f'error parsing called workflow "{call.text}": workflow was not found.')
        return read_workflow(root, call.path)

    def read_original(self, call: Call) -> Workflow:
        """Read a called workflow as it was at first: some of its jobs may have been replaced since."""
        place = (call.repository, call.ref, call.path)
        if place not in self._read:
            self._read[place] = self.read(call)
        return self._read[place]

    def folder_of(self, use: str) -> Path | None:
        """Return the folder of an action of a repository that is there; None for others."""
        if use.startswith("./"):
            return self.own.root / use
        place, _, ref = use.partition("@")
        owner, name, *inner = place.split("/")
        source = self.mapped.get(f"{owner}/{name}@{ref}")
        return source.root.joinpath(*inner) if source else None

    @property
    def mapped(self) -> Mapping[str, Source]:
        """Return the checkouts by OWNER/NAME@REF, as files name them."""
        return {**self.called, f"{FULL_NAME}@{self.event.sha}": self.own}

    def _checkout(self, repository: Repository, place: str, ref: str, sha: str, *, calls: bool) -> Source:
        root = self.folder / f"{len([*self.folder.iterdir()])}-{sha}"  # two refs may have one commit
        root.mkdir()
        git = repository.git
        git("init", "--quiet", f"--initial-branch={DEFAULT_BRANCH}", at=root)
        git("fetch", "--quiet", "--depth=1", repository.origin.as_uri(), sha, at=root)
        git("checkout", "--quiet", "--detach", sha, at=root)
        for file in (root / WORKFLOWS).glob("*.y*ml"):
            text = with_full_names(file.read_text(encoding="utf-8"), place, calls=calls)
            file.write_text(without_concurrency(text), encoding="utf-8")
        lay_ready(root)
        return Source(root=root, repository=place.partition("@")[0], ref=ref, sha=sha)
