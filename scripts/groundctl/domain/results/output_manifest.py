"""An output manifest object by object: each label, or why there is none, and the team's own keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from groundctl.domain.jobs.observed import Status
from groundctl.domain.results.agreement import Votes, WorkerAnswers
from groundctl.domain.results.labeled_job import LabeledJob
from groundctl.domain.results.output_line import (
    NoLabelReason,
    OutputLine,
    computed_confidence,
    members_of,
    read_leniently,
    source_in,
    source_of,
    utc_time,
    without_blank_lines,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabeledObject:
    """One line of an output manifest; `own` holds the team's own keys."""

    position: int
    source_ref: str
    label: str | None = None
    confidence: float | None = None
    labeled_at: str | None = None
    labeled_by: str | None = None
    reason: NoLabelReason | None = None
    aws_reason: str | None = None
    own: Mapping[str, Any] = field(default_factory=dict)
    answers: Votes = ()


def read_objects(
    lines: Iterable[bytes], labeled_job: LabeledJob, answers: WorkerAnswers | None = None
) -> Iterator[LabeledObject]:
    """Parse an output manifest object by object, with everything that its lines hold."""
    for position, line in enumerate(without_blank_lines(lines)):
        yield read_object(position, line, labeled_job, answers)


def read_object(position: int, line: bytes, labeled_job: LabeledJob, answers: WorkerAnswers | None) -> LabeledObject:
    """Parse one line with everything that it holds."""
    members = members_of(line)
    parsed = read_leniently(members, labeled_job.label_attribute)
    object_id = answers.object_id(position, source_in(members or {})) if answers else str(position)
    if isinstance(parsed, NoLabelReason) or not parsed.has_label:
        reason, aws_reason = reason_for_no_label(parsed, object_id, labeled_job, answers)
        label = confidence = labeled_at = labeled_by = None
    else:
        metadata, reason, aws_reason = parsed.metadata, None, None
        label = labeled_job.label_of(parsed.label, metadata.name)
        confidence = computed_confidence(metadata.confidence)
        labeled_at, labeled_by = utc_time(parsed.created_at), labeled_job.labeling_job_name(metadata.job)
    not_own = {labeled_job.label_attribute, f"{labeled_job.label_attribute}-metadata", "source-ref"}
    return LabeledObject(
        position=position,
        source_ref=source_of(parsed, line),
        label=label,
        confidence=confidence,
        labeled_at=labeled_at,
        labeled_by=labeled_by,
        reason=reason,
        aws_reason=aws_reason,
        own={key: value for key, value in (members or {}).items() if key not in not_own},
        answers=answers.by_object.get(object_id, ()) if answers else (),
    )


def reason_for_no_label(
    parsed: OutputLine | NoLabelReason, object_id: str, labeled_job: LabeledJob, answers: WorkerAnswers | None
) -> tuple[NoLabelReason, str | None]:
    """Return why a line has no label, and the reason that AWS wrote, if any."""
    if isinstance(parsed, NoLabelReason):
        return parsed, None
    return _reason_by_status(labeled_job.job.status, object_id, answers), parsed.aws_reason


def _reason_by_status(status: Status, object_id: str, answers: WorkerAnswers | None) -> NoLabelReason:
    match status:
        case Status.COMPLETED:
            if answers is None:
                return NoLabelReason.NO_LABEL
            return NoLabelReason.TOO_FEW if object_id in answers.responded else NoLabelReason.NO_ANSWER
        case Status.FAILED:
            return NoLabelReason.JOB_FAILED
        case Status.STOPPED | Status.STOPPING:
            return NoLabelReason.STOPPED
        case _:
            return NoLabelReason.NOT_YET
