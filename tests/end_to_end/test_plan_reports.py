"""A team's pull request through the command line: what is said before the merge, done after it, and told from then on."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest

from end_to_end.team import Team
from github_emulator.emulator import GitHubEmulator
from github_emulator.faults import Kind
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import REGION, an_infrastructure

CLIPS = tuple(f"rallies/rally-{number}.mp4" for number in range(1, 9))
PREFIX = {"prefix": "s3://clips/rallies/", "match": ["*.mp4"]}


@pytest.fixture
def team(tmp_path: Path, simulator: Simulator, emulator: GitHubEmulator) -> Team:
    prerequisites.build(an_infrastructure(), clips=CLIPS)
    team = Team(folder=tmp_path, simulator=simulator, emulator=emulator)
    (tmp_path / "infrastructure.json").write_text(json.dumps(prerequisites.as_file_content(an_infrastructure())))
    (tmp_path / ".gitignore").write_text(".build/\n")
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs/policy.yaml").write_text("rates: {platform_fee_usd: 0.08}\n")
    team.git("init", "-q", "-b", "main")
    team.git("add", "-A")
    team.git("commit", "-q", "-m", "Begin")
    return team


def test_a_pull_request_from_the_first_plan_to_the_last_label(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    assert team.plans().code == 0
    assert "1 to create" in team.comment
    assert team.outputs == {"create": "1", "stop": "0"}
    assert (team.check(team.head)["name"], team.check(team.head)["conclusion"]) == ("groundctl plan", "success")
    [status] = team.emulator.statuses(team.head)
    assert (status["context"], status["state"]) == ("groundctl/plan", "success")
    assert "1 to create" in team.summary

    team.declares(name="serves", input={"objects": ["s3://clips/rallies/rally-1.mp4"]})
    team.pushes()
    assert team.plans().code == 0
    assert "2 to create" in team.comment

    team.merges()
    applied = team.applies()
    assert (applied.code, team.creates()) == (0, 2), applied.err
    assert "2 created" in team.comment
    assert team.check(team.merged)["conclusion"] == "success"
    assert team.outputs == {"left": "0", "stop": "0", "told": "true"}

    team.simulator.advance(150)
    assert team.on_main("ci", "report").code == 0
    assert "Labeling in test" in team.comment

    team.simulator.advance_until_idle()
    assert team.on_main("ci", "report").code == 0
    assert "Finished in test" in team.comment
    assert len(team.emulator.comments(team.number)) == 1


def test_a_plan_changes_nothing_but_its_own_comment_check_and_status(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    before = team.mutating_calls()

    team.plans()

    assert team.mutating_calls() == before
    written = {seen.operation for seen in team.emulator.requests(mutating=True)}
    assert written == {"issues/create-comment", "checks/create", "repos/create-commit-status"}


def test_clips_that_came_after_the_review_hold_the_job_and_somebody_can_let_it_through(team: Team):
    team.declares(input=PREFIX)
    team.declares(name="serves", input={"objects": ["s3://clips/rallies/rally-1.mp4"]})
    team.opens()
    team.plans()
    team.merges()
    boto3.client("s3", region_name=REGION).put_object(Bucket="clips", Key="rallies/late.mp4", Body=b"a clip")

    held = team.applies()

    assert (held.code, team.creates()) == (1, 1)
    assert "its clips differ: reviewed 8, now 9" in team.comment
    assert team.check(team.merged)["conclusion"] == "failure"
    assert team.outputs["left"] == "0"
    digest = json.loads(team.on_main("plan", "--format", "json").out)["digest"]
    assert digest in team.comment
    assert team.on_main("ci", "plan", "--reviewed").code == 0
    assert team.outputs == {"create": "0", "stop": "0"}

    team.on_main("ci", "plan", "--reviewed", GROUNDCTL_APPROVE=digest)
    assert team.outputs == {"create": "1", "stop": "0"}
    let_through = team.applies(GROUNDCTL_APPROVE=digest)
    assert (let_through.code, team.creates()) == (0, 2), let_through.err


def test_a_push_without_a_pull_request_creates_nothing(team: Team):
    team.declares(input=PREFIX)
    team.git("add", "-A")
    team.git("commit", "-q", "-m", "Straight to main")
    team.merged = team.git("rev-parse", "HEAD")

    ran = team.applies()

    assert (ran.code, team.creates()) == (1, 0)
    assert "no reviewed plan was found" in ran.out


def test_what_came_by_no_pull_request_is_told_by_the_check_which_is_red(team: Team):
    team.declares(input=PREFIX)
    team.git("add", "-A")
    team.git("commit", "-q", "-m", "Straight to main")
    team.merged = team.git("rev-parse", "HEAD")

    ran = team.on_main("ci", "report", "--check")

    assert ran.code == 0, ran.err
    [check] = team.emulator.check_runs(team.merged)
    assert check["conclusion"] == "failure"
    assert "1 held; 1 job needs a person" in check["output"]["title"]
    assert "no reviewed plan was found" in check["output"]["summary"]
    assert team.outputs["left"] == "0"


def test_a_plan_forged_in_a_run_of_another_workflow_covers_nothing(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    for artifact in team.emulator.artifacts():
        team.emulator.state.runs[artifact.run].path = ".github/workflows/mallory.yml"
    team.merges()

    assert team.applies().code == 1
    assert team.creates() == 0


def test_problems_are_told_on_the_pull_request_and_on_their_lines(team: Team):
    team.declares(workforce={"team": "reviewers", "workers_per_object": 99, "task_time_limit": "10m"})
    team.opens()

    ran = team.plans()

    assert ran.code == 1
    assert "No plan" in team.comment
    check = team.check(team.head)
    [annotation] = check["annotations"]
    assert check["conclusion"] == "failure"
    lines = (team.folder / annotation["path"]).read_text().splitlines()
    assert lines[annotation["start_line"] - 1].strip() == "workers_per_object: 99"


def test_a_refusal_stands_on_the_line_that_asks_for_it(team: Team):
    team.declares(input=PREFIX, budget={"usd": 0.5})
    team.opens()

    assert team.plans().code == 1

    [annotation] = team.check(team.head)["annotations"]
    lines = (team.folder / "jobs/sports-data/rally-outcome.yaml").read_text().splitlines()
    assert "usd: 0.5" in lines[annotation["start_line"] - 1]
    assert "budget" in annotation["message"]


def test_a_world_that_fails_is_told_on_the_pull_request(team: Team):
    team.declares(input=PREFIX)
    team.opens()

    ran = team.plans(AWS_ENDPOINT_URL="http://127.0.0.1:9")

    assert ran.code == 3
    assert "AWS did not answer" in team.comment
    assert team.check(team.head)["conclusion"] == "failure"


def test_a_pull_request_that_touches_nothing_is_told_so_and_an_old_comment_is_corrected(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    assert team.in_plan_run("ci", "report-unchanged").code == 0
    assert team.emulator.comments(team.number) == []
    assert team.check(team.head)["conclusion"] == "success"

    team.plans()
    assert team.in_plan_run("ci", "report-unchanged").code == 0
    assert "Nothing to plan" in team.comment


def test_what_is_touched_is_told_to_the_next_steps(team: Team):
    base = team.git("rev-parse", "HEAD")
    (team.folder / "NOTES.md").write_text("nothing\n")
    team.opens()
    assert team.in_plan_run("ci", "changed", "--base", base).out == "false\n"
    assert team.outputs == {"changed": "false"}

    team.declares(input=PREFIX)
    team.pushes()
    team.in_plan_run("ci", "changed", "--base", base)
    assert team.outputs == {"changed": "true"}


def test_github_being_down_keeps_no_job_from_being_created_and_the_next_report_makes_it_good(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges()
    team.emulator.inject_fault("issues/*", Kind.ERROR, times=100)

    applied = team.applies()
    assert (applied.code, team.creates()) == (3, 1)
    assert "comment not posted" in applied.err
    assert "1 created" in applied.out
    assert team.outputs["told"] == "false"

    team.emulator.gateway.faults.clear()
    assert team.on_main("ci", "report", "--check").code == 0
    assert "Labeling in test" in team.comment
    assert team.creates() == 1


def test_a_comment_that_cannot_be_posted_makes_the_plan_red(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.emulator.lock_pull(team.number)

    ran = team.plans()

    assert ran.code == 3
    assert "comment not posted" in ran.err
    assert "not posted" in team.summary
    assert team.check(team.head)["conclusion"] == "success"


def test_a_later_edit_does_not_move_a_running_job_to_another_pull_request(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges()
    team.applies()
    first = team.number
    team.git("switch", "-q", "-c", "another")
    team.declares(input=PREFIX, owner="somebody-else")
    team.git("commit", "-aqm", "Another owner")
    head = team.git("rev-parse", "HEAD")
    second = team.emulator.open_pull(head_sha=head, base_sha=team.merged, branch="another")
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "--no-ff", "-m", "Merge another", "another")
    team.merged = team.git("rev-parse", "HEAD")
    team.emulator.merge_pull(second, team.merged)

    team.simulator.advance_until_idle()
    assert team.on_main("ci", "report").code == 0

    assert "Finished in test" in team.emulator.comments(first)[0]["body"]
    assert team.emulator.comments(second) == []


def test_a_faulty_file_on_main_does_not_hide_how_the_others_are_getting_on(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges()
    team.applies()
    (team.folder / "jobs/sports-data/broken.yaml").write_text("name: [")
    team.simulator.advance_until_idle()

    ran = team.on_main("ci", "report")

    assert ran.code == 1
    assert "Finished in test" in team.comment
    assert team.outputs == {"left": "0"}


def test_a_job_whose_create_fails_is_told_with_awss_reason_and_left_for_the_next_run(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges()
    team.simulator.add_fault(operation="CreateLabelingJob", kind="access_denied")

    ran = team.applies()

    assert ran.code == 1
    assert "AccessDenied" in team.comment
    assert team.outputs["left"] == "1"
    assert team.applies().code == 0
    assert team.creates() == 2


def test_a_reviewed_stop_is_asked_for_apart_from_creates(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges()
    team.applies()
    team.git("switch", "-q", "topic")
    team.git("merge", "-q", "main")
    team.declares(input=PREFIX, state="stopped")
    team.number = 0
    base = team.merged
    team.pushes()
    team.number = team.emulator.open_pull(head_sha=team.head, base_sha=base, branch="topic-2")
    assert team.plans().code == 0
    assert "1 to stop" in team.comment
    team.merges()

    assert team.applies().code == 0
    assert team.outputs["stop"] == "1"
    assert not team.simulator.requests("StopLabelingJob")
    stopped = team.on_main("ci", "apply", "--only", "stop", "--allow-stop")
    assert (stopped.code, len(team.simulator.requests("StopLabelingJob"))) == (0, 1), stopped.out + stopped.err
