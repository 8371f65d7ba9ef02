"""Which values of an existing job a declaration says, and which remain: these become comments in its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from groundctl.domain.aws.regions import BUILT_IN_LAMBDA_ACCOUNTS, consolidation_lambda, pre_annotation_lambda
from groundctl.domain.aws.s3_layout import labels_location
from groundctl.domain.canonical_json import JsonObject, canonical_json
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.observed import AwsResponse

_PRE = "HumanTaskConfig.PreHumanTaskLambdaArn"
_CONSOLIDATION = "HumanTaskConfig.AnnotationConsolidationConfig.AnnotationConsolidationLambdaArn"
MANIFEST = "InputConfig.DataSource.S3DataSource.ManifestS3Uri"
TOPIC = "InputConfig.DataSource.SnsDataSource.SnsTopicArn"
_PRICE = "HumanTaskConfig.PublicWorkforceTaskPrice.AmountInUsd"

# The field of a declaration that says a member of AWS's description, by the member's name.
FIELDS = {
    "LabelingJobName": "/name",
    "LabelAttributeName": "/output/label_attribute",
    TOPIC: "/input/topic",
    "InputConfig.DataAttributes.ContentClassifiers": "/input/content_classifiers",
    "OutputConfig.S3OutputPath": "/output/location",
    "OutputConfig.KmsKeyId": "/output/kms_key",
    "OutputConfig.SnsTopicArn": "/output/topic",
    "StoppingConditions.MaxHumanLabeledObjectCount": "/stop_when/labeled_objects",
    "StoppingConditions.MaxPercentageOfInputDatasetLabeled": "/stop_when/labeled_percent",
    "HumanTaskConfig.TaskTitle": "/task/title",
    "HumanTaskConfig.TaskDescription": "/task/description",
    "HumanTaskConfig.TaskKeywords": "/task/keywords",
    "HumanTaskConfig.NumberOfHumanWorkersPerDataObject": "/workforce/workers_per_object",
    "HumanTaskConfig.TaskTimeLimitInSeconds": "/workforce/task_time_limit",
    "HumanTaskConfig.TaskAvailabilityLifetimeInSeconds": "/workforce/task_availability",
    "HumanTaskConfig.MaxConcurrentTaskCount": "/workforce/max_concurrent_objects",
}
# What AWS reports of a job beside its request.
_NO_REQUEST = frozenset(
    {
        "LabelingJobStatus",
        "LabelCounters",
        "FailureReason",
        "CreationTime",
        "LastModifiedTime",
        "JobReferenceCode",
        "LabelingJobArn",
        "LabelingJobOutput",
        "ResponseMetadata",
    }
)


def members_not_said(described: AwsResponse, data: JsonObject, infrastructure: Infrastructure) -> Iterator[str]:
    """Write each value of a job's request that its declaration does not say, with AWS's name for it."""
    expected = _as_groundctl_sends(infrastructure)
    for name, value in _leaves({key: each for key, each in described.items() if key not in _NO_REQUEST}):
        if name == "Tags":
            yield from _tags_not_said(value, data.get("tags", {}))
        elif value in ("", [], None) or expected.get(name) == value or _is_said(name, value, data, infrastructure):
            continue
        else:
            yield f"{name}: {canonical_json(value).decode()}"


def _as_groundctl_sends(infrastructure: Infrastructure) -> dict[str, str]:
    """Return the values that groundctl writes into every request, which no declaration has."""
    sent = {"RoleArn": infrastructure.execution_role_arn}
    if infrastructure.region in BUILT_IN_LAMBDA_ACCOUNTS:
        sent[_PRE] = pre_annotation_lambda(infrastructure.region)
        sent[_CONSOLIDATION] = consolidation_lambda(infrastructure.region)
    return sent


def _is_said(name: str, value: Any, data: JsonObject, infrastructure: Infrastructure) -> bool:
    match name:
        case "HumanTaskConfig.WorkteamArn":
            team = infrastructure.work_teams.get(data["workforce"].get("team", ""))
            return "crowd" in data["workforce"] or (team is not None and team.arn == value)
        case "InputConfig.DataSource.SnsDataSource.SnsTopicArn" | "OutputConfig.SnsTopicArn":
            topic = value_at(data, FIELDS[name])
            return topic is not None and infrastructure.topics.get(topic) == value
        case "OutputConfig.S3OutputPath":
            location = value_at(data, FIELDS[name]) or labels_location(infrastructure.output_bucket)
            return bool(location.rstrip("/") == str(value).rstrip("/"))
        case "OutputConfig.KmsKeyId":
            return value in {value_at(data, FIELDS[name]), infrastructure.kms_key_arn}
        case "InputConfig.DataSource.S3DataSource.ManifestS3Uri":
            return data["input"].get("manifest") == value or "from_job" in data["input"]
        case _ if name.startswith(_PRICE):
            return "price_usd" in data["workforce"]
        case _:
            return name in FIELDS and value_at(data, FIELDS[name]) is not None


def _tags_not_said(tags: Any, said: Mapping[str, str]) -> Iterator[str]:
    for tag in tags or ():
        if said.get(tag["Key"]) != tag["Value"]:
            yield f"Tags: {canonical_json({tag['Key']: tag['Value']}).decode()}"


def _leaves(value: Mapping[str, Any], name: str = "") -> Iterator[tuple[str, Any]]:
    for key, each in value.items():
        here = f"{name}{key}"
        if isinstance(each, Mapping):
            yield from _leaves(each, f"{here}.")
        else:
            yield here, each


def value_at(data: JsonObject, pointer: str) -> Any:  # any JSON value
    """Return the value of a declaration's field; None if it is not given."""
    value: Any = data
    for step in pointer.split("/")[1:]:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
