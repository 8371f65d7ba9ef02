"""A job's labels in sum: the output manifest read once, counted by label, with what is unsure and what is missing.

Nothing here keeps the lines it has read, so that memory does not grow with the manifest.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from groundctl.domain.results.agreement import Agreement, WorkerAnswers, agreement_of
from groundctl.domain.results.labeled_job import LabeledJob
from groundctl.domain.results.output_line import (
    Line,
    Metadata,
    RawLabel,
    Why,
    computed_confidence,
    decoder,
    members_of,
    read_patiently,
    source_of,
)
from groundctl.domain.results.output_manifest import LabeledObject, read_object, why_no_label

BINS = 10
EXAMPLES = 5
LEAST_SURE = 10
# A reason is AWS's text or a stranger's: so many different ones are told apart, the rest is one group.
REASONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCount:
    """How often a label was given, and how sure AWS was on average; None where it computed nothing."""

    label: str
    count: int
    mean_confidence: float | None
    declared: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlabeled:
    """Lines that have no label for one reason, with the first few of them; told is what AWS wrote."""

    why: Why
    told: str | None
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A job's labels in sum.

    Confidences are of this job's own labels: AWS's figures can only be compared within one job. earlier counts labels
    that an earlier job gave (a chained manifest has them), renumbered those whose class number means another label here.
    """

    origin: LabeledJob
    objects: int
    counts: tuple[LabelCount, ...]
    histogram: tuple[int, ...]
    least_sure: tuple[LabeledObject, ...] = ()
    unlabeled: tuple[Unlabeled, ...] = ()
    earlier: int = 0
    renumbered: int = 0
    agreement: Agreement | None = None

    @property
    def labeled(self) -> int:
        """Count the objects that have a label."""
        return sum(one.count for one in self.counts)

    @property
    def without_label(self) -> int:
        """Count the objects that have none."""
        return self.objects - self.labeled

    @property
    def computed(self) -> int:
        """Count the labels AWS computed a confidence for."""
        return sum(self.histogram)


def read_results(lines: Iterable[bytes], origin: LabeledJob, answers: WorkerAnswers | None = None) -> Results:
    """Read an output manifest once and sum it up; labels that nobody gave are counted as 0."""
    reading, sums = _Reading(origin, answers), _Sums(origin)
    # There are few kinds of labeled lines, however many lines: count these first, and reckon once a kind.
    for kind, number in Counter(reading.kinds(lines)).items():
        sums.add(kind, number)
    return Results(
        origin=origin,
        objects=reading.objects,
        counts=sums.counts(),
        histogram=tuple(sums.histogram),
        least_sure=tuple(read_object(position, line, origin, answers) for _, position, line in reading.least_sure),
        unlabeled=reading.unlabeled(),
        earlier=sums.earlier,
        renumbered=sums.renumbered,
        agreement=agreement_of(answers) if answers else None,
    )


# Label, class name, confidence and job's name as they are written: all that is counted of a labeled line.
_Kind = tuple[RawLabel, str | None, float | None, str | None]


class _Sums:
    """Adds up kinds of labeled lines."""

    def __init__(self, origin: LabeledJob) -> None:
        self.histogram = [0] * BINS
        self.earlier = 0
        self.renumbered = 0
        self._origin = origin
        self._given: Counter[str] = Counter(dict.fromkeys(origin.labels, 0))
        self._computed: Counter[str] = Counter()
        self._confidence: defaultdict[str, float] = defaultdict(float)

    def add(self, kind: _Kind, number: int) -> None:
        """Add so many lines of a kind."""
        raw, name, confidence, job = kind
        label = self._origin.label_of(raw, name)
        self._given[label] += number
        self.renumbered += number * self._origin.is_renumbered(raw, label)
        if not self._origin.gave(job):
            self.earlier += number
        elif (value := computed_confidence(confidence)) is not None:
            self._computed[label] += number
            self._confidence[label] += value * number
            self.histogram[min(int(value * BINS), BINS - 1)] += number

    def counts(self) -> tuple[LabelCount, ...]:
        """Give the labels in the job's order; where that is not known, the most frequent first."""
        labels = self._origin.labels
        given = self._given if labels else sorted(self._given, key=lambda label: (-self._given[label], label))
        return tuple(
            LabelCount(
                label=label,
                count=self._given[label],
                mean_confidence=self._confidence[label] / self._computed[label] if self._computed[label] else None,
                declared=label in labels or not labels,
            )
            for label in given
        )


class _Reading:
    """Goes through a manifest once: gives back the labeled lines by kind, and keeps what is told apart line by line."""

    def __init__(self, origin: LabeledJob, answers: WorkerAnswers | None) -> None:
        self.objects = 0
        self.least_sure: list[tuple[float, int, bytes]] = []
        self._origin = origin
        self._answers = answers
        self._limit = 1.0  # certainty is not worth a look
        self._numbers: Counter[tuple[Why, str | None]] = Counter()
        self._examples: dict[tuple[Why, str | None], list[str]] = {}

    def kinds(self, lines: Iterable[bytes]) -> Iterator[_Kind]:
        """Yield what is counted of each line that has a label."""
        attribute = self._origin.label_attribute
        decode = decoder(attribute)
        for line in lines:
            try:
                found: Line | None = decode(line)
            except ValueError:
                if not line.strip():
                    continue
                found = None
            self.objects += 1
            if found is None or not found.has_label or found.metadata.name is None:
                read = read_patiently(members_of(line), attribute)
                if isinstance(read, Why) or not read.has_label:
                    self._keep_unlabeled(read, line)
                    continue
                found = read
            about = found.metadata
            if about.confidence is not None and 0 < about.confidence < self._limit:
                self._keep_doubtful(about, line)
            yield found.label, about.name, about.confidence, about.job

    def unlabeled(self) -> tuple[Unlabeled, ...]:
        """Give the lines without a label by reason, the most frequent first."""
        return tuple(
            Unlabeled(why=why, told=told, count=number, examples=tuple(self._examples[why, told]))
            for (why, told), number in self._numbers.most_common()
        )

    def _keep_unlabeled(self, found: Line | Why, line: bytes) -> None:
        reason = why_no_label(found, self.objects - 1, self._origin, self._answers)
        if reason not in self._numbers and len(self._numbers) >= REASONS:
            reason = reason[0], None
        self._numbers[reason] += 1
        if self._numbers[reason] <= EXAMPLES:
            self._examples.setdefault(reason, []).append(source_of(found, line))

    def _keep_doubtful(self, about: Metadata, line: bytes) -> None:
        if self._origin.gave(about.job):
            insort(self.least_sure, (about.confidence or 0.0, self.objects - 1, line))
            if len(self.least_sure) > LEAST_SURE:
                self.least_sure.pop()
                self._limit = self.least_sure[-1][0]
