"""GitHub on a port of this machine: emulate behind the front, and what tests say and ask of it."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

from github_emulator.backdoor import PREFIX, Backdoor
from github_emulator.cast import ACTIONS_BOT, DEFAULT_BRANCH, DEVELOPER, FULL_NAME, MAINTAINER, STRANGER
from github_emulator.description import Description, Violation
from github_emulator.desks.actions import SIGNED, uploaded
from github_emulator.emulator import Emulator
from github_emulator.exchange import Answer, Incoming
from github_emulator.faults import Fault, Kind
from github_emulator.front import Budget, Front
from github_emulator.identity import Token
from github_emulator.server import Server
from github_emulator.traffic import Seen
from github_emulator.world import Artifact, Commit, Dispatch, Pull, WorkflowRun, World, now


class GitHub:
    """One GitHub with one repository: `with GitHub() as github: github.url`. Give it back its beginnings with `reset`."""

    def __init__(self) -> None:
        """Take a free port of loopback; nothing is answered before `start`."""
        self._server = Server(self._answer)
        self.url = self._server.url
        self._emulator = Emulator(self.url)
        self._begin(Description())

    def _begin(self, description: Description) -> None:
        self.world = World(url=self.url, upstream=self._emulator)
        self.front = Front(self.world, description)
        self.backdoor = Backdoor(self.front)
        self._forked = False

    def start(self) -> None:
        """Begin to answer."""
        self._emulator.start()
        self._server.start()

    def stop(self) -> None:
        """Stop."""
        self._server.stop()
        self._emulator.stop()

    def reset(self) -> None:
        """Forget all that happened."""
        self._emulator.reset()
        self._begin(self.front.description)

    def __enter__(self) -> GitHub:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def _answer(self, incoming: Incoming) -> Answer:
        if incoming.path.startswith(f"{SIGNED}/"):
            return self.front.actions.redeem(incoming.path.rpartition("/")[2], authorization=incoming.authorization)
        if incoming.path.startswith(PREFIX):
            return self.backdoor.answer(incoming)
        return self.front.answer(incoming)

    # What tests ask

    def requests(self, operation: str = "", *, mutating: bool | None = None, run: int = 0) -> list[Seen]:
        """Return the requests so far, oldest first."""
        return self.front.log.all(operation, mutating=mutating, run=run)

    def take_violations(self) -> list[Violation]:
        """Return what differed from GitHub's description since the last time, and forget it."""
        found, self.front.violations = self.front.violations, []
        return found

    def comments(self, number: int) -> list[dict[str, Any]]:
        """Return the comments of a pull request, oldest first."""
        path = f"/repos/{FULL_NAME}/issues/{number}/comments?per_page=100&page="
        found: list[dict[str, Any]] = []
        page = 1
        while some := self.world.ask("GET", f"{path}{page}"):
            found += some
            page += 1
        return found

    def check_runs(self, sha: str = "") -> list[dict[str, Any]]:
        """Return the check runs of a commit, or all, oldest first; each with its `annotations`."""
        path = f"/repos/{FULL_NAME}/check-runs"
        found = [self.world.ask("GET", f"{path}/{each}") for each in self.world.check_runs]
        return [
            {**each, "annotations": self.world.annotations.get(each["id"], [])}
            for each in found
            if not sha or each["head_sha"] == sha
        ]

    def statuses(self, sha: str = "") -> list[dict[str, Any]]:
        """Return the statuses of a commit, or all, newest first."""
        return [each for each in self.world.statuses if each["url"].endswith(f"/{sha}" if sha else "")]

    def artifacts(self, run: int = 0) -> list[Artifact]:
        """Return what a run uploaded, or all runs did."""
        return [each for each in self.world.artifacts.values() if not run or each.run == run]

    @property
    def runs(self) -> list[WorkflowRun]:
        """Return the workflow runs, oldest first."""
        return list(self.world.runs.values())

    @property
    def dispatches(self) -> list[Dispatch]:
        """Return the repository_dispatch events that were asked for."""
        return list(self.world.dispatches)

    # What tests say

    def token(self, login: str = ACTIONS_BOT, **permissions: str) -> Token:
        """Hand out a token: `token(pull_requests="write")`. A person's may do everything."""
        named = {name.replace("_", "-"): level for name, level in permissions.items()}
        return self.front.tokens.issue(login, permissions=named if login.endswith("[bot]") else None)

    def expire(self, token: Token) -> None:
        """Let a token end."""
        self.front.tokens.expire(token.value)

    def fault(self, operation: str, kind: Kind, **more: Any) -> Fault:
        """Order a fault for the next requests of an operation; see `Fault`."""
        return self.front.faults.add(operation, kind, **more)

    def meanwhile(self, operation: str, action: Callable[[], object]) -> None:
        """Let something happen just before the next request of an operation is answered."""
        self.front.faults.meanwhile(operation, action)

    def allow(self, requests: int, *, reset_in: float = 3600) -> None:
        """Leave that many requests until the hour ends, which it does in `reset_in` seconds."""
        budget = Budget(remaining=requests)
        budget.reset_at += reset_in - 3600
        self.front.budget = budget

    def commit(self, commit: Commit) -> None:
        """Let there be a commit."""
        self.world.commits[commit.sha] = commit

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
        """Open a pull request that points to these commits; return its number. Commits not told of before are made up."""
        for sha in (base_sha, *commits, head_sha, *filter(None, [merge_sha])):
            self.world.commits.setdefault(sha, Commit(sha=sha))
        login = STRANGER if fork else DEVELOPER
        if fork and not self._forked:
            self.world.ask("POST", f"/repos/{FULL_NAME}/forks", {}, login=STRANGER)
            self._forked = True
        path = f"/repos/{FULL_NAME}/pulls"
        head = f"{STRANGER}:{branch}" if fork else branch
        said = {"title": title, "body": body, "head": head, "base": DEFAULT_BRANCH}
        made = self.world.ask("POST", path, said, login=login)
        number = int(made["number"])
        self.world.pulls[number] = Pull(
            number=number,
            head_sha=head_sha,
            base_sha=base_sha,
            commits=commits or (head_sha,),
            merge_sha=merge_sha,
        )
        return number

    def move_pull(self, number: int, **to: Any) -> None:
        """Let a pull request point elsewhere: `head_sha`, `commits`, `merge_sha`, `base_sha`."""
        pull = self.world.pulls[number]
        for name, value in to.items():
            setattr(pull, name, value)
        for sha in (pull.head_sha, pull.base_sha, *pull.commits, *filter(None, [pull.merge_sha])):
            self.world.commits.setdefault(sha, Commit(sha=sha))

    def merge_pull(self, number: int, merge_sha: str) -> None:
        """Say that a commit merged a pull request."""
        self.move_pull(number, merge_sha=merge_sha, merged_at=now(), merged_by=MAINTAINER)
        self.close_pull(number)

    def close_pull(self, number: int) -> None:
        """Close a pull request."""
        self.world.ask("PATCH", f"/repos/{FULL_NAME}/pulls/{number}", {"state": "closed"})

    def lock_pull(self, number: int, *, locked: bool = True) -> None:
        """Lock the conversation: only people go on."""
        self.world.pulls[number].locked = locked

    def pull(self, number: int) -> dict[str, Any]:
        """Return a pull request as the API shows it."""
        return self._as_shown(f"/repos/{FULL_NAME}/pulls/{number}")

    def say(self, number: int, body: str, *, login: str = MAINTAINER) -> int:
        """Comment on a pull request as somebody; return the comment's id."""
        made = self.world.ask("POST", f"/repos/{FULL_NAME}/issues/{number}/comments", {"body": body}, login=login)
        return int(made["id"])

    def unsay(self, comment: int) -> None:
        """Delete a comment."""
        self.world.ask("DELETE", f"/repos/{FULL_NAME}/issues/comments/{comment}")

    def add_run(self, **told: Any) -> WorkflowRun:
        """Register a workflow run: at least `path`, `event`, `head_sha`; the rest has defaults."""
        path = told["path"]
        number = 1 + sum(each.path == path for each in self.runs)
        at = now()
        defaults = {"id": next(self.world.ids), "number": number, "name": path.rpartition("/")[2].partition(".")[0]}
        run = WorkflowRun(**{**defaults, "created_at": at, "updated_at": at, **told})
        self.world.commits.setdefault(run.head_sha, Commit(sha=run.head_sha))
        self.world.runs[run.id] = run
        return run

    def add_artifact(self, run: int, name: str, content: bytes, *, expired: bool = False) -> Artifact:
        """Let a run have uploaded a zip."""
        artifact = uploaded(self.world, run, name, content)
        artifact.expired = expired
        return artifact

    def _as_shown(self, path: str) -> dict[str, Any]:
        asked = Incoming(method="GET", path=path, query={}, raw=b"", authorization=f"Bearer {self._own_token().value}")
        shown = self.front.look(asked)
        if not shown.ok:
            raise LookupError(f"{path}: {shown.status} {shown.body}")
        return dict(shown.body)

    def _own_token(self) -> Token:
        return self.front.tokens.issue(MAINTAINER)
