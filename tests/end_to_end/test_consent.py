"""apply in a real terminal: it shows, asks, and does nothing on anything but yes."""

from __future__ import annotations

import json
import time
from pathlib import Path

import boto3
import pytest

from end_to_end.test_story import CLIPS, PREFIX, Team
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import REGION, an_infrastructure
from support.cli import TESTING
from support.fake_objects import A_CLIP
from support.pseudo_terminal import CTRL_C, EOF, Terminal

QUESTION = "Only `yes` is accepted: "
NOTHING = "Nothing was created or stopped: AWS was not asked to change anything."


def terminal_of(team: Team, *arguments: str) -> Terminal:
    """Start a command at a pseudo-terminal of a person of the team."""
    environment = {
        **TESTING,
        "AWS_ENDPOINT_URL": team.simulator.url or "",
        "GROUNDCTL_INFRASTRUCTURE": "infrastructure.json",
    }
    return Terminal(*arguments, cwd=team.folder, environment=environment)


@pytest.fixture
def team(tmp_path: Path, simulator: Simulator) -> Team:
    prerequisites.build(an_infrastructure(), clips=CLIPS)
    (tmp_path / "infrastructure.json").write_text(json.dumps(prerequisites.as_file_content(an_infrastructure())))
    team = Team(folder=tmp_path, simulator=simulator)
    team.declares(input=PREFIX)
    simulator.clear_requests()
    return team


def test_a_terminal_shows_the_plan_asks_and_creates_on_yes(team: Team):
    terminal = terminal_of(team, "apply")

    assert terminal.shows(QUESTION), terminal.shown
    assert "1 to create" in terminal.shown
    assert "Create 1 labeling job for $" in terminal.shown
    assert team.mutating_calls() == 0
    terminal.types(b"yes\n")
    assert terminal.ends() == 0, terminal.shown
    assert len(team.simulator.requests("CreateLabelingJob")) == 1
    assert "1 job: 1 created" in terminal.shown
    assert "8 clips and 24 answers for " in terminal.shown
    assert "`groundctl status`" in terminal.shown
    assert "`groundctl results NAME`" in terminal.shown


@pytest.mark.parametrize(
    "keys",
    [
        b"no\n",
        b"y\n",
        b"YES\n",
        b"Yes\n",
        b" yes\n",
        b"yes \n",
        b"yes please\n",
        b"\n",
        EOF,
        b"yes" + EOF + EOF,
        b"\xff\n",
    ],
)
def test_anything_but_yes_does_nothing(team: Team, keys: bytes):
    terminal = terminal_of(team, "apply")
    assert terminal.shows(QUESTION), terminal.shown

    terminal.types(keys)

    assert terminal.ends() == 1, terminal.shown
    assert NOTHING in terminal.shown
    assert team.mutating_calls() == 0


def test_ctrl_c_at_the_question_does_nothing(team: Team):
    terminal = terminal_of(team, "apply")
    assert terminal.shows(QUESTION), terminal.shown

    terminal.types(CTRL_C)

    assert terminal.ends() == 130, terminal.shown
    assert NOTHING in terminal.shown
    assert team.mutating_calls() == 0


def test_ctrl_c_in_the_create_call_names_the_job(team: Team):
    team.simulator.add_fault(operation="CreateLabelingJob", kind="timeout", when="after", seconds=20)
    terminal = terminal_of(team, "apply")
    assert terminal.shows(QUESTION), terminal.shown
    terminal.types(b"yes\n")
    while not team.simulator.requests("CreateLabelingJob") and terminal.process.poll() is None:
        time.sleep(0.01)

    terminal.types(CTRL_C)

    assert terminal.ends() == 130, terminal.shown
    assert "unknown   rally-outcome: " in terminal.shown
    assert "AWS may have received it" in terminal.shown
    assert "May have been created: 8 clips and 24 answers for $0.16 to $0.64." in terminal.shown
    assert "Nothing was" not in terminal.shown


def test_a_process_that_is_ended_at_the_question_has_done_nothing(team: Team):
    terminal = terminal_of(team, "apply")
    assert terminal.shows(QUESTION), terminal.shown

    terminal.process.terminate()

    assert terminal.ends() == 130
    assert team.mutating_calls() == 0


def test_what_was_typed_before_the_question_is_no_answer(team: Team):
    terminal = terminal_of(team, "apply")
    terminal.types(b"yes\n")

    assert terminal.shows(QUESTION), terminal.shown
    terminal.types(b"no\n")

    assert terminal.ends() == 1, terminal.shown
    assert team.mutating_calls() == 0


def test_a_clip_that_arrives_after_the_question_is_not_bought(team: Team):
    terminal = terminal_of(team, "apply")
    assert terminal.shows(QUESTION), terminal.shown
    boto3.client("s3", region_name=REGION).put_object(Bucket="clips", Key="rallies/late.mp4", Body=A_CLIP)
    team.declares(name="another", input={"objects": ["s3://clips/rallies/late.mp4"]})

    terminal.types(b"yes\n")

    assert terminal.ends() == 0, terminal.shown
    [job] = boto3.client("sagemaker", region_name=REGION).list_labeling_jobs()["LabelingJobSummaryList"]
    team.simulator.advance(60)
    described = boto3.client("sagemaker", region_name=REGION).describe_labeling_job(
        LabelingJobName=job["LabelingJobName"]
    )
    assert sum(described["LabelCounters"][member] for member in ("TotalLabeled", "Unlabeled")) == 8


def test_the_question_names_each_stop_and_only_with_allow_stop(team: Team):
    assert team.runs("apply", "--auto-approve").code == 0
    team.declares(input=PREFIX, state="stopped")
    team.simulator.clear_requests()

    unasked = terminal_of(team, "apply")
    assert unasked.ends() == 1
    assert QUESTION not in unasked.shown
    asked = terminal_of(team, "apply", "--allow-stop")
    assert asked.shows(QUESTION), asked.shown
    assert "Stop rally-outcome. A stop is permanent." in asked.shown
    assert team.mutating_calls() == 0
    asked.types(b"yes\n")
    assert asked.ends() == 0, asked.shown
    assert len(team.simulator.requests("StopLabelingJob")) == 1


def test_nothing_to_do_asks_nothing(team: Team):
    assert team.runs("apply", "--auto-approve").code == 0

    terminal = terminal_of(team, "apply")

    assert terminal.ends() == 0
    assert QUESTION not in terminal.shown
    assert "Nothing to do" in terminal.shown


def test_a_reviewed_plan_and_auto_approve_ask_nothing_at_a_terminal(team: Team):
    team.runs("plan", "--out", "plan.json")

    terminal = terminal_of(team, "apply", "--plan", "plan.json")

    assert terminal.ends() == 0, terminal.shown
    assert QUESTION not in terminal.shown
    assert terminal_of(team, "apply", "--auto-approve").ends() == 0


@pytest.mark.parametrize("arguments", [(), ("--allow-stop",), ("--only", "create")])
def test_without_a_terminal_apply_needs_its_flag(team: Team, arguments: tuple[str, ...]):
    ran = team.runs("apply", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert "groundctl apply --plan plan.json" in ran.err
    assert "--auto-approve" in ran.err
    assert team.simulator.requests() == []


def test_without_a_terminal_json_names_both_flags(team: Team):
    ran = team.runs("apply", "--format", "json")

    assert (ran.code, ran.out) == (2, "")
    assert "hint: add --plan FILE or --auto-approve" in ran.err
    assert team.simulator.requests() == []


def test_json_never_asks_at_a_terminal(team: Team):
    terminal = terminal_of(team, "apply", "--format", "json")

    assert terminal.ends() == 2
    assert "without --plan FILE or --auto-approve" in terminal.shown


def test_a_plan_and_auto_approve_exclude_each_other(team: Team):
    team.runs("plan", "--out", "plan.json")

    ran = team.runs("apply", "--plan", "plan.json", "--auto-approve")

    assert ran.code == 2
    assert "--plan has no effect beside --auto-approve" in ran.err
    assert not team.simulator.requests("CreateLabelingJob")
