"""What the merged pull requests reviewed bounds what is created and stopped."""

from __future__ import annotations

import json

import boto3

from end_to_end.team import CLIPS, PREFIX, Team
from github_emulator.actors import REVIEWER
from support.builders import REGION
from support.fake_objects import A_CLIP
from support.github.markdown import read


def test_exactly_the_reviewed_clips_are_bought_and_later_ones_are_counted(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges()
    late = [f"rallies/late-{number}.mp4" for number in range(3)]
    for key in late:
        boto3.client("s3", region_name=REGION).put_object(Bucket="clips", Key=key, Body=A_CLIP)

    looked = team.on_main("ci", "plan", "--reviewed")
    applied = team.applies()

    assert "8 clips" in looked.out
    assert "approved  rally-outcome: " in looked.out
    assert "3 new clips were not part of the approved plan: a next job with only_new takes them" in looked.out
    assert (applied.code, team.creates()) == (0, 1), applied.err
    assert "3 new clips were not part of the approved plan: a next job with only_new takes them" in applied.out
    assert sorted(team.clips_of("rally-outcome")) == sorted(CLIPS)
    assert "3 new clips were not part of the approved plan" in team.comment
    assert "approved by @rosa" in read(team.comment).text


def test_reviewed_clips_that_are_gone_or_replaced_hold_the_job_by_name(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges()
    s3 = boto3.client("s3", region_name=REGION)
    s3.delete_object(Bucket="clips", Key=CLIPS[0])
    s3.put_object(Bucket="clips", Key=CLIPS[1], Body=A_CLIP + b"\0\0\0\x08free")
    s3.put_object(Bucket="clips", Key="rallies/late.mp4", Body=A_CLIP)

    held = team.applies()

    assert (held.code, team.creates()) == (1, 0)
    gone = f"clips of the reviewed plan are gone from s3://clips/rallies/: s3://clips/{CLIPS[0]}; "
    assert f"{gone}clips of the reviewed plan were replaced: s3://clips/{CLIPS[1]} (on " in held.out
    assert f"{len(A_CLIP) + 8:,} bytes, reviewed {len(A_CLIP):,}" in held.out
    assert "restore what was reviewed, or open a pull request that changes its file" in read(team.comment).text


def test_approve_lets_through_exactly_one_plan_if_a_second_person_agrees(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.plans()
    team.merges(review=False)
    digest = json.loads(team.on_main("plan", "--format", "json").out)["digest"]
    team.on_main("ci", "plan", "--reviewed")
    assert team.outputs == {"create": "0", "stop": "0"}

    team.on_main("ci", "plan", "--reviewed", GROUNDCTL_APPROVE=digest)
    assert team.outputs == {"create": "1", "stop": "0"}
    alone = team.applies(GROUNDCTL_APPROVE=digest)
    assert (alone.code, team.creates()) == (1, 0)
    assert "no person but @maria, who started this run, let it enter groundctl-apply" in alone.err
    other = team.applies(GROUNDCTL_APPROVE="0" * 32, let_in_by=REVIEWER)
    assert (other.code, team.creates()) == (1, 0)

    let_through = team.applies(GROUNDCTL_APPROVE=digest, let_in_by=REVIEWER)
    assert (let_through.code, team.creates()) == (0, 1), let_through.err
    assert "let through by @rosa for @maria" in read(team.comment).text


def test_a_push_without_a_pull_request_creates_nothing(team: Team):
    team.declares(input=PREFIX)
    team.pushes_straight_to_main()

    ran = team.applies()

    assert (ran.code, team.creates()) == (1, 0)
    assert "came to main without a pull request, so no plan was reviewed" in ran.out


def test_a_job_without_a_pull_request_fails_the_check(team: Team):
    team.declares(input=PREFIX)
    team.pushes_straight_to_main()

    ran = team.on_main("ci", "report", "--check")

    assert ran.code == 0, ran.err
    [check] = team.emulator.check_runs(team.merged)
    assert check["conclusion"] == "failure"
    assert "1 held; 1 job needs attention" in check["output"]["title"]
    assert "came to main without a pull request" in check["output"]["summary"]
    assert team.outputs["left"] == "0"


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
