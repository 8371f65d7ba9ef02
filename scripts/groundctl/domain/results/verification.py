"""Compares an output manifest with what was bought: the frozen input manifest of the job, and AWS's counters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from groundctl.domain.results.agreement import WorkerAnswers
from groundctl.domain.results.labeled_job import LabeledJob
from groundctl.domain.results.output_line import (
    NoLabelReason,
    members_of,
    read_leniently,
    source_in,
    without_blank_lines,
)

MAX_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedClips:
    """A number of clips, and the first of them by name."""

    count: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was bought, and how the output manifest differs from it.

    `bought` is None if the input manifest could not be read; `not_verified` says why. `labeled` counts the bought clips
    that have a label. `counted` is what AWS counts as labeled, where it can be compared and differs.
    """

    bought: int | None = None
    labeled: int = 0
    missing: NamedClips = NamedClips()
    repeated: NamedClips = NamedClips()
    surplus: NamedClips = NamedClips()
    few_answers: NamedClips = NamedClips()
    counted: int | None = None
    not_verified: str = ""

    @property
    def is_whole(self) -> bool:
        """Return whether the output manifest has each clip that was bought, once, and no other."""
        return self.bought is not None and not (self.missing.count or self.repeated.count or self.surplus.count)


class UnreadableInputError(ValueError):
    """A line of an input manifest names no clip."""


def not_verified(reason: str, output: Iterable[bytes], job: LabeledJob, answers: WorkerAnswers | None) -> Verification:
    """Say that the total could not be verified; what can be said without the input manifest is said."""
    labeled = sum(has_label for _, has_label in _output_lines(output, job))
    return Verification(
        labeled=labeled, counted=_counted(job, labeled), few_answers=_few_answers(job, answers), not_verified=reason
    )


def verify(
    output: Iterable[bytes], bought: Iterable[bytes], job: LabeledJob, answers: WorkerAnswers | None
) -> Verification:
    """Compare two manifests clip by clip; both are read more than once. Raise UnreadableInputError for a broken input."""
    check = _line_by_line(output, bought, job) or _clip_by_clip(output, bought, job)
    return replace(check, few_answers=_few_answers(job, answers))


def _line_by_line(output: Iterable[bytes], bought: Iterable[bytes], job: LabeledJob) -> Verification | None:
    """Compare manifests that have the same clips in the same order, as AWS writes them; nothing is kept of a line."""
    lines = labeled = 0
    for found, wanted in zip_longest(_output_lines(output, job), bought_clips(bought)):
        if found is None or found[0] != wanted:
            return None
        lines += 1
        labeled += found[1]
    return Verification(bought=lines, labeled=labeled, counted=_counted(job, labeled))


def _clip_by_clip(output: Iterable[bytes], bought: Iterable[bytes], job: LabeledJob) -> Verification:
    """Compare manifests that differ: the number of lines is kept for each clip."""
    lines: Counter[str] = Counter()
    labeled: Counter[str] = Counter()
    for source, has_label in _output_lines(output, job):
        lines[source] += 1
        labeled[source] += has_label
    wanted = Counter(bought_clips(bought))
    missing = _named(source for source in wanted for _ in range(wanted[source] - lines[source]))
    return Verification(
        bought=wanted.total(),
        labeled=sum(min(number, labeled[source]) for source, number in wanted.items()),
        missing=missing if job.job.status.is_terminal else NamedClips(),
        repeated=_named(source for source in lines if source in wanted for _ in range(lines[source] - wanted[source])),
        surplus=_named(source for source in lines if source not in wanted for _ in range(lines[source])),
        counted=_counted(job, labeled.total()),
    )


def bought_clips(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield the clip of each line of an input manifest."""
    for number, line in enumerate(without_blank_lines(lines), start=1):
        source = source_in(members_of(line) or {})
        if not source:
            raise UnreadableInputError(f"line {number} names no clip")
        yield source


def _output_lines(lines: Iterable[bytes], job: LabeledJob) -> Iterator[tuple[str, bool]]:
    for line in without_blank_lines(lines):
        members = members_of(line)
        parsed = read_leniently(members, job.label_attribute)
        source = source_in(members or {})
        if source:  # a line that is not JSON is reported as one without a label, and its clip as missing
            yield source, not isinstance(parsed, NoLabelReason) and parsed.has_label


def _named(clips: Iterable[str]) -> NamedClips:
    names: list[str] = []
    count = 0
    for clip in clips:
        count += 1
        if len(names) < MAX_NAMED:
            names.append(clip)
    return NamedClips(count=count, names=tuple(names))


def _few_answers(job: LabeledJob, answers: WorkerAnswers | None) -> NamedClips:
    """Name the clips with fewer answers than were ordered, once no more can come."""
    if answers is None or not job.job.status.is_terminal:
        return NamedClips()
    few = (
        f"{answers.sources.get(object_id) or object_id} ({number} of {job.workers_per_object})"
        for object_id, votes in answers.by_object.items()
        if (number := sum(each for _, each in votes)) < job.workers_per_object
    )
    return _named(few)


def _counted(job: LabeledJob, labeled: int) -> int | None:
    """Return AWS's count of labeled clips if the job has ended and the count is another one."""
    counted = job.job.counters.labeled
    return counted if job.job.status.is_terminal and counted != labeled else None
