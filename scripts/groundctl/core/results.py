"""Labels that came back: the output manifest read line by line, counted, and made into a table."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from groundctl.core.observed import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class LabeledObject:
    """One line of an output manifest; label is None where there is none, extra holds the team's own keys."""

    source_ref: str
    label: str | None
    confidence: float | None
    labeled_at: str | None
    extra: Mapping[str, Any]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCount:
    """How often one label was given, and how sure AWS was on average; None where it computed nothing."""

    label: str
    count: int
    mean_confidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A job's labels in sum; confidences are compared within one job only."""

    job: str
    status: Status
    objects: tuple[LabeledObject, ...]
    counts: tuple[LabelCount, ...]
    histogram: tuple[int, ...]
    workers_per_object: int

    @property
    def labeled(self) -> int:
        """Count the objects that have a label."""
        return sum(count.count for count in self.counts)

    @property
    def unlabeled(self) -> tuple[LabeledObject, ...]:
        """Select the objects that have none."""
        return tuple(one for one in self.objects if one.label is None)


def read_results(
    manifest: bytes,
    *,
    job: str,
    label_attribute: str,
    status: Status,
    workers_per_object: int,
    declared: Iterable[str] = (),
) -> Results:
    """Read an output manifest; declared labels that nobody gave are counted as 0."""
    objects = tuple(_labeled(line, label_attribute, status) for line in _lines(manifest))
    counts: Counter[str] = Counter(dict.fromkeys(declared, 0))
    confidences: defaultdict[str, list[float]] = defaultdict(list)
    histogram = [0] * 10
    for one in objects:
        if one.label is None:
            continue
        counts[one.label] += 1
        if one.confidence is not None and workers_per_object > 1:
            confidences[one.label].append(one.confidence)
            histogram[min(int(one.confidence * 10), 9)] += 1
    return Results(
        job=job,
        status=status,
        objects=objects,
        counts=tuple(_count(label, number, confidences[label]) for label, number in counts.most_common()),
        histogram=tuple(histogram),
        workers_per_object=workers_per_object,
    )


def _count(label: str, number: int, confidences: list[float]) -> LabelCount:
    # With one worker AWS writes 0.00 for "not computed"; averaging that would call good labels bad.
    mean = sum(confidences) / len(confidences) if confidences else None
    return LabelCount(label=label, count=number, mean_confidence=mean)


def _lines(manifest: bytes) -> Iterator[dict[str, Any]]:
    for line in manifest.splitlines():
        if line.strip():
            yield json.loads(line)


def _labeled(line: dict[str, Any], attribute: str, status: Status) -> LabeledObject:
    # The label decides, never the metadata: AWS may leave a failure record there without a label.
    metadata = line.pop(f"{attribute}-metadata", None) or {}
    index = line.pop(attribute, None)
    source = line.pop("source-ref", "")
    label = None if index is None else str(metadata.get("class-name", index))
    return LabeledObject(
        source_ref=source,
        label=label,
        confidence=metadata.get("confidence") if label is not None else None,
        labeled_at=metadata.get("creation-date") if label is not None else None,
        extra=line,
        reason=None if label is not None else _why_unlabeled(metadata, status),
    )


def _why_unlabeled(metadata: Mapping[str, Any], status: Status) -> str:
    if told := metadata.get("failure-reason"):
        return str(told)
    reasons = {
        Status.COMPLETED: "no usable answer: workers declined it, its time ran out, or the clip could not be shown (AWS does not say which)",
        Status.FAILED: "the job failed before it had a label",
        Status.STOPPED: "the job was stopped before it had a label",
    }
    return reasons.get(status, "not labeled yet")
