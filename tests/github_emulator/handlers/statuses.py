"""Handles commit statuses and repository_dispatch, which emulate does not support."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from github_emulator.backend.response_fixes import node_id
from github_emulator.http_messages import ApiRequest, ApiResponse, invalid
from github_emulator.state import Dispatch, State, paged

MAX_LENGTH = 140  # characters of a description


class StatusesHandler:
    """Handles statuses and dispatches."""

    def __init__(self, state: State) -> None:
        """Use a state."""
        self._state = state
        self.operations: Mapping[str, Callable[[ApiRequest], ApiResponse]] = {
            "repos/create-commit-status": self._create,
            "repos/list-commit-statuses-for-ref": self._list,
            "repos/get-combined-status-for-ref": self._combined,
            "repos/create-dispatch-event": self._dispatch,
        }

    def _create(self, request: ApiRequest) -> ApiResponse:
        sha, body = request.parameters["sha"], request.json
        if refused := self._state.unknown_commit(sha):
            return refused
        if len(body.get("description") or "") > MAX_LENGTH:
            return invalid("Status", "description", f"description is too long (maximum is {MAX_LENGTH} characters)")
        number, at = next(self._state.ids), self._state.now()
        user = self._state.user(request.token.login)
        made = {
            "url": f"{self._state.repository_url}/statuses/{sha}",
            "avatar_url": user["avatar_url"],
            "id": number,
            "node_id": node_id("StatusContext", number),
            "state": body["state"],
            "description": body.get("description"),
            "target_url": body.get("target_url"),
            "context": body.get("context", "default"),
            "created_at": at,
            "updated_at": at,
            "creator": user,
        }
        self._state.statuses.insert(0, made)
        return ApiResponse(status=201, body=made)

    def _of(self, sha: str) -> list[dict[str, Any]]:
        return [each for each in self._state.statuses if each["url"].endswith(f"/statuses/{sha}")]

    def _list(self, request: ApiRequest) -> ApiResponse:
        page, links = paged(self._of(request.parameters["ref"]), request, self._state.url)
        return ApiResponse(status=200, body=page, headers=links)

    def _combined(self, request: ApiRequest) -> ApiResponse:
        sha = request.parameters["ref"]
        latest = list({each["context"]: each for each in reversed(self._of(sha))}.values())
        states = {each["state"] for each in latest}
        state = "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending"
        combined = {
            "state": state,
            "sha": sha,
            "total_count": len(latest),
            "statuses": latest,
            "repository": self._state.repository(),
            "commit_url": f"{self._state.repository_url}/commits/{sha}",
            "url": f"{self._state.repository_url}/commits/{sha}/status",
        }
        return ApiResponse(status=200, body=combined)

    def _dispatch(self, request: ApiRequest) -> ApiResponse:
        payload = request.json.get("client_payload", {})
        self._state.dispatches.append(Dispatch(event_type=request.json["event_type"], client_payload=payload))
        return ApiResponse(status=204)
