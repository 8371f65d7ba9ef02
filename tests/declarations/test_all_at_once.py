"""A fault that the schema sees does not hide the faults that only a rule sees."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.validate import validate
from groundctl.domain.declarations.mend import Stand
from groundctl.domain.declarations.schema import SchemaCheck
from support.builders import CHECKOUT, some_data

SCHEMA = SchemaCheck(CHECKOUT.schema("labeling-job"))


def rules_found(folder: Path, *declarations: tuple[str, dict[str, object]]) -> list[str]:
    for name, data in declarations:
        path = folder / "jobs/team" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True))
    return [problem.rule for problem in validate(Checkout(folder)).problems]


def test_one_bad_number_does_not_hide_a_label_listed_twice_a_missing_file_and_a_wrong_name(tmp_path):
    task = {**some_data()["task"], "labels": ["a", "a"], "instructions": {"short": "nobody.md"}}
    workforce = {"team": "t", "workers_per_object": 30, "task_time_limit": "9h"}

    found = rules_found(tmp_path, ("other.yaml", some_data(task=task, workforce=workforce)))

    assert sorted(found) == ["GT107", "GT202", "GT205", "GT212", "GT401"]


def test_a_fault_in_one_file_does_not_hide_a_clash_with_another(tmp_path):
    broken = some_data(name="Rally-Outcome", owner=3)

    found = rules_found(tmp_path, ("Rally-Outcome.yaml", broken), ("rally-outcome.yaml", some_data()))

    assert sorted(found) == ["GT103", "GT301"]


@pytest.mark.parametrize(
    "broken",
    [
        {"task": None},
        {"input": None},
        {"workforce": {"team": "t"}},
        {"workforce": 3},
        {"task": {**some_data()["task"], "labels": ["a", True, "a"]}},
        {"task": {**some_data()["task"], "labels": []}},
        {"tags": {"a": 1}},
        {"input": {"objects": ["s3://clips/a.mp4", "s3://clips/a.mp4", 3]}},
        {"name": "a_b"},
    ],
)
def test_what_stands_in_for_a_faulted_member_is_sound_and_never_faulted_itself(tmp_path, broken):
    data = some_data(**broken)
    findings = SCHEMA.findings(data)
    stand = Stand(SCHEMA.schema, (finding.pointer for finding in findings))

    assert SCHEMA.is_valid(stand.in_for(data))
    found = rules_found(tmp_path, ("rally-outcome.yaml", data))
    assert all(rule.startswith("GT1") for rule in found), found
