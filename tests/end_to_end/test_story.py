"""A team's story through the command line, against the simulator over HTTP."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import REGION, an_infrastructure, some_data, write_open_policy
from support.cli import TESTING, Ran, groundctl
from support.fake_objects import A_CLIP

CLIPS = tuple(f"rallies/rally-{number}.mp4" for number in range(1, 9))
PREFIX = {"prefix": "s3://clips/rallies/", "match": ["*.mp4"]}


@dataclass
class Team:
    """A repository, and the simulated account it works in."""

    folder: Path
    simulator: Simulator

    def declares(self, **changes: Any) -> None:
        data = some_data(**changes)
        path = self.folder / f"jobs/sports-data/{data['name']}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_open_policy(self.folder)
        path.write_text(yaml.safe_dump(data, sort_keys=False))

    def runs(self, *arguments: str) -> Ran:
        settings = {
            **TESTING,
            "AWS_ENDPOINT_URL": self.simulator.url or "",
            "GROUNDCTL_INFRASTRUCTURE": "infrastructure.json",
        }
        ran = groundctl(*arguments, cwd=self.folder, settings=settings)
        assert "Traceback" not in ran.err, ran.err
        return ran

    def mutating_calls(self) -> int:
        return sum(call["mutating"] for call in self.simulator.requests())


@pytest.fixture
def team(tmp_path: Path, simulator: Simulator) -> Team:
    prerequisites.build(an_infrastructure(), clips=CLIPS)
    (tmp_path / "infrastructure.json").write_text(json.dumps(prerequisites.as_file_content(an_infrastructure())))
    return Team(folder=tmp_path, simulator=simulator)


def test_from_declaration_to_labels_and_a_second_apply_changes_nothing(team: Team):
    team.declares(input=PREFIX)

    before = team.mutating_calls()
    assert team.runs("plan", "--out", "plan.json", "--detailed-exitcode").code == 4
    assert team.mutating_calls() == before

    applied = team.runs("apply", "--plan", "plan.json", "--format", "json")
    assert [outcome["result"] for outcome in applied.json["outcomes"]] == ["created"]

    before = team.mutating_calls()
    again = team.runs("apply", "--auto-approve")
    assert (again.code, team.mutating_calls() - before) == (0, 0)
    assert "Nothing to do" in again.out
    assert team.runs("plan", "--detailed-exitcode").code == 0

    team.simulator.advance_until_idle()
    [standing] = team.runs("status", "--format", "json").json
    assert (standing["status"], standing["labeled"], standing["total"]) == ("Completed", 8, 8)


def test_a_plan_makes_only_read_calls(team: Team):
    team.declares(input=PREFIX)
    before = team.mutating_calls()

    team.runs("plan")
    team.runs("status")

    assert team.mutating_calls() == before


def test_a_change_after_the_create_is_refused_and_its_fields_are_listed(team: Team):
    team.declares(input=PREFIX)
    team.runs("apply", "--auto-approve")
    team.declares(input=PREFIX, workforce={"team": "reviewers", "workers_per_object": 5, "task_time_limit": "10m"})

    ran = team.runs("plan", "--format", "json")

    [change] = ran.json["changes"]
    assert ran.code == 1
    assert (change["action"], change["fields"]) == ("immutable", ["workforce.workers_per_object"])
    assert team.runs("apply", "--auto-approve").code == 1
    assert len(team.simulator.requests("CreateLabelingJob")) == 1


def test_a_renamed_file_does_not_buy_the_labels_again(team: Team):
    team.declares(input=PREFIX)
    team.runs("apply", "--auto-approve")
    (team.folder / "jobs/sports-data/rally-outcome.yaml").unlink()
    team.declares(name="rally-outcome-2", input=PREFIX)

    ran = team.runs("apply", "--auto-approve")

    assert ran.code == 1
    assert "all 8 of its clips were already asked by rally-outcome (up to $" in ran.out
    assert len(team.simulator.requests("CreateLabelingJob")) == 1


def test_more_clips_than_were_reviewed_hold_the_job(team: Team):
    team.declares(input=PREFIX)
    team.runs("plan", "--out", "plan.json")
    boto3.client("s3", region_name=REGION).put_object(Bucket="clips", Key="rallies/late.mp4", Body=A_CLIP)

    ran = team.runs("apply", "--plan", "plan.json")

    assert ran.code == 1
    assert "held" in ran.out
    assert "reviewed 8, now 9" in ran.out
    assert not team.simulator.requests("CreateLabelingJob")


def test_one_job_that_fails_does_not_stop_the_next(team: Team):
    team.declares(name="first", input={"objects": ["s3://clips/rallies/rally-1.mp4"]})
    team.declares(name="second", input={"objects": ["s3://clips/rallies/rally-2.mp4"]})
    team.simulator.add_fault(operation="CreateLabelingJob", kind="access_denied")

    ran = team.runs("apply", "--auto-approve", "--format", "json")

    assert ran.code == 1
    outcomes = ran.json["outcomes"]
    assert [outcome["name"] for outcome in outcomes] == ["first", "second"]
    # The two requests are sent at once, and the fault is for the one that arrives first.
    assert sorted(outcome["result"] for outcome in outcomes) == ["created", "failed"]


def test_the_rest_of_a_stopped_job_is_continued_under_a_new_name(team: Team):
    team.declares(input=PREFIX, output={"label_attribute": "outcome"})
    team.declares(name="rally-rest", input={"from_job": "rally-outcome"}, output={"label_attribute": "outcome"})
    first = team.runs("apply", "--auto-approve", "--format", "json")
    assert [outcome["name"] for outcome in first.json["outcomes"]] == ["rally-outcome"]
    assert "waits for rally-outcome, which is not done" in team.runs("plan").out

    team.simulator.advance(100)
    team.declares(input=PREFIX, output={"label_attribute": "outcome"}, state="stopped")
    assert team.runs("apply", "--auto-approve").code == 1
    assert team.runs("apply", "--auto-approve", "--allow-stop").code == 0
    team.simulator.advance(600)
    [stopped] = [job for job in team.runs("status", "--format", "json").json if job["name"] == "rally-outcome"]
    assert stopped["status"] == "Stopped"
    assert 0 < stopped["labeled"] < 8

    ran = team.runs("apply", "--auto-approve", "--format", "json")
    assert [(one["name"], one["result"]) for one in ran.json["outcomes"]] == [("rally-rest", "created")]
    team.simulator.advance_until_idle()
    [rest] = [job for job in team.runs("status", "--format", "json").json if job["name"] == "rally-rest"]
    assert (rest["status"], rest["labeled"] + rest["failed"]) == ("Completed", 8)


def test_a_job_without_a_file_is_reported_and_not_changed(team: Team):
    team.declares(input=PREFIX)
    team.runs("apply", "--auto-approve")
    (team.folder / "jobs/sports-data/rally-outcome.yaml").unlink()
    before = team.mutating_calls()

    ran = team.runs("apply", "--auto-approve")

    assert (ran.code, team.mutating_calls() - before) == (0, 0)
    assert "not declared here" in team.runs("plan").out


def test_a_prefix_without_clips_is_refused(team: Team):
    team.declares(input={"prefix": "s3://clips/nothing/"})

    ran = team.runs("plan")

    assert ran.code == 1
    assert "holds no clips" in ran.out
