"""Two environments in two Regions: each is planned, applied and reported on its own, with its own roles, and one does not stop the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.act_runner import Run, Runner
from groundtruth_simulator.server import SimulatorServer
from workflows.played import a_runner, answers, calls

BOTH = {"outputs": {"environments": '["east", "west"]', "count": "2"}}
PLACES = {
    f"ci environment {name}": {
        "outputs": {
            "region": region,
            **{f"{kind}-role": f"arn:aws:iam::123456789012:role/{kind}-{name}" for kind in KINDS},
        }
    }
    for KINDS in [("plan", "record", "apply", "stop", "terraform")]
    for name, region in {"east": "us-east-1", "west": "eu-west-1"}.items()
}


@pytest.fixture(scope="module")
def aws_url() -> Iterator[str]:
    """Start a simulated AWS."""
    with SimulatorServer(seed=7, frozen=True) as simulator:
        yield str(simulator.url)


@pytest.fixture
def runner(emulator: GitHubEmulator, tmp_path: Path, aws_url: str) -> Runner:
    """Give a repository whose policy names two environments."""
    runner = a_runner(emulator, tmp_path, aws_url)
    runner.variables = {}  # none is needed
    runner.repository.commit(answers(**{"ci environments": BOTH, **PLACES}), "Two environments")
    return runner


def said(run: Run, job: str, environment: str) -> list[str]:
    """Return the commands of a job in one environment, in order."""
    return [each["said"] for each in calls(run, job) if each["environment"] == environment]


def roles(run: Run, job: str) -> set[tuple[str, str]]:
    """Return the environment and the role of each command that had one."""
    return {(each["environment"], each["role"]) for each in calls(run, job) if each["role"]}


def test_a_pull_request_gets_a_recorded_plan_in_each_environment_with_its_own_role(runner: Runner) -> None:
    run = runner.deliver_one(runner.repository.open_pull({"jobs/a.yaml": "b\n"}).opened())

    assert run.results["plan/groundctl"] == "success", run
    for name in ("east", "west"):
        assert said(run, "plan/plan/record", name)[-1] == "ci plan --record --doctor set-up.json --checkout proposed"
        assert said(run, "plan/terraform", name)[-1] == f"ci terraform plan --environment {name} --publish"
    assert roles(run, "plan/plan/record") == {("east", "us-east-1 record-east"), ("west", "eu-west-1 record-west")}
    assert roles(run, "plan/terraform") == {("east", "us-east-1 plan-east"), ("west", "eu-west-1 plan-west")}


def test_after_the_merge_each_environment_is_applied_with_its_own_roles(runner: Runner) -> None:
    run = runner.deliver_one(runner.repository.push({"jobs/a.yaml": "b\n"}))

    assert run.conclusion == "success", run
    assert roles(run, "apply/environment/apply") == {("east", "us-east-1 apply-east"), ("west", "eu-west-1 apply-west")}
    for name in ("east", "west"):
        assert said(run, "apply/environment/apply", name) == [f"ci environment {name}", "ci apply --only create"]


def test_an_environment_that_fails_does_not_stop_the_other(runner: Runner) -> None:
    broken = {**PLACES, "ci environment west": {"exit": 2}}
    runner.repository.commit(answers(**{"ci environments": BOTH, **broken}), "The west is broken")
    applied = runner.deliver_one(runner.repository.push({"jobs/a.yaml": "b\n"}))
    planned = runner.deliver_one(runner.repository.open_pull({"jobs/a.yaml": "c\n"}).opened())

    assert applied.conclusion == "failure", applied
    assert said(applied, "apply/environment/apply", "east")[-1] == "ci apply --only create"
    assert said(applied, "apply/environment/apply", "west") == []
    assert said(planned, "plan/plan/record", "east")[-1] == "ci plan --record --doctor set-up.json --checkout proposed"
    assert planned.results["plan/groundctl"] == "failure", planned


def test_an_interrupted_apply_is_resumed_in_its_own_environment_only(runner: Runner) -> None:
    left = {"ci report": {"outputs": {"left": "0"}}}
    runner.repository.commit(answers(**{"ci environments": BOTH, **PLACES, **left}), "Nothing is left")
    run = runner.deliver_one(runner.repository.schedule())

    assert said(run, "status/environment/report", "east")[-1] == "ci report"
    assert said(run, "status/environment/report", "west")[-1] == "ci report"
    assert run.results["status/environment/resume/apply"] == "skipped", json.dumps(run.results)
