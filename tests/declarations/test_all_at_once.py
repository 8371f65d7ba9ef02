"""A fault that the schema sees does not hide the faults that only a rule sees."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from declarations.corpus import with_open_policy
from groundctl.app.validate import validate
from support.builders import some_data


def rules_found(folder: Path, *declarations: tuple[str, dict[str, object]]) -> list[str]:
    for name, data in declarations:
        path = folder / "jobs/team" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True))
    return [problem.rule for problem in validate(with_open_policy(folder)).problems]


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
        ({"input": {"sample": {"count": 5}}}, ["GT208"]),
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

    [problem] = validate(with_open_policy(tmp_path)).problems
    assert (problem.rule, problem.pointer) == ("GT103", f"/tags/{key}")


# What makes a value unreadable: the field, how it is written, and the rule that reports it.
UNREADABLE = [
    ("owner: sports-data", "owner: &team sports-data", "GT004"),
    ("owner: sports-data", "owner: !!str sports-data", "GT004"),
    ("owner: sports-data", "owner: sports-data\nowner: warehouse", "GT007"),
    ("owner: sports-data", "owner: 1234567890123456", "GT009"),
    ("owner: sports-data", "owner: sports\u200bdata", "GT010"),
    ("owner: sports-data", 'owner: "sports\\u200bdata"', "GT010"),
    ("owner: sports-data", "owner: sports-data\n# in\u200bvisible", "GT010"),
    ("owner: sports-data", '"own\\u200ber": sports-data', "GT010"),
    ("  - winner", "  - !own winner", "GT004"),
    ("  - winner", "  - {name: winner, name: win}", "GT007"),
    ("  - winner", "  - win\u200bner", "GT010"),
    ("  - winner", "  - {? [name] : winner, name: win}", "GT004"),
    ("  team: reviewers", "  team: reviewers\n  <<: {task_time_limit: 10m}", "GT004"),
    ("  team: reviewers", "  team: reviewers\n  team: others", "GT007"),
    ("  workers_per_object: 3", "  workers_per_object: !!int '3'", "GT004"),
    ("  workers_per_object: 3", "  workers_per_object: 3.0000000000000001", "GT009"),
    ("  - s3://clips/rally-1.mp4", "  - &first s3://clips/rally-1.mp4", "GT004"),
    ("  - s3://clips/rally-1.mp4", "  - {source-ref: s3://clips/a.mp4, source-ref: s3://clips/b.mp4}", "GT007"),
]


def rules_in(folder: Path, data: dict[str, object], written: str, otherwise: str) -> list[str]:
    path = folder / "jobs/team/rally-outcome.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(data, sort_keys=False)
    assert written in text
    path.write_text(text.replace(written, otherwise, 1))
    return [problem.rule for problem in validate(with_open_policy(folder)).problems]


@pytest.mark.parametrize(("written", "otherwise", "rule"), UNREADABLE)
def test_a_value_that_cannot_be_read_raises_no_false_alarm(tmp_path, written, otherwise, rule):
    assert set(rules_in(tmp_path, some_data(), written, otherwise)) == {rule}


@pytest.mark.parametrize(("written", "otherwise", "rule"), UNREADABLE)
def test_a_value_that_cannot_be_read_hides_no_other_problem(tmp_path, written, otherwise, rule):
    faulty = some_data(
        tags={"aws:x": "y"}, region="nowhere-1", rerun_of={"job": "rally-outcome", "reason": "To compare."}
    )
    others = {"GT218", "GT225", *rules_in(tmp_path, faulty, written, written)} - {"GT102"}

    found = set(rules_in(tmp_path, faulty, written, otherwise))

    # A key that cannot be read makes the whole mapping unreliable: at the top of the file, nothing else is said.
    assert found == ({rule} if otherwise.startswith('"own') else {rule, *others})


@pytest.mark.parametrize(
    "ending",
    [
        "---\nowner: x\n",
        "notes: [*a]\n",
        "notes: &a [*a]\n",
        "notes: [&a x, &a y]\n",
        "notes: x\ry\n",
        "notes: x\u2028y\n",
    ],
    ids=["two documents", "an alias of nothing", "an endless value", "an anchor twice", "a return", "a line separator"],
)
def test_a_file_that_cannot_be_relied_upon_gets_no_further_problems(tmp_path, ending):
    path = tmp_path / "jobs/team/rally-outcome.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes((yaml.safe_dump(some_data(owner=5), sort_keys=False) + ending).encode())

    assert {problem.rule[:3] for problem in validate(with_open_policy(tmp_path)).problems} == {"GT0"}


def test_a_fault_in_reading_one_file_does_not_hide_a_clash_with_another(tmp_path):
    for name, more in (("Rally-Outcome", "notes: a\nnotes: b\n"), ("rally-outcome", "")):
        path = tmp_path / f"jobs/team/{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(some_data(name=name), sort_keys=False) + more)

    assert sorted(problem.rule for problem in validate(with_open_policy(tmp_path)).problems) == ["GT007", "GT301"]
