"""Handles branches, trees, commits, and comparisons: from the test's git repository, or from the state without one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from github_emulator.backend.response_fixes import node_id
from github_emulator.http_messages import ApiRequest, ApiResponse, refusal
from github_emulator.state import Commit, State, paged


class GitDataHandler:
    """Handles what git knows."""

    def __init__(self, state: State) -> None:
        """Use a state."""
        self._state = state
        self.operations: Mapping[str, Callable[[ApiRequest], ApiResponse]] = {
            "git/get-ref": self._ref,
            "git/get-tree": self._tree,
            "repos/get-commit": self._commit,
            "repos/compare-commits-with-basehead": self._compare,
        }

    def _ref(self, request: ApiRequest) -> ApiResponse:
        # Exactly this ref: only older versions of the API answered with all refs that begin like it.
        name = f"refs/{request.parameters['ref']}"
        found = self._state.ref(name)
        if found is None:
            return refusal(404, "Not Found")
        kind, sha = found
        url = self._state.repository_url
        shown = {
            "ref": name,
            "node_id": node_id("Ref", int(sha[:7], 16)),
            "url": f"{url}/git/{name}",
            "object": {"type": kind, "sha": sha, "url": f"{url}/git/{kind}s/{sha}"},
        }
        return ApiResponse(status=200, body=shown)

    def _tree(self, request: ApiRequest) -> ApiResponse:
        name = request.parameters["tree_sha"]
        entries = self._state.tree(name)
        if entries is None:
            return refusal(404, "Not Found")
        url = self._state.repository_url
        shown = [
            {
                "path": path,
                "mode": mode,
                "type": kind,
                "sha": sha,
                "url": f"{url}/git/{kind}s/{sha}",
                **({} if size is None else {"size": size}),
            }
            for mode, kind, sha, path, size in entries
        ]
        # GitHub repeats the name that was asked for, also if that is a commit.
        return ApiResponse(
            status=200, body={"sha": name, "url": f"{url}/git/trees/{name}", "tree": shown, "truncated": False}
        )

    def _commit(self, request: ApiRequest) -> ApiResponse:
        sha = request.parameters["ref"]
        if refused := self._state.unknown_commit(sha):
            return refused
        return ApiResponse(status=200, body=self._shown(self._state.commits[sha]))

    def _compare(self, request: ApiRequest) -> ApiResponse:
        names = request.parameters["basehead"].split("...")
        base, head, *_ = [*map(self._state.find_commit, names), None]
        if base is None or head is None or len(names) != 2:
            return refusal(404, "Not Found")
        behind, ahead = self._state.history(base.sha), self._state.history(head.sha)
        common = [sha for sha in ahead if sha in behind]
        if not common:
            return refusal(404, f"No common ancestor between {names[0]} and {names[1]}.")
        added = [sha for sha in reversed(ahead) if sha not in behind]
        missing = len(behind) - len(common)
        status = "identical" if base == head else "diverged" if added and missing else "ahead" if added else "behind"
        page, links = paged([self._shown(self._state.commits[sha]) for sha in added], request, self._state.url)
        url, web = (
            f"{place}/compare/{base.sha}...{head.sha}" for place in (self._state.repository_url, self._state.page_url)
        )
        compared = {
            "url": url,
            "html_url": web,
            "permalink_url": web,
            "diff_url": f"{web}.diff",
            "patch_url": f"{web}.patch",
            "base_commit": self._shown(base),
            "merge_base_commit": self._shown(self._merge_base(common)),
            "status": status,
            "ahead_by": len(added),
            "behind_by": missing,
            "total_commits": len(added),
            "commits": page,
            "files": [],
        }
        return ApiResponse(status=200, body=compared, headers=links)

    def _merge_base(self, common: list[str]) -> Commit:
        # The best common ancestor is no ancestor of another common one; of several, GitHub also names one.
        older = {parent for sha in common for parent in self._state.commits[sha].parents}
        return self._state.commits[next(sha for sha in common if sha not in older)]

    def _shown(self, commit: Commit) -> dict[str, Any]:
        url, sha = self._state.repository_url, commit.sha
        person = {"name": commit.author, "email": commit.email, "date": commit.at}
        return {
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
