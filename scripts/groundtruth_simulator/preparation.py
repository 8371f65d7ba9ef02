"""What happens while a job is Initializing: its files are read, and whatever is wrong with them becomes its failure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from groundtruth_simulator.inputs import DataObject, InputError, read_labels, read_manifest
from groundtruth_simulator.lifecycle import initializing_seconds
from groundtruth_simulator.rules import is_public
from groundtruth_simulator.settings import Settings
from groundtruth_simulator.storage import AccessError, Storage
from groundtruth_simulator.timeline import Order, Script
from groundtruth_simulator.workers import Truth, Worker, make_crew

SMALLEST_CREW = 5
PII_FLAG = "FreeOfPersonallyIdentifiableInformation"
DEFAULT_WINDOW = 1000  # HumanTaskConfig.MaxConcurrentTaskCount
PUBLIC_AVAILABILITY, PRIVATE_AVAILABILITY = 21_600, 2_592_000  # HumanTaskConfig: defaults

Parsed = TypeVar("Parsed")


def prepare(request: Mapping[str, Any], *, key: str, storage: Storage, settings: Settings, truth: Truth) -> Script:
    """Read what the request points to; return the script of the job's life, with a fault if it can not start."""
    script = Script(key=key, start=initializing_seconds(key), order=_order(request), settings=settings, truth=truth)
    try:
        _check_public_promise(request)
        _try(storage.bucket, request["OutputConfig"]["S3OutputPath"].split("/")[2], "the output bucket")
        _try(storage.read, request["HumanTaskConfig"]["UiConfig"]["UiTemplateS3Uri"], "the worker task template")
        return replace(
            script,
            crew=_crew(request, storage.region, settings),
            labels=_read(storage, request["LabelCategoryConfigS3Uri"], "the label category configuration", read_labels),
            objects=_objects(request, storage, settings),
        )
    except InputError as error:
        return replace(script, fault=f"ClientError: {error}"[:1024])


def is_streaming(request: Mapping[str, Any]) -> bool:
    """Tell whether objects come from a topic."""
    return "SnsDataSource" in request["InputConfig"]["DataSource"]


def _order(request: Mapping[str, Any]) -> Order:
    task, stop = request["HumanTaskConfig"], request.get("StoppingConditions", {})
    availability = PUBLIC_AVAILABILITY if is_public(task["WorkteamArn"]) else PRIVATE_AVAILABILITY
    return Order(
        workers_per_object=task["NumberOfHumanWorkersPerDataObject"],
        task_limit=task["TaskTimeLimitInSeconds"],
        availability=task.get("TaskAvailabilityLifetimeInSeconds", availability),
        window=task.get("MaxConcurrentTaskCount", DEFAULT_WINDOW),
        max_labeled=stop.get("MaxHumanLabeledObjectCount"),
        max_percentage=stop.get("MaxPercentageOfInputDatasetLabeled"),
        streaming=is_streaming(request),
    )


def _crew(request: Mapping[str, Any], region: str, settings: Settings) -> tuple[Worker, ...]:
    task = request["HumanTaskConfig"]
    size = settings.crew_size
    if size is None:
        size = max(SMALLEST_CREW, task["NumberOfHumanWorkersPerDataObject"])
    return make_crew(team=task["WorkteamArn"], region=region, size=size, accuracy=settings.accuracy, seed=settings.seed)


def _objects(request: Mapping[str, Any], storage: Storage, settings: Settings) -> tuple[DataObject, ...]:
    source = request["InputConfig"]["DataSource"].get("S3DataSource")
    if source is None:
        return ()

    def parse(body: bytes, uri: str) -> tuple[DataObject, ...]:
        return read_manifest(body, request["LabelAttributeName"], uri)

    objects = _read(storage, source["ManifestS3Uri"], "the input manifest", parse)
    if not settings.check_clips:
        return objects
    return tuple(
        each if storage.has(each.uri, with_cors=settings.check_cors) else replace(each, available=False)
        for each in objects
    )


def _check_public_promise(request: Mapping[str, Any]) -> None:
    classifiers = request["InputConfig"].get("DataAttributes", {}).get("ContentClassifiers", [])
    if is_public(request["HumanTaskConfig"]["WorkteamArn"]) and PII_FLAG not in classifiers:
        raise InputError(f"The public workforce needs the content classifier {PII_FLAG}.")


def _read(storage: Storage, uri: str, what: str, parse: Callable[[bytes, str], Parsed]) -> Parsed:
    return parse(_try(storage.read, uri, what), uri)


def _try(use: Callable[[str], Any], name: str, what: str) -> Any:
    try:
        return use(name)
    except AccessError as error:
        raise InputError(f"Unable to access {what} {name}. {error}") from error
