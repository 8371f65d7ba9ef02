"""Output manifests and answers as Ground Truth writes them, with good defaults for every member."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from groundctl.domain.results.agreement import WorkerAnswers
from groundctl.domain.results.labeled_job import LabeledJob, read_labeled_job
from groundctl.domain.results.results import Results, read_results
from support.builders import ACCOUNT, NOW, REGION

ATTRIBUTE = "rally-outcome"
LABELS = ("winner", "forced error", "unforced error", "cannot tell")
FOLDER = "s3://outputs/labels/Rally-2026"
MANIFEST = f"{FOLDER}/manifests/output/output.manifest"
CATEGORIES = "s3://artifacts/label-categories.json"


def a_described(**changes: Any) -> dict[str, Any]:
    """What Describe says of a job that has ended; a change of None takes a member away."""
    described = {
        "LabelingJobName": "Rally-2026",
        "LabelingJobArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:labeling-job/rally-2026",
        "LabelingJobStatus": "Completed",
        "LabelAttributeName": ATTRIBUTE,
        "LabelCategoryConfigS3Uri": CATEGORIES,
        "LabelCounters": {"TotalLabeled": 2, "FailedNonRetryableError": 0, "Unlabeled": 0},
        "CreationTime": NOW,
        "LastModifiedTime": NOW,
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://artifacts/input.manifest"}}},
        "OutputConfig": {"S3OutputPath": "s3://outputs/labels/"},
        "LabelingJobOutput": {"OutputDatasetS3Uri": MANIFEST},
        "HumanTaskConfig": {
            "WorkteamArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/reviewers",
            "TaskTitle": "How did the rally end?",
            "NumberOfHumanWorkersPerDataObject": 3,
        },
        **changes,
    }
    return {name: value for name, value in described.items() if value is not None}


def a_labeled_job(*, labels: tuple[str, ...] = LABELS, workers: int = 3, **changes: Any) -> LabeledJob:
    """The job that labels come from."""
    described = a_described(**changes)
    described["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"] = workers
    labeled_job = read_labeled_job(described)
    return LabeledJob(
        **{**{name: getattr(labeled_job, name) for name in LabeledJob.__dataclass_fields__}, "labels": labels}
    )


def metadata(label: str | None = "winner", confidence: float | None = 0.9) -> dict[str, Any]:
    """What AWS writes beside a label."""
    members = {
        "class-name": label,
        "job-name": "labeling-job/rally-2026",
        "confidence": confidence,
        "type": "groundtruth/video-classification",
        "human-annotated": "yes",
        "creation-date": "2026-11-20T09:14:02.511874",
    }
    return {name: value for name, value in members.items() if value is not None}


def a_line(clip: int | str = 1, label: str | None = "winner", confidence: float = 0.9, **own: Any) -> dict[str, Any]:
    """One line of an output manifest; without a label it is the input line."""
    line: dict[str, Any] = {"source-ref": f"s3://clips/rally-{clip}.mp4", **own}
    if label is not None:
        index = LABELS.index(label) if label in LABELS else len(LABELS)
        line |= {ATTRIBUTE: index, f"{ATTRIBUTE}-metadata": metadata(label, confidence)}
    return line


def written(*lines: Mapping[str, Any] | bytes) -> list[bytes]:
    """The lines of a manifest as bytes; what is bytes already stays so."""
    return [line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines]


def some_results(*lines: Mapping[str, Any], answers: WorkerAnswers | None = None, **changes: Any) -> Results:
    """Results read from these lines."""
    return read_results(written(*lines), a_labeled_job(**changes), answers)


def a_request(answers: Mapping[int, Iterable[str]], *, first_worker: int = 0) -> bytes:
    """A consolidation request: the answers to each object, by workers numbered from the first."""
    return json.dumps(
        [
            {
                "datasetObjectId": str(position),
                "dataObject": {"s3Uri": f"s3://clips/rally-{position}.mp4"},
                "annotations": [
                    {
                        "workerId": f"private.us-east-1.{first_worker + number:016x}",
                        "annotationData": {"content": json.dumps({"crowd-classifier": {"label": label}})},
                    }
                    for number, label in enumerate(labels)
                ],
            }
            for position, labels in answers.items()
        ]
    ).encode()


def a_response(*answers: tuple[str, str]) -> bytes:
    """A worker response to one object: workers with their labels."""
    return json.dumps(
        {
            "answers": [
                {"workerId": worker, "answerContent": {"crowd-classifier": {"label": label}}}
                for worker, label in answers
            ]
        }
    ).encode()
