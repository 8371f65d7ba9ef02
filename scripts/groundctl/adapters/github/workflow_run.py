"""The GitHub Actions run that groundctl is part of: its context, its summary, and its outputs."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundctl.domain.canonical_json import parse_json_object
from groundctl.domain.jobs.ledger.records import Author
from groundctl.domain.tracking.run_context import RunContext
from groundctl.errors import ExternalError, UsageError

MAX_DIGITS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _PullRequest:
    """What a report needs of the pull request in an event; source is None where the fork was deleted."""

    number: int
    head: str
    source: str | None


def _parse_pull_request(event: Any) -> _PullRequest:
    source = event["head"]["repo"]
    return _PullRequest(
        number=int(event["number"]),
        head=str(event["head"]["sha"]),
        source=None if source is None else str(source["full_name"]),
    )


@dataclass(frozen=True)
class WorkflowRun:
    """One run of a workflow; settings are the environment variables that GitHub sets for its steps."""

    settings: Mapping[str, str]

    def check(self) -> None:
        """Raise UsageError unless everything is set that reports on GitHub need: check before the work, not after it."""
        for name in ("GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_SHA", "GITHUB_TOKEN"):
            self._setting(name)
        self._number("GITHUB_RUN_ID")
        self._pull_request()
        for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
            self._append(name, "")

    @property
    def repository(self) -> str:
        """Return the repository as owner/name."""
        return self._setting("GITHUB_REPOSITORY")

    def context(self, environment: str) -> RunContext:
        """Describe the run, as it acts for one environment."""
        pull_request = self._pull_request()
        run_id = self._number("GITHUB_RUN_ID")
        server = self.settings.get("GITHUB_SERVER_URL") or "https://github.com"
        return RunContext(
            repository=self.repository,
            environment=environment,
            # The commit of a pull request's run is GitHub's trial merge; people look at the newest commit.
            head_commit=pull_request.head if pull_request else self._setting("GITHUB_SHA"),
            run_id=run_id,
            attempt=self._number("GITHUB_RUN_ATTEMPT", default="1"),
            run_url=f"{server}/{self.repository}/actions/runs/{run_id}",
            pull_request=pull_request.number if pull_request else None,
        )

    def author(self) -> Author:
        """Describe the run as the author of ledger entries. What GitHub does not set is empty: the entry is valid without it."""
        actor = self.settings.get("GITHUB_TRIGGERING_ACTOR") or self.settings.get("GITHUB_ACTOR")
        return Author(
            repository=self.settings.get("GITHUB_REPOSITORY", ""),
            commit=self.settings.get("GITHUB_SHA", ""),
            run=self.settings.get("GITHUB_RUN_ID", ""),
            person=actor or "",
        )

    @property
    def actor(self) -> str:
        """Return who started this attempt of the run."""
        return self.settings.get("GITHUB_TRIGGERING_ACTOR") or self._setting("GITHUB_ACTOR")

    @property
    def actors(self) -> tuple[str, ...]:
        """Return who started the run, and who started this attempt of it."""
        return self._setting("GITHUB_ACTOR"), self.actor

    @property
    def repository_id(self) -> int:
        """Return GitHub's number of the repository, which stays when it is renamed."""
        return self._number("GITHUB_REPOSITORY_ID")

    @property
    def default_branch(self) -> str:
        """Return the name of the repository's default branch, from the run's event."""
        try:
            return str(self._event()["repository"]["default_branch"])
        except (LookupError, TypeError) as error:
            hint = "run this command in a workflow: GitHub writes the repository into the event"
            raise UsageError("the run's event does not name the default branch", hint=hint) from error

    @property
    def base_commit(self) -> str:
        """Return the commit that the pull request of the run's event would be merged into."""
        try:
            return str(self._event()["pull_request"]["base"]["sha"])
        except (LookupError, TypeError) as error:
            hint = "run this command in a workflow on pull_request"
            raise UsageError("the run's event does not name a pull request's base", hint=hint) from error

    @property
    def api(self) -> str:
        """Return the URL of GitHub's API."""
        return self.settings.get("GITHUB_API_URL") or "https://api.github.com"

    @property
    def token(self) -> str:
        """Return the token that the workflow passed to this step."""
        return self._setting("GITHUB_TOKEN")

    @property
    def is_from_fork(self) -> bool:
        """Return whether the pull request comes from another repository; its runs get no permissions."""
        pull_request = self._pull_request()
        return pull_request is not None and pull_request.source != self.repository

    @property
    def is_asked_by_person(self) -> bool:
        """Return whether a person started the run by hand, or started it again."""
        started = self.settings.get("GITHUB_EVENT_NAME") == "workflow_dispatch"
        return started or self._number("GITHUB_RUN_ATTEMPT", default="1") > 1

    def summarize(self, text: str) -> None:
        """Append to the summary on the run's page."""
        self._append("GITHUB_STEP_SUMMARY", text if text.endswith("\n") else f"{text}\n")

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        """Set outputs for later steps and jobs."""
        for name, value in outputs.items():
            # A value that contains the delimiter could set other outputs; a random delimiter cannot be guessed.
            delimiter = f"groundctl-{secrets.token_hex(16)}"
            self._append("GITHUB_OUTPUT", f"{name}<<{delimiter}\n{value}\n{delimiter}\n")

    def _pull_request(self) -> _PullRequest | None:
        """Read the pull request that the run's event is about, if there is one."""
        found = self._event().get("pull_request")
        try:
            return _parse_pull_request(found) if found else None
        except (ValueError, LookupError, TypeError) as error:
            raise self._unreadable(error) from error

    def _event(self) -> dict[str, Any]:
        path = self.settings.get("GITHUB_EVENT_PATH")
        if not path:
            return {}
        try:
            return parse_json_object(Path(path).read_bytes())
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> UsageError:
        message = f"GITHUB_EVENT_PATH: the event in {self.settings.get('GITHUB_EVENT_PATH')} cannot be read: {error}"
        return UsageError(message, hint="run this command in a workflow")

    def _append(self, variable: str, text: str) -> None:
        path = self.settings.get(variable)
        if not path:
            return
        try:
            with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            message = f"{variable} names {path}, which cannot be written: {reason}"
            if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO}:
                raise ExternalError(message, hint="free space on the runner, then run it again") from error
            raise UsageError(message, hint="run this command in a workflow, which sets the variable") from error

    def _number(self, name: str, *, default: str | None = None) -> int:
        value = self.settings.get(name) or default or self._setting(name)
        if not (value.isascii() and value.isdecimal() and len(value) < MAX_DIGITS):
            raise UsageError(f"{name} is {value[:40]!r}, not a number", hint="run this command in a workflow")
        return int(value)

    def _setting(self, name: str) -> str:
        if value := self.settings.get(name):
            return value
        hint = "this command is for runs of a workflow: GitHub sets the variable there; pass GITHUB_TOKEN in the step's env"
        raise UsageError(f"{name} is not set", hint=hint)
