"""The stage without workflow files: each event runs the commands that the workflow files would run."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from decision_table.stage import Stage
from github_emulator.actors import FULL_NAME
from github_emulator.runner.events import Event, pull_request
from github_emulator.runner.repository import PullRequest
from github_emulator.state import WorkflowRun
from support.cli import TESTING, Ran, groundctl

ENVIRONMENT = "groundctl-apply"


@dataclass(kw_only=True)
class CommandStage(Stage):
    """Runs commands in checkouts of the event's commit."""

    folder: Path
    infrastructure: Path
    plans: dict[int, WorkflowRun] = field(default_factory=dict)  # the last run of each pull request
    attempts: int = 0

    @property
    def plays_workflow_files(self) -> bool:
        """Return false: the commands are those of main's files, whatever a branch has."""
        return False

    def deliver(self, event: Event) -> None:
        """Run what plan.yml or apply.yml would."""
        if event.name != "pull_request":
            self._apply(event)
        elif not event.fork:
            [number] = event.pulls
            self.plans[number] = self._begin("plan.yml", event)
            self._plan(event, self.plans[number])

    def plans_again(self, pull: PullRequest) -> None:
        """Plan again, as the next attempt of the last run."""
        self.time_passes()
        self.plans[pull.number].attempt += 1
        self._plan(pull_request(self.emulator, pull.number, "synchronize"), self.plans[pull.number])

    def _plan(self, event: Event, run: WorkflowRun) -> None:
        main = self._checkout(self.repository.head)
        self._checkout(event.sha, main / "proposed")
        self._run(event, run, main, "ci", "plan", "--record", "--checkout", "proposed")

    def _apply(self, event: Event) -> None:
        run = self._begin("apply.yml", event)
        at = self._checkout(event.sha)
        looked = self._run(event, run, at, "ci", "tip")
        if looked.get("current") != "true":
            return
        looked = self._run(event, run, at, "ci", "plan", "--reviewed")
        if looked.get("create", "uncounted") == "0":
            self._run(event, run, at, "ci", "report", "--check")
        elif self._enters(run):
            self._run(event, run, at, "ci", "apply", "--only", "create")

    def _enters(self, run: WorkflowRun) -> bool:
        """Let the first reviewer who may let the run in."""
        found = self.emulator.enter_environment(ENVIRONMENT)
        may = [login for login in found.reviewers if self.emulator.may_approve(run, ENVIRONMENT, login)]
        if may:
            self.emulator.record_approval(run, ENVIRONMENT, may[0])
        return bool(may) or not found.has_reviewers

    def _begin(self, workflow: str, event: Event) -> WorkflowRun:
        return self.emulator.add_run(
            path=f".github/workflows/{workflow}", event=event.name, head_sha=event.head_sha, actor=event.actor
        )

    def _checkout(self, commit: str, at: Path | None = None) -> Path:
        self.attempts += 1
        at = at or self.folder / f"checkout-{self.attempts}"
        git = self.repository.git
        git("clone", "--quiet", "--no-checkout", str(self.repository.origin), str(at), at=self.folder)
        git("fetch", "--quiet", "origin", commit, at=at)
        git("checkout", "--quiet", "--detach", commit, at=at)
        return at

    def _run(self, event: Event, run: WorkflowRun, at: Path, *arguments: str) -> dict[str, str]:
        scratch = at / ".build"
        scratch.mkdir(exist_ok=True)
        (scratch / "event.json").write_text(json.dumps(event.payload))
        for name in ("output", "summary.md"):
            (scratch / name).write_text("")
        ran = groundctl(*arguments, cwd=at, settings={**self._settings(event, run), **_files(scratch)})
        assert "Traceback" not in ran.err, ran.err
        self._keep(arguments, ran)
        return _outputs((scratch / "output").read_text())

    def _settings(self, event: Event, run: WorkflowRun) -> dict[str, str]:
        token = self.emulator.token(
            contents="read", pull_requests="write", checks="write", statuses="write", actions="read"
        )
        return {
            **TESTING,
            "AWS_ENDPOINT_URL": self.simulator.url or "",
            "GROUNDCTL_INFRASTRUCTURE": str(self.infrastructure),
            "GROUNDCTL_ENVIRONMENT": "test",
            "GROUNDCTL_APPROVE": event.inputs.get("approve", ""),
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.emulator.url,
            "GITHUB_REPOSITORY": FULL_NAME,
            "GITHUB_REPOSITORY_ID": str(self.emulator.state.repository()["id"]),
            "GITHUB_ACTOR": event.actor,
            "GITHUB_EVENT_NAME": event.name,
            "GITHUB_RUN_ID": str(run.id),
            "GITHUB_RUN_ATTEMPT": str(run.attempt),
            "GITHUB_SHA": event.sha,
            "GITHUB_TOKEN": token.value,
        }

    def _keep(self, arguments: tuple[str, ...], ran: Ran) -> None:
        self.log += f"$ groundctl {' '.join(arguments)}\n{ran.out}{ran.err}[exit {ran.code}]\n"

    def clear(self) -> None:
        """Remove the checkouts."""
        for folder in self.folder.glob("checkout-*"):
            shutil.rmtree(folder)


def _files(scratch: Path) -> dict[str, str]:
    return {
        "GITHUB_EVENT_PATH": str(scratch / "event.json"),
        "GITHUB_OUTPUT": str(scratch / "output"),
        "GITHUB_STEP_SUMMARY": str(scratch / "summary.md"),
    }


def _outputs(written: str) -> dict[str, str]:
    lines = iter(written.splitlines())
    return {name: next(lines) for line in lines if "<<" in line for name in [line.split("<<")[0]]}
