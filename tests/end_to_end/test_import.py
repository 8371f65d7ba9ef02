"""Jobs that other clients made are imported over HTTP: files, ledger, and plan; a second import changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from end_to_end.existing_jobs import ExistingJobs, by_https, make_all
from end_to_end.test_story import Team
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import CHECKOUT, an_infrastructure, write_open_policy


@pytest.fixture
def team(tmp_path: Path, simulator: Simulator) -> Team:
    prerequisites.build(an_infrastructure())
    (tmp_path / "infrastructure.json").write_text(json.dumps(prerequisites.as_file_content(an_infrastructure())))
    write_open_policy(tmp_path)
    return Team(folder=tmp_path, simulator=simulator)


def test_jobs_of_other_clients_are_imported_and_a_second_import_changes_nothing(team: Team):
    expected = make_all(ExistingJobs(team.simulator))
    team.simulator.clear_requests()

    rehearsed = team.runs("import", "--all", "--dry-run", "--format", "json")
    assert team.mutating_calls() == 0
    assert not (team.folder / "jobs/imported").exists()
    first = team.runs("import", "--all", "--format", "json")
    writes = [call["operation"] for call in team.simulator.requests() if call["mutating"]]
    files = _files(team.folder / "jobs")
    second = team.runs("import", "--all", "--format", "json")

    for ran in (rehearsed, first, second):
        jsonschema.validate(ran.json, CHECKOUT.schema("import"))
    assert _statuses(rehearsed.json) == _statuses(first.json) == expected
    # Nothing but entries of the ledger: its opening, and one for each 20 jobs.
    assert set(writes) == {"PutObject"}
    assert len(writes) == 3
    assert set(_statuses(second.json).values()) == {"unchanged", "not imported"}
    assert _files(team.folder / "jobs") == files
    assert len([call for call in team.simulator.requests() if call["mutating"]]) == len(writes)
    not_entered = {job["name"] for job in second.json["jobs"] if job["ledger"] == "not entered"}
    assert not_entered <= {"lost-labels", "too-many-labels"}
    _plans_say_that_they_exist(team, [name for name, status in expected.items() if status == "imported"])
    _results_and_status_read_them(team)


def test_a_job_that_is_not_there_is_said_and_nothing_is_written(team: Team):
    team.simulator.clear_requests()

    ran = team.runs("import", "no-such-job")

    assert ran.code == 1
    assert "no-such-job: not imported: there is no such labeling job" in ran.out
    assert team.mutating_calls() == 0


def test_a_job_with_https_addresses_is_entered_and_one_that_is_not_is_led_to_the_import(team: Team):
    jobs = ExistingJobs(team.simulator)
    jobs.make("by-https")
    jobs.is_otherwise("by-https", by_https)
    jobs.put("by-https/input.manifest", b'{"source": "a text"}\n')
    unreadable = team.runs("import", "by-https", "--format", "json")

    noted = team.runs("plan")
    jobs.put("by-https/input.manifest", b'{"source-ref": "s3://old-bucket/old/rally.mp4"}\n')
    readable = team.runs("import", "by-https", "--format", "json")

    assert [job["ledger"] for job in unreadable.json["jobs"]] == ["not entered"]
    assert "`groundctl import by-https` enters it" in noted.out
    assert [job["ledger"] for job in readable.json["jobs"]] == ["entered"]
    assert "P403" not in team.runs("plan").out


def _plans_say_that_they_exist(team: Team, names: list[str]) -> None:
    first, second = (team.runs("plan", "--out", f"plan-{number}.json") for number in range(2))

    one, two = (json.loads((team.folder / f"plan-{number}.json").read_text()) for number in range(2))
    assert {change["name"]: change["action"] for change in one["changes"]} == dict.fromkeys(names, "exists")
    assert one["digest"] == two["digest"]
    assert first.out == second.out
    assert "unknown to the purchase ledger" not in first.out.replace("\n", " ") or "lost-labels" in first.out
    assert team.runs("validate").code == 0


def _results_and_status_read_them(team: Team) -> None:
    status = team.runs("status", "Cup-Final", "stopped", "--format", "json")
    results = team.runs("results", "Cup-Final")

    assert [job["status"] for job in status.json] == ["Completed", "Stopped"]
    assert results.code == 0, results.err
    assert "3" in results.out


def _statuses(result: dict[str, Any]) -> dict[str, str]:
    return {job["name"]: job["status"] for job in result["jobs"]}


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
