"""What the merged pull requests reviewed bounds what is created and stopped."""

from __future__ import annotations

import json

import boto3

from end_to_end.team import OTHER_TASK, PREFIX, Team
from support.builders import REGION


def test_clips_that_arrive_after_the_review_hold_the_job_until_the_plan_is_approved(team: Team):
    team.declares(input=PREFIX)
    team.declares(name="serves", task=OTHER_TASK, input={"objects": ["s3://clips/rallies/rally-1.mp4"]})
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


def test_a_job_without_a_pull_request_fails_the_check(team: Team):
    team.declares(input=PREFIX)
    team.git("add", "-A")
    team.git("commit", "-q", "-m", "Straight to main")
    team.merged = team.git("rev-parse", "HEAD")

    ran = team.on_main("ci", "report", "--check")

    assert ran.code == 0, ran.err
    [check] = team.emulator.check_runs(team.merged)
    assert check["conclusion"] == "failure"
    assert "1 held; 1 job needs attention" in check["output"]["title"]
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


def test_a_reviewed_stop_is_applied_apart_from_creates(team: Team):
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
