"""A fault that the schema sees does not hide the faults that only a rule sees."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.validate import validate
from support.builders import some_data


def rules_found(folder: Path, *declarations: tuple[str, dict[str, object]]) -> list[str]:
    for name, data in declarations:
        path = folder / "jobs/team" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True))
    return [problem.rule for problem in validate(Checkout(folder)).problems]


def test_an_invalid_number_does_not_hide_a_repeated_label_a_missing_file_and_a_wrong_name(tmp_path):
    task = {**some_data()["task"], "labels": ["a", "a"], "instructions": {"short": "nobody.md"}}
    workforce = {"team": "t", "workers_per_object": 30, "task_time_limit": "9h"}

    found = rules_found(tmp_path, ("other.yaml", some_data(task=task, workforce=workforce)))

    assert sorted(found) == ["GT107", "GT202", "GT205", "GT212", "GT401"]


def test_a_fault_in_one_file_does_not_hide_a_clash_with_another(tmp_path):
    broken = some_data(name="Rally-Outcome", owner=3)

    found = rules_found(tmp_path, ("Rally-Outcome.yaml", broken), ("rally-outcome.yaml", some_data()))

    assert sorted(found) == ["GT103", "GT301"]


def test_a_fault_in_one_file_does_not_hide_a_cycle_of_jobs(tmp_path):
    first = some_data(name="first", owner=3, input={"from_job": "second"})
    second = some_data(name="second", input={"from_job": "first"})

    found = rules_found(tmp_path, ("first.yaml", first), ("second.yaml", second))

    assert sorted(found) == ["GT103", "GT302", "GT302"]


TASK = some_data()["task"]
WORKFORCE = some_data()["workforce"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {
                "task": {**TASK, "labels": ["a", "A"]},
                "workforce": {**WORKFORCE, "task_time_limit": "9h"},
                "input": {"prefix": "s3://a"},
            },
            ["GT105", "GT202", "GT205"],
        ),
        (
            {
                "output": {"label_attribute": "Person-ref"},
                "input": {"manifest": "s3://<bucket>/m.manifest"},
                "workforce": {
                    "crowd": "public",
                    "price_usd": 0.036,
                    "workers_per_object": 3,
                    "task_time_limit": "10m",
                },
            },
            ["GT105", "GT201", "GT215", "GT216"],
        ),
        ({"task": {**TASK, "labels": ["In", "in", " x", "x" * 257]}}, ["GT106", "GT202", "GT203"]),
        ({"name": "a_b", "output": {"label_attribute": "a-ref"}}, ["GT105", "GT201"]),
        ({"workforce": {**WORKFORCE, "crowd": "public", "price_usd": "much"}}, ["GT103", "GT214", "GT215", "GT216"]),
        ({"input": {"prefix": "s3://a", "manifest": 3}, "tags": 5}, ["GT103", "GT103", "GT105", "GT208"]),
        ({"input": {"objects": ["s3://clips/a.avi", 3, "s3://clips/a.avi"]}}, ["GT103", "GT220", "GT220", "GT221"]),
        ({"task": {**TASK, "instructions": {"short": "missing.md", "full": 3}}}, ["GT103", "GT401"]),
        ({"task": {**TASK, "title": "🏆", "description": 3}}, ["GT103", "GT213"]),
        ({"rerun_of": {"job": "rally-outcome", "reason": "short"}}, ["GT106", "GT225"]),
        ({"stop_when": {"labeled_objects": 0}, "input": {"topic": "a_b"}}, ["GT105", "GT107", "GT210"]),
    ],
)
def test_every_problem_of_a_file_is_reported_in_one_round(tmp_path, changed, expected):
    assert sorted(rules_found(tmp_path, ("rally-outcome.yaml", some_data(**changed)))) == expected


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ({"task": None}, ["GT102"]),
        ({"input": None}, ["GT102"]),
        ({"input": {}}, ["GT108"]),
        ({"input": {"prefx": "s3://clips/"}}, ["GT101"]),
        ({"input": {"sample": {"count": 5}}}, ["GT102"]),
        ({"workforce": {"team": "t"}}, ["GT102", "GT102"]),
        ({"workforce": {**WORKFORCE, "team": None}}, ["GT103"]),
        ({"workforce": {"teem": "t", "workers_per_object": 3, "task_time_limit": "10m"}}, ["GT101"]),
        ({"workforce": {**WORKFORCE, "crowd": "all", "team": None}}, ["GT103", "GT104", "GT214"]),
        ({"workforce": 3}, ["GT103"]),
        ({"task": {**TASK, "labels": ["a", True]}}, ["GT103"]),
        ({"task": {**TASK, "labels": []}}, ["GT108"]),
        ({"task": {**TASK, "instructions": {}}}, ["GT108"]),
        ({"tags": {"a": 1}}, ["GT103"]),
        ({"input": {"prefix": "s3://clips/", "sample": {"count": 0}}, "stop_when": {"labeled_objects": 5}}, ["GT107"]),
        ({"name": "a_b"}, ["GT105"]),
    ],
)
def test_a_fault_of_the_schema_raises_no_false_alarm(tmp_path, broken, expected):
    assert sorted(rules_found(tmp_path, ("rally-outcome.yaml", some_data(**broken)))) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"rerun_of": {"job": "old", "reason": "we want it again", "since": "2026"}},
        {"reason": "we want it again"},
        {"workforce": {**some_data()["workforce"], "reason": 0}},
    ],
    ids=["an unknown field of rerun_of", "its reason at the top", "its reason in another mapping"],
)
def test_a_field_of_rerun_of_in_a_wrong_place_is_reported_and_nothing_else(tmp_path, changes):
    assert rules_found(tmp_path, ("rally-outcome.yaml", some_data(**changes))) == ["GT101"]


@pytest.mark.parametrize("key", ["010", "10", "+5", "0"])
def test_a_fault_under_a_field_whose_name_is_a_number_is_reported_at_its_place(tmp_path, key):
    rules_found(tmp_path, ("rally-outcome.yaml", some_data(tags={key: None})))

    [problem] = validate(Checkout(tmp_path)).problems
    assert (problem.rule, problem.pointer) == ("GT103", f"/tags/{key}")
