"""import in a real terminal: it says what a yes does, and writes nothing on anything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from end_to_end.existing_jobs import ExistingJobs
from end_to_end.test_consent import QUESTION, terminal_of
from end_to_end.test_story import Team
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import an_infrastructure, write_open_policy
from support.pseudo_terminal import CTRL_C, EOF


@pytest.fixture
def team(tmp_path: Path, simulator: Simulator) -> Team:
    prerequisites.build(an_infrastructure())
    (tmp_path / "infrastructure.json").write_text(json.dumps(prerequisites.as_file_content(an_infrastructure())))
    write_open_policy(tmp_path)
    ExistingJobs(simulator).make("season-pilot")
    simulator.clear_requests()
    return Team(folder=tmp_path, simulator=simulator)


@pytest.mark.parametrize(("keys", "code"), [(b"no\n", 1), (b"YES please\n", 1), (EOF, 1), (CTRL_C, 130)])
def test_anything_but_yes_writes_no_file_and_no_entry(team: Team, keys: bytes, code: int):
    terminal = terminal_of(team, "import", "--all")

    assert terminal.shows(QUESTION)
    terminal.types(keys)
    assert terminal.ends() == code

    assert "No labeling job is created, changed, or stopped." in " ".join(terminal.shown.split())
    assert team.mutating_calls() == 0
    assert list((team.folder / "jobs").rglob("*.yaml")) == [team.folder / "jobs/policy.yaml"]


def test_on_yes_the_jobs_are_imported(team: Team):
    terminal = terminal_of(team, "import", "--all")

    assert terminal.shows(QUESTION)
    terminal.types(b"yes\n")
    assert terminal.ends() == 0

    assert "season-pilot: wrote jobs/imported/season-pilot.yaml" in terminal.shown.replace("\r\n ", "")
    assert (team.folder / "jobs/imported/season-pilot.yaml").exists()


@pytest.mark.parametrize("arguments", [("--all", "--dry-run"), ("no-such-job",)])
def test_where_nothing_would_be_written_nothing_is_asked(team: Team, arguments: tuple[str, ...]):
    terminal = terminal_of(team, "import", *arguments)

    terminal.ends()

    assert QUESTION not in terminal.shown
    assert team.mutating_calls() == 0
