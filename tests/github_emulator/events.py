"""Events with the payloads GitHub sends, and the commit and ref a run of them is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from github_emulator.cast import DEFAULT_BRANCH, FULL_NAME, MAINTAINER
from github_emulator.github import GitHub
from github_emulator.world import Commit

BRANCH = f"refs/heads/{DEFAULT_BRANCH}"
NOBODY = "0" * 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, as workflows are told."""

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
        """Tell whether a stranger's code runs: GitHub then gives no secrets, no variables and no right to write."""
        return self.head_repository != FULL_NAME


def pull_request(hub: GitHub, number: int, action: str, **more: Any) -> Event:
    """Tell of a pull request: opened, synchronize (with before and after), closed, reopened."""
    pull = hub.pull(number)
    actor = pull["user"]["login"] if action != "closed" else MAINTAINER
    fork = pull["head"]["repo"]["full_name"] != FULL_NAME
    payload = {"action": action, "number": number, "pull_request": pull, **_scene(hub, actor), **more}
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


def push(hub: GitHub, before: str, after: str) -> Event:
    """Tell of a push to the default branch."""
    commit = _commit(hub, hub.world.commits[after])
    payload = {
        "ref": BRANCH,
        "before": before,
        "after": after,
        "created": before == NOBODY,
        "deleted": False,
        "forced": False,
        "base_ref": None,
        "compare": f"{hub.world.page_url}/compare/{before[:12]}...{after[:12]}",
        "commits": [commit],
        "head_commit": commit,
        "pusher": {"name": MAINTAINER, "email": "maria@acme.example"},
        **_scene(hub, MAINTAINER),
    }
    return _on_default_branch("push", payload, after)


def schedule(hub: GitHub, head: str, cron: str = "17 * * * *") -> Event:
    """Tell that it is time."""
    return _on_default_branch("schedule", {"schedule": cron, **_scene(hub, MAINTAINER)}, head)


def workflow_dispatch(hub: GitHub, head: str, path: str, **inputs: str) -> Event:
    """Tell that somebody pressed the button of a workflow."""
    payload = {"inputs": inputs, "ref": BRANCH, "workflow": path, **_scene(hub, MAINTAINER)}
    return _on_default_branch("workflow_dispatch", payload, head, inputs=inputs)


def repository_dispatch(hub: GitHub, head: str, event_type: str, **client_payload: Any) -> Event:
    """Tell of something that happened elsewhere."""
    payload = {
        "action": event_type,
        "branch": DEFAULT_BRANCH,
        "client_payload": client_payload,
        **_scene(hub, MAINTAINER),
    }
    return _on_default_branch("repository_dispatch", payload, head)


def _on_default_branch(name: str, payload: Mapping[str, Any], head: str, **more: Any) -> Event:
    return Event(name=name, payload=payload, sha=head, ref=BRANCH, head_sha=head, **more)


def _scene(hub: GitHub, sender: str) -> dict[str, Any]:
    organization = {name: hub.world.repository()["owner"][name] for name in ("login", "id", "node_id", "url")}
    return {"repository": hub.world.repository(), "organization": organization, "sender": hub.world.user(sender)}


def _commit(hub: GitHub, commit: Commit) -> dict[str, Any]:
    person = {"name": commit.author, "email": commit.email, "username": commit.author}
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "distinct": True,
        "message": commit.message,
        "timestamp": commit.at,
        "url": f"{hub.world.page_url}/commit/{commit.sha}",
        "author": person,
        "committer": person,
    }
