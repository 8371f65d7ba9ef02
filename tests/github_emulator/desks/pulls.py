"""Pull requests, emulate's but pointing to the commits that git has, and those commits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from github_emulator.cast import FULL_NAME
from github_emulator.exchange import Answer, Asked
from github_emulator.shapes import mended_pull, node_id
from github_emulator.world import Pull, World, paged


class Pulls:
    """Answers what concerns pull requests."""

    def __init__(self, world: World) -> None:
        """Work on a world."""
        self._world = world
        self.answers: Mapping[str, Callable[[Asked], Answer]] = {
            "pulls/get": self._get,
            "pulls/list": self._list,
            "repos/get-commit": self._commit,
            "repos/list-pull-requests-associated-with-commit": self._of_commit,
        }

    def _get(self, asked: Asked) -> Answer:
        answer = self._world.pass_on(asked)
        return Answer(status=200, body=self._mended(answer.body)) if answer.ok else answer

    def _list(self, asked: Asked) -> Answer:
        answer = self._world.pass_on(asked)
        if not answer.ok:
            return answer
        return Answer(status=200, body=[self._mended(each) for each in answer.body], headers=answer.headers)

    def _of_commit(self, asked: Asked) -> Answer:
        sha = asked.parameters["commit_sha"]
        if refused := self._world.unknown_commit(sha):
            return refused
        found = [
            self._mended(self._world.ask("GET", f"/repos/{FULL_NAME}/pulls/{each.number}"))
            for each in self._world.pulls.values()
            if _holds(each, sha)
        ]
        page, links = paged(found, asked, self._world.url)
        return Answer(status=200, body=page, headers=links)

    def _commit(self, asked: Asked) -> Answer:
        sha = asked.parameters["ref"]
        if refused := self._world.unknown_commit(sha):
            return refused
        commit, url = self._world.commits[sha], self._world.repository_url
        person = {"name": commit.author, "email": commit.email, "date": commit.at}
        shown = {
            "sha": sha,
            "node_id": node_id("Commit", int(sha[:7], 16)),
            "url": f"{url}/commits/{sha}",
            "html_url": f"{self._world.page_url}/commit/{sha}",
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
        return Answer(status=200, body=shown)

    def _mended(self, pull: Mapping[str, Any]) -> dict[str, Any]:
        known = self._world.pulls[pull["number"]]
        by = self._world.user(known.merged_by) if known.merged_by else None
        return mended_pull(pull, known, merged_by=by)


def _holds(pull: Pull, sha: str) -> bool:
    # The trial merge is no commit of the pull request; the merge that was done is the one that brought it in.
    return sha in (*pull.commits, pull.head_sha) or (pull.merged_at is not None and sha == pull.merge_sha)
