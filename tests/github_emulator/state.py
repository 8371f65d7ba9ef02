"""State that emulate does not keep: commits, pull request heads, runs, artifacts, statuses."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote

from github_emulator.actors import DEFAULT_BRANCH, FULL_NAME, MAINTAINER, backend_token
from github_emulator.approvals import Approvals
from github_emulator.http_messages import ApiRequest, ApiResponse, refusal

TIMESTAMP = "%Y-%m-%dT%H:%M:%SZ"
RETENTION = timedelta(days=90)  # artifacts


# Mode, type, object, path, and size unless it is a folder.
TreeEntry = tuple[str, str, str, str, int | None]


class Backend(Protocol):
    """Forwards requests to emulate."""

    def ask(self, method: str, path: str, *, token: str, body: bytes = b"") -> ApiResponse:
        """Return emulate's response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A git commit."""

    sha: str
    tree: str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    message: str = "A commit"
    author: str = MAINTAINER
    email: str = "maria@acme.example"
    at: str = "2026-11-02T09:00:00Z"
    parents: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Pull:
    """The commits that a pull request points to."""

    number: int
    head_sha: str
    base_sha: str
    commits: tuple[str, ...] = ()  # on the branch and not on its base, oldest first
    merge_sha: str | None = None  # GitHub's trial merge; once merged, the commit that did it
    merged_at: str | None = None
    merged_by: str = ""
    locked: bool = False
    author: str = ""
    added: tuple[str, ...] = ()  # what a merge by rebasing put on the base, oldest first
    auto_merge_by: str = ""  # who asked for auto-merge, until it is merged


@dataclass(slots=True, kw_only=True)
class WorkflowRun:
    """One run of a workflow."""

    id: int
    number: int
    path: str  # .github/workflows/plan.yml
    name: str
    event: str
    head_sha: str
    head_branch: str = DEFAULT_BRANCH
    attempt: int = 1
    status: str = "completed"
    conclusion: str | None = "success"
    actor: str = MAINTAINER
    pulls: tuple[int, ...] = ()  # none for a fork, as on GitHub
    head_repository: str = FULL_NAME
    created_at: str = ""
    updated_at: str = ""


@dataclass(slots=True, kw_only=True)
class Artifact:
    """A zip that a run uploaded."""

    id: int
    run: int
    name: str
    content: bytes
    created_at: datetime
    expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """A requested repository_dispatch event."""

    event_type: str
    client_payload: Mapping[str, Any]


class Git(Protocol):
    """Reads the test's git repository."""

    def ref(self, name: str) -> tuple[str, str] | None:
        """Return the type and name of the object that a full ref points to."""

    def commit(self, name: str) -> Commit | None:
        """Return the commit that a name stands for."""

    def tree(self, name: str) -> list[TreeEntry] | None:
        """Return the entries of a tree or of a commit's tree."""


@dataclass(slots=True, kw_only=True)
class State:
    """The state of one emulated GitHub, and its backend."""

    url: str
    backend: Backend
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1001))
    commits: dict[str, Commit] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    runs: dict[int, WorkflowRun] = field(default_factory=dict)
    artifacts: dict[int, Artifact] = field(default_factory=dict)
    statuses: list[dict[str, Any]] = field(default_factory=list)  # newest first, as GitHub lists them
    dispatches: list[Dispatch] = field(default_factory=list)
    check_runs: list[int] = field(default_factory=list)
    annotations: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    approvals: Approvals = field(default_factory=Approvals)
    git: Git | None = None
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    _kept: dict[str, Any] = field(default_factory=dict)

    @property
    def repository_url(self) -> str:
        """Return the repository's API URL."""
        return f"{self.url}/repos/{FULL_NAME}"

    @property
    def page_url(self) -> str:
        """Return the repository's web URL."""
        return f"{self.url}/{FULL_NAME}"

    def forward(self, request: ApiRequest, *, body: Mapping[str, Any] | None = None) -> ApiResponse:
        """Forward a request to emulate as its user."""
        raw = request.raw if body is None else json.dumps(body).encode()
        return self.backend.ask(request.method, request.address, token=backend_token(request.token.login), body=raw)

    def ask(self, method: str, path: str, body: Any = None, *, login: str = MAINTAINER) -> Any:
        """Send a request of the emulator itself to emulate; raise if it fails."""
        raw = b"" if body is None else json.dumps(body).encode()
        response = self.backend.ask(method, path, token=backend_token(login), body=raw)
        if not response.ok:
            raise RuntimeError(f"{method} {path}: {response.status} {response.body}")
        return response.body

    def user(self, login: str) -> dict[str, Any]:
        """Return a user in GitHub's format."""
        return self._keep(f"/users/{quote(login)}")

    def repository(self, full_name: str = FULL_NAME) -> dict[str, Any]:
        """Return a repository in GitHub's format."""
        return self._keep(f"/repos/{full_name}")

    def now(self) -> str:
        """Return the time of this GitHub."""
        return timestamp(self.clock().astimezone(UTC))

    def ref(self, name: str) -> tuple[str, str] | None:
        """Return the type and name of the object that a full ref points to."""
        if self.git:
            return self.git.ref(name)
        sha = self.approvals.branches.get(name.removeprefix("refs/heads/"))
        return ("commit", sha) if sha and name.startswith("refs/heads/") else None

    def tree(self, name: str) -> list[TreeEntry] | None:
        """Return the entries of a tree, a commit or a branch."""
        if self.git:
            return self.git.tree(name)
        commit = self.find_commit(name)
        if commit is None:
            return None
        entries = self.approvals.trees.get(commit.sha, {})
        return [("040000", "tree", sha, path, None) for path, sha in entries.items()]

    def find_commit(self, name: str) -> Commit | None:
        """Return the commit of a SHA or a branch."""
        if name in self.commits:
            return self.commits[name]
        ref = self.ref(f"refs/heads/{name}")
        sha = ref[1] if ref else name
        if sha not in self.commits and self.git and (found := self.git.commit(sha)):
            self.commits[found.sha] = found
            sha = found.sha
        return self.commits.get(sha)

    def history(self, sha: str) -> list[str]:
        """Return a commit and its ancestors, each before its parents as far as they are found by breadth."""
        found: dict[str, None] = {}
        queue = [sha]
        while queue:
            name = queue.pop(0)
            if name not in found and (commit := self.find_commit(name)):
                found[name] = None
                queue += commit.parents
        return list(found)

    def unknown_commit(self, sha: str) -> ApiResponse | None:
        """Return an error if a SHA is not a commit of the repository."""
        if self.find_commit(sha):
            return None
        return refusal(422, f"No commit found for SHA: {sha}")

    def backend_comment(self, number: int) -> dict[str, Any] | None:
        """Return a comment from emulate, or None if it was deleted."""
        path = f"/repos/{FULL_NAME}/issues/comments/{number}"
        response = self.backend.ask("GET", path, token=backend_token(MAINTAINER))
        return response.body if response.ok else None

    def _keep(self, path: str) -> dict[str, Any]:
        if path not in self._kept:
            self._kept[path] = self.ask("GET", path)
        return dict(self._kept[path])


def now() -> str:
    """Return the current time in GitHub's format."""
    return timestamp(datetime.now(UTC))


def timestamp(at: datetime) -> str:
    """Format a time as GitHub does."""
    return at.strftime(TIMESTAMP)


def paged(items: list[Any], request: ApiRequest, url: str) -> tuple[list[Any], dict[str, str]]:
    """Return the requested page and the Link header."""
    size = min(int(request.query.get("per_page", 30)), 100)
    page = int(request.query.get("page", 1))
    last = max(1, -(-len(items) // size))
    others = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    rest = {name: value for name, value in request.query.items() if name != "page"}
    links = [
        f"<{url}{request.path}?{'&'.join(f'{name}={quote(value)}' for name, value in rest.items())}"
        f'{"&" if rest else ""}page={number}>; rel="{relation}"'
        for relation, number in others.items()
        if 1 <= number <= last and number != page
    ]
    return items[(page - 1) * size : page * size], {"Link": ", ".join(links)} if links else {}
