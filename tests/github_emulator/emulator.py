"""The emulated GitHub on a local port, with the methods that tests use to arrange and inspect it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from types import TracebackType
from typing import Any

from github_emulator.actors import ACTIONS_BOT, DEFAULT_BRANCH, DEVELOPER, FULL_NAME, MAINTAINER, STRANGER
from github_emulator.api_description import Description, Violation
from github_emulator.approval_controls import ApprovalControls
from github_emulator.backend.emulate_process import EmulateProcess
from github_emulator.control_api import PREFIX, ControlApi
from github_emulator.faults import Fault, Kind
from github_emulator.gateway import Gateway, RateLimit
from github_emulator.handlers.actions import SIGNED, uploaded
from github_emulator.handlers.settings import Settings
from github_emulator.http_messages import ApiResponse, IncomingRequest
from github_emulator.http_server import Server
from github_emulator.request_log import LoggedRequest
from github_emulator.state import Artifact, Commit, Dispatch, Pull, State, WorkflowRun, timestamp
from github_emulator.tokens import Token


class GitHubEmulator(ApprovalControls):
    """One GitHub with one repository: `with GitHubEmulator() as emulator: emulator.url`."""

    def __init__(self) -> None:
        """Bind a free port on loopback; requests are served after `start`."""
        self._server = Server(self._answer)
        self.url = self._server.url
        self._backend = EmulateProcess(self.url)
        self._begin(Description())

    def _begin(self, description: Description) -> None:
        self.state = State(url=self.url, backend=self._backend)
        self.gateway = Gateway(self.state, description)
        self.control_api = ControlApi(self.gateway)
        self.protect_usual_environments()
        self._forked = False

    def start(self) -> None:
        """Start to serve requests."""
        self._backend.start()
        self._server.start()

    def stop(self) -> None:
        """Stop serving requests."""
        self._server.stop()
        self._backend.stop()

    def reset(self) -> None:
        """Return to the initial state."""
        self._backend.reset()
        self._begin(self.gateway.description)

    def __enter__(self) -> GitHubEmulator:
        """Start to serve requests."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving requests."""
        self.stop()

    def _answer(self, incoming: IncomingRequest) -> ApiResponse:
        if incoming.path.startswith(f"{SIGNED}/"):
            return self.gateway.actions.redeem(incoming.path.rpartition("/")[2], authorization=incoming.authorization)
        if incoming.path.startswith(PREFIX):
            return self.control_api.answer(incoming)
        return self.gateway.answer(incoming)

    # For tests: inspect

    def requests(self, operation: str = "", *, mutating: bool | None = None, run: int = 0) -> list[LoggedRequest]:
        """Return the requests so far, oldest first."""
        return self.gateway.log.all(operation, mutating=mutating, run=run)

    def take_violations(self) -> list[Violation]:
        """Return and clear the violations of GitHub's description since the last call."""
        found, self.gateway.violations = self.gateway.violations, []
        return found

    def comments(self, number: int) -> list[dict[str, Any]]:
        """Return the comments of a pull request, oldest first."""
        path = f"/repos/{FULL_NAME}/issues/{number}/comments?per_page=100&page="
        found: list[dict[str, Any]] = []
        page = 1
        while some := self.state.ask("GET", f"{path}{page}"):
            found += some
            page += 1
        return found

    def check_runs(self, sha: str = "") -> list[dict[str, Any]]:
        """Return the check runs of a commit, or all, oldest first; each with its `annotations`."""
        path = f"/repos/{FULL_NAME}/check-runs"
        found = [self.state.ask("GET", f"{path}/{each}") for each in self.state.check_runs]
        return [
            {**each, "annotations": self.state.annotations.get(each["id"], [])}
            for each in found
            if not sha or each["head_sha"] == sha
        ]

    def statuses(self, sha: str = "") -> list[dict[str, Any]]:
        """Return the statuses of a commit, or all, newest first."""
        return [each for each in self.state.statuses if each["url"].endswith(f"/{sha}" if sha else "")]

    def artifacts(self, run: int = 0) -> list[Artifact]:
        """Return the artifacts of a run, or of all runs."""
        return [each for each in self.state.artifacts.values() if not run or each.run == run]

    @property
    def runs(self) -> list[WorkflowRun]:
        """Return the workflow runs, oldest first."""
        return list(self.state.runs.values())

    @property
    def dispatches(self) -> list[Dispatch]:
        """Return the requested repository_dispatch events."""
        return list(self.state.dispatches)

    @property
    def settings(self) -> Settings:
        """Return the settings of the repository, which a test may change."""
        return self.gateway.settings.settings

    # For tests: arrange

    def token(self, login: str = ACTIONS_BOT, **permissions: str) -> Token:
        """Issue a token: `token(pull_requests="write")`. A token of a user has all permissions."""
        named = {name.replace("_", "-"): level for name, level in permissions.items()}
        return self.gateway.tokens.issue(login, permissions=named if login.endswith("[bot]") else None)

    def expire_token(self, token: Token) -> None:
        """Expire a token."""
        self.gateway.tokens.expire(token.value)

    def inject_fault(self, operation: str, kind: Kind, **more: Any) -> Fault:
        """Inject a fault into the next requests of an operation; see `Fault`."""
        return self.gateway.faults.add(operation, kind, **more)

    def before_next(self, operation: str, action: Callable[[], object]) -> None:
        """Run an action just before the next request of an operation is handled."""
        self.gateway.faults.before_next(operation, action)

    def limit_requests(self, requests: int, *, reset_in: float = 3600) -> None:
        """Set the number of requests left, and the seconds until the limit resets."""
        rate_limit = RateLimit(remaining=requests)
        rate_limit.reset_at += reset_in - 3600
        self.gateway.rate_limit = rate_limit

    def commit(self, commit: Commit) -> None:
        """Register a commit."""
        self.state.commits[commit.sha] = commit

    def open_pull(
        self,
        *,
        head_sha: str,
        base_sha: str,
        branch: str = "topic",
        title: str = "A change",
        body: str = "",
        commits: tuple[str, ...] = (),
        merge_sha: str | None = None,
        fork: bool = False,
    ) -> int:
        """Open a pull request that points to these commits and return its number. Unknown commits are registered."""
        for sha in (base_sha, *commits, head_sha, *filter(None, [merge_sha])):
            self.state.commits.setdefault(sha, Commit(sha=sha))
        login = STRANGER if fork else DEVELOPER
        if fork and not self._forked:
            self.state.ask("POST", f"/repos/{FULL_NAME}/forks", {}, login=STRANGER)
            self._forked = True
        path = f"/repos/{FULL_NAME}/pulls"
        head = f"{STRANGER}:{branch}" if fork else branch
        request = {"title": title, "body": body, "head": head, "base": DEFAULT_BRANCH}
        made = self.state.ask("POST", path, request, login=login)
        number = int(made["number"])
        self.state.pulls[number] = Pull(
            number=number,
            head_sha=head_sha,
            base_sha=base_sha,
            commits=commits or (head_sha,),
            merge_sha=merge_sha,
            author=login,
        )
        self.state.approvals.branches.setdefault(DEFAULT_BRANCH, base_sha)
        return number

    def move_pull(self, number: int, **to: Any) -> None:
        """Change what a pull request points to: `head_sha`, `commits`, `merge_sha`, `base_sha`."""
        pull = self.state.pulls[number]
        before = pull.head_sha
        for name, value in to.items():
            setattr(pull, name, value)
        if pull.head_sha != before:
            self.dismiss_stale(number)
        for sha in (pull.head_sha, pull.base_sha, *pull.commits, *pull.added, *filter(None, [pull.merge_sha])):
            self.state.commits.setdefault(sha, Commit(sha=sha))

    def merge_pull(
        self,
        number: int,
        merge_sha: str,
        *,
        by: str = MAINTAINER,
        at: datetime | None = None,
        rebased: tuple[str, ...] = (),
    ) -> None:
        """Merge a pull request; the commit is the last one that it put on its base, and `rebased` are all of them."""
        base = self.state.approvals.branches.get(DEFAULT_BRANCH, "")
        moment = self.state.now() if at is None else timestamp(at)
        self.move_pull(number, merge_sha=merge_sha, merged_at=moment, merged_by=by, added=rebased, auto_merge_by="")
        for parent, commit in pairwise((base, *(rebased or (merge_sha,)))):
            self._follow(commit, parent)
        self.state.approvals.branches[DEFAULT_BRANCH] = merge_sha
        self.add_event(number, "merged", by, at=at, commit_id=merge_sha)
        self.add_event(number, "closed", by, at=at)
        self.close_pull(number)

    def _follow(self, commit: str, parent: str) -> None:
        # With a git repository, commits have their parents already.
        known = self.state.commits.get(commit)
        if known is None or not known.parents:
            parents = (parent,) if parent and parent != commit else ()
            self.state.commits[commit] = replace(known or Commit(sha=commit), parents=parents)

    def close_pull(self, number: int) -> None:
        """Close a pull request."""
        self.state.ask("PATCH", f"/repos/{FULL_NAME}/pulls/{number}", {"state": "closed"})

    def lock_pull(self, number: int, *, locked: bool = True) -> None:
        """Lock the conversation, so that bots cannot comment."""
        self.state.pulls[number].locked = locked

    def pull(self, number: int) -> dict[str, Any]:
        """Return a pull request as the API returns it."""
        return self._as_shown(f"/repos/{FULL_NAME}/pulls/{number}")

    def add_comment(self, number: int, body: str, *, login: str = MAINTAINER) -> int:
        """Add a comment to a pull request and return its id."""
        made = self.state.ask("POST", f"/repos/{FULL_NAME}/issues/{number}/comments", {"body": body}, login=login)
        return int(made["id"])

    def delete_comment(self, comment: int) -> None:
        """Delete a comment."""
        self.state.ask("DELETE", f"/repos/{FULL_NAME}/issues/comments/{comment}")

    def add_run(self, **settings: Any) -> WorkflowRun:
        """Register a workflow run: `path`, `event` and `head_sha` are required."""
        path = settings["path"]
        number = 1 + sum(each.path == path for each in self.runs)
        at = self.state.now()
        defaults = {"id": next(self.state.ids), "number": number, "name": path.rpartition("/")[2].partition(".")[0]}
        run = WorkflowRun(**{**defaults, "created_at": at, "updated_at": at, **settings})
        self.state.commits.setdefault(run.head_sha, Commit(sha=run.head_sha))
        self.state.runs[run.id] = run
        return run

    def add_artifact(self, run: int, name: str, content: bytes, *, expired: bool = False) -> Artifact:
        """Register an uploaded artifact of a run."""
        artifact = uploaded(self.state, run, name, content)
        artifact.expired = expired
        return artifact

    def _as_shown(self, path: str) -> dict[str, Any]:
        request = IncomingRequest(
            method="GET", path=path, query={}, raw=b"", authorization=f"Bearer {self._own_token().value}"
        )
        shown = self.gateway.look(request)
        if not shown.ok:
            raise LookupError(f"{path}: {shown.status} {shown.body}")
        return dict(shown.body)

    def _own_token(self) -> Token:
        return self.gateway.tokens.issue(MAINTAINER)
