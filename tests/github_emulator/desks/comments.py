"""Comments on pull requests: emulate's, with the limits GitHub has and emulate has not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from github_emulator.exchange import Answer, Asked, invalid, refusal
from github_emulator.shapes import mended_comment
from github_emulator.world import World

LONGEST = 65_536  # characters, by GitHub's own message


class Comments:
    """Answers what concerns comments."""

    def __init__(self, world: World) -> None:
        """Work on a world."""
        self._world = world
        self.answers: Mapping[str, Callable[[Asked], Answer]] = {
            "issues/list-comments": self._pass_on,
            "issues/get-comment": self._pass_on,
            "issues/create-comment": self._create,
            "issues/update-comment": self._update,
            "issues/delete-comment": self._pass_on,
        }

    def _create(self, asked: Asked) -> Answer:
        return self._write(asked, asked.number("issue_number"), "create")

    def _update(self, asked: Asked) -> Answer:
        before = self._world.upstream_comment(asked.number("comment_id"))
        if before is None:
            return refusal(404, "Not Found")
        return self._write(asked, int(before["issue_url"].rpartition("/")[2]), "update")

    def _write(self, asked: Asked, number: int, verb: str) -> Answer:
        pull = self._world.pulls.get(number)
        # GitHub lets collaborators write on; a workflow's token is none. That it refuses an edit as well is our guess on the safe side.
        if pull and pull.locked and asked.token.permissions is not None:
            return refusal(403, f"Unable to {verb} comment because issue is locked.")
        body: Any = asked.json.get("body")
        if len(body) > LONGEST:
            message = f"Body is too long (maximum is {LONGEST} characters)"
            return invalid("IssueComment", "data", message, code="unprocessable")
        return self._pass_on(asked)

    def _pass_on(self, asked: Asked) -> Answer:
        answer = self._world.pass_on(asked)
        match answer.body:
            case list():
                return Answer(
                    status=answer.status, body=[mended_comment(each) for each in answer.body], headers=answer.headers
                )
            case dict() if answer.ok:
                return Answer(status=answer.status, body=mended_comment(answer.body), headers=answer.headers)
        return answer
