"""Handles comments on pull requests, with the limits of GitHub."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from github_emulator.backend.response_fixes import fixed_comment
from github_emulator.http_messages import ApiRequest, ApiResponse, invalid, refusal
from github_emulator.state import State

MAX_LENGTH = 65_536  # characters, by GitHub's own message


class CommentsHandler:
    """Handles comments."""

    def __init__(self, state: State) -> None:
        """Use a state."""
        self._state = state
        self.operations: Mapping[str, Callable[[ApiRequest], ApiResponse]] = {
            "issues/list-comments": self._pass_on,
            "issues/get-comment": self._pass_on,
            "issues/create-comment": self._create,
            "issues/update-comment": self._update,
            "issues/delete-comment": self._pass_on,
        }

    def _create(self, request: ApiRequest) -> ApiResponse:
        return self._write(request, request.number("issue_number"), "create")

    def _update(self, request: ApiRequest) -> ApiResponse:
        before = self._state.backend_comment(request.number("comment_id"))
        if before is None:
            return refusal(404, "Not Found")
        return self._write(request, int(before["issue_url"].rpartition("/")[2]), "update")

    def _write(self, request: ApiRequest, number: int, verb: str) -> ApiResponse:
        pull = self._state.pulls.get(number)
        # GitHub lets collaborators write on; a workflow's token is none. That it refuses an edit as well is our guess on the safe side.
        if pull and pull.locked and request.token.permissions is not None:
            return refusal(403, f"Unable to {verb} comment because issue is locked.")
        body: Any = request.json.get("body")
        if len(body) > MAX_LENGTH:
            message = f"Body is too long (maximum is {MAX_LENGTH} characters)"
            return invalid("IssueComment", "data", message, code="unprocessable")
        return self._pass_on(request)

    def _pass_on(self, request: ApiRequest) -> ApiResponse:
        response = self._state.forward(request)
        match response.body:
            case list():
                return ApiResponse(
                    status=response.status,
                    body=[fixed_comment(each) for each in response.body],
                    headers=response.headers,
                )
            case dict() if response.ok:
                return ApiResponse(status=response.status, body=fixed_comment(response.body), headers=response.headers)
        return response
