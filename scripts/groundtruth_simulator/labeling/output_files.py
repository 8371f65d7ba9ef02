"""The files that a labeling job writes to S3, as values: path below the job's folder, and content.

Paths and shapes follow the developer guide (sms-data-output, sms-custom-templates-step3-lambda-requirements); names of
single files were observed in public repositories. Keys contain `:` in their timestamps, as on AWS.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from groundtruth_simulator.labeling.consolidation import ConsolidatedLabel, consolidate
from groundtruth_simulator.labeling.input_files import DataObject
from groundtruth_simulator.labeling.timeline import Answer, Outcome, Snapshot

OUTPUT_MANIFEST = "manifests/output/output.manifest"
ANSWER_KEY = "crowd-classifier"  # the element's name in AWS's template for this task
TYPE = "groundtruth/video-classification"  # inferred from groundtruth/video-object-detection; no AWS page shows it
CONSOLIDATED = "annotations/consolidated-annotation"

OutputFile = tuple[str, bytes]
LabelRecord = Mapping[str, Any]  # the label attribute and its metadata, as an output line carries them


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputContext:
    """The facts about the job that its files contain."""

    job_name: str
    attribute: str
    labels: tuple[str, ...]
    created: datetime
    identity_provider: Mapping[str, str] | None  # only a private workforce discloses the workers' identities
    failure_records: bool = False


def label_batch(context: OutputContext, snapshot: Snapshot) -> dict[int, LabelRecord]:
    """Consolidate the answers of one snapshot; return the label records by manifest position."""
    labeled = [outcome for outcome in snapshot.outcomes if outcome.labeled]
    answers = [{answer.worker.worker_id: answer.label for answer in outcome.answers} for outcome in labeled]
    consolidated_labels = consolidate(answers, context.labels)
    when = context.created + timedelta(seconds=snapshot.at)
    records = {
        outcome.object.position: _labels(context, consolidated, when)
        for outcome, consolidated in zip(labeled, consolidated_labels, strict=True)
    }
    if not context.failure_records:
        return records
    failed = [outcome for outcome in snapshot.outcomes if not outcome.labeled]
    return records | {outcome.object.position: _failure(context) for outcome in failed}


def batch_files(context: OutputContext, snapshot: Snapshot, labels: Mapping[int, LabelRecord]) -> Iterator[OutputFile]:
    """Return the files that one snapshot adds: worker responses, consolidation requests and consolidation responses."""
    answered = [outcome for outcome in snapshot.outcomes if outcome.answers]
    for outcome in answered:
        last = context.created + timedelta(seconds=outcome.answers[-1].submitted)
        path = f"annotations/worker-response/iteration-1/{outcome.object.position}/{_stamp(last)}.json"
        yield path, _json({"answers": [_worker_response(context, answer) for answer in outcome.answers]})
    consolidated = [outcome for outcome in answered if outcome.labeled]
    if consolidated:
        name = f"iteration-1/{_stamp(context.created + timedelta(seconds=snapshot.at))}.json"
        yield (
            f"{CONSOLIDATED}/consolidation-request/{name}",
            _json([_consolidation_request(outcome) for outcome in consolidated]),
        )
        yield (
            f"{CONSOLIDATED}/consolidation-response/{name}",
            _json([_consolidation_response(outcome, labels) for outcome in consolidated]),
        )


def running_files(objects: Sequence[DataObject], labels: Mapping[int, LabelRecord]) -> Iterator[OutputFile]:
    """Return the files that every batch rewrites: the output manifest and the intermediate annotations."""
    yield OUTPUT_MANIFEST, b"".join(_output_line(item, labels.get(item.position)) for item in objects)
    intermediate = (
        _json({"datasetObjectId": str(item.position), "inputAttribute": item.uri, **labels[item.position]}) + b"\n"
        for item in objects
        if item.position in labels
    )
    yield "annotations/intermediate/1/annotations.json", b"".join(intermediate)


def _output_line(data_object: DataObject, labels: LabelRecord | None) -> bytes:
    if labels is None:
        return data_object.text.encode() + b"\n"
    return _json({**data_object.line, **labels}) + b"\n"


def _labels(context: OutputContext, consolidated: ConsolidatedLabel, when: datetime) -> LabelRecord:
    metadata = {
        "class-name": consolidated.label,
        # AWS writes the name in lower case after this prefix, although the guide's samples differ.
        "job-name": f"labeling-job/{context.job_name.lower()}",
        "confidence": consolidated.confidence,
        "type": TYPE,
        "human-annotated": "yes",
        "creation-date": when.replace(tzinfo=None).isoformat(timespec="microseconds"),
    }
    return {context.attribute: context.labels.index(consolidated.label), f"{context.attribute}-metadata": metadata}


def _failure(context: OutputContext) -> LabelRecord:
    # This record lacks the label itself, so a reader must look for the label and not for its metadata.
    reason = "ClientError: Annotation tasks expired or could not be shown to workers."
    return {f"{context.attribute}-metadata": {"retry-count": 1, "failure-reason": reason, "human-annotated": "true"}}


def _worker_response(context: OutputContext, answer: Answer) -> dict[str, Any]:
    response = {
        "acceptanceTime": _milliseconds(context.created + timedelta(seconds=answer.accepted)),
        "submissionTime": _milliseconds(context.created + timedelta(seconds=answer.submitted)),
        "timeSpentInSeconds": round(answer.submitted - answer.accepted, 3),
        "workerId": answer.worker.worker_id,
        "answerContent": {ANSWER_KEY: {"label": answer.label}},
    }
    if context.identity_provider is None:
        return response
    return response | {"workerMetadata": {"identityData": {**context.identity_provider, "sub": answer.worker.subject}}}


def _consolidation_request(outcome: Outcome) -> dict[str, Any]:
    return {
        "datasetObjectId": str(outcome.object.position),
        "dataObject": {"s3Uri": outcome.object.uri},
        "annotations": [
            {
                "workerId": answer.worker.worker_id,
                "annotationData": {"content": _json({ANSWER_KEY: {"label": answer.label}}).decode()},
            }
            for answer in outcome.answers
        ],
    }


def _consolidation_response(outcome: Outcome, labels: Mapping[int, LabelRecord]) -> dict[str, Any]:
    content = labels[outcome.object.position]
    return {"datasetObjectId": str(outcome.object.position), "consolidatedAnnotation": {"content": content}}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d_%H:%M:%S")


def _milliseconds(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
