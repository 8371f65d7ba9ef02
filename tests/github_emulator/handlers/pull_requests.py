"""Handles pull requests with the commits of the git repository."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from github_emulator.actors import DEFAULT_BRANCH, FULL_NAME
from github_emulator.backend.response_fixes import fixed_pull
from github_emulator.http_messages import ApiRequest, ApiResponse
from github_emulator.state import Pull, State, paged

ONLY_ALONE = frozenset({
    "additions",
    "changed_files",
    "comments",
    "commits",
    "deletions",
    "maintainer_can_modify",
    "mergeable",
    "mergeable_state",
    "merged",
    "merged_by",
    "rebaseable",
    "review_comments",
})  # fmt: skip


class PullRequestsHandler:
    """Handles pull requests."""

    def __init__(self, state: State) -> None:
        """Use a state."""
        self._state = state
        self.operations: Mapping[str, Callable[[ApiRequest], ApiResponse]] = {
            "pulls/get": self._get,
            "pulls/list": self._list,
            "repos/list-pull-requests-associated-with-commit": self._of_commit,
        }

    def _get(self, request: ApiRequest) -> ApiResponse:
        response = self._state.forward(request)
        return ApiResponse(status=200, body=self._fixed(response.body)) if response.ok else response

    def _list(self, request: ApiRequest) -> ApiResponse:
        response = self._state.forward(request)
        if not response.ok:
            return response
        return ApiResponse(status=200, body=[self._fixed(each) for each in response.body], headers=response.headers)

    def _of_commit(self, request: ApiRequest) -> ApiResponse:
        sha = request.parameters["commit_sha"]
        if refused := self._state.unknown_commit(sha):
            return refused
        if self._state.approvals.unnamed_lookups:
            self._state.approvals.unnamed_lookups -= 1
            return ApiResponse(status=200, body=[])
        tip = self._state.find_commit(DEFAULT_BRANCH)
        # By GitHub's documentation: "the merged pull request that introduced the commit" to the default branch; for a
        # commit that is not on it, open and merged ones. One that was closed without a merge is inferred to be neither.
        is_on_default_branch = tip is not None and sha in self._state.history(tip.sha)
        found = []
        for pull in self._state.pulls.values():
            if _holds(pull, sha) and (pull.merged_at or not is_on_default_branch):
                shown = self._fixed(self._state.ask("GET", f"/repos/{FULL_NAME}/pulls/{pull.number}"))
                if pull.merged_at or shown["state"] == "open":
                    found.append(_as_listed(shown))
        page, links = paged(found, request, self._state.url)
        return ApiResponse(status=200, body=page, headers=links)

    def _fixed(self, pull: Mapping[str, Any]) -> dict[str, Any]:
        known = self._state.pulls[pull["number"]]
        by = self._state.user(known.merged_by) if known.merged_by else None
        asked_by = self._state.user(known.auto_merge_by) if known.auto_merge_by else None
        return fixed_pull(pull, known, merged_by=by, auto_merge_by=asked_by)


def _as_listed(pull: Mapping[str, Any]) -> dict[str, Any]:
    # A list has fewer members than a pull request that is read alone.
    return {name: value for name, value in pull.items() if name not in ONLY_ALONE}


def _holds(pull: Pull, sha: str) -> bool:
    # The trial merge is no commit of the pull request; the merge that was done is the one that brought it in.
    return sha in (*pull.commits, pull.head_sha, *pull.added) or (pull.merged_at is not None and sha == pull.merge_sha)
