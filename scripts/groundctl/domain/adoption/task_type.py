"""Says what kind of task an existing job is, by the functions that prepare its tasks and consolidate their answers."""

from __future__ import annotations

import re
from enum import StrEnum

from groundctl.domain.aws.regions import BUILT_IN_LAMBDA_ACCOUNTS
from groundctl.domain.jobs.observed import AwsResponse

_FUNCTION = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:([0-9]{12}):function:(?:PRE|ACS)-([A-Za-z0-9]+)")
_OURS = "VideoMultiClass"
_OWNERS = frozenset(BUILT_IN_LAMBDA_ACCOUNTS.values())
# Names of AWS's own functions that are hard to read; the others are split into words.
_NAMES = {
    "TextMultiClass": "text classification",
    "TextMultiClassMultiLabel": "text classification with several labels",
    "ImageMultiClass": "image classification",
    "ImageMultiClassMultiLabel": "image classification with several labels",
    "NamedEntityRecognition": "named entity recognition",
    "3DPointCloudObjectDetection": "3D point cloud object detection",
    "3DPointCloudObjectTracking": "3D point cloud object tracking",
    "3DPointCloudSemanticSegmentation": "3D point cloud semantic segmentation",
}


class Task(StrEnum):
    """What a job asks of workers."""

    VIDEO_CLASSIFICATION = "video classification"
    WITH_OWN_FUNCTIONS = "video classification with functions of its own"
    UNCLEAR = "a task with functions of its own"
    ANOTHER = "another task"


def task_of(described: AwsResponse, template: bytes | None) -> tuple[Task, str]:
    """Say what a job asks, in AWS's terms; a job with functions of its own is known by its page."""
    task = described["HumanTaskConfig"]
    consolidation = task.get("AnnotationConsolidationConfig", {}).get("AnnotationConsolidationLambdaArn", "")
    kinds = {_kind(task.get("PreHumanTaskLambdaArn", "")), _kind(consolidation)}
    if others := kinds - {_OURS, ""}:
        return Task.ANOTHER, kind_in_words(min(others))
    if kinds == {_OURS}:
        return Task.VIDEO_CLASSIFICATION, str(Task.VIDEO_CLASSIFICATION)
    if _OURS in kinds or _shows_a_video(template):
        return Task.WITH_OWN_FUNCTIONS, str(Task.WITH_OWN_FUNCTIONS)
    return Task.UNCLEAR, str(Task.UNCLEAR)


def another_task(function: str) -> str | None:
    """Name the task of one of AWS's functions; None for video classification and for functions of others."""
    kind = _kind(function)
    return kind_in_words(kind) if kind not in {_OURS, ""} else None


def kind_in_words(kind: str) -> str:
    """Name a task as people do: BoundingBox is bounding box."""
    return _NAMES.get(kind) or " ".join(re.findall(r"[A-Z0-9]+(?![a-z])|[A-Z][a-z]+|[a-z]+", kind)).lower()


def _kind(function: str) -> str:
    """Return the task in the name of one of AWS's own functions; empty for others."""
    found = _FUNCTION.fullmatch(function)
    return found[2] if found and found[1] in _OWNERS else ""


def _shows_a_video(template: bytes | None) -> bool:
    page = template or b""
    return bool(re.search(rb"<crowd-classifier[\s>]", page) and re.search(rb"<video[\s>]", page))
