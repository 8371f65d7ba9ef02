"""Reports before the merge: the plan, its problems, and external failures, as comment, check, and annotations."""

from __future__ import annotations

import boto3

from end_to_end.team import PREFIX, Team
from support.builders import REGION


def objects_in(bucket: str) -> list[str]:
    listed = boto3.client("s3", region_name=REGION).list_objects_v2(Bucket=bucket)
    return [entry["Key"] for entry in listed.get("Contents", ())]


def test_a_plan_writes_nothing_but_its_record_its_comment_its_check_and_its_status(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    before = set(objects_in("artifacts"))
    team.simulator.clear_requests()

    team.plans()

    calls = [call["operation"] for call in team.simulator.requests() if call["mutating"]]
    assert calls == ["PutObject"] * 3
    number = team.emulator.state.repository()["id"]
    written_objects = set(objects_in("artifacts")) - before
    # The record, the input manifest, and what S3 said of each clip.
    assert sorted(key.partition("/clips/")[2].partition(".")[2] for key in written_objects) == [
        "",
        "jsonl.gz",
        "objects.jsonl.gz",
    ]
    [record] = (key for key in written_objects if "/clips/" not in key)
    assert record.startswith(f"plans/{number}/{team.number}/{team.head}/")
    assert all(key.startswith(f"plans/{number}/") for key in written_objects)
    written = {seen.operation for seen in team.emulator.requests(mutating=True)}
    assert written == {"issues/create-comment", "checks/create", "repos/create-commit-status"}


def test_problems_are_reported_on_the_pull_request_and_on_their_lines(team: Team):
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


def test_a_refusal_is_annotated_on_the_line_that_causes_it(team: Team):
    team.declares(input=PREFIX, budget={"usd": 0.5})
    team.opens()

    assert team.plans().code == 1

    [annotation] = team.check(team.head)["annotations"]
    lines = (team.folder / "jobs/sports-data/rally-outcome.yaml").read_text().splitlines()
    assert "usd: 0.5" in lines[annotation["start_line"] - 1]
    assert "budget" in annotation["message"]


def test_an_external_failure_is_reported_on_the_pull_request(team: Team):
    team.declares(input=PREFIX)
    team.opens()

    ran = team.plans(AWS_ENDPOINT_URL="http://127.0.0.1:9")

    assert ran.code == 3
    assert "AWS did not answer" in team.comment
    assert team.check(team.head)["conclusion"] == "failure"


def test_a_pull_request_without_plan_inputs_passes_the_check_and_corrects_an_old_comment(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    assert team.in_plan_run("ci", "report-unchanged").code == 0
    assert team.emulator.comments(team.number) == []
    assert team.check(team.head)["conclusion"] == "success"

    team.plans()
    assert team.in_plan_run("ci", "report-unchanged").code == 0
    assert "Nothing to plan" in team.comment


def test_changed_plan_inputs_are_an_output_for_the_next_steps(team: Team):
    base = team.git("rev-parse", "HEAD")
    (team.folder / "NOTES.md").write_text("nothing\n")
    team.opens()
    assert team.in_plan_run("ci", "changed", "--base", base).out == "false\n"
    assert team.outputs == {"changed": "false"}

    team.declares(input=PREFIX)
    team.pushes()
    team.in_plan_run("ci", "changed", "--base", base)
    assert team.outputs == {"changed": "true"}


def test_a_comment_that_cannot_be_posted_fails_the_plan(team: Team):
    team.declares(input=PREFIX)
    team.opens()
    team.emulator.lock_pull(team.number)

    ran = team.plans()

    assert ran.code == 3
    assert "comment not posted" in ran.err
    assert "not posted" in team.summary
    assert team.check(team.head)["conclusion"] == "success"
