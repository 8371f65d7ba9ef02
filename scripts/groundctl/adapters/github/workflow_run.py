"""The door to the GitHub Actions run we are in: what it is about, its summary and its outputs."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundctl.errors import UsageError


@dataclass(frozen=True)
class WorkflowRun:
    """One run of a workflow; settings are the variables that GitHub gives to its steps."""

    settings: Mapping[str, str]

    def check(self) -> None:
        """Raise UsageError unless all is there that is needed to speak on GitHub: better before than after the work."""
        for name in ("GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_SHA", "GITHUB_TOKEN"):
            self._setting(name)

    @property
    def repository(self) -> str:
        """Name the repository, owner and name."""
        return self._setting("GITHUB_REPOSITORY")

    @property
    def id(self) -> int:
        """Number the run among all runs of the repository."""
        return int(self._setting("GITHUB_RUN_ID"))

    @property
    def attempt(self) -> int:
        """Count how often the run was started."""
        return int(self.settings.get("GITHUB_RUN_ATTEMPT") or 1)

    @property
    def url(self) -> str:
        """Give the address of the run's page."""
        server = self.settings.get("GITHUB_SERVER_URL") or "https://github.com"
        return f"{server}/{self.repository}/actions/runs/{self.id}"

    @property
    def api(self) -> str:
        """Give the address of GitHub's API."""
        return self.settings.get("GITHUB_API_URL") or "https://api.github.com"

    @property
    def token(self) -> str:
        """Give the token that the workflow handed to this step."""
        return self._setting("GITHUB_TOKEN")

    @property
    def pull_request(self) -> int | None:
        """Number the pull request that the run is about, if it is about one."""
        pull_request = self._event.get("pull_request")
        return int(pull_request["number"]) if pull_request else None

    @property
    def head(self) -> str:
        """Name the commit that people look at: a pull request's newest, not the merge that GitHub tries with it."""
        pull_request = self._event.get("pull_request")
        return str(pull_request["head"]["sha"]) if pull_request else self._setting("GITHUB_SHA")

    @property
    def is_from_fork(self) -> bool:
        """Say whether the pull request comes from another repository: its runs get no rights."""
        pull_request = self._event.get("pull_request")
        if not pull_request:
            return False
        source = pull_request["head"]["repo"]  # null where the fork was deleted
        return source is None or source["full_name"] != self.repository

    def summarize(self, text: str) -> None:
        """Add to the summary on the run's page."""
        self._append("GITHUB_STEP_SUMMARY", text if text.endswith("\n") else f"{text}\n")

    def give(self, outputs: Mapping[str, str]) -> None:
        """Hand values to the steps and jobs that follow."""
        for name, value in outputs.items():
            # A value that held the delimiter could set outputs of its own; nobody guesses this one.
            delimiter = f"groundctl-{secrets.token_hex(16)}"
            self._append("GITHUB_OUTPUT", f"{name}<<{delimiter}\n{value}\n{delimiter}\n")

    @property
    def _event(self) -> dict[str, Any]:
        path = self.settings.get("GITHUB_EVENT_PATH")
        if not path:
            return {}
        try:
            event: dict[str, Any] = json.loads(Path(path).read_bytes())
        except (OSError, ValueError) as error:
            raise UsageError(f"the event in {path} cannot be read: {error}", hint="run it in a workflow") from error
        return event

    def _append(self, variable: str, text: str) -> None:
        if path := self.settings.get(variable):
            with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)

    def _setting(self, name: str) -> str:
        if value := self.settings.get(name):
            return value
        hint = "this is for runs of a workflow: GitHub sets it there, and a step's env hands on GITHUB_TOKEN"
        raise UsageError(f"{name} is not set", hint=hint)
