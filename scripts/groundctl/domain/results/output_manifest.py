"""An output manifest object by object: the label of each, or why it has none, and the team's own keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from groundctl.domain.jobs.observed import Status
from groundctl.domain.results.agreement import Votes, WorkerAnswers
from groundctl.domain.results.labeled_job import LabeledJob
from groundctl.domain.results.output_line import (
    Line,
    Why,
    computed_confidence,
    filled,
    members_of,
    read_patiently,
    source_of,
    utc_time,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabeledObject:
    """One line of an output manifest; label is None where there is none, own holds the team's keys."""

    position: int
    source_ref: str
    label: str | None = None
    confidence: float | None = None
    labeled_at: str | None = None
    labeled_by: str | None = None
    why: Why | None = None
    told: str | None = None
    own: Mapping[str, Any] = field(default_factory=dict)
    answers: Votes = ()


def read_objects(
    lines: Iterable[bytes], origin: LabeledJob, answers: WorkerAnswers | None = None
) -> Iterator[LabeledObject]:
    """Read an output manifest object by object, with all that its lines say."""
    for position, line in enumerate(filled(lines)):
        yield read_object(position, line, origin, answers)


def read_object(position: int, line: bytes, origin: LabeledJob, answers: WorkerAnswers | None) -> LabeledObject:
    """Read one line with all that it says."""
    members = members_of(line)
    found = read_patiently(members, origin.label_attribute)
    if isinstance(found, Why) or not found.has_label:
        why, told = why_no_label(found, position, origin, answers)
        label = confidence = made = by = None
    else:
        about, why, told = found.metadata, None, None
        label, confidence = origin.label_of(found.label, about.name), computed_confidence(about.confidence)
        made, by = utc_time(found.made), origin.giver(about.job)
    not_own = {origin.label_attribute, f"{origin.label_attribute}-metadata", "source-ref"}
    return LabeledObject(
        position=position,
        source_ref=source_of(found, line),
        label=label,
        confidence=confidence,
        labeled_at=made,
        labeled_by=by,
        why=why,
        told=told,
        own={key: value for key, value in (members or {}).items() if key not in not_own},
        answers=answers.by_object.get(str(position), ()) if answers else (),
    )


def why_no_label(
    found: Line | Why, position: int, origin: LabeledJob, answers: WorkerAnswers | None
) -> tuple[Why, str | None]:
    """Say why a line has no label, and what AWS wrote about it."""
    if isinstance(found, Why):
        return found, None
    return _why(origin.job.status, str(position), answers), found.told


def _why(status: Status, object_id: str, answers: WorkerAnswers | None) -> Why:
    match status:
        case Status.COMPLETED:
            if answers is None:
                return Why.NO_LABEL
            return Why.TOO_FEW if object_id in answers.responded else Why.NOBODY
        case Status.FAILED:
            return Why.JOB_FAILED
        case Status.STOPPED | Status.STOPPING:
            return Why.STOPPED
        case _:
            return Why.NOT_YET
