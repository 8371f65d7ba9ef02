"""Commit statuses and repository_dispatch, which emulate lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from github_emulator.exchange import Answer, Asked, invalid
from github_emulator.shapes import node_id
from github_emulator.world import Dispatch, World, now, paged

LONGEST = 140  # characters of a description


class Statuses:
    """Answers what concerns statuses and dispatches."""

    def __init__(self, world: World) -> None:
        """Work on a world."""
        self._world = world
        self.answers: Mapping[str, Callable[[Asked], Answer]] = {
            "repos/create-commit-status": self._create,
            "repos/list-commit-statuses-for-ref": self._list,
            "repos/get-combined-status-for-ref": self._combined,
            "repos/create-dispatch-event": self._dispatch,
        }

    def _create(self, asked: Asked) -> Answer:
        sha, said = asked.parameters["sha"], asked.json
        if refused := self._world.unknown_commit(sha):
            return refused
        if len(said.get("description") or "") > LONGEST:
            return invalid("Status", "description", f"description is too long (maximum is {LONGEST} characters)")
        number, at = next(self._world.ids), now()
        user = self._world.user(asked.token.login)
        made = {
            "url": f"{self._world.repository_url}/statuses/{sha}",
            "avatar_url": user["avatar_url"],
            "id": number,
            "node_id": node_id("StatusContext", number),
            "state": said["state"],
            "description": said.get("description"),
            "target_url": said.get("target_url"),
            "context": said.get("context", "default"),
            "created_at": at,
            "updated_at": at,
            "creator": user,
        }
        self._world.statuses.insert(0, made)
        return Answer(status=201, body=made)

    def _of(self, sha: str) -> list[dict[str, Any]]:
        return [each for each in self._world.statuses if each["url"].endswith(f"/statuses/{sha}")]

    def _list(self, asked: Asked) -> Answer:
        page, links = paged(self._of(asked.parameters["ref"]), asked, self._world.url)
        return Answer(status=200, body=page, headers=links)

    def _combined(self, asked: Asked) -> Answer:
        sha = asked.parameters["ref"]
        latest = list({each["context"]: each for each in reversed(self._of(sha))}.values())
        states = {each["state"] for each in latest}
        state = "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending"
        combined = {
            "state": state,
            "sha": sha,
            "total_count": len(latest),
            "statuses": latest,
            "repository": self._world.repository(),
            "commit_url": f"{self._world.repository_url}/commits/{sha}",
            "url": f"{self._world.repository_url}/commits/{sha}/status",
        }
        return Answer(status=200, body=combined)

    def _dispatch(self, asked: Asked) -> Answer:
        payload = asked.json.get("client_payload", {})
        self._world.dispatches.append(Dispatch(event_type=asked.json["event_type"], client_payload=payload))
        return Answer(status=204)
