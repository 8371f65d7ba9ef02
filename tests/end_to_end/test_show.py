"""`groundctl show` as a person runs it: the decision of `plan` in every form, with its exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.aws import prerequisites
from support.builders import an_infrastructure, some_data, write_open_policy
from support.cli import groundctl

FORMS = ("plan", "comment", "request")


def a_checkout(root: Path, **changes: Any) -> str:
    """A repository with one declaration, and the infrastructure as a file; gives the declaration's path."""
    data = some_data(**changes)
    file = root / "jobs" / "sports-data" / f"{data['name']}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_open_policy(root)
    file.write_text(yaml.safe_dump(data))
    (root / "infrastructure.json").write_text(json.dumps(prerequisites.as_file_content(an_infrastructure())))
    return file.relative_to(root).as_posix()


@pytest.mark.parametrize("form", FORMS)
def test_a_job_that_continues_one_that_no_file_declares_says_what_was_not_looked_up(form: str, tmp_path: Path):
    path = a_checkout(tmp_path, name="rest", input={"from_job": "there-is-no-such-job"})

    ran = groundctl("show", path, "--as", form, cwd=tmp_path)

    said = ran.out if form != "request" else ran.err
    assert ran.code == 0
    assert "to create" not in said
    assert "there-is-no-such-job" in said
    assert "no file declares; whether that job exists was not looked up" in said
    assert "refuses this job" in said


@pytest.mark.parametrize("form", FORMS)
def test_a_job_that_continues_a_declared_one_waits(form: str, tmp_path: Path):
    a_checkout(tmp_path)
    path = a_checkout(tmp_path, name="rest", input={"from_job": "Rally-Outcome"})

    ran = groundctl("show", path, "--as", form, cwd=tmp_path)

    said = ran.out if form != "request" else ran.err
    assert ran.code == 0
    assert "which is declared; whether that job is done was not looked up" in said


@pytest.mark.parametrize("form", FORMS)
def test_what_the_infrastructure_lacks_is_refused_in_every_form(form: str, tmp_path: Path):
    path = a_checkout(tmp_path, workforce={"team": "nobody", "workers_per_object": 3, "task_time_limit": "10m"})

    ran = groundctl("show", path, "--as", form, "--infrastructure", "infrastructure.json", cwd=tmp_path)

    said = ran.out if form != "request" else ran.err
    assert ran.code == 1
    assert "GT602" in said
    if form == "request":
        assert ran.out == ""


@pytest.mark.parametrize("form", FORMS)
def test_a_job_over_its_budget_is_refused_in_every_form(form: str, tmp_path: Path):
    path = a_checkout(tmp_path, budget={"usd": 0.01})

    ran = groundctl("show", path, "--as", form, cwd=tmp_path)

    assert ran.code == 1
    assert "P201" in (ran.out if form != "request" else ran.err)


@pytest.mark.parametrize("form", FORMS)
def test_a_good_job_is_shown_with_what_is_not_known(form: str, tmp_path: Path):
    path = a_checkout(tmp_path)

    ran = groundctl("show", path, "--as", form, "--infrastructure", "infrastructure.json", cwd=tmp_path)

    said = ran.out if form != "request" else ran.err
    assert ran.code == 0
    assert "jobs in AWS were not looked up" in said
    assert "are examples" not in said
    if form == "request":
        assert json.loads(ran.out)["LabelingJobName"] == "rally-outcome"


@pytest.mark.parametrize("form", FORMS)
def test_a_conflict_with_another_file_is_seen_as_plan_sees_it(form: str, tmp_path: Path):
    a_checkout(tmp_path, name="Rally-Outcome")
    path = a_checkout(tmp_path, name="rally-outcome")
    first = a_checkout(tmp_path, name="first", input={"from_job": "second"})
    a_checkout(tmp_path, name="second", input={"from_job": "first"})

    twice, cycle = (groundctl("show", file, "--as", form, cwd=tmp_path) for file in (path, first))

    assert (twice.code, "GT301" in twice.err, "GT302" in twice.err) == (1, True, False), twice.err
    assert (cycle.code, "GT302" in cycle.err, "GT301" in cycle.err) == (1, True, False), cycle.err
    assert "second.yaml" not in cycle.err


def test_a_problem_of_another_file_is_not_reported_as_a_problem_of_this_one(tmp_path: Path):
    path = a_checkout(tmp_path)
    a_checkout(tmp_path, name="other", owner=5)

    ran = groundctl("show", path, cwd=tmp_path)

    assert (ran.code, "GT1" in ran.err) == (0, False), ran.err


@pytest.mark.parametrize("form", ["spec", "page"])
def test_an_infrastructure_that_a_form_would_ignore_is_wrong_usage(form: str, tmp_path: Path):
    path = a_checkout(tmp_path)

    ran = groundctl("show", path, "--as", form, "--infrastructure", "infrastructure.json", cwd=tmp_path)

    assert (ran.code, "--infrastructure has no effect" in ran.err) == (2, True)
