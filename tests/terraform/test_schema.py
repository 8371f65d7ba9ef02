"""The infrastructure schema: what it accepts, what it refuses, and that every field has a description."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator

from terraform.infrastructure import CHECKOUT

SCHEMA: dict[str, Any] = json.loads((CHECKOUT / "schemas/infrastructure.schema.json").read_text())
SAMPLE: dict[str, Any] = SCHEMA["examples"][0]
TEAM = SAMPLE["work_teams"]["court-side-reviewers"]


def fields(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every field below a schema with its path."""
    for name, field in schema.get("properties", {}).items():
        yield f"{path}/{name}", field
        yield from fields(field, f"{path}/{name}")
    for name, definition in schema.get("$defs", {}).items():
        yield f"{path}/$defs/{name}", definition
        yield from fields(definition, f"{path}/$defs/{name}")


def changed(**values: object) -> dict[str, Any]:
    """Return the sample with other values."""
    return copy.deepcopy(SAMPLE) | values


def accepts(infrastructure: dict[str, Any]) -> bool:
    """Report whether it fits the schema; two validators must agree."""
    verdict = Draft202012Validator(SCHEMA).is_valid(infrastructure)
    assert jsonschema_rs.validator_for(SCHEMA).is_valid(infrastructure) is verdict
    return verdict


def test_the_schema_is_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(("path", "field"), list(fields(SCHEMA)), ids=[path for path, _ in fields(SCHEMA)])
def test_every_field_has_a_description_and_examples_that_fit(path: str, field: dict[str, Any]) -> None:
    assert field["description"], path
    assert field["examples"], path
    for example in field["examples"]:
        # $defs are included for fields that refer to one.
        assert Draft202012Validator({"$defs": SCHEMA["$defs"], **field}).is_valid(example), example


@pytest.mark.parametrize("field", sorted(SCHEMA["required"]))
def test_a_required_field_cannot_be_left_out(field: str) -> None:
    assert not accepts({name: value for name, value in SAMPLE.items() if name != field})


def test_the_sample_fits_with_and_without_topics() -> None:
    assert accepts(SAMPLE)
    assert accepts({name: value for name, value in SAMPLE.items() if name != "topics"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"format_version": 2},
        {"account_id": 111122223333},
        {"account_id": "1111-2222-3333"},
        {"region": "Virginia"},
        {"input_buckets": []},
        {"artifact_bucket": "s3://artifacts/jobs"},
        {"kms_key_arn": "alias/clips"},
        {"execution_role_arn": "groundctl-demo-labeling"},
        {"work_teams": {"Court side": TEAM}},
        {"work_teams": {"court-side-reviewers": TEAM | {"kind": "robots"}}},
        {"work_teams": {"court-side-reviewers": TEAM | {"portal_url": "https://a.example"}}},
        {
            "work_teams": {
                "court-side-reviewers": TEAM | {"arn": "arn:aws:sagemaker:us-east-1:111122223333:workforce/a"}
            }
        },
        {"topics": {"new-clips": "new-clips"}},
        {"secret": "x"},
    ],
    ids=lambda wrong: json.dumps(wrong)[:60],
)
def test_unusable_values_are_refused(wrong: dict[str, Any]) -> None:
    assert not accepts(changed(**wrong))


def test_patterns_use_only_syntax_that_every_engine_supports() -> None:
    patterns = re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', json.dumps(SCHEMA))

    assert patterns
    for pattern in patterns:
        assert pattern.startswith("^"), pattern
        assert pattern.endswith("$"), pattern
        assert not re.search(r"\\[dwspDWSP]|\(\?", pattern), pattern
