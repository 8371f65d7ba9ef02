"""A team that works through pull requests: the actions of its members, and the runs of its workflows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import yaml

from github_emulator.actors import FULL_NAME, MAINTAINER, REVIEWER
from github_emulator.emulator import GitHubEmulator
from groundtruth_simulator.simulator import Simulator
from support.builders import REGION, some_data, write_open_policy
from support.cli import TESTING, Ran, groundctl

CLIPS = tuple(f"rallies/rally-{number}.mp4" for number in range(1, 9))
PREFIX = {"prefix": "s3://clips/rallies/", "match": ["*.mp4"]}
# Another question about the same clips: it has other labels.
OTHER_TASK = some_data()["task"] | {"title": "Was the serve a fault?", "labels": ["fault", "in"]}
WHO = ("-c", "user.name=Jon", "-c", "user.email=jon@example.com", "-c", "commit.gpgsign=false")


@dataclass
class Team:
    """A team's repository with a pull request on GitHub, and the simulated AWS account."""

    folder: Path
    simulator: Simulator
    emulator: GitHubEmulator
    number: int = 0
    head: str = ""
    merged: str = ""
    runs: int = 0
    outputs: dict[str, str] = field(default_factory=dict)
    interrupt: Callable[[], bool] | None = None  # when the next run is cancelled

    def git(self, *arguments: str) -> str:
        command = ["git", *WHO, *arguments]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True).stdout.strip()

    def declares(self, **changes: Any) -> None:
        data = some_data(**changes)
        path = self.folder / f"jobs/sports-data/{data['name']}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_open_policy(self.folder)
        path.write_text(yaml.safe_dump(data, sort_keys=False))

    def opens(self) -> None:
        """Commit what is declared to a branch, and open a pull request for it."""
        base = self.git("rev-parse", "main")
        self.git("switch", "-q", "-c", "topic")
        self.pushes()
        self.number = self.emulator.open_pull(head_sha=self.head, base_sha=base)

    def pushes(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "Declare jobs")
        self.head = self.git("rev-parse", "HEAD")
        if self.number:
            self.emulator.move_pull(self.number, head_sha=self.head)

    def pushes_straight_to_main(self) -> None:
        """Push a commit to main without a pull request, a day ago: of a younger one GitHub may not know it yet."""
        self.git("add", "-A")
        yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        command = ["git", *WHO, "commit", "-q", "-m", "Straight to main"]
        subprocess.run(command, cwd=self.folder, check=True, env={**os.environ, "GIT_COMMITTER_DATE": yesterday})
        self.merged = self.git("rev-parse", "HEAD")

    def reviews(self, login: str = REVIEWER, state: str = "APPROVED", **changes: Any) -> int:
        """Let a person review the pull request, some time after whatever was done before."""
        self.time_passes()
        return self.emulator.review(self.number, login, state, **changes)

    def time_passes(self, seconds: float = 2) -> None:
        self.simulator.advance(seconds)

    def merges(self, *, review: bool = True, branch: str = "topic") -> None:
        """Merge the pull request; by default it is approved first."""
        if review:
            self.reviews()
        self.time_passes()
        self.git("switch", "-q", "main")
        self.git("merge", "-q", "--no-ff", "-m", f"Merge pull request #{self.number}", branch)
        self.merged = self.git("rev-parse", "HEAD")
        self.emulator.merge_pull(self.number, self.merged)

    def in_plan_run(self, *arguments: str, **settings: str) -> Ran:
        """Run a command as plan.yml would, and leave the plan as its artifact."""
        self.time_passes()
        source = {"sha": self.head, "repo": {"full_name": FULL_NAME}}
        base = {"sha": self.git("rev-parse", "main"), "ref": "main"}
        event = {"pull_request": {"number": self.number, "head": source, "base": base}}
        run = self.emulator.add_run(path=".github/workflows/plan.yml", event="pull_request", head_sha=self.head)
        return self._in_run(run.id, event, "f" * 40, *arguments, **settings)

    def plans(self, **settings: str) -> Ran:
        return self.in_plan_run("ci", "plan", "--record", "--out", ".build/plan.json", **settings)

    def on_main(self, *arguments: str, let_in_by: str = "", **settings: str) -> Ran:
        """Run a command as apply.yml and status.yml would; a person may have let the run enter its environment."""
        self.time_passes()
        run = self.emulator.add_run(path=".github/workflows/apply.yml", event="push", head_sha=self.merged)
        if let_in_by:
            self.emulator.record_approval(run, "groundctl-apply", let_in_by)
        return self._in_run(run.id, {"ref": "refs/heads/main"}, self.merged, *arguments, **settings)

    def applies(self, **settings: str) -> Ran:
        return self.on_main("ci", "apply", "--only", "create", **settings)

    def _in_run(self, run: int, event: dict[str, Any], sha: str, *arguments: str, **settings: str) -> Ran:
        scratch = self.folder / ".build"
        scratch.mkdir(exist_ok=True)
        repository = {"default_branch": "main", "full_name": FULL_NAME}
        (scratch / "event.json").write_text(json.dumps({**event, "repository": repository}))
        for name in ("output", "summary.md"):
            (scratch / name).write_text("")
        token = self.emulator.token(
            contents="read", pull_requests="write", checks="write", statuses="write", actions="read"
        )
        ran = groundctl(
            *arguments,
            cwd=self.folder,
            interrupt=self.interrupt,
            signals=(signal.SIGINT, signal.SIGTERM),  # both, as the runner sends them
            settings={
                **TESTING,
                "AWS_ENDPOINT_URL": self.simulator.url or "",
                "GROUNDCTL_INFRASTRUCTURE": "infrastructure.json",
                "GROUNDCTL_ENVIRONMENT": "test",
                "GITHUB_ACTIONS": "true",
                "GITHUB_API_URL": self.emulator.url,
                "GITHUB_REPOSITORY": FULL_NAME,
                "GITHUB_REPOSITORY_ID": str(self.emulator.state.repository()["id"]),
                "GITHUB_ACTOR": MAINTAINER,
                "GITHUB_RUN_ID": str(run),
                "GITHUB_RUN_ATTEMPT": "1",
                "GITHUB_SHA": sha,
                "GITHUB_EVENT_PATH": str(scratch / "event.json"),
                "GITHUB_OUTPUT": str(scratch / "output"),
                "GITHUB_STEP_SUMMARY": str(scratch / "summary.md"),
                "GITHUB_TOKEN": token.value,
                **settings,
            },
        )
        assert "Traceback" not in ran.err, ran.err
        self.outputs = _outputs((scratch / "output").read_text())
        return ran

    @property
    def comment(self) -> str:
        [comment] = self.emulator.comments(self.number)
        return str(comment["body"])

    @property
    def summary(self) -> str:
        return (self.folder / ".build/summary.md").read_text()

    def check(self, commit: str) -> dict[str, Any]:
        return self.emulator.check_runs(commit)[-1]

    def clips_of(self, name: str) -> list[str]:
        """List the keys of the clips that a job in AWS asks about."""
        described: Any = boto3.client("sagemaker", region_name=REGION).describe_labeling_job(LabelingJobName=name)
        bucket, _, key = described["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"][5:].partition("/")
        manifest = boto3.client("s3", region_name=REGION).get_object(Bucket=bucket, Key=key)["Body"].read()
        return [json.loads(line)["source-ref"].split("/", 3)[3] for line in manifest.splitlines()]

    def creates(self) -> int:
        return len(self.simulator.requests("CreateLabelingJob"))

    def mutating_calls(self) -> int:
        return sum(call["mutating"] for call in self.simulator.requests())


def _outputs(written: str) -> dict[str, str]:
    lines = iter(written.splitlines())
    return {name: next(lines) for line in lines if "<<" in line for name in [line.split("<<")[0]]}
