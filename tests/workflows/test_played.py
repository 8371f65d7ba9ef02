"""The workflow files as they are, run by act against the emulated GitHub, with a stand-in for groundctl that says how it was called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from github_emulator.actors import FULL_NAME
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.act_runner import Runner
from groundtruth_simulator.server import SimulatorServer
from groundtruth_simulator.simulator import Simulator
from workflows.played import EVIL, MAKEFILE, PLAN, RECORDED, a_runner, answers, calls, said
from workflows.reading import our_files
from workflows.rules import PLAN_AT_MAIN, RECORDED_PLAN, REUSABLE_PLAN

APPLIED = "apply/environment"


@pytest.fixture(scope="module")
def simulated_aws() -> Iterator[Simulator]:
    """Start a simulated AWS."""
    with SimulatorServer(seed=7, frozen=True) as simulator:
        yield simulator


@pytest.fixture
def runner(emulator: GitHubEmulator, tmp_path: Path, simulated_aws: Simulator) -> Runner:
    """Give a repository with our workflow files and the stand-in."""
    return a_runner(emulator, tmp_path, str(simulated_aws.url))


def identities(runner: Runner) -> list[str]:
    """Return the file and ref of each identity that was shown to AWS."""
    signed = runner.emulator.control_api.issuer.signed
    return [str(each["job_workflow_ref"]).removeprefix(f"{FULL_NAME}/.github/workflows/") for each in signed]


# --- plan.yml, reusable-plan.yml and recorded-plan.yml ----------------------------------------------------------------------------------


def test_a_plan_is_recorded_by_the_tool_of_main_from_the_files_of_the_branch(runner: Runner) -> None:
    """The branch replaces the tool, the actions, the recorded plan's file and what main answers."""
    mine = {
        "stand_in.py": EVIL,
        "jobs/a.yaml": "the branch's\n",
        RECORDED: our_files()[RECORDED_PLAN].text.replace("ci plan", "ci evil"),
        "Makefile": f"{MAKEFILE}#\n",
    }
    pull = runner.repository.open_pull({**mine, **answers(ci_changed={"outputs": {"changed": ""}})})
    run = runner.deliver_one(pull.opened())

    assert set(run.results.items()) >= {("plan/plan/record", "success"), ("plan/groundctl", "success")}, run
    recorded = calls(run, "plan/plan/record")
    assert [each["said"] for each in recorded] == [
        "ci environment test",
        f"ci changed --base {runner.repository.head} --checkout proposed",
        "ci doctor --out set-up.json --checkout proposed",
        "ci plan --record --doctor set-up.json --checkout proposed",
    ]
    assert (recorded[0]["whose"], recorded[0]["proposed"]) == ("main's", None)
    for each in recorded[1:]:
        assert (each["whose"], each["at the root"], each["proposed"]) == ("main's", True, "the branch's\n")
    # What looks at the set-up comes before the credentials.
    assert recorded[-2]["has"] == ["GITHUB_TOKEN", "GROUNDCTL_ENVIRONMENT"]
    assert recorded[-1]["has"] == ["GITHUB_TOKEN", "AWS_SESSION_TOKEN", "GROUNDCTL_ENVIRONMENT"]
    jobs = ("plan/validate", "plan/environments", "plan/terraform")
    assert {each["whose"] for job in jobs for each in calls(run, job)} == {"main's"}
    assert sorted(identities(runner)) == ["recorded-plan.yml@refs/heads/main", "reusable-plan.yml@refs/heads/main"]
    assert runner.emulator.artifacts() == []


def test_terraform_of_the_branch_may_write_one_check_and_nothing_else_of_the_pull_request(runner: Runner) -> None:
    run = runner.deliver_one(runner.repository.open_pull({"jobs/a.yaml": "b\n"}).opened())

    [_, call] = calls(run, "plan/terraform")
    assert call["said"] == "ci terraform plan --environment test --publish"
    assert call["has"] == ["GITHUB_TOKEN", "AWS_SESSION_TOKEN", "GROUNDCTL_ENVIRONMENT"]


@pytest.mark.parametrize(
    ("uses", "shown"),
    [
        (f"./.github/{REUSABLE_PLAN}", "recorded-plan.yml@refs/pull/1/merge"),
        (PLAN_AT_MAIN.replace("@main", "@topic"), "recorded-plan.yml@refs/heads/topic"),
        (
            PLAN_AT_MAIN.replace("@main", "@topic").replace(REUSABLE_PLAN, RECORDED_PLAN),
            "recorded-plan.yml@refs/heads/topic",
        ),
    ],
)
def test_a_branch_that_calls_its_own_file_cannot_hide_it_from_aws(runner: Runner, uses: str, shown: str) -> None:
    caller = our_files()["workflows/plan.yml"].text.replace(PLAN_AT_MAIN, uses)
    pull = runner.repository.open_pull({PLAN: caller, "stand_in.py": EVIL})
    runner.deliver_one(pull.opened())

    assert shown in identities(runner)
    assert "recorded-plan.yml@refs/heads/main" not in identities(runner)


def test_a_fork_gets_no_identity_and_its_gate_is_green_without_a_plan(runner: Runner) -> None:
    run = runner.deliver_one(runner.repository.open_pull({"jobs/a.yaml": "b\n"}, fork=True).opened())

    assert run.results == {
        "plan/validate": "success",
        "plan/environments": "success",
        "plan/terraform": "skipped",
        "plan/plan/environments": "skipped",
        "plan/plan/record": "skipped",
        "plan/groundctl": "success",
    }, run
    assert identities(runner) == []


def test_a_branch_that_changes_no_plan_input_asks_aws_for_nothing(runner: Runner) -> None:
    runner.repository.commit(answers(ci_changed={"outputs": {"changed": "false"}}), "Nothing changes")
    run = runner.deliver_one(runner.repository.open_pull({"README.md": "Words\n"}).opened())

    assert run.results == {
        "plan/validate": "success",
        "plan/environments": "success",
        "plan/terraform": "skipped",
        "plan/plan/environments": "success",
        "plan/plan/record": "success",
        "plan/groundctl": "success",
    }, run
    assert said(run, "plan/plan/record")[2:] == ["ci report-unchanged"]
    assert identities(runner) == []


def test_a_plan_that_fails_turns_the_required_check_red(runner: Runner) -> None:
    runner.repository.commit(answers(ci_plan={"exit": 1}), "Refuse")
    run = runner.deliver_one(runner.repository.open_pull({"jobs/a.yaml": "b\n"}).opened())

    assert (run.results["plan/plan/record"], run.results["plan/groundctl"]) == ("failure", "failure"), run


# --- apply.yml and status.yml ----------------------------------------------------------------------------------------


def test_a_run_at_the_tip_looks_and_then_creates(runner: Runner) -> None:
    run = runner.deliver_one(runner.repository.push({"jobs/a.yaml": "b\n"}))

    assert {name for name, result in run.results.items() if result == "success"} == {
        "apply/environments",
        f"{APPLIED}/look",
        f"{APPLIED}/apply",
    }, run
    assert said(run, f"{APPLIED}/look") == [
        "ci tip",
        "ci environment test",
        "ci terraform plan --environment test",
        "ci plan --reviewed --out plan.json",
    ]
    assert identities(runner) == ["reusable-apply-environment.yml@refs/heads/main"] * 2


def test_a_rerun_of_a_commit_that_main_has_left_behind_does_nothing_and_is_green(runner: Runner) -> None:
    first = runner.deliver_one(runner.repository.push({"jobs/a.yaml": "b\n"}))
    runner.repository.commit({"jobs/a.yaml": None}, "Take it back")
    again = runner.rerun_all(first)

    assert again.conclusion == "success", again
    assert {name for name, result in again.results.items() if result != "skipped"} == {
        "apply/environments",
        f"{APPLIED}/look",
    }, again
    assert said(again, f"{APPLIED}/look") == ["ci tip"]


def test_each_step_that_acts_can_ask_for_the_tip_after_its_reviewer_let_it_wait(runner: Runner) -> None:
    changes = answers(
        ci_terraform_plan={"outputs": {"changes": "true"}},
        **{"ci apply --only create": {"outputs": {"stop": "1"}}},
    )
    event = runner.repository.push(changes)
    runner.while_waiting["groundctl-terraform"] = lambda: runner.repository.commit({"a": "b"}, "Move on")
    run = runner.deliver_one(event)

    for job in ("terraform", "apply", "stop"):
        [_, call] = calls(run, f"{APPLIED}/{job}")
        assert "GITHUB_TOKEN" in call["has"], run


def test_a_report_that_fails_on_one_pull_request_does_not_stop_the_recovery_of_the_others(runner: Runner) -> None:
    runner.repository.commit(answers(ci_report={"exit": 3, "outputs": {"left": "1"}}), "Lock a conversation")
    run = runner.deliver_one(runner.repository.schedule())

    assert run.results["status/environment/report"] == "failure"
    assert run.results["status/environment/resume/apply"] == "success", run


def test_nothing_is_resumed_if_nothing_is_left(runner: Runner) -> None:
    runner.repository.commit(answers(ci_report={"outputs": {"left": "0"}}), "Nothing is left")
    run = runner.deliver_one(runner.repository.schedule())

    assert {name for name, result in run.results.items() if result != "skipped"} == {
        "status/environments",
        "status/environment/report",
    }, run
