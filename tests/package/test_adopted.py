"""A repository beside groundctl: made by `init` of the built wheel, its thin workflows play a pull request's life, and it is upgraded.

The workflows that it calls, and their tool, are those of this checkout, which is the tool's repository at the wheel's tag.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from decision_table.by_workflows import needed_files, settings_of_machine
from github_emulator.actors import FULL_NAME, REVIEWER
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.act_runner import Run, Runner
from github_emulator.runner.events import Event
from github_emulator.runner.repository import Files, PullRequest, Repository
from groundctl.domain.adoption.repository.answers import TOOL_REPOSITORY
from groundctl.domain.adoption.tfvars import read_tfvars
from groundctl.domain.jobs.infrastructure import WorkTeam
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import ACCOUNT, REGION, ROOT, an_infrastructure
from support.wheel import Installed, a_newer_version

ENVIRONMENT, TEAM = f"production.{REGION}", "court-side"
TEAM_ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/{TEAM}"
CLIPS = tuple(f"rallies/rally-{number}.mp4" for number in range(1, 8))
ANSWERS = (
    "--repository", FULL_NAME, "--repository-id", "987654321", "--owner-id", "12345678", "--reviewers", f"@{REVIEWER}",
    "--environment", f"{ENVIRONMENT}={ACCOUNT}", "--team", f"{TEAM}={TEAM_ARN}", "--clips", "s3://clips/rallies/",
)  # fmt: skip
JOB = f"{TEAM}-first-look-1"
OF_THE_TOOL = f"{TOOL_REPOSITORY}/.github/workflows/"
DECLARATION = f"jobs/{TEAM}/{JOB}.yaml"
# Which of the tool's files ask AWS for a role, each in the version that its caller names.
ASK = {
    "planned": {"recorded-plan.yml@refs/tags/v0.1.0", "reusable-plan.yml@refs/tags/v0.1.0"},
    "merged": {"reusable-apply-environment.yml@refs/tags/v0.1.0"},
    "ended": {"reusable-status-environment.yml@refs/tags/v0.2.0"},
}
# Its infrastructure is as in the settings; tests/package/test_wheel.py validates its code with Terraform itself.
TERRAFORM = """#!/bin/sh\n[ "$1" != show ] || echo '{"format_version": "1.2", "resource_changes": []}'\n"""


@dataclass(kw_only=True)
class Adopted:
    """The repository on GitHub, its account, and what a life of one pull request left behind."""

    emulator: GitHubEmulator
    simulator: Simulator
    runner: Runner
    runs: dict[str, Run] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    asked: dict[str, set[str]] = field(default_factory=dict)  # the files whose jobs asked AWS for a role

    @property
    def repository(self) -> Repository:
        return self.runner.repository

    def runs_on(self, step: str, event: Event, pull: PullRequest) -> None:
        """Deliver an event; keep its run, the one comment on the pull request, and whose jobs asked for a role."""
        self.simulator.advance(60)
        signed = self.emulator.control_api.issuer.signed
        before = len(signed)
        self.runs[step] = self.runner.deliver_one(event)
        self.asked[step] = {str(claims["job_workflow_ref"]).removeprefix(OF_THE_TOOL) for claims in signed[before:]}
        [comment] = self.emulator.comments(pull.number)
        self.comments[step] = str(comment["body"])

    def lives(self, upgraded: Files) -> None:
        """Declare a job, review and merge it, move to the next version, and let the workers answer."""
        asked = f"{self.repository.git('show', f'main:{DECLARATION}')}\n".replace("The first job", "Our first job")
        pull = self.repository.open_pull({DECLARATION: asked}, title="Our first job")
        self.runs_on("planned", pull.opened(), pull)
        self.simulator.advance(60)
        self.emulator.review(pull.number, REVIEWER)
        self.simulator.advance(60)
        self.runs_on("merged", pull.merge().pushed, pull)
        self.simulator.advance_until_idle()
        self.repository.commit(upgraded, "The next version")
        self.runs_on("ended", self.repository.schedule(), pull)


@pytest.fixture(scope="module")
def made(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outside") / "labels"
    ran = installed.run("groundctl", "init", folder, *ANSWERS, cwd=folder.parent)
    assert (ran.code, ran.err) == (0, ""), ran
    assert "→ git init" in ran.out, ran
    return folder


@pytest.fixture(scope="module")
def upgraded(installed: Installed, made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy at the next version, with a line of the team's own in a workflow."""
    folder = shutil.copytree(made, tmp_path_factory.mktemp("upgraded") / "labels")
    edited = folder / ".github/workflows/status.yml"
    edited.write_text(edited.read_text().replace('"17 */3 * * *"', '"23 * * * *" # ours'))
    ran = installed.run("python", *a_newer_version(installed, folder.parent), cwd=folder)
    assert ran.code == 0, ran
    return folder


@pytest.fixture
def adopted(
    made: Path, tmp_path: Path, simulator: Simulator, emulator: GitHubEmulator, monkeypatch: pytest.MonkeyPatch
) -> Adopted:
    """Give the repository after the first hour: pushed, and its account as Terraform leaves it."""
    infrastructure = an_infrastructure(environment="production", work_teams={TEAM: WorkTeam(arn=TEAM_ARN)})
    prerequisites.build(infrastructure, clips=CLIPS)
    emulator.use_clock(lambda: simulator.clock.now())
    (tmp_path / "infrastructure.json").write_text(json.dumps(prerequisites.as_file_content(infrastructure)))
    program = tmp_path / "bin/terraform"
    program.parent.mkdir()
    program.write_text(TERRAFORM)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    tool = Repository.of(emulator, tmp_path / "tool", of_the_tool())
    for version in ("0.1.0", "0.2.0"):
        tool.tag(f"v{version}", tool.commit(of_version(version), version))
    runner = Runner(
        emulator=emulator,
        repository=Repository.of(emulator, tmp_path / "labels", contents(made)),
        others={TOOL_REPOSITORY: tool},
        environment=settings_of_machine(str(simulator.url), tmp_path / "infrastructure.json"),
    )
    return Adopted(emulator=emulator, simulator=simulator, runner=runner)


def of_the_tool() -> Files:
    """Read what the workflows need of this checkout."""
    files = needed_files("scripts/groundctl")  # each version has its own code
    return {path: content for path, content in files.items() if not path.startswith("terraform/")}


def of_version(version: str) -> Files:
    """Give the file of the tool that says which version it is."""
    path = "scripts/groundctl/__init__.py"
    return {path: (ROOT / path).read_text().replace("0.1.0", version)}


def contents(folder: Path) -> Files:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def jobs() -> dict[str, str]:
    """Return the state of each job in AWS."""
    sagemaker: Any = boto3.client("sagemaker", region_name=REGION)
    listed = sagemaker.list_labeling_jobs()["LabelingJobSummaryList"]
    return {job["LabelingJobName"]: job["LabelingJobStatus"] for job in listed}


def test_its_first_job_is_planned_created_and_reported_by_the_workflows_of_the_versions_that_it_names(
    adopted: Adopted, upgraded: Path
):
    adopted.lives(upgraded={path: raw for path, raw in contents(upgraded).items() if path != DECLARATION})

    for run in adopted.runs.values():
        assert run.conclusion == "success", run
    assert adopted.runs["planned"].results["plan/groundctl"] == "success"
    assert "1 to create" in adopted.comments["planned"]
    assert "1 created" in adopted.comments["merged"]
    assert "5 clips labeled" in adopted.comments["ended"]
    assert jobs() == {JOB: "Completed"}
    assert adopted.asked == ASK


def test_the_first_push_is_green_and_buys_nothing_because_no_pull_request_asked_for_the_first_job(adopted: Adopted):
    adopted.simulator.advance(900)

    run = adopted.runner.deliver_one(adopted.repository.push({"README.md": "Ours."}))

    assert run.conclusion == "success", run
    ran = {name for name, result in run.results.items() if result == "success"}
    assert ran == {"apply/environments", "apply/environment/look", "apply/environment/report"}
    assert jobs() == {}


def test_a_push_before_the_roles_exist_is_red_and_says_what_to_do_first(adopted: Adopted):
    adopted.simulator.add_fault(operation="AssumeRoleWithWebIdentity", kind="error", times=99)

    run = adopted.runner.deliver_one(adopted.repository.push({"README.md": "Ours."}))

    assert (run.conclusion, run.results["apply/environment/look"]) == ("failure", "failure"), run
    said = run.jobs["apply/environment/look"].text
    assert f"AWS gave this run no role of {ENVIRONMENT}. If Terraform was never applied for it, apply it first" in said
    assert jobs() == {}


def test_the_settings_trust_the_repository_and_the_version_that_the_workflows_call(made: Path):
    settings: Any = read_tfvars((made / f"terraform/environments/{ENVIRONMENT}.tfvars").read_bytes())

    assert settings["github"]["tool"] == {"repository": TOOL_REPOSITORY, "refs": ["refs/tags/v0.1.0"]}
    assert settings["github"]["repository"] == FULL_NAME


def test_the_next_version_keeps_what_the_team_wrote_and_what_it_owns(made: Path, upgraded: Path):
    before, after = contents(made), contents(upgraded)
    owned = [path for path in before if path.startswith(("jobs/", "terraform/environments/"))]

    status = (upgraded / ".github/workflows/status.yml").read_text()
    seen = [text in status for text in ('"23 * * * *" # ours', "reusable-status.yml@v0.2.0", "v0.1.0")]
    assert seen == [True, True, False]
    assert owned
    assert [path for path in owned if before[path] != after[path]] == []
