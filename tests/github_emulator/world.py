"""What the front knows and emulate does not: commits, what pull requests point to, runs, artifacts, statuses."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote

from github_emulator.cast import DEFAULT_BRANCH, FULL_NAME, MAINTAINER, upstream_token
from github_emulator.exchange import Answer, Asked, refusal

MOMENT = "%Y-%m-%dT%H:%M:%SZ"
KEPT = timedelta(days=90)  # artifacts


class Upstream(Protocol):
    """What passes requests on to emulate."""

    def ask(self, method: str, path: str, *, token: str, body: bytes = b"") -> Answer:
        """Return emulate's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit, as git has it."""

    sha: str
    tree: str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    message: str = "A commit"
    author: str = MAINTAINER
    email: str = "maria@acme.example"
    at: str = "2026-11-02T09:00:00Z"
    parents: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Pull:
    """What a pull request points to."""

    number: int
    head_sha: str
    base_sha: str
    commits: tuple[str, ...] = ()  # on the branch and not on its base, oldest first
    merge_sha: str | None = None  # GitHub's trial merge; once merged, the commit that did it
    merged_at: str | None = None
    merged_by: str = ""
    locked: bool = False


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
    """What a run uploaded: a zip."""

    id: int
    run: int
    name: str
    content: bytes
    created_at: datetime
    expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """A repository_dispatch that was asked for."""

    event_type: str
    client_payload: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class World:
    """All of it, and the way to emulate."""

    url: str
    upstream: Upstream
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1001))
    commits: dict[str, Commit] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    runs: dict[int, WorkflowRun] = field(default_factory=dict)
    artifacts: dict[int, Artifact] = field(default_factory=dict)
    statuses: list[dict[str, Any]] = field(default_factory=list)  # newest first, as GitHub lists them
    dispatches: list[Dispatch] = field(default_factory=list)
    check_runs: list[int] = field(default_factory=list)
    annotations: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    _kept: dict[str, Any] = field(default_factory=dict)

    @property
    def repository_url(self) -> str:
        """Return where the API has the repository."""
        return f"{self.url}/repos/{FULL_NAME}"

    @property
    def page_url(self) -> str:
        """Return where people see the repository."""
        return f"{self.url}/{FULL_NAME}"

    def pass_on(self, asked: Asked, *, body: Mapping[str, Any] | None = None) -> Answer:
        """Let emulate answer, as the one who asked."""
        raw = asked.raw if body is None else json.dumps(body).encode()
        return self.upstream.ask(asked.method, asked.address, token=upstream_token(asked.token.login), body=raw)

    def ask(self, method: str, path: str, body: Any = None, *, login: str = MAINTAINER) -> Any:
        """Ask emulate on our own account, and insist."""
        raw = b"" if body is None else json.dumps(body).encode()
        answer = self.upstream.ask(method, path, token=upstream_token(login), body=raw)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.body}")
        return answer.body

    def user(self, login: str) -> dict[str, Any]:
        """Return a user in GitHub's shape."""
        return self._keep(f"/users/{quote(login)}")

    def repository(self, full_name: str = FULL_NAME) -> dict[str, Any]:
        """Return a repository in GitHub's shape."""
        return self._keep(f"/repos/{full_name}")

    def unknown_commit(self, sha: str) -> Answer | None:
        """Refuse a SHA that is no commit of the repository."""
        if sha in self.commits:
            return None
        return refusal(422, f"No commit found for SHA: {sha}")

    def upstream_comment(self, number: int) -> dict[str, Any] | None:
        """Return a comment as emulate has it, if it is still there."""
        path = f"/repos/{FULL_NAME}/issues/comments/{number}"
        answer = self.upstream.ask("GET", path, token=upstream_token(MAINTAINER))
        return answer.body if answer.ok else None

    def _keep(self, path: str) -> dict[str, Any]:
        if path not in self._kept:
            self._kept[path] = self.ask("GET", path)
        return dict(self._kept[path])


def now() -> str:
    """Return the time as GitHub writes it."""
    return moment(datetime.now(UTC))


def moment(at: datetime) -> str:
    """Write a time as GitHub does."""
    return at.strftime(MOMENT)


def paged(items: list[Any], asked: Asked, url: str) -> tuple[list[Any], dict[str, str]]:
    """Return the page that was asked for, and the links to the others."""
    size = min(int(asked.query.get("per_page", 30)), 100)
    page = int(asked.query.get("page", 1))
    last = max(1, -(-len(items) // size))
    others = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    rest = {name: value for name, value in asked.query.items() if name != "page"}
    links = [
        f"<{url}{asked.path}?{'&'.join(f'{name}={quote(value)}' for name, value in rest.items())}"
        f'{"&" if rest else ""}page={number}>; rel="{relation}"'
        for relation, number in others.items()
        if 1 <= number <= last and number != page
    ]
    return items[(page - 1) * size : page * size], {"Link": ", ".join(links)} if links else {}
