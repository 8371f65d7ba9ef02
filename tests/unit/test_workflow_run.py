"""The GitHub Actions run: its context, its outputs, and its summary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from groundctl.adapters.github.workflow_run import WorkflowRun
from groundctl.domain.jobs.ledger.records import Author
from groundctl.domain.tracking.run_context import RunContext, made_for
from groundctl.errors import ExternalError, UsageError
from support.github.runner_files import outputs_in

BASE = {"GITHUB_REPOSITORY": "acme/labeling", "GITHUB_RUN_ID": "17", "GITHUB_SHA": "m" * 40}


def a_run(folder: Path, event: dict[str, Any] | None = None, **settings: str) -> WorkflowRun:
    (folder / "event.json").write_text(json.dumps(event or {}))
    files = {"GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary.md", "GITHUB_EVENT_PATH": "event.json"}
    return WorkflowRun({**BASE, **{name: str(folder / file) for name, file in files.items()}, **settings})


def a_pull_request(source: dict[str, str] | None) -> dict[str, Any]:
    return {"pull_request": {"number": 12, "head": {"sha": "h" * 40, "repo": source}}}


def test_a_pull_requests_run_is_about_its_newest_commit(tmp_path: Path):
    run = a_run(tmp_path, a_pull_request({"full_name": "acme/labeling"}))

    assert run.context("production") == RunContext(
        repository="acme/labeling",
        environment="production",
        head_commit="h" * 40,
        run_id=17,
        attempt=1,
        run_url="https://github.com/acme/labeling/actions/runs/17",
        pull_request=12,
    )
    assert not run.is_from_fork


@pytest.mark.parametrize("source", [{"full_name": "mallory/labeling"}, None], ids=["a fork", "a deleted fork"])
def test_a_pull_request_from_a_fork_is_recognized(tmp_path: Path, source: dict[str, str] | None):
    assert a_run(tmp_path, a_pull_request(source)).is_from_fork


def test_a_pushs_run_is_about_its_commit(tmp_path: Path):
    run = a_run(tmp_path, {"ref": "refs/heads/main"}, GITHUB_RUN_ATTEMPT="3", GITHUB_SERVER_URL="https://git.acme.com")
    context = run.context("production")

    assert (context.pull_request, context.head_commit, run.is_from_fork) == (None, "m" * 40, False)
    assert (context.attempt, context.run_url) == (3, "https://git.acme.com/acme/labeling/actions/runs/17")


def test_a_plan_file_records_the_run_that_made_it(tmp_path: Path):
    run = a_run(tmp_path, a_pull_request({"full_name": "acme/labeling"}))

    assert made_for(run.context("production")) == {
        "repository": "acme/labeling",
        "pull_request": 12,
        "commit": "h" * 40,
        "run": 17,
        "attempt": 1,
    }


@pytest.mark.parametrize(
    "value",
    ["2", "", "two\nlines", "x=y", "safe\nleft=evil", "a<<EOF\nleft=evil\nEOF", "groundctl-0\nleft=evil", "é\u202e"],
)
def test_an_output_holds_its_value_and_sets_no_other(tmp_path: Path, value: str):
    a_run(tmp_path).set_outputs({"create": value, "stop": "0"})

    assert outputs_in((tmp_path / "output").read_text(encoding="utf-8")) == {"create": value, "stop": "0"}


def test_a_summary_is_appended_to(tmp_path: Path):
    run = a_run(tmp_path)
    run.summarize("one")
    run.summarize("two\n")

    assert (tmp_path / "summary.md").read_text(encoding="utf-8") == "one\ntwo\n"


def test_a_missing_variable_is_a_usage_error(tmp_path: Path):
    with pytest.raises(UsageError, match="GITHUB_TOKEN is not set"):
        _ = a_run(tmp_path).token
    with pytest.raises(UsageError, match="cannot be read"):
        a_run(tmp_path, GITHUB_EVENT_PATH=str(tmp_path / "none.json")).context("production")


@pytest.mark.parametrize("missing", ["GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_SHA", "GITHUB_TOKEN"])
def test_outside_of_a_workflow_the_check_fails_before_any_work(missing: str, tmp_path: Path):
    settings = {**BASE, "GITHUB_TOKEN": "t"}

    a_run(tmp_path, None, **settings).check()
    with pytest.raises(UsageError, match=f"{missing} is not set") as caught:
        a_run(tmp_path, None, **{**settings, missing: ""}).check()

    assert "for runs of a workflow" in caught.value.hint


def test_the_author_of_ledger_entries_is_the_run_and_who_started_it(tmp_path: Path):
    run = a_run(tmp_path, GITHUB_ACTOR="ada", GITHUB_TRIGGERING_ACTOR="grace")

    assert run.author() == Author(repository="acme/labeling", commit="m" * 40, run="17", person="grace")
    assert WorkflowRun({}).author() == Author()


@pytest.mark.parametrize("name", ["GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT"])
@pytest.mark.parametrize("value", ["x", "1e3", "-1", "1.5", "²", "9" * 5000, "1\n2"])
def test_a_number_of_the_run_that_is_none_is_a_usage_error(name: str, value: str, tmp_path: Path):
    with pytest.raises(UsageError, match=f"{name} is .*not a number"):
        a_run(tmp_path, None, **{name: value}).context("production")


@pytest.mark.parametrize(
    "event",
    [
        "[]",
        "{",
        "\x00",
        '{"pull_request": 5}',
        '{"pull_request": [1]}',
        '{"pull_request": {"number": 1}}',
        '{"pull_request": {"number": "one", "head": {"sha": "a", "repo": null}}}',
        '{"pull_request": {"number": 1, "head": {"sha": "a"}}}',
        '{"pull_request": {"number": 1, "head": {"sha": "a", "repo": "acme/labeling"}}}',
    ],
)
def test_an_event_of_another_shape_is_a_usage_error(event: str, tmp_path: Path):
    run = a_run(tmp_path)
    (tmp_path / "event.json").write_text(event)

    with pytest.raises(UsageError, match="GITHUB_EVENT_PATH: the event in"):
        run.context("production")
    with pytest.raises(UsageError, match="GITHUB_EVENT_PATH: the event in"):
        _ = run.is_from_fork


@pytest.mark.parametrize("name", ["GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"])
@pytest.mark.parametrize("place", ["", "none/summary.md", "\0"])
def test_a_file_of_the_runner_that_cannot_be_written_is_found_before_the_work(name: str, place: str, tmp_path: Path):
    run = a_run(tmp_path, None, **{"GITHUB_TOKEN": "t", name: f"{tmp_path}/{place}"})

    with pytest.raises(UsageError, match=f"{name} names .*cannot be written"):
        run.check()


def test_a_full_disk_of_the_runner_is_an_external_failure(tmp_path: Path):
    with pytest.raises(ExternalError, match="GITHUB_STEP_SUMMARY names /dev/full"):
        a_run(tmp_path, GITHUB_STEP_SUMMARY="/dev/full").summarize("text")
