"""The real workflow files, from an opened pull request to the last label, and a pull request from a fork."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from e2e_demo.steps import RALLIES, STEPS, Demo, Step, a_demo
from github_emulator.actors import FULL_NAME
from github_emulator.emulator import GitHubEmulator
from groundtruth_simulator.server import SimulatorServer

# The operations that a plan may call: its comment, its check, its status.
PLAN_OPERATIONS = {
    "issues/create-comment",
    "issues/update-comment",
    "checks/create",
    "checks/update",
    "repos/create-commit-status",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Prepare the demo once for all tests."""
    with GitHubEmulator() as emulator, SimulatorServer(seed=7, frozen=True) as simulator:
        with a_demo(emulator, simulator, tmp_path_factory.mktemp("e2e-demo")) as demo:
            yield demo
        assert emulator.take_violations() == []


@pytest.fixture(scope="module")
def steps(demo: Demo) -> dict[str, Step]:
    return {name: step(demo) for name, step in STEPS.items()}


def ran(step: Step) -> set[str]:
    """Return the jobs that succeeded, without their callers and those that list environments; fail the test if one failed."""
    assert step.run.conclusion == "success", str(step.run)
    return {inner(name) for name, result in step.run.results.items() if result != "skipped"} - LISTS


LISTS = {"environments", "plan/environments", "apply/environments", "status/environments"}


def inner(name: str) -> str:
    """Return a job's name without the jobs of the callers."""
    return re.sub(r"^(plan|apply/environment|status/environment)/", "", name)


def checks(step: Step) -> dict[str, str]:
    """Name the checks on the run's commit, with their conclusions."""
    return {check["name"]: check["conclusion"] for check in step.checks}


def test_terraform_creates_the_infrastructure_in_its_own_environment(steps: dict[str, Step]):
    infrastructure = steps["infrastructure"]
    assert ran(infrastructure) == {"look", "terraform", "apply"}
    assert infrastructure.identities == (
        f"repo:{FULL_NAME}:ref:refs/heads/main",
        f"repo:{FULL_NAME}:environment:groundctl-terraform",
        f"repo:{FULL_NAME}:environment:groundctl-apply",
    )
    assert checks(infrastructure) == {"groundctl apply": "success"}


def test_a_pull_request_from_a_fork_gets_a_validation_and_a_summary_but_no_credentials_and_no_comment(
    steps: dict[str, Step],
):
    fork = steps["fork"]
    assert ran(fork) == {"validate", "groundctl"}
    assert "waits for a maintainer" in fork.run.summary
    assert fork.identities == ()
    assert fork.changes_on_github == []
    assert fork.asked_of_aws == ()
    assert fork.comments == ()


def test_an_error_is_shown_on_its_line_in_a_comment_and_in_a_failed_check(steps: dict[str, Step]):
    opened = steps["opened"]
    assert {inner(name): result for name, result in opened.run.results.items() if inner(name) not in LISTS} == {
        "validate": "failure",
        "terraform": "success",
        "plan/record": "failure",
        "groundctl": "failure",
    }, opened.run
    assert ("error", RALLIES) in {(each.name, each.properties.get("file")) for each in opened.run.annotations}
    assert "No plan" in opened.run.summary
    assert "No plan" in opened.comment
    assert checks(opened) == {"groundctl terraform": "neutral", "groundctl plan": "failure"}
    [annotation] = [each for check in opened.checks for each in check["annotations"]]
    assert (annotation["path"], annotation["annotation_level"]) == (RALLIES, "failure")
    line = (RALLIES, annotation["start_line"])
    assert line in {
        (each.properties.get("file"), int(each.properties.get("line", 0))) for each in opened.run.annotations
    }


def test_the_next_push_is_planned_in_the_same_comment(steps: dict[str, Step]):
    opened, planned = steps["opened"], steps["planned"]
    assert ran(planned) == {"validate", "terraform", "plan/record", "groundctl"}
    assert planned.comments[0]["id"] == opened.comments[0]["id"]
    assert len(planned.comments) == 1
    assert "2 to create" in planned.comment
    assert "2 to create" in planned.run.summary
    assert checks(planned) == {"groundctl terraform": "neutral", "groundctl plan": "success"}


def test_a_plan_changes_nothing_but_its_comment_checks_status_and_record(steps: dict[str, Step]):
    opened, planned = steps["opened"], steps["planned"]
    for step in (opened, planned):
        assert set(step.identities) <= {f"repo:{FULL_NAME}:pull_request"}
        assert step.changes_on_github
        assert set(step.changes_on_github) <= PLAN_OPERATIONS
    assert opened.changes_in_aws == []
    assert set(planned.changes_in_aws) == {"PutObject"}
    assert {"ListLabelingJobs", "ListObjectsV2", "GetObject"} <= {each["operation"] for each in planned.asked_of_aws}


def test_after_the_merge_the_jobs_are_created_and_the_outcome_is_on_the_pull_request(
    demo: Demo, steps: dict[str, Step]
):
    merged = steps["merged"]
    assert ran(merged) == {"look", "apply"}
    assert {"rally-outcome-2026-11", "serve-call-2026-11"} <= set(demo.created())
    assert merged.changes_in_aws.count("CreateLabelingJob") == 2
    assert "2 created" in merged.comment
    assert checks(merged) == {"groundctl apply": "success"}
    assert "2 created" in merged.run.summary


def test_an_event_from_aws_updates_the_progress_on_the_pull_request(steps: dict[str, Step]):
    running = steps["running"]
    assert ran(running) == {"report"}
    assert "Labeling in demo" in running.comment
    assert running.changes_in_aws == []


def test_completion_is_reported_in_the_same_comment_and_nothing_was_bought_twice(demo: Demo, steps: dict[str, Step]):
    opened, ended = steps["opened"], steps["ended"]
    assert ran(ended) == {"report"}
    assert "Finished in demo" in ended.comment
    assert [comment["id"] for comment in ended.comments] == [opened.comments[0]["id"]]
    assert demo.created().count("rally-outcome-2026-11") == 1
    assert ended.changes_in_aws == []


def test_a_repeated_event_changes_nothing(steps: dict[str, Step]):
    ended, repeated = steps["ended"], steps["repeated"]
    assert ran(repeated) == {"report"}
    assert repeated.changes_on_github == []
    assert repeated.comments == ended.comments


def test_exactly_the_approved_clips_are_bought_and_the_comment_counts_later_ones(demo: Demo, steps: dict[str, Step]):
    reviewed, added_clip = steps["reviewed"], steps["added clip"]
    assert ran(reviewed) == {"validate", "terraform", "plan/record", "groundctl"}
    assert "1 to create" in reviewed.comment
    assert ran(added_clip) == {"look", "apply"}
    assert added_clip.changes_in_aws.count("CreateLabelingJob") == 1
    assert "1 new clip was not part of the approved plan" in added_clip.comment
    assert checks(added_clip) == {"groundctl apply": "success"}
    assert "finals-2026-12" in demo.created()


def test_a_merge_without_a_review_creates_nothing_until_two_people_approve_its_plan(demo: Demo, steps: dict[str, Step]):
    unreviewed, approved = steps["unreviewed"], steps["approved"]
    assert ran(unreviewed) == {"look", "report"}
    assert "CreateLabelingJob" not in unreviewed.changes_in_aws
    assert checks(unreviewed) == {"groundctl apply": "failure"}
    assert ran(approved) == {"look", "apply"}
    assert approved.changes_in_aws.count("CreateLabelingJob") == 1
    assert "1 created" in approved.comment
    assert "semifinals-2026-12" in demo.created()
    assert checks(approved) == {"groundctl apply": "success"}


def test_a_rerun_of_a_commit_that_main_has_left_behind_changes_nothing_and_says_so(demo: Demo, steps: dict[str, Step]):
    demo.simulator.clear_requests()

    again = demo.runner.rerun_all(steps["merged"].run)

    assert {name for name, result in again.results.items() if result != "skipped"} == {
        "apply/environments",
        "apply/environment/look",
    }, again
    assert [each["operation"] for each in demo.simulator.requests() if each["mutating"]] == []
    check = demo.emulator.check_runs(again.record.head_sha)[-1]
    assert (check["name"], check["conclusion"]) == ("groundctl apply", "neutral")
    assert "main has moved on" in check["output"]["title"]
