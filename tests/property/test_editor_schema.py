"""The schema for editors accepts what the real one accepts, and nothing else."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declarations.generated import Maker, mutate
from declarations.generated_policies import policies
from declarations.test_schemas import DOCUMENTS
from groundctl.presentation.machine.editor_schema import editor_schema, own_words
from support.builders import CHECKOUT

NAMES = ("labeling-job", "policy")
SCHEMAS = {name: CHECKOUT.schema(name) for name in NAMES}
EDITOR = {name: editor_schema(name, schema) for name, schema in SCHEMAS.items()}
REAL_CHECKS = {name: jsonschema_rs.Draft202012Validator(schema) for name, schema in SCHEMAS.items()}
EDITOR_CHECKS = {name: jsonschema_rs.Draft7Validator(schema) for name, schema in EDITOR.items()}
SEEDS = st.integers(0, 10**9)


def agree(name: str, data: Any) -> bool:
    """Say whether both accept the data; fail if they differ."""
    real, editor = REAL_CHECKS[name].is_valid(data), EDITOR_CHECKS[name].is_valid(data)
    assert real == editor, (
        data,
        [str(error) for error in (REAL_CHECKS if editor else EDITOR_CHECKS)[name].iter_errors(data)],
    )
    return real


@settings(max_examples=50, deadline=None)
@given(SEEDS)
def test_both_accept_every_valid_declaration(seed: int):
    assert agree("labeling-job", Maker(seed).declaration())


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_both_judge_a_damaged_declaration_alike(seed: int):
    dice = random.Random(seed)
    data = Maker(seed).declaration()
    for _ in range(dice.choice([1, 1, 3])):
        mutate(data, dice)

    agree("labeling-job", data)


@settings(max_examples=50, deadline=None)
@given(policies())
def test_both_accept_every_valid_policy(data: dict[str, Any]):
    assert agree("policy", data)


@settings(max_examples=150, deadline=None)
@given(policies(), SEEDS)
def test_both_judge_a_damaged_policy_alike(data: dict[str, Any], seed: int):
    dice = random.Random(seed)
    data = copy.deepcopy(data)
    for _ in range(dice.choice([1, 1, 3])):
        if data:
            mutate(data, dice)

    agree("policy", data)


def test_both_judge_the_corpus_alike():
    judged = [agree(name, data) for _, name, data in DOCUMENTS]

    assert 80 < sum(judged) < len(judged) - 80


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_for_editors_is_draft_7(name: str):
    jsonschema.Draft7Validator.check_schema(EDITOR[name])


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if "title" in schema and "description" in schema:
            yield schema
        for inner in schema.values():
            yield from parts(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from parts(inner)


@pytest.mark.parametrize("name", NAMES)
def test_every_hint_of_the_real_schema_is_a_message_in_the_editor(name: str):
    hints = {str(value) for value in values_of(SCHEMAS[name], "x-hint")}
    words = "\n".join(own_words(EDITOR[name]))

    # A field's own hint replaces that of the form it refers to.
    replaced = {str(form["x-hint"]) for form in SCHEMAS[name]["$defs"].values() if "x-hint" in form}
    assert {hint for hint in hints - replaced if hint not in words} == set()


def values_of(schema: Any, key: str) -> Iterator[Any]:
    if isinstance(schema, dict):
        if key in schema:
            yield schema[key]
        for inner in schema.values():
            yield from values_of(inner, key)
    elif isinstance(schema, list):
        for inner in schema:
            yield from values_of(inner, key)


# Editors would word these themselves, or show regular expressions.
WORDED = {"pattern", "enum", "required", "type"}
SILENT = {
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
}
FORBIDDEN = {"not", "oneOf", "anyOf", "additionalProperties_false", "dependentRequired", "default"}


@pytest.mark.parametrize("name", NAMES)
def test_every_check_that_an_editor_makes_has_our_words(name: str):
    wordless = [
        way for way, schema in checks(EDITOR[name]) if WORDED & schema.keys() and "rrorMessage" not in str(list(schema))
    ]

    assert wordless == []


@pytest.mark.parametrize("name", NAMES)
def test_no_check_is_made_that_an_editor_words_itself(name: str):
    assert [way for way, schema in checks(EDITOR[name]) if (SILENT | FORBIDDEN) & schema.keys()] == []
    assert [way for way, schema in checks(EDITOR[name]) if schema.get("additionalProperties") is False] == []


def checks(schema: dict[str, Any], way: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every subschema whose failures an editor shows: all but conditions."""
    yield way, schema
    for key in ("properties", "definitions"):
        for name, inner in schema.get(key, {}).items():
            if name != "known_names":
                yield from checks(inner, f"{way}/{name}")
    for key in ("additionalProperties", "items", "propertyNames", "then", "else"):
        if isinstance(schema.get(key), dict):
            yield from checks(schema[key], f"{way}/{key}")
    for index, inner in enumerate(schema.get("allOf", ())):
        yield from checks(inner, f"{way}/{index}")


@pytest.mark.parametrize("name", NAMES)
def test_every_field_has_a_title_and_a_description_for_the_pointer(name: str):
    fields = [(way, inner) for way, schema in checks(EDITOR[name]) for inner in schema.get("properties", {}).values()]

    assert [way for way, inner in fields if not inner.get("title") or not inner.get("markdownDescription")] == []


@pytest.mark.parametrize("name", NAMES)
def test_editors_offer_no_value_that_is_a_mapping_or_someone_elses_name(name: str):
    offered = [example for schema in parts(EDITOR[name]) for example in schema.get("examples", ())]

    assert all(isinstance(example, str | int | float) for example in offered)
    assert not {example for example in offered if "rally" in str(example) or "acme" in str(example)}


@pytest.mark.parametrize("name", NAMES)
def test_every_choice_is_described_unless_it_is_the_only_one(name: str):
    choices = [
        schema
        for _, schema in checks(EDITOR[name])
        if len(schema.get("enum", ())) > 1 and isinstance(schema["enum"][0], str)
    ]

    fields = [schema for schema in choices if "title" in schema]
    assert fields
    assert [
        schema["title"] for schema in fields if len(schema.get("enumDescriptions", ())) != len(schema["enum"])
    ] == []
