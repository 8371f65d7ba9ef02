"""Hints quote the reader's own values: nothing of the samples is in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from declarations.faults import FAULTS
from declarations.generated import Maker
from declarations.layouts import written
from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.validator import Validator, check_policy
from support.builders import CHECKOUT, DECLARATIONS, a_policy

NAMES = ("labeling-job", "policy")
# Parts of the samples' names, and of the examples in the schemas. The account of AWS's documentation is a form.
OF_SAMPLES = (
    "rally",
    "rallies",
    "serve-",
    "dock",
    "court",
    "acme",
    "dana",
    "sports",
    "warehouse",
    "cannot tell",
)


def hints(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from (schema[key] for key in ("x-hint", "x-company") if key in schema)
        yield from (hint for _, hint in schema.get("x-renamed", {}).values())
        for inner in schema.values():
            yield from hints(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from hints(inner)


def of_samples(texts: Iterator[str]) -> list[str]:
    return [text for text in texts if any(word in text for word in OF_SAMPLES)]


def test_no_hint_in_a_schema_names_a_sample():
    assert [of_samples(hints(CHECKOUT.schema(name))) for name in NAMES] == [[], []]


def test_the_words_cover_the_samples():
    for path in DECLARATIONS.declarations():
        assert any(word in path for word in OF_SAMPLES)


def unreadable(_path: str, _name: str) -> Diagnostic:
    return Diagnostic(rule="GT401", message="is missing", hint="add the file")


VALIDATOR = Validator(schema=SchemaCheck(CHECKOUT.schema("labeling-job")), policy=a_policy(), read_text=unreadable)


def check(text: str) -> tuple[LocatedDiagnostic, ...]:
    return VALIDATOR.check("jobs/zq/own-name.yaml", text.encode("utf-8", "surrogatepass")).problems


def test_no_hint_of_validate_names_a_sample():
    found = []
    for index, fault in enumerate(FAULTS):
        for seed in range(index, index + 10):
            data = {"tags": {"cost-center": "x"}, **Maker(seed).declaration()}
            data["tags"]["cost-center"] = "x"
            if fault.inject(data):
                found += [problem.hint for problem in check(written(data))]
                break

    assert len(found) > 80
    assert of_samples(iter(found)) == []


def test_no_hint_for_what_is_missing_names_a_sample_and_the_name_is_the_files():
    found = {problem.message: problem.hint for text in ("a: 1", "task: {}\ninput: {inventory: {}}\nbudget: {}\nrerun_of: {}")
             for problem in check(text)}  # fmt: skip

    assert of_samples(iter(found.values())) == []
    assert found["`name` is missing"] == "add `name: own-name`"


def test_no_hint_for_a_policy_names_a_sample():
    schema = SchemaCheck(CHECKOUT.schema("policy"))
    texts = [
        "exceptions: [{}]", "folders: {a: {teams: []}}", "folders: {a: {inputs: [x]}}", "environments: {a: {}}",
        "environments: {a: {folders: 1}}", "defaults: {notify: 1, prefix: 1, owner: 1, tags: 1}", "x: 1", "rates: {x: 1}",
    ]  # fmt: skip
    found = [problem.hint for text in texts for problem in check_policy("jobs/policy.yaml", text.encode(), schema)[1]]

    assert len(found) > 8
    assert of_samples(iter(found)) == []
