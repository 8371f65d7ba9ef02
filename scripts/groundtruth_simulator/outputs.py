"""The files a labeling job leaves in S3, as values: path below the job's folder, and content.

Paths and shapes follow the developer guide (sms-data-output, sms-custom-templates-step3-lambda-requirements); names of
single files are as seen in public repositories. Keys hold `:` in their timestamps, as the real ones do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from groundtruth_simulator.consolidation import Verdict, consolidate
from groundtruth_simulator.inputs import DataObject
from groundtruth_simulator.timeline import Answer, Moment, Outcome

OUTPUT_MANIFEST = "manifests/output/output.manifest"
ANSWER_KEY = "crowd-classifier"  # the element's name in AWS's template for this task
TYPE = "groundtruth/video-classification"  # inferred from groundtruth/video-object-detection; no AWS page shows it
CONSOLIDATED = "annotations/consolidated-annotation"

File = tuple[str, bytes]
Labels = Mapping[str, Any]  # the label attribute and its metadata, as an output line carries them


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the files say about the job itself."""

    job_name: str
    attribute: str
    labels: tuple[str, ...]
    created: datetime
    identity_provider: Mapping[str, str] | None  # only private workforces disclose who answered
    failure_records: bool = False


def label_batch(sheet: Sheet, moment: Moment) -> dict[int, Labels]:
    """Consolidate the answers that came in at a moment; return the labels by manifest position."""
    labeled = [outcome for outcome in moment.outcomes if outcome.labeled]
    answers = [{answer.worker.worker_id: answer.label for answer in outcome.answers} for outcome in labeled]
    verdicts = consolidate(answers, sheet.labels)
    when = sheet.created + timedelta(seconds=moment.at)
    given = {
        outcome.object.position: _labels(sheet, verdict, when)
        for outcome, verdict in zip(labeled, verdicts, strict=True)
    }
    if not sheet.failure_records:
        return given
    return given | {each.object.position: _failure(sheet) for each in moment.outcomes if not each.labeled}


def batch_files(sheet: Sheet, moment: Moment, labels: Mapping[int, Labels]) -> Iterator[File]:
    """Return the files that a moment adds: what the workers said, what was asked of consolidation and what it gave."""
    answered = [outcome for outcome in moment.outcomes if outcome.answers]
    for outcome in answered:
        last = sheet.created + timedelta(seconds=outcome.answers[-1].submitted)
        path = f"annotations/worker-response/iteration-1/{outcome.object.position}/{_stamp(last)}.json"
        yield path, _json({"answers": [_worker_response(sheet, answer) for answer in outcome.answers]})
    consolidated = [outcome for outcome in answered if outcome.labeled]
    if consolidated:
        name = f"iteration-1/{_stamp(sheet.created + timedelta(seconds=moment.at))}.json"
        yield (
            f"{CONSOLIDATED}/consolidation-request/{name}",
            _json([_consolidation_request(each) for each in consolidated]),
        )
        yield (
            f"{CONSOLIDATED}/consolidation-response/{name}",
            _json([_consolidation_response(each, labels) for each in consolidated]),
        )


def running_files(objects: Sequence[DataObject], labels: Mapping[int, Labels]) -> Iterator[File]:
    """Return the files that are written anew each time: the output manifest and the running batch."""
    yield OUTPUT_MANIFEST, b"".join(_output_line(each, labels.get(each.position)) for each in objects)
    running = (
        _json({"datasetObjectId": str(each.position), "inputAttribute": each.uri, **labels[each.position]}) + b"\n"
        for each in objects
        if each.position in labels
    )
    yield "annotations/intermediate/1/annotations.json", b"".join(running)


def _output_line(each: DataObject, labels: Labels | None) -> bytes:
    if labels is None:
        return each.text.encode() + b"\n"
    return _json({**each.line, **labels}) + b"\n"


def _labels(sheet: Sheet, verdict: Verdict, when: datetime) -> Labels:
    metadata = {
        "class-name": verdict.label,
        # Real output has the name in lower case behind this prefix, whatever the guide's samples show.
        "job-name": f"labeling-job/{sheet.job_name.lower()}",
        "confidence": verdict.confidence,
        "type": TYPE,
        "human-annotated": "yes",
        "creation-date": when.replace(tzinfo=None).isoformat(timespec="microseconds"),
    }
    return {sheet.attribute: sheet.labels.index(verdict.label), f"{sheet.attribute}-metadata": metadata}


def _failure(sheet: Sheet) -> Labels:
    # A record without the label itself: readers must look for the label, never for its metadata.
    reason = "ClientError: Annotation tasks expired or could not be shown to workers."
    return {f"{sheet.attribute}-metadata": {"retry-count": 1, "failure-reason": reason, "human-annotated": "true"}}


def _worker_response(sheet: Sheet, answer: Answer) -> dict[str, Any]:
    response = {
        "acceptanceTime": _milliseconds(sheet.created + timedelta(seconds=answer.accepted)),
        "submissionTime": _milliseconds(sheet.created + timedelta(seconds=answer.submitted)),
        "timeSpentInSeconds": round(answer.submitted - answer.accepted, 3),
        "workerId": answer.worker.worker_id,
        "answerContent": {ANSWER_KEY: {"label": answer.label}},
    }
    if sheet.identity_provider is None:
        return response
    return response | {"workerMetadata": {"identityData": {**sheet.identity_provider, "sub": answer.worker.subject}}}


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


def _consolidation_response(outcome: Outcome, labels: Mapping[int, Labels]) -> dict[str, Any]:
    content = labels[outcome.object.position]
    return {"datasetObjectId": str(outcome.object.position), "consolidatedAnnotation": {"content": content}}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d_%H:%M:%S")


def _milliseconds(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
