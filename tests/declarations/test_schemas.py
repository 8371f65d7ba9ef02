"""The schemas, and two implementations of JSON Schema, hold to one promise; tables hold to AWS's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import botocore.session
import jsonschema
import jsonschema_rs
import pytest

from declarations.corpus import all_cases, repository_of
from declarations.generated import Maker
from groundctl.domain.aws.prices import LISTED_PRICES, amount_in_usd
from groundctl.domain.aws.regions import BUILT_IN_LAMBDA_ACCOUNTS, consolidation_lambda, pre_annotation_lambda
from groundctl.domain.declarations.document import Document
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.sources import CLIP_ENDINGS
from groundctl.domain.declarations.spec import parse_spec
from groundctl.domain.declarations.yaml_loader import load_document
from support.builders import CHECKOUT, some_data

NAMES = ("labeling-job", "policy")
SCHEMAS = {name: CHECKOUT.schema(name) for name in NAMES}


# -- two readers of one schema -------------------------------------------------------------------------


def documents() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield every readable document of the corpus, with its title and its schema."""
    for case in all_cases():
        made = repository_of(case)
        for path in made.files:
            loaded = load_document(path, made.content(path)) if path.endswith((".yaml", ".yml")) else None
            if isinstance(loaded, Document):
                yield case.name, "policy" if path == CHECKOUT.policy_path else "labeling-job", loaded.data


DOCUMENTS = list(documents())


def test_the_gate_and_the_explainer_agree_on_the_corpus():
    checks = {name: SchemaCheck(schema) for name, schema in SCHEMAS.items()}
    valid = 0
    for title, name, data in DOCUMENTS:
        findings = checks[name].diagnostics(data)
        assert checks[name].is_valid(data) == (not findings), title
        assert all(finding.rule != "GT100" for finding in findings), f"{title}: described in the library's words"
        valid += not findings

    assert valid > 80
    assert len(DOCUMENTS) - valid > 80


def test_jsonschema_and_jsonschema_rs_agree_on_the_corpus():
    slow = {name: jsonschema.Draft202012Validator(schema) for name, schema in SCHEMAS.items()}
    quick = {name: jsonschema_rs.Draft202012Validator(schema) for name, schema in SCHEMAS.items()}
    differing = [title for title, name, data in DOCUMENTS if slow[name].is_valid(data) != quick[name].is_valid(data)]

    # Python's $ also stands before a line break at the end of a text; JSON Schema's does not. Ours follows the latter.
    assert differing == ["2-schema: a name that ends in a line break"]


def test_both_agree_on_generated_declarations():
    slow = jsonschema.Draft202012Validator(SCHEMAS["labeling-job"])
    quick = jsonschema_rs.Draft202012Validator(SCHEMAS["labeling-job"])

    for seed in range(200):
        data = Maker(seed).declaration()
        assert slow.is_valid(data)
        assert quick.is_valid(data)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_valid(name: str):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


def test_a_keyword_without_a_message_uses_the_librarys_message():
    check = SchemaCheck({"type": "object", "properties": {"size": {"multipleOf": 5}}})

    [finding] = check.diagnostics({"size": 7})

    assert (finding.rule, finding.pointer, finding.message) == ("GT100", "/size", "7 is not a multiple of 5")


def test_a_lone_surrogate_is_refused_without_a_traceback():
    check = SchemaCheck({"type": "object", "properties": {"name": {"type": "string", "pattern": "^.*$"}}})

    [finding] = check.diagnostics({"name": "\ud800"})

    assert (finding.rule, finding.message) == ("GT103", "contains half of a character")


# -- what the schemas say to people --------------------------------------------------------------------


def fields(schema: Mapping[str, Any], way: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Walk every field of a schema, those of entries and alternatives included."""
    for name, inner in schema.get("properties", {}).items():
        yield f"{way}.{name}", inner
        yield from fields(inner, f"{way}.{name}")
    for inner in (schema.get("items"), schema.get("additionalProperties"), *schema.get("oneOf", ())):
        if isinstance(inner, dict):
            yield from fields(inner, f"{way}[]")
    for name, inner in schema.get("$defs", {}).items():
        yield from fields(inner, f"${name}")


def with_ref(field: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**root["$defs"].get(str(field.get("$ref", "")).rpartition("/")[2], {}), **field}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("told", ["description", "examples", "x-hint"])
def test_every_field_is_described_with_an_example_and_advice(name: str, told: str):
    root = SCHEMAS[name]

    assert [way for way, field in fields(root) if not with_ref(field, root).get(told)] == []


def test_every_field_of_a_declaration_names_its_counterpart_at_aws():
    assert [way for way, field in fields(SCHEMAS["labeling-job"]) if "x-aws" not in field] == []


FAILING = {"type", "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "uniqueItems",
           "minProperties", "maxProperties", "required", "dependentRequired", "additionalProperties", "propertyNames", "oneOf", "anyOf",
           "allOf", "not", "multipleOf", "exclusiveMinimum", "exclusiveMaximum", "contains", "format", "if"}  # fmt: skip


def test_every_keyword_in_the_schemas_has_a_case_with_a_message():
    used = {keyword for schema in SCHEMAS.values() for keyword in keywords(schema)} & FAILING
    told = {error.validator for _, name, data in DOCUMENTS for error in every_error(SCHEMAS[name], data)}

    assert used <= told | {"propertyNames"}


def keywords(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for keyword, inner in schema.items():
            yield keyword
            yield from keywords(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from keywords(inner)


def every_error(schema: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[jsonschema.ValidationError]:
    for error in jsonschema.Draft202012Validator(schema).iter_errors(data):
        yield error
        yield from error.context


@pytest.mark.parametrize("name", NAMES)
def test_every_example_is_valid(name: str):
    root = SCHEMAS[name]
    for way, field in [("", root), *fields(root), *root["$defs"].items()]:
        check = SchemaCheck({**field, "$defs": root["$defs"]})
        for example in field.get("examples", ()):
            assert check.diagnostics(example) == (), (way, example)


def test_the_defaults_of_the_schema_are_the_defaults_of_the_spec():
    spec = parse_spec(some_data(input={"prefix": "s3://clips/", "sample": {"count": 1}}))
    defaults = {way: field["default"] for way, field in fields(SCHEMAS["labeling-job"]) if "default" in field}

    assert defaults == {
        ".state": str(spec.state),
        ".input.only_new": spec.only_new,
        ".input.at": "create" if spec.takes_clips_at_create else "review",
        ".input.match": [f"**{ending}" for ending in CLIP_ENDINGS],
        ".input.sample.seed": spec.selection.sample.seed,  # type: ignore[union-attr]
    }


# -- tables and AWS's words ----------------------------------------------------------------------------

SERVICE = botocore.session.Session().get_service_model("sagemaker")


def documentation(shape: str, member: str) -> str:
    """Give botocore's documentation text of a member, without markup."""
    return re.sub(r"<[^>]+>", "\n", SERVICE.shape_for(shape).members[member].documentation)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("shape", "member", "function", "ours"),
    [
        ("HumanTaskConfig", "PreHumanTaskLambdaArn", "PRE-VideoMultiClass", pre_annotation_lambda),
        (
            "AnnotationConsolidationConfig",
            "AnnotationConsolidationLambdaArn",
            "ACS-VideoMultiClass",
            consolidation_lambda,
        ),
    ],
)
def test_the_built_in_functions_match_awss_documentation(shape: str, member: str, function: str, ours: Any):
    documented = set(
        re.findall(rf"arn:aws:lambda:[a-z0-9-]+:\d{{12}}:function:{function}\b", documentation(shape, member))
    )

    assert {ours(region) for region in BUILT_IN_LAMBDA_ACCOUNTS} == documented
    assert len(documented) == 12


def test_the_listed_prices_match_awss_documentation():
    text = re.sub(r"<[^>]+>", "\n", SERVICE.shape_for("PublicWorkforceTaskPrice").documentation)
    lists = re.split(r"Use one of the following prices for", text)
    [prices] = [
        part
        for part in lists
        if re.search(r"image classification, text classification,? and custom", part, re.IGNORECASE)
    ]

    assert {Decimal(price) for price in re.findall(r"\b\d\.\d{3}\b", prices)} == set(LISTED_PRICES)


def test_every_listed_price_is_split_without_a_loss():
    for price in LISTED_PRICES:
        amount = amount_in_usd(price)
        assert (
            Decimal(amount["Dollars"])
            + Decimal(amount["Cents"]) / 100
            + Decimal(amount["TenthFractionsOfACent"]) / 1000
            == price
        )
        assert amount["Cents"] < 100
        assert amount["TenthFractionsOfACent"] < 10
