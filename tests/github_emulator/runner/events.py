"""Events with GitHub's payloads, and the commit and ref of their runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from github_emulator.actors import DEFAULT_BRANCH, FULL_NAME, MAINTAINER
from github_emulator.emulator import GitHubEmulator
from github_emulator.state import Commit

BRANCH = f"refs/heads/{DEFAULT_BRANCH}"
NO_COMMIT = "0" * 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event that can trigger workflows."""

    name: str
    payload: Mapping[str, Any]
    sha: str  # GITHUB_SHA, and where the workflow file is read
    ref: str  # GITHUB_REF
    head_sha: str  # what the run is filed under
    head_branch: str = DEFAULT_BRANCH
    actor: str = MAINTAINER
    pulls: tuple[int, ...] = ()
    head_repository: str = FULL_NAME
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def fork(self) -> bool:
        """Return whether code of a fork runs; it gets no secrets, variables or write permissions."""
        return self.head_repository != FULL_NAME


def pull_request(emulator: GitHubEmulator, number: int, action: str, **more: Any) -> Event:
    """Return a pull_request event: opened, synchronize (with before and after), closed, reopened."""
    pull = emulator.pull(number)
    actor = pull["user"]["login"] if action != "closed" else MAINTAINER
    fork = pull["head"]["repo"]["full_name"] != FULL_NAME
    payload = {"action": action, "number": number, "pull_request": pull, **_scene(emulator, actor), **more}
    return Event(
        name="pull_request",
        payload=payload,
        sha=pull["merge_commit_sha"] or pull["head"]["sha"],
        ref=f"refs/pull/{number}/merge",
        head_sha=pull["head"]["sha"],
        head_branch=pull["head"]["ref"],
        actor=actor,
        pulls=() if fork else (number,),
        head_repository=pull["head"]["repo"]["full_name"],
    )


def push(emulator: GitHubEmulator, before: str, after: str) -> Event:
    """Return a push event of the default branch."""
    commit = _commit(emulator, emulator.state.commits[after])
    payload = {
        "ref": BRANCH,
        "before": before,
        "after": after,
        "created": before == NO_COMMIT,
        "deleted": False,
        "forced": False,
        "base_ref": None,
        "compare": f"{emulator.state.page_url}/compare/{before[:12]}...{after[:12]}",
        "commits": [commit],
        "head_commit": commit,
        "pusher": {"name": MAINTAINER, "email": "maria@acme.example"},
        **_scene(emulator, MAINTAINER),
    }
    return _on_default_branch("push", payload, after)


def schedule(emulator: GitHubEmulator, head: str, cron: str = "17 * * * *") -> Event:
    """Return a schedule event."""
    return _on_default_branch("schedule", {"schedule": cron, **_scene(emulator, MAINTAINER)}, head)


def workflow_dispatch(emulator: GitHubEmulator, head: str, path: str, **inputs: str) -> Event:
    """Return a workflow_dispatch event."""
    payload = {"inputs": inputs, "ref": BRANCH, "workflow": path, **_scene(emulator, MAINTAINER)}
    return _on_default_branch("workflow_dispatch", payload, head, inputs=inputs)


def repository_dispatch(emulator: GitHubEmulator, head: str, event_type: str, **client_payload: Any) -> Event:
    """Return a repository_dispatch event."""
    payload = {
        "action": event_type,
        "branch": DEFAULT_BRANCH,
        "client_payload": client_payload,
        **_scene(emulator, MAINTAINER),
    }
    return _on_default_branch("repository_dispatch", payload, head)


def _on_default_branch(name: str, payload: Mapping[str, Any], head: str, **more: Any) -> Event:
    return Event(name=name, payload=payload, sha=head, ref=BRANCH, head_sha=head, **more)


def _scene(emulator: GitHubEmulator, sender: str) -> dict[str, Any]:
    organization = {name: emulator.state.repository()["owner"][name] for name in ("login", "id", "node_id", "url")}
    return {
        "repository": emulator.state.repository(),
        "organization": organization,
        "sender": emulator.state.user(sender),
    }


def _commit(emulator: GitHubEmulator, commit: Commit) -> dict[str, Any]:
    person = {"name": commit.author, "email": commit.email, "username": commit.author}
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "distinct": True,
        "message": commit.message,
        "timestamp": commit.at,
        "url": f"{emulator.state.page_url}/commit/{commit.sha}",
        "author": person,
        "committer": person,
    }
