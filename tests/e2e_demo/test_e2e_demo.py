"""The real workflow files, from a pull request that is opened to the last label; and one of a stranger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from e2e_demo.steps import ACTS, RALLIES, Play, Scene, a_play
from github_emulator.emulator import GitHubEmulator
from groundtruth_simulator.server import SimulatorServer

# All that a plan may write: its comment, its check, its status.
ITS_OWN = {
    "issues/create-comment",
    "issues/update-comment",
    "checks/create",
    "checks/update",
    "repos/create-commit-status",
}


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """Set the stage once: the acts follow upon each other, each as late as a test asks for it."""
    with GitHubEmulator() as emulator, SimulatorServer(seed=7, frozen=True) as simulator:
        with a_play(emulator, simulator, tmp_path_factory.mktemp("story")) as play:
            yield play
        assert emulator.take_violations() == []


@pytest.fixture(scope="module")
def scenes(play: Play) -> dict[str, Scene]:
    return {name: act(play) for name, act in ACTS.items()}


def ran(scene: Scene) -> set[str]:
    """Name the jobs that ran to a good end; a bad one fails the test."""
    assert scene.run.conclusion == "success", str(scene.run)
    return {name for name, result in scene.run.results.items() if result != "skipped"}


def checks(scene: Scene) -> dict[str, str]:
    """Name the checks on the run's commit, with their conclusions."""
    return {check["name"]: check["conclusion"] for check in scene.checks}


def test_the_ground_is_laid_by_terraform_in_its_own_environment(scenes: dict[str, Scene]):
    ground = scenes["ground"]
    assert ran(ground) == {"look", "terraform", "apply"}
    assert ground.identities == (
        "repo:acme/labels:ref:refs/heads/main",
        "repo:acme/labels:environment:groundctl-terraform",
        "repo:acme/labels:environment:groundctl-apply",
    )
    assert checks(ground) == {"groundctl apply": "success"}


def test_a_stranger_gets_a_validation_and_a_summary_and_neither_credentials_nor_a_word_on_github(
    scenes: dict[str, Scene],
):
    stranger = scenes["stranger"]
    assert ran(stranger) == {"validate", "groundctl"}
    assert "waits for a maintainer" in stranger.run.summary
    assert stranger.identities == ()
    assert stranger.changes_on_github == []
    assert stranger.asked_of_aws == ()
    assert stranger.comments == ()


def test_a_mistake_is_shown_on_its_line_in_a_comment_and_in_a_check_that_is_red(scenes: dict[str, Scene]):
    opened = scenes["opened"]
    assert opened.run.results == {"validate": "failure", "plan": "failure", "groundctl": "failure"}, opened.run
    assert ("error", RALLIES) in {(each.name, each.properties.get("file")) for each in opened.run.annotations}
    assert "No plan" in opened.run.summary
    assert "No plan" in opened.comment
    assert checks(opened) == {"groundctl plan": "failure"}
    [annotation] = opened.checks[0]["annotations"]
    assert (annotation["path"], annotation["annotation_level"]) == (RALLIES, "failure")
    line = (RALLIES, annotation["start_line"])
    assert line in {
        (each.properties.get("file"), int(each.properties.get("line", 0))) for each in opened.run.annotations
    }


def test_the_next_push_is_planned_in_the_same_comment(scenes: dict[str, Scene]):
    opened, planned = scenes["opened"], scenes["planned"]
    assert ran(planned) == {"validate", "plan", "groundctl"}
    assert planned.comments[0]["id"] == opened.comments[0]["id"]
    assert len(planned.comments) == 1
    assert "2 to create" in planned.comment
    assert "2 to create" in planned.run.summary
    assert checks(planned) == {"groundctl plan": "success"}


def test_a_plan_changes_nothing_but_its_own_words(scenes: dict[str, Scene]):
    opened, planned = scenes["opened"], scenes["planned"]
    for scene in (opened, planned):
        assert set(scene.identities) <= {"repo:acme/labels:pull_request"}
        assert scene.changes_on_github
        assert set(scene.changes_on_github) <= ITS_OWN
        assert scene.changes_in_aws == []
    assert {"ListLabelingJobs", "ListObjectsV2", "GetObject"} <= {each["operation"] for each in planned.asked_of_aws}


def test_merged_the_jobs_are_created_and_the_outcome_is_where_it_was_asked_for(play: Play, scenes: dict[str, Scene]):
    merged = scenes["merged"]
    assert ran(merged) == {"look", "apply"}
    assert {"rally-outcome-2026-11", "serve-call-2026-11"} <= set(play.created())
    assert merged.changes_in_aws.count("CreateLabelingJob") == 2
    assert "2 created" in merged.comment
    assert checks(merged) == {"groundctl apply": "success"}
    assert "2 created" in merged.run.summary


def test_an_event_of_aws_brings_progress_to_the_pull_request(scenes: dict[str, Scene]):
    running = scenes["running"]
    assert ran(running) == {"report"}
    assert "Labeling in demo" in running.comment
    assert running.changes_in_aws == []


def test_the_end_is_told_in_the_same_comment_and_nothing_was_bought_twice(play: Play, scenes: dict[str, Scene]):
    opened, ended = scenes["opened"], scenes["ended"]
    assert ran(ended) == {"report"}
    assert "Finished in demo" in ended.comment
    assert [comment["id"] for comment in ended.comments] == [opened.comments[0]["id"]]
    assert play.created().count("rally-outcome-2026-11") == 1
    assert ended.changes_in_aws == []


def test_the_same_event_again_changes_nothing(scenes: dict[str, Scene]):
    ended, repeated = scenes["ended"], scenes["repeated"]
    assert ran(repeated) == {"report"}
    assert repeated.changes_on_github == []
    assert repeated.comments == ended.comments


def test_more_clips_than_were_reviewed_hold_the_job_and_both_sides_are_shown(scenes: dict[str, Scene]):
    reviewed, grown = scenes["reviewed"], scenes["grown"]
    assert ran(reviewed) == {"validate", "plan", "groundctl"}
    assert "1 to create" in reviewed.comment
    assert ran(grown) == {"look", "report"}
    assert "CreateLabelingJob" not in grown.changes_in_aws
    assert "its clips differ: reviewed 4, now 5" in grown.comment
    assert checks(grown) == {"groundctl apply": "failure"}


def test_a_person_can_let_it_through_as_it_stands(play: Play, scenes: dict[str, Scene]):
    through = scenes["let through"]
    assert ran(through) == {"look", "apply"}
    assert through.changes_in_aws.count("CreateLabelingJob") == 1
    assert "1 created" in through.comment
    assert checks(through) == {"groundctl apply": "success"}
    assert "finals-2026-12" in play.created()
