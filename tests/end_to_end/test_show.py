"""`groundctl show` as a person runs it: the decision of `plan` in every form, with its exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.aws import prerequisites
from support.builders import an_infrastructure, some_data
from support.cli import groundctl

FORMS = ("plan", "comment", "request")


def a_checkout(root: Path, **changes: Any) -> str:
    """A repository with one declaration, and the infrastructure as a file; gives the declaration's path."""
    data = some_data(**changes)
    file = root / "jobs" / "sports-data" / f"{data['name']}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
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
