"""Handles pull requests with the commits of the git repository, and those commits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from github_emulator.actors import FULL_NAME
from github_emulator.backend.response_fixes import fixed_pull, node_id
from github_emulator.http_messages import ApiRequest, ApiResponse
from github_emulator.state import Pull, State, paged


class PullRequestsHandler:
    """Handles pull requests and commits."""

    def __init__(self, state: State) -> None:
        """Use a state."""
        self._state = state
        self.operations: Mapping[str, Callable[[ApiRequest], ApiResponse]] = {
            "pulls/get": self._get,
            "pulls/list": self._list,
            "repos/get-commit": self._commit,
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
        found = [
            self._fixed(self._state.ask("GET", f"/repos/{FULL_NAME}/pulls/{each.number}"))
            for each in self._state.pulls.values()
            if _holds(each, sha)
        ]
        page, links = paged(found, request, self._state.url)
        return ApiResponse(status=200, body=page, headers=links)

    def _commit(self, request: ApiRequest) -> ApiResponse:
        sha = request.parameters["ref"]
        if refused := self._state.unknown_commit(sha):
            return refused
        commit, url = self._state.commits[sha], self._state.repository_url
        person = {"name": commit.author, "email": commit.email, "date": commit.at}
        shown = {
            "sha": sha,
            "node_id": node_id("Commit", int(sha[:7], 16)),
            "url": f"{url}/commits/{sha}",
            "html_url": f"{self._state.page_url}/commit/{sha}",
            "comments_url": f"{url}/commits/{sha}/comments",
            "commit": {
                "url": f"{url}/git/commits/{sha}",
                "message": commit.message,
                "author": person,
                "committer": person,
                "tree": {"sha": commit.tree, "url": f"{url}/git/trees/{commit.tree}"},
                "comment_count": 0,
            },
            "author": None,
            "committer": None,
            "parents": [{"sha": each, "url": f"{url}/commits/{each}"} for each in commit.parents],
        }
        return ApiResponse(status=200, body=shown)

    def _fixed(self, pull: Mapping[str, Any]) -> dict[str, Any]:
        known = self._state.pulls[pull["number"]]
        by = self._state.user(known.merged_by) if known.merged_by else None
        return fixed_pull(pull, known, merged_by=by)


def _holds(pull: Pull, sha: str) -> bool:
    # The trial merge is no commit of the pull request; the merge that was done is the one that brought it in.
    return sha in (*pull.commits, pull.head_sha) or (pull.merged_at is not None and sha == pull.merge_sha)
