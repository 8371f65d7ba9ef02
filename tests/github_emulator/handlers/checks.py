"""Handles check runs, and accumulates their annotations as GitHub does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from github_emulator.actors import FULL_NAME
from github_emulator.backend.response_fixes import fixed_check
from github_emulator.http_messages import ApiRequest, ApiResponse, refusal
from github_emulator.state import State, paged


class ChecksHandler:
    """Handles check runs."""

    def __init__(self, state: State) -> None:
        """Use a state."""
        self._state = state
        self.operations: Mapping[str, Callable[[ApiRequest], ApiResponse]] = {
            "checks/create": self._create,
            "checks/update": self._update,
            "checks/get": self._get,
            "checks/list-annotations": self._annotations,
            "checks/list-for-ref": self._for_commit,
        }

    def _create(self, request: ApiRequest) -> ApiResponse:
        if refused := self._state.unknown_commit(request.json["head_sha"]):
            return refused
        # GitHub sets the start to now if it is not given; emulate does not.
        response = self._state.forward(request, body={"started_at": self._state.now(), **_completed(request.json)})
        if not response.ok:
            return response
        self._state.check_runs.append(response.body["id"])
        return self._with_annotations(response, request)

    def _update(self, request: ApiRequest) -> ApiResponse:
        if "head_sha" in request.json and (refused := self._state.unknown_commit(request.json["head_sha"])):
            return refused
        response = self._state.forward(request, body=_completed(request.json))
        return self._with_annotations(response, request) if response.ok else response

    def _with_annotations(self, response: ApiResponse, request: ApiRequest) -> ApiResponse:
        # emulate replaces what is there, forgets titles and columns, and takes more than 50.
        new = request.json.get("output", {}).get("annotations", [])
        self._state.annotations.setdefault(response.body["id"], []).extend(new)
        return ApiResponse(status=response.status, body=self._fixed(response.body))

    def _get(self, request: ApiRequest) -> ApiResponse:
        response = self._state.forward(request)
        return ApiResponse(status=200, body=self._fixed(response.body)) if response.ok else response

    def _annotations(self, request: ApiRequest) -> ApiResponse:
        number = request.number("check_run_id")
        if number not in self._state.check_runs:
            return refusal(404, "Not Found")
        have = self._state.annotations.get(number, [])
        page, links = paged([self._listed(each) for each in have], request, self._state.url)
        return ApiResponse(status=200, body=page, headers=links)

    def _for_commit(self, request: ApiRequest) -> ApiResponse:
        # emulate knows only its own commits, so it cannot list by ours.
        path = f"/repos/{FULL_NAME}/check-runs"
        found = [self._fixed(self._state.ask("GET", f"{path}/{each}")) for each in self._state.check_runs]
        fitting = [
            each
            for each in reversed(found)
            if each["head_sha"] == request.parameters["ref"]
            and each["name"] == request.query.get("check_name", each["name"])
            and each["status"] == request.query.get("status", each["status"])
        ]
        if request.query.get("filter", "latest") == "latest":
            fitting = list({each["name"]: each for each in reversed(fitting)}.values())
        page, links = paged(fitting, request, self._state.url)
        return ApiResponse(status=200, body={"total_count": len(fitting), "check_runs": page}, headers=links)

    def _fixed(self, check: Mapping[str, Any]) -> dict[str, Any]:
        return fixed_check(check, annotations=len(self._state.annotations.get(check["id"], [])))

    def _listed(self, annotation: Mapping[str, Any]) -> dict[str, Any]:
        optional = {name: annotation.get(name) for name in ("start_column", "end_column", "title", "raw_details")}
        return {**annotation, **optional, "blob_href": f"{self._state.page_url}/blob/{annotation['path']}"}


def _completed(body: Mapping[str, Any]) -> dict[str, Any]:
    # By its documentation a conclusion completes a check; emulate needs the status as well.
    return {**body, "status": "completed"} if body.get("conclusion") else dict(body)
