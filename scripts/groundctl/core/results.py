"""Labels that came back: the output manifest read line by line, counted, and what the workers' answers say about it.

Nothing here keeps the lines it has read, so that memory does not grow with the manifest. Who a worker is never leaves
`read_answers`.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import combinations
from typing import Any, cast

import msgspec

from groundctl.core.observed import ObservedJob, Status, observed_job

BINS = 10
EXAMPLES = 5
LEAST_SURE = 10
DISPUTED = 10
CONFUSED = 5
# A reason is AWS's text or a stranger's: so many different ones are told apart, the rest is one group.
REASONS = 20

Votes = tuple[tuple[str, int], ...]


class Why(StrEnum):
    """Why a line of the output manifest has no label."""

    NOT_YET = "not-yet"
    NO_LABEL = "no-label"
    TOO_FEW = "too-few-answers"
    NOBODY = "no-answer"
    STOPPED = "stopped"
    JOB_FAILED = "job-failed"
    NOT_A_CLASS = "not-a-class"
    UNREADABLE = "unreadable-line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The job that labels come from, as far as reading them needs it; labels are in the order of their class numbers."""

    job: ObservedJob
    label_attribute: str
    workers_per_object: int
    question: str
    folder: str
    output_manifest: str
    categories_uri: str | None = None
    labels: tuple[str, ...] = ()

    @property
    def answers_prefix(self) -> str:
        """Say where the answers of all workers lie, many objects to a file."""
        return f"{self.folder}/annotations/consolidated-annotation/consolidation-request/"

    @property
    def responses_prefix(self) -> str:
        """Say where the answers lie by object; the keys alone tell which objects got one."""
        return f"{self.folder}/annotations/worker-response/"


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
class Dispute:
    """An object on which workers gave different answers."""

    source_ref: str
    answers: Votes


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far workers agree on objects that got two answers or more; alpha is None where chance cannot be reckoned.

    confused are the pairs of labels given to one object, the most frequent first. answers_per_worker counts, the
    busiest first, and names nobody.
    """

    objects: int
    single: int
    unanimous: int
    alpha: float | None
    answers_per_worker: tuple[int, ...]
    disputed: tuple[Dispute, ...]
    confused: tuple[tuple[str, str, int], ...] = ()
    unreadable: int = 0

    @property
    def answers(self) -> int:
        """Count all answers."""
        return sum(self.answers_per_worker)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A job's labels in sum.

    Confidences are of this job's own labels: AWS's figures can only be compared within one job. earlier counts labels
    that an earlier job gave (a chained manifest has them), renumbered those whose class number means another label here.
    """

    origin: Origin
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


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerAnswers:
    """What workers answered, by dataset object id and without their names.

    responded are the ids that got any answer, unreadable counts entries that could not be read.
    """

    by_object: Mapping[str, Votes]
    sources: Mapping[str, str]
    answers_per_worker: tuple[int, ...]
    responded: Collection[str] = frozenset()
    unreadable: int = 0


def origin_of(described: Mapping[str, Any]) -> Origin:
    """Read from a Describe answer what reading the labels needs."""
    job = observed_job(described)
    folder = f"{described['OutputConfig']['S3OutputPath'].rstrip('/')}/{job.name}"
    task = described["HumanTaskConfig"]
    return Origin(
        job=job,
        label_attribute=described["LabelAttributeName"],
        workers_per_object=task["NumberOfHumanWorkersPerDataObject"],
        question=task.get("TaskTitle", ""),
        folder=folder,
        # AWS names the manifest only once the job has ended; it is rewritten there from the first labels on.
        output_manifest=job.output_manifest or f"{folder}/manifests/output/output.manifest",
        categories_uri=described.get("LabelCategoryConfigS3Uri"),
    )


def label_names(categories: bytes | None) -> tuple[str, ...]:
    """Read a label category configuration; nothing where there is none or it cannot be read."""
    try:
        labels = msgspec.json.decode(categories or b"{}").get("labels", [])
        return tuple(str(each["label"]) for each in labels)
    except (ValueError, AttributeError, KeyError, TypeError):
        return ()


def read_results(lines: Iterable[bytes], origin: Origin, answers: WorkerAnswers | None = None) -> Results:
    """Read an output manifest once and sum it up; labels that nobody gave are counted as 0."""
    reading = _Reading(origin, answers)
    # There are few kinds of labeled lines, however many lines: count these first, and reckon once a kind.
    counted = reading.ours.count(Counter(reading.kinds(lines)))
    return Results(
        origin=origin,
        objects=reading.objects,
        **counted,
        least_sure=tuple(
            _labeled_object(at, line, origin, reading.ours, answers) for _, at, line in reading.least_sure
        ),
        unlabeled=reading.unlabeled,
        agreement=agreement_of(answers) if answers else None,
    )


def read_objects(
    lines: Iterable[bytes], origin: Origin, answers: WorkerAnswers | None = None
) -> Iterator[LabeledObject]:
    """Read an output manifest object by object, with all that its lines say."""
    ours = _LabelsOf(origin)
    for position, line in enumerate(_filled(lines)):
        yield _labeled_object(position, line, origin, ours, answers)


def read_answers(files: Iterable[bytes], responded: Collection[str] = frozenset()) -> WorkerAnswers:
    """Read consolidation requests in the order of their times; of an object that comes twice the later one counts."""
    given: dict[str, dict[str, str]] = {}
    sources: dict[str, str] = {}
    unreadable = 0
    for content in files:
        for entry in _entries(content):
            try:
                object_id = str(entry["datasetObjectId"])
                source = str((entry.get("dataObject") or {}).get("s3Uri", ""))
                given[object_id] = dict(_answer(annotation) for annotation in entry["annotations"])
                sources[object_id] = source
            except (KeyError, TypeError, ValueError, AttributeError):
                unreadable += 1
    per_worker = Counter(worker for answers in given.values() for worker in answers)
    return WorkerAnswers(
        by_object={object_id: _votes(answers.values()) for object_id, answers in given.items()},
        sources=sources,
        answers_per_worker=tuple(sorted(per_worker.values(), reverse=True)),
        responded=responded,
        unreadable=unreadable,
    )


def agreement_of(answers: WorkerAnswers) -> Agreement:
    """Reckon how far workers agree, and find the objects they disagree on most."""
    several = {object_id: votes for object_id, votes in answers.by_object.items() if _number(votes) > 1}
    disputed = [object_id for object_id, votes in several.items() if len(votes) > 1]
    disputed.sort(key=lambda object_id: _unity(object_id, several[object_id]))
    return Agreement(
        objects=len(several),
        single=sum(_number(votes) == 1 for votes in answers.by_object.values()),
        unanimous=len(several) - len(disputed),
        alpha=krippendorff_alpha(several.values()),
        answers_per_worker=answers.answers_per_worker,
        disputed=tuple(
            Dispute(source_ref=answers.sources[object_id], answers=several[object_id])
            for object_id in disputed[:DISPUTED]
        ),
        confused=_confused(several[object_id] for object_id in disputed),
        unreadable=answers.unreadable,
    )


def krippendorff_alpha(units: Iterable[Votes]) -> float | None:
    """Reckon Krippendorff's alpha for nominal data: 1 is perfect agreement, 0 is chance.

    alpha = 1 - Do / De, with n values in units of two or more, Do = 1/n * sum over units of (m² - sum of n_uc²) / (m - 1)
    and De = (n² - sum of n_c²) / (n * (n - 1)). It allows for units with different numbers of answers. None where all
    values are the same: then nothing could have disagreed.
    """
    observed, values = 0.0, Counter[str]()
    for votes in units:
        size = _number(votes)
        if size > 1:
            observed += (size**2 - sum(number**2 for _, number in votes)) / (size - 1)
            values.update(dict(votes))
    total = values.total()
    by_chance = total**2 - sum(number**2 for number in values.values())
    return 1 - (total - 1) * observed / by_chance if by_chance else None


# --- one line -------------------------------------------------------------------------------------------------------


class _Metadata(msgspec.Struct, frozen=True, gc=False):
    name: str | None = msgspec.field(name="class-name", default=None)
    confidence: float | None = None
    job: str | None = msgspec.field(name="job-name", default=None)


class _Line(msgspec.Struct, gc=False):
    label: int | str | None = None
    metadata: _Metadata = _Metadata()
    source: str = ""
    made: str | None = None
    told: str | None = None


_Kind = tuple[int | str | None, str | None, float | None, str | None]


def _decoder(attribute: str) -> Callable[[bytes], _Line]:
    """Make the decoder that looks at what is counted and steps over the rest; it raises ValueError on odd lines."""
    line = msgspec.defstruct(
        "Line",
        [
            ("label", int | str | None, msgspec.field(name=attribute, default=None)),
            ("metadata", _Metadata, msgspec.field(name=f"{attribute}-metadata", default=_Metadata())),
        ],
        bases=(_Line,),
        gc=False,
    )
    return cast(Callable[[bytes], _Line], msgspec.json.Decoder(line).decode)


def _read_patiently(members: dict[str, Any] | None, attribute: str) -> _Line | Why:
    """Read a line as observed in the wild: numbers as text, metadata missing, keys in custom jobs' spelling."""
    if members is None:
        return Why.UNREADABLE
    label, about = members.get(attribute), members.get(f"{attribute}-metadata")
    if not isinstance(about, dict):
        about = {}
    elif "class-name" not in about:
        about = {key.replace("_", "-"): value for key, value in about.items()}
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    if isinstance(label, bool) or not isinstance(label, int | str | None):
        return Why.NOT_A_CLASS
    return _Line(
        label=label,
        metadata=_Metadata(
            name=_text(about.get("class-name")),
            confidence=_as_number(about.get("confidence")),
            job=_text(about.get("job-name")),
        ),
        source=_source_of(members),
        made=_text(about.get("creation-date")),
        told=_text(about.get("failure-reason")),
    )


def _members(line: bytes) -> dict[str, Any] | None:
    try:
        members = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        return None
    return members if isinstance(members, dict) else None


def _filled(lines: Iterable[bytes]) -> Iterator[bytes]:
    return (line for line in lines if not line.isspace() and line)


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return None if value is None or isinstance(value, dict | list) else str(value)


def _as_number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _source_of(members: Mapping[str, Any]) -> str:
    return _text(members.get("source-ref", members.get("source"))) or ""


def _source(found: _Line | Why, line: bytes) -> str:
    if isinstance(found, _Line) and found.source:
        return found.source
    return _source_of(_members(line) or {}) or line[:80].decode(errors="replace").strip()


def _confidence(value: float | None) -> float | None:
    # AWS writes 0.00 for "not computed", as with one worker; the chosen label of two or more is never that unsure.
    return value if value is not None and 0 < value <= 1 else None


def _when(made: str | None) -> str | None:
    try:
        moment = datetime.fromisoformat(made or "")
        # AWS leaves the zone out and means UTC.
        zoned = moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return made
    return f"{zoned.replace(tzinfo=None).isoformat()}Z"


def _labeled_object(
    position: int, line: bytes, origin: Origin, ours: _LabelsOf, answers: WorkerAnswers | None
) -> LabeledObject:
    members = _members(line)
    found = _read_patiently(members, origin.label_attribute)
    if isinstance(found, Why) or found.label in (None, ""):
        why, told = _reason(found, position, origin, answers)
        label = confidence = made = by = None
    else:
        about, why, told = found.metadata, None, None
        label, confidence, made = ours.label(found.label, about.name), _confidence(about.confidence), _when(found.made)
        by = origin.job.name if ours.made_here(about.job) else _bare(about.job)
    source = _source(found, line)
    own = members or {}
    for key in (origin.label_attribute, f"{origin.label_attribute}-metadata", "source-ref"):
        own.pop(key, None)
    return LabeledObject(
        position=position,
        source_ref=source,
        label=label,
        confidence=confidence,
        labeled_at=made,
        labeled_by=by,
        why=why,
        told=told,
        own=own,
        answers=answers.by_object.get(str(position), ()) if answers else (),
    )


def _reason(found: _Line | Why, position: int, origin: Origin, answers: WorkerAnswers | None) -> tuple[Why, str | None]:
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


# --- sums -----------------------------------------------------------------------------------------------------------


class _LabelsOf:
    """Knows a job's labels and its name, and so what a line's label means."""

    def __init__(self, origin: Origin) -> None:
        self._labels = origin.labels
        self._job = origin.job.key

    def label(self, raw: int | str | None, name: str | None) -> str:
        """Name a label: by its class name, else by its number, which real output has as a number or as text."""
        index = _index(raw)
        if name:
            return name
        if index is None:
            return str(raw)
        return self._labels[index] if 0 <= index < len(self._labels) else str(index)

    def made_here(self, job: str | None) -> bool:
        """Say whether this job gave the label; real output has its name in lower case and behind a prefix."""
        return job is None or _bare(job).lower() == self._job

    def count(self, kinds: Mapping[_Kind, int]) -> dict[str, Any]:
        """Sum up labels, confidences and oddities; there are few kinds, however many lines."""
        counts: Counter[str] = Counter(dict.fromkeys(self._labels, 0))
        sure: Counter[str] = Counter()
        sums: defaultdict[str, float] = defaultdict(float)
        histogram, earlier, renumbered = [0] * BINS, 0, 0
        for (raw, name, confidence, job), number in kinds.items():
            label = self.label(raw, name)
            counts[label] += number
            renumbered += number * self._is_renumbered(raw, label)
            if not self.made_here(job):
                earlier += number
            elif (value := _confidence(confidence)) is not None:
                sure[label] += number
                sums[label] += value * number
                histogram[min(int(value * BINS), BINS - 1)] += number
        return {
            "counts": tuple(
                LabelCount(
                    label=label,
                    count=number,
                    mean_confidence=sums[label] / sure[label] if sure[label] else None,
                    declared=label in self._labels or not self._labels,
                )
                for label, number in self._in_order(counts)
            ),
            "histogram": tuple(histogram),
            "earlier": earlier,
            "renumbered": renumbered,
        }

    def _is_renumbered(self, raw: int | str | None, label: str) -> bool:
        index = _index(raw)
        return index is not None and label in self._labels and self._labels.index(label) != index

    def _in_order(self, counts: Counter[str]) -> Sequence[tuple[str, int]]:
        if self._labels:
            return list(counts.items())
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


class _Reading:
    """Goes through a manifest once: gives back the labeled lines by kind, and keeps what is told apart line by line."""

    def __init__(self, origin: Origin, answers: WorkerAnswers | None) -> None:
        self.ours = _LabelsOf(origin)
        self.objects = 0
        self.least_sure: list[tuple[float, int, bytes]] = []
        self._origin = origin
        self._answers = answers
        self._limit = 1.0  # certainty is not worth a look
        self._numbers: Counter[tuple[Why, str | None]] = Counter()
        self._examples: dict[tuple[Why, str | None], list[str]] = {}

    def kinds(self, lines: Iterable[bytes]) -> Iterator[_Kind]:
        """Yield what is counted of each line that has a label."""
        decode, attribute = _decoder(self._origin.label_attribute), self._origin.label_attribute
        for line in lines:
            try:
                found: _Line | None = decode(line)
            except ValueError:
                if not line.strip():
                    continue
                found = None
            self.objects += 1
            if found is None or found.label is None or found.label == "" or found.metadata.name is None:
                read = _read_patiently(_members(line), attribute)
                if isinstance(read, Why) or read.label in (None, ""):
                    self._keep_unlabeled(read, line)
                    continue
                found = read
            about = found.metadata
            if about.confidence is not None and 0 < about.confidence < self._limit:
                self._keep_doubtful(about, line)
            yield found.label, about.name, about.confidence, about.job

    @property
    def unlabeled(self) -> tuple[Unlabeled, ...]:
        """Give the lines without a label by reason, the most frequent first."""
        return tuple(
            Unlabeled(why=why, told=told, count=number, examples=tuple(self._examples[why, told]))
            for (why, told), number in self._numbers.most_common()
        )

    def _keep_unlabeled(self, found: _Line | Why, line: bytes) -> None:
        reason = _reason(found, self.objects - 1, self._origin, self._answers)
        if reason not in self._numbers and len(self._numbers) >= REASONS:
            reason = reason[0], None
        self._numbers[reason] += 1
        if self._numbers[reason] <= EXAMPLES:
            self._examples.setdefault(reason, []).append(_source(found, line))

    def _keep_doubtful(self, about: _Metadata, line: bytes) -> None:
        if self.ours.made_here(about.job):
            insort(self.least_sure, (about.confidence or 0.0, self.objects - 1, line))
            if len(self.least_sure) > LEAST_SURE:
                self.least_sure.pop()
                self._limit = self.least_sure[-1][0]


def _index(raw: int | str | None) -> int | None:
    if isinstance(raw, int):
        return raw
    return int(raw) if raw is not None and raw.isascii() and raw.isdecimal() else None


def _bare(job: str | None) -> str:
    return (job or "").removeprefix("labeling-job/")


# --- workers --------------------------------------------------------------------------------------------------------


def _entries(content: bytes) -> Sequence[Any]:
    try:
        entries = msgspec.json.decode(content)
    except ValueError:
        return [None]
    return entries if isinstance(entries, list) else [entries]


def _answer(annotation: Mapping[str, Any]) -> tuple[str, str]:
    content = annotation["annotationData"]["content"]
    form = msgspec.json.decode(content) if isinstance(content, str) else content
    # AWS's own template calls the widget crowd-classifier; a team's may use another name.
    answer = form.get("crowd-classifier", next(iter(form.values())) if form else None)
    return str(annotation["workerId"]), str(answer["label"] if isinstance(answer, dict) else answer)


def _votes(labels: Iterable[str]) -> Votes:
    return tuple(sorted(Counter(labels).items(), key=lambda pair: (-pair[1], pair[0])))


def _confused(disputes: Iterable[Votes]) -> tuple[tuple[str, str, int], ...]:
    pairs: Counter[tuple[str, str]] = Counter()
    for votes in disputes:
        pairs.update(combinations(sorted(label for label, _ in votes), 2))
    ordered = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((first, second, number) for (first, second), number in ordered[:CONFUSED])


def _number(votes: Votes) -> int:
    return sum(number for _, number in votes)


def _unity(object_id: str, votes: Votes) -> tuple[float, int, int, str]:
    """Order objects by how split their answers are, then by how many there are, then as the manifest has them."""
    number = _number(votes)
    return votes[0][1] / number, -number, int(object_id) if object_id.isdecimal() else 0, object_id
