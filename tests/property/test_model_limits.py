"""Whatever AWS's model refuses, groundctl refuses first."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from declarations.compiled import Data, checked, request_of
from declarations.generated import HOSTILE, UNSEEN
from declarations.model import create_labeling_job, leaves, violations
from support.builders import some_data


def changed(data: Data, way: str, value: Any) -> Data:
    """Put a value at a place of a declaration."""
    made = copy.deepcopy(data)
    *folders, last = way.split(".")
    inner = made
    for folder in folders:
        inner = inner.setdefault(folder, {})
    inner[last] = value
    return made


def in_field(way: str, shape_value: Callable[[Any], Any] = lambda value: value) -> Callable[[Any], Data]:
    """Say where in a declaration a member of the request comes from."""
    return lambda value: changed(some_data(name="rally"), way, shape_value(value))


def as_duration(value: Any) -> Any:
    return f"{value}s" if isinstance(value, int) and not isinstance(value, bool) else value


def public(price: Any) -> Data:
    data = changed(some_data(name="rally"), "input.content_classifiers", ["FreeOfPersonallyIdentifiableInformation"])
    return {
        **data,
        "workforce": {"crowd": "public", "workers_per_object": 3, "task_time_limit": "10m", "price_usd": price},
    }


# Members of the request, and a declaration that would bring a value there.
REACHABLE: dict[str, Callable[[Any], Data]] = {
    "LabelingJobName": in_field("name"),
    "LabelAttributeName": in_field("output.label_attribute"),
    "InputConfig.DataAttributes.ContentClassifiers": in_field("input.content_classifiers"),
    "InputConfig.DataAttributes.ContentClassifiers[]": in_field("input.content_classifiers", lambda value: [value]),
    "OutputConfig.S3OutputPath": in_field("output.location"),
    "OutputConfig.KmsKeyId": in_field("output.kms_key"),
    "StoppingConditions.MaxHumanLabeledObjectCount": in_field("stop_when.labeled_objects"),
    "StoppingConditions.MaxPercentageOfInputDatasetLabeled": in_field("stop_when.labeled_percent"),
    "HumanTaskConfig.TaskKeywords": in_field("task.keywords"),
    "HumanTaskConfig.TaskKeywords[]": in_field("task.keywords", lambda value: [value]),
    "HumanTaskConfig.TaskTitle": in_field("task.title"),
    "HumanTaskConfig.TaskDescription": in_field("task.description"),
    "HumanTaskConfig.NumberOfHumanWorkersPerDataObject": in_field("workforce.workers_per_object"),
    "HumanTaskConfig.TaskTimeLimitInSeconds": in_field("workforce.task_time_limit", as_duration),
    "HumanTaskConfig.TaskAvailabilityLifetimeInSeconds": in_field("workforce.task_availability", as_duration),
    "HumanTaskConfig.MaxConcurrentTaskCount": in_field("workforce.max_concurrent_objects"),
    "HumanTaskConfig.PublicWorkforceTaskPrice.AmountInUsd.Dollars": public,
    "HumanTaskConfig.PublicWorkforceTaskPrice.AmountInUsd.Cents": lambda cents: public(
        cents / 100 if isinstance(cents, int) else cents
    ),
    "HumanTaskConfig.PublicWorkforceTaskPrice.AmountInUsd.TenthFractionsOfACent": lambda tenths: public(
        tenths / 1000 if isinstance(tenths, int) else tenths
    ),
    "Tags": in_field(
        "tags", lambda tags: {f"k{number}": "" for number, _ in enumerate(tags)} if isinstance(tags, list) else tags
    ),
    "Tags[].Key": in_field("tags", lambda key: {key: "x"} if isinstance(key, str) else key),
    "Tags[].Value": in_field("tags", lambda value: {"k": value}),
}
# Members that groundctl fills in by itself, from the infrastructure and from tables.
MADE = {
    "InputConfig.DataSource.S3DataSource.ManifestS3Uri",
    "InputConfig.DataSource.SnsDataSource.SnsTopicArn",
    "OutputConfig.SnsTopicArn",
    "RoleArn",
    "LabelCategoryConfigS3Uri",
    "HumanTaskConfig.WorkteamArn",
    "HumanTaskConfig.UiConfig.UiTemplateS3Uri",
    "HumanTaskConfig.PreHumanTaskLambdaArn",
    "HumanTaskConfig.AnnotationConsolidationConfig.AnnotationConsolidationLambdaArn",
}
# Members that no job for video classification has.
UNREACHABLE = MADE | {
    "LabelingJobAlgorithmsConfig.LabelingJobAlgorithmSpecificationArn",
    "LabelingJobAlgorithmsConfig.InitialActiveLearningModelArn",
    "LabelingJobAlgorithmsConfig.LabelingJobResourceConfig.VolumeKmsKeyId",
    "LabelingJobAlgorithmsConfig.LabelingJobResourceConfig.VpcConfig.SecurityGroupIds",
    "LabelingJobAlgorithmsConfig.LabelingJobResourceConfig.VpcConfig.SecurityGroupIds[]",
    "LabelingJobAlgorithmsConfig.LabelingJobResourceConfig.VpcConfig.Subnets",
    "LabelingJobAlgorithmsConfig.LabelingJobResourceConfig.VpcConfig.Subnets[]",
    "HumanTaskConfig.UiConfig.HumanTaskUiArn",
}


def test_every_member_of_the_model_is_accounted_for():
    members = {path for path, _ in leaves()}

    assert members == REACHABLE.keys() | UNREACHABLE


def breakers(shape: Any) -> Iterator[tuple[str, Any]]:
    """Derive values just outside of each limit a shape has, with the limit's name."""
    limits, kind = shape.metadata, shape.type_name
    letters = {"string": lambda size: "a" * size, "list": lambda size: [f"a{index}" for index in range(size)]}.get(
        kind, lambda size: size
    )
    if "max" in limits:
        yield f"max {limits['max']}", letters(limits["max"] + 1)
    if limits.get("min", 0) > 0 or (kind == "integer" and "min" in limits):
        yield f"min {limits['min']}", letters(limits["min"] - 1)
    if "enum" in limits:
        yield "enum", f"{limits['enum'][0]}X"
    if "pattern" in limits:
        broken = [text for text in POOL if len(text) >= limits.get("min", 0) and list(violations(text, shape))]
        yield from ((f"pattern, {text[:20]!r}", text) for text in broken)
    others: list[Any] = [True, 3.5, 3.0, None, {"a": 1}, [[]], 7 if kind == "string" else "7"]
    yield from ((f"type, {value!r}", value) for value in others)


POOL = sorted(
    {
        *HOSTILE,
        *(f"a{letter}b" for letter in (*UNSEEN, "-", "_", " ", "  ", "é", "🏆", "!", "\ud7ff", "\uffff", "/", ".")),
        "-a",
        "a-",
        "a b-",
    }
    - {"a" * 300}
)
LIMITS = [(path, name, value) for path, shape in leaves() if path in REACHABLE for name, value in breakers(shape)]


@pytest.mark.parametrize("path", sorted(REACHABLE))
def test_groundctl_refuses_everything_that_the_model_refuses(path: str):
    refused = 0
    for _, name, value in (limit for limit in LIMITS if limit[0] == path):
        found = checked(REACHABLE[path](value)) if path != "LabelingJobName" or isinstance(value, str) else None
        if found is None or found.declaration is None:
            refused += 1
        else:
            # Blanks around a text are taken off, and what is left may be right.
            assert list(violations(request_of(found.declaration))) == [], (path, name, value)

    assert refused >= 3


@pytest.mark.parametrize(
    ("path", "name", "value"), [limit for limit in LIMITS if not limit[1].startswith(("type", "pattern"))]
)
def test_a_value_just_outside_of_a_limit_is_refused(path: str, name: str, value: Any):
    data = REACHABLE[path](value)

    found = checked(data)

    if path in MADE_OF_A_PRICE and isinstance(value, int) and value >= 0:
        # 100 cents are a dollar: no price brings such a number there.
        return
    assert found.declaration is None, (path, name, value)
    assert found.problems


MADE_OF_A_PRICE = {path for path in REACHABLE if path.endswith((".Cents", ".TenthFractionsOfACent"))}


def test_the_limits_are_read_from_the_model():
    names = {(path, name.split(",")[0].split()[0]) for path, name, _ in LIMITS}

    assert ("HumanTaskConfig.TaskKeywords[]", "max") in names
    assert ("HumanTaskConfig.TaskKeywords", "max") in names
    assert ("Tags", "max") in names
    assert ("HumanTaskConfig.TaskDescription", "pattern") in names
    assert ("InputConfig.DataAttributes.ContentClassifiers[]", "enum") in names
    assert len(LIMITS) > 300
    assert create_labeling_job().name == "CreateLabelingJobRequest"
