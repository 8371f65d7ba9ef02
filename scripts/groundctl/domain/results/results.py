"""A summary of a job's labels: counts by label, confidence, and what is missing.

The output manifest is read once, and no line is kept, so that memory does not grow with the manifest.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from groundctl.domain.results.agreement import Agreement, WorkerAnswers, agreement_of
from groundctl.domain.results.labeled_job import LabeledJob
from groundctl.domain.results.output_line import (
    Metadata,
    NoLabelReason,
    OutputLine,
    RawLabel,
    computed_confidence,
    decoder,
    members_of,
    read_leniently,
    source_of,
)
from groundctl.domain.results.output_manifest import LabeledObject, read_object, reason_for_no_label
from groundctl.domain.results.verification import Verification

BINS = 10
MAX_EXAMPLES = 5
MAX_LEAST_SURE = 10
# A reason is text from AWS or from the manifest: this many are separate groups, and all others are one.
MAX_REASONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCount:
    """How often a label was given, and the mean of the confidences that AWS computed."""

    label: str
    count: int
    mean_confidence: float | None
    declared: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlabeledGroup:
    """Lines without a label for one reason, with the first few of them."""

    reason: NoLabelReason
    aws_reason: str | None
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A summary of a job's labels.

    Confidences are those of this job's own labels, because they are comparable only within one job. `from_earlier_jobs`
    counts labels that came with the input manifest; `renumbered` counts labels whose class number stands for another
    label in this job.
    """

    labeled_job: LabeledJob
    objects: int
    counts: tuple[LabelCount, ...]
    histogram: tuple[int, ...]
    least_sure: tuple[LabeledObject, ...] = ()
    unlabeled: tuple[UnlabeledGroup, ...] = ()
    from_earlier_jobs: int = 0
    renumbered: int = 0
    agreement: Agreement | None = None
    verification: Verification | None = None

    @property
    def clips(self) -> int:
        """Return the number of clips that were bought; that of the output manifest if it could not be verified."""
        bought = self.verification.bought if self.verification else None
        return self.objects if bought is None else bought

    @property
    def labeled_clips(self) -> int:
        """Return how many of the clips that were bought have a label."""
        is_known = self.verification is not None and self.verification.bought is not None
        return self.verification.labeled if self.verification and is_known else self.labeled

    @property
    def labeled(self) -> int:
        """Return the number of objects with a label."""
        return sum(label_count.count for label_count in self.counts)

    @property
    def without_label(self) -> int:
        """Return the number of objects without a label."""
        return self.objects - self.labeled

    @property
    def with_confidence(self) -> int:
        """Return the number of labels with a computed confidence."""
        return sum(self.histogram)


def read_results(lines: Iterable[bytes], labeled_job: LabeledJob, answers: WorkerAnswers | None = None) -> Results:
    """Summarize an output manifest in one pass; a label of the job that does not occur has the count 0."""
    reader, totals = _ManifestReader(labeled_job, answers), _Totals(labeled_job)
    # However many lines there are, they are of few kinds: count the kinds first, and do the rest once per kind.
    for kind, number in Counter(reader.kinds(lines)).items():
        totals.add(kind, number)
    return Results(
        labeled_job=labeled_job,
        objects=reader.objects,
        counts=totals.counts(),
        histogram=tuple(totals.histogram),
        least_sure=tuple(read_object(position, line, labeled_job, answers) for _, position, line in reader.least_sure),
        unlabeled=reader.unlabeled(),
        from_earlier_jobs=totals.from_earlier_jobs,
        renumbered=totals.renumbered,
        agreement=agreement_of(answers) if answers else None,
    )


# What is counted of a labeled line, as written: label, class name, confidence, and job name.
_Kind = tuple[RawLabel, str | None, float | None, str | None]


class _Totals:
    """Totals over kinds of labeled lines."""

    def __init__(self, labeled_job: LabeledJob) -> None:
        self.histogram = [0] * BINS
        self.from_earlier_jobs = 0
        self.renumbered = 0
        self._labeled_job = labeled_job
        self._given: Counter[str] = Counter(dict.fromkeys(labeled_job.labels, 0))
        self._computed: Counter[str] = Counter()
        self._confidence: defaultdict[str, Fraction] = defaultdict(Fraction)

    def add(self, kind: _Kind, number: int) -> None:
        """Add a number of lines of one kind."""
        raw, name, confidence, job = kind
        label = self._labeled_job.label_of(raw, name)
        self._given[label] += number
        self.renumbered += number * self._labeled_job.is_renumbered(raw, label)
        if not self._labeled_job.is_from_this_job(job):
            self.from_earlier_jobs += number
        elif (value := computed_confidence(confidence)) is not None:
            self._computed[label] += number
            self._confidence[label] += Fraction(repr(value)) * number  # as AWS wrote it
            self.histogram[min(int(value * BINS), BINS - 1)] += number

    def _mean_confidence(self, label: str) -> float | None:
        computed = self._computed[label]
        return float(self._confidence[label] / computed) if computed else None

    def counts(self) -> tuple[LabelCount, ...]:
        """Return the labels in the job's order, or most frequent first if that order is unknown."""
        labels = self._labeled_job.labels
        given = self._given if labels else sorted(self._given, key=lambda label: (-self._given[label], label))
        return tuple(
            LabelCount(
                label=label,
                count=self._given[label],
                mean_confidence=self._mean_confidence(label),
                declared=label in labels or not labels,
            )
            for label in given
        )


class _ManifestReader:
    """Reads a manifest once: yields the kinds of labeled lines, and keeps the few lines that are shown individually."""

    def __init__(self, labeled_job: LabeledJob, answers: WorkerAnswers | None) -> None:
        self.objects = 0
        self.least_sure: list[tuple[float, int, bytes]] = []
        self._labeled_job = labeled_job
        self._answers = answers
        self._limit = 1.0  # a confidence of 1 is never among the least sure
        self._numbers: Counter[tuple[NoLabelReason, str | None]] = Counter()
        self._examples: dict[tuple[NoLabelReason, str | None], list[str]] = {}

    def kinds(self, lines: Iterable[bytes]) -> Iterator[_Kind]:
        """Yield the kind of each line that has a label."""
        attribute = self._labeled_job.label_attribute
        decode = decoder(attribute)
        for line in lines:
            try:
                parsed: OutputLine | None = decode(line)
            except (ValueError, RecursionError):
                if not line.strip():
                    continue
                parsed = None
            self.objects += 1
            if parsed is None or not parsed.has_label or parsed.metadata.name is None:
                reread = read_leniently(members_of(line), attribute)
                if isinstance(reread, NoLabelReason) or not reread.has_label:
                    self._keep_unlabeled(reread, line)
                    continue
                parsed = reread
            metadata = parsed.metadata
            if metadata.confidence is not None and 0 < metadata.confidence < self._limit:
                self._keep_least_sure(metadata, line)
            yield parsed.label, metadata.name, metadata.confidence, metadata.job

    def unlabeled(self) -> tuple[UnlabeledGroup, ...]:
        """Return the groups of lines without a label, largest first."""
        return tuple(
            UnlabeledGroup(
                reason=reason, aws_reason=aws_reason, count=number, examples=tuple(self._examples[reason, aws_reason])
            )
            for (reason, aws_reason), number in self._numbers.most_common()
        )

    def _keep_unlabeled(self, parsed: OutputLine | NoLabelReason, line: bytes) -> None:
        source, position = source_of(parsed, line), self.objects - 1
        object_id = self._answers.object_id(position, source) if self._answers else str(position)
        group = reason_for_no_label(parsed, object_id, self._labeled_job, self._answers)
        if group not in self._numbers and len(self._numbers) >= MAX_REASONS:
            group = group[0], None
        self._numbers[group] += 1
        if self._numbers[group] <= MAX_EXAMPLES:
            self._examples.setdefault(group, []).append(source)

    def _keep_least_sure(self, metadata: Metadata, line: bytes) -> None:
        if self._labeled_job.is_from_this_job(metadata.job):
            insort(self.least_sure, (metadata.confidence or 0.0, self.objects - 1, line))
            if len(self.least_sure) > MAX_LEAST_SURE:
                self.least_sure.pop()
                self._limit = self.least_sure[-1][0]
