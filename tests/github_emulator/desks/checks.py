"""Check runs: emulate's, with annotations that add up and are listed as GitHub lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from github_emulator.cast import FULL_NAME
from github_emulator.exchange import Answer, Asked, refusal
from github_emulator.shapes import mended_check
from github_emulator.world import World, now, paged


class Checks:
    """Answers what concerns check runs."""

    def __init__(self, world: World) -> None:
        """Work on a world."""
        self._world = world
        self.answers: Mapping[str, Callable[[Asked], Answer]] = {
            "checks/create": self._create,
            "checks/update": self._update,
            "checks/get": self._get,
            "checks/list-annotations": self._annotations,
            "checks/list-for-ref": self._for_commit,
        }

    def _create(self, asked: Asked) -> Answer:
        if refused := self._world.unknown_commit(asked.json["head_sha"]):
            return refused
        # GitHub says a check began now if it is not told when; emulate says nothing.
        answer = self._world.pass_on(asked, body={"started_at": now(), **_completed(asked.json)})
        if not answer.ok:
            return answer
        self._world.check_runs.append(answer.body["id"])
        return self._with_annotations(answer, asked)

    def _update(self, asked: Asked) -> Answer:
        if "head_sha" in asked.json and (refused := self._world.unknown_commit(asked.json["head_sha"])):
            return refused
        answer = self._world.pass_on(asked, body=_completed(asked.json))
        return self._with_annotations(answer, asked) if answer.ok else answer

    def _with_annotations(self, answer: Answer, asked: Asked) -> Answer:
        # emulate replaces what is there, forgets titles and columns, and takes more than 50.
        new = asked.json.get("output", {}).get("annotations", [])
        self._world.annotations.setdefault(answer.body["id"], []).extend(new)
        return Answer(status=answer.status, body=self._mended(answer.body))

    def _get(self, asked: Asked) -> Answer:
        answer = self._world.pass_on(asked)
        return Answer(status=200, body=self._mended(answer.body)) if answer.ok else answer

    def _annotations(self, asked: Asked) -> Answer:
        number = asked.number("check_run_id")
        if number not in self._world.check_runs:
            return refusal(404, "Not Found")
        have = self._world.annotations.get(number, [])
        page, links = paged([self._listed(each) for each in have], asked, self._world.url)
        return Answer(status=200, body=page, headers=links)

    def _for_commit(self, asked: Asked) -> Answer:
        # emulate knows only its own commits, so it cannot list by ours.
        path = f"/repos/{FULL_NAME}/check-runs"
        found = [self._mended(self._world.ask("GET", f"{path}/{each}")) for each in self._world.check_runs]
        fitting = [
            each
            for each in reversed(found)
            if each["head_sha"] == asked.parameters["ref"]
            and each["name"] == asked.query.get("check_name", each["name"])
            and each["status"] == asked.query.get("status", each["status"])
        ]
        if asked.query.get("filter", "latest") == "latest":
            fitting = list({each["name"]: each for each in reversed(fitting)}.values())
        page, links = paged(fitting, asked, self._world.url)
        return Answer(status=200, body={"total_count": len(fitting), "check_runs": page}, headers=links)

    def _mended(self, check: Mapping[str, Any]) -> dict[str, Any]:
        return mended_check(check, annotations=len(self._world.annotations.get(check["id"], [])))

    def _listed(self, annotation: Mapping[str, Any]) -> dict[str, Any]:
        optional = {name: annotation.get(name) for name in ("start_column", "end_column", "title", "raw_details")}
        return {**annotation, **optional, "blob_href": f"{self._world.page_url}/blob/{annotation['path']}"}


def _completed(body: Mapping[str, Any]) -> dict[str, Any]:
    # By its documentation a conclusion completes a check; emulate wants to be told.
    return {**body, "status": "completed"} if body.get("conclusion") else dict(body)
