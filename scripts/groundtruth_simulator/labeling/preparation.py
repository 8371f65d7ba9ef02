"""What happens while a job is Initializing: its files are read, and a problem in them becomes the job's FailureReason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from groundtruth_simulator.labeling.input_files import DataObject, InputError, read_labels, read_manifest
from groundtruth_simulator.labeling.lifecycle import initializing_seconds
from groundtruth_simulator.labeling.s3_storage import AccessError, Storage
from groundtruth_simulator.labeling.timeline import TaskRequirements, TimelineInputs
from groundtruth_simulator.labeling.workers import CorrectLabels, Worker, make_workers
from groundtruth_simulator.settings import Settings
from groundtruth_simulator.validation.labeling_job_rules import is_public
from groundtruth_simulator.validation.references import key_fault, topic_fault, topic_key_fault

MIN_TEAM_SIZE = 5
PII_FLAG = "FreeOfPersonallyIdentifiableInformation"
DEFAULT_MAX_CONCURRENT = 1000  # HumanTaskConfig.MaxConcurrentTaskCount
PUBLIC_AVAILABILITY, PRIVATE_AVAILABILITY = 21_600, 2_592_000  # HumanTaskConfig: defaults

Parsed = TypeVar("Parsed")


def prepare(
    request: Mapping[str, Any], *, key: str, storage: Storage, settings: Settings, correct_labels: CorrectLabels
) -> TimelineInputs:
    """Read what the request points to; return the inputs of the job's timeline, with a fault if it cannot start."""
    inputs = TimelineInputs(
        key=key,
        start=initializing_seconds(key),
        requirements=_requirements(request),
        settings=settings,
        correct_labels=correct_labels,
    )
    try:
        _check_public_content_classifier(request)
        if settings.check_references:
            _check_key(request, storage)
            _check_topics(request, storage.region)
        _try(storage.bucket, request["OutputConfig"]["S3OutputPath"].split("/")[2], "the output bucket")
        _try(storage.read, request["HumanTaskConfig"]["UiConfig"]["UiTemplateS3Uri"], "the worker task template")
        return replace(
            inputs,
            workers=_workers(request, storage.region, settings),
            labels=_read(storage, request["LabelCategoryConfigS3Uri"], "the label category configuration", read_labels),
            objects=_objects(request, storage, settings),
        )
    except InputError as error:
        return replace(inputs, fault=f"ClientError: {error}"[:1024])


def is_streaming(request: Mapping[str, Any]) -> bool:
    """Return whether the data objects come from an SNS topic."""
    return "SnsDataSource" in request["InputConfig"]["DataSource"]


def _requirements(request: Mapping[str, Any]) -> TaskRequirements:
    task, stop = request["HumanTaskConfig"], request.get("StoppingConditions", {})
    availability = PUBLIC_AVAILABILITY if is_public(task["WorkteamArn"]) else PRIVATE_AVAILABILITY
    return TaskRequirements(
        workers_per_object=task["NumberOfHumanWorkersPerDataObject"],
        task_limit=task["TaskTimeLimitInSeconds"],
        availability=task.get("TaskAvailabilityLifetimeInSeconds", availability),
        max_concurrent=task.get("MaxConcurrentTaskCount", DEFAULT_MAX_CONCURRENT),
        max_labeled=stop.get("MaxHumanLabeledObjectCount"),
        max_percentage=stop.get("MaxPercentageOfInputDatasetLabeled"),
        streaming=is_streaming(request),
    )


def _workers(request: Mapping[str, Any], region: str, settings: Settings) -> tuple[Worker, ...]:
    task = request["HumanTaskConfig"]
    size = settings.team_size
    if size is None:
        size = max(MIN_TEAM_SIZE, task["NumberOfHumanWorkersPerDataObject"])
    return make_workers(
        team=task["WorkteamArn"], region=region, size=size, accuracy=settings.accuracy, seed=settings.seed
    )


def _objects(request: Mapping[str, Any], storage: Storage, settings: Settings) -> tuple[DataObject, ...]:
    source = request["InputConfig"]["DataSource"].get("S3DataSource")
    if source is None:
        return ()

    def parse(body: bytes, uri: str) -> tuple[DataObject, ...]:
        return read_manifest(body, request["LabelAttributeName"], uri)

    objects = _read(storage, source["ManifestS3Uri"], "the input manifest", parse)
    if not settings.check_clips:
        return objects
    return tuple(item if storage.can_show(item.uri, settings) else replace(item, available=False) for item in objects)


def _check_public_content_classifier(request: Mapping[str, Any]) -> None:
    classifiers = request["InputConfig"].get("DataAttributes", {}).get("ContentClassifiers", [])
    if is_public(request["HumanTaskConfig"]["WorkteamArn"]) and PII_FLAG not in classifiers:
        raise InputError(f"The public workforce needs the content classifier {PII_FLAG}.")


def _check_key(request: Mapping[str, Any], storage: Storage) -> None:
    key = request["OutputConfig"].get("KmsKeyId")
    if fault := key_fault(storage.account, storage.region, key) if key else None:
        raise InputError(f"Unable to write labels. {fault}")


def _check_topics(request: Mapping[str, Any], region: str) -> None:
    source = request["InputConfig"]["DataSource"].get("SnsDataSource", {}).get("SnsTopicArn")
    if source and (fault := topic_fault(region, source)):
        raise InputError(f"Unable to subscribe to the input topic. {fault}")
    output = request["OutputConfig"].get("SnsTopicArn")
    if output and (fault := topic_fault(region, output) or topic_key_fault(region, output)):
        raise InputError(f"Unable to publish to the output topic. {fault}")


def _read(storage: Storage, uri: str, what: str, parse: Callable[[bytes, str], Parsed]) -> Parsed:
    return parse(_try(storage.read, uri, what), uri)


def _try(use: Callable[[str], Any], name: str, what: str) -> Any:
    try:
        return use(name)
    except AccessError as error:
        raise InputError(f"Unable to access {what} {name}. {error}") from error
