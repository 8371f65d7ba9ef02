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
from typing import Any, cast

import msgspec

from groundctl.core.observed import ObservedJob, Status, observed_job

BINS = 10
EXAMPLES = 5
LEAST_SURE = 10
DISPUTED = 10
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

    answers_per_worker counts, the busiest first, and names nobody.
    """

    objects: int
    single: int
    unanimous: int
    alpha: float | None
    answers_per_worker: tuple[int, ...]
    disputed: tuple[Dispute, ...]

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
    """What workers answered, by dataset object id and without their names; responded are the ids that got any answer."""

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
    read, ours = _reader(origin.label_attribute), _LabelsOf(origin)
    kinds: Counter[_Kind] = Counter()
    unlabeled: dict[tuple[Why, str | None], list[str]] = {}
    numbers: Counter[tuple[Why, str | None]] = Counter()
    doubtful = _LeastSure()
    position = -1
    for position, line in enumerate(_filled(lines)):
        found = read(line)
        if isinstance(found, _Line) and found.label not in (None, ""):
            about = found.metadata
            kinds[found.label, about.name, about.confidence, about.job] += 1
            if doubtful.wants(about.confidence) and ours.made_here(about.job):
                doubtful.keep(about.confidence, position, line)
        else:
            key = _reason(found, position, origin, answers, numbers)
            numbers[key] += 1
            if numbers[key] <= EXAMPLES:
                unlabeled.setdefault(key, []).append(_source(found, line))
    return Results(
        origin=origin,
        objects=position + 1,
        **ours.count(kinds),
        least_sure=tuple(_labeled_object(at, line, origin, ours, answers) for at, line in doubtful.kept()),
        unlabeled=tuple(
            Unlabeled(why=why, told=told, count=number, examples=tuple(unlabeled[why, told]))
            for (why, told), number in numbers.most_common()
        ),
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
                given[object_id] = dict(_answer(annotation) for annotation in entry["annotations"])
                sources[object_id] = str((entry.get("dataObject") or {}).get("s3Uri", ""))
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


class _Metadata(msgspec.Struct, gc=False):
    name: str | None = msgspec.field(name="class-name", default=None)
    confidence: float | None = None
    job: str | None = msgspec.field(name="job-name", default=None)
    made: str | None = msgspec.field(name="creation-date", default=None)
    told: str | None = msgspec.field(name="failure-reason", default=None)


class _Line(msgspec.Struct, gc=False):
    label: int | str | None = None
    metadata: _Metadata = _Metadata()
    source: str = ""


_Read = Callable[[bytes], _Line | Why]
_Kind = tuple[int | str | None, str | None, float | None, str | None]


def _reader(attribute: str) -> _Read:
    """Make the reader of lines that looks at three keys and steps over the rest; odd lines take the patient way."""
    keys: list[Any] = [
        ("label", int | str | None, msgspec.field(name=attribute, default=None)),
        ("metadata", _Metadata, msgspec.field(name=f"{attribute}-metadata", default=_Metadata())),
        ("source", str, msgspec.field(name="source-ref", default="")),
    ]
    decode = cast(
        Callable[[bytes], _Line],
        msgspec.json.Decoder(msgspec.defstruct("Line", keys, bases=(_Line,), gc=False)).decode,
    )

    def read(line: bytes) -> _Line | Why:
        try:
            found = decode(line)
        except ValueError:
            return _read_patiently(_members(line), attribute)
        if found.label is not None and found.metadata.name is None:
            return _read_patiently(_members(line), attribute)
        return found

    return read


def _read_patiently(members: dict[str, Any] | None, attribute: str) -> _Line | Why:
    """Read a line as observed in the wild: numbers as text, metadata missing, keys in custom jobs' spelling."""
    if members is None:
        return Why.UNREADABLE
    label, metadata = members.get(attribute), members.get(f"{attribute}-metadata")
    about = {key.replace("_", "-"): value for key, value in metadata.items()} if isinstance(metadata, dict) else {}
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
            made=_text(about.get("creation-date")),
            told=_text(about.get("failure-reason")),
        ),
        source=_source_of(members),
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
        zoned = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return made
    return zoned.isoformat().replace("+00:00", "Z")


def _labeled_object(
    position: int, line: bytes, origin: Origin, ours: _LabelsOf, answers: WorkerAnswers | None
) -> LabeledObject:
    members = _members(line)
    attribute = origin.label_attribute
    found = _read_patiently(members, attribute)
    if isinstance(found, _Line) and found.label not in (None, ""):
        about = found.metadata
        earlier = not ours.made_here(about.job)
        shown: dict[str, Any] = {
            "label": ours.label(found.label, about.name),
            "confidence": _confidence(about.confidence),
            "labeled_at": _when(about.made),
            "labeled_by": _bare(about.job) if earlier else origin.job.name,
        }
    else:
        why, told = _reason(found, position, origin, answers)
        shown = {"why": why, "told": told}
    known = {attribute, f"{attribute}-metadata", "source-ref"}
    return LabeledObject(
        position=position,
        source_ref=_source(found, line),
        own={key: value for key, value in (members or {}).items() if key not in known},
        answers=answers.by_object.get(str(position), ()) if answers else (),
        **shown,
    )


def _reason(
    found: _Line | Why,
    position: int,
    origin: Origin,
    answers: WorkerAnswers | None,
    known: Collection[tuple[Why, str | None]] = (),
) -> tuple[Why, str | None]:
    if isinstance(found, Why):
        return found, None
    why = _why(origin.job.status, str(position), answers)
    reason = why, found.metadata.told
    return reason if reason in known or len(known) < REASONS else (why, None)


def _why(status: Status, object_id: str, answers: WorkerAnswers | None) -> Why:
    match status:
        case Status.COMPLETED if answers is None:
            return Why.NO_LABEL
        case Status.COMPLETED if object_id in answers.responded:
            return Why.TOO_FEW
        case Status.COMPLETED:
            return Why.NOBODY
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


class _LeastSure:
    """Keeps the few lines with the lowest confidence."""

    def __init__(self) -> None:
        self._kept: list[tuple[float, int, bytes]] = []
        self._limit = 1.0

    def wants(self, confidence: float | None) -> bool:
        """Say whether a confidence is among the lowest so far; certainty is not worth a look."""
        return confidence is not None and 0 < confidence < self._limit

    def keep(self, confidence: float | None, position: int, line: bytes) -> None:
        """Keep a line, and let go of the surest."""
        insort(self._kept, (confidence or 0.0, position, line))
        if len(self._kept) > LEAST_SURE:
            self._kept.pop()
            self._limit = self._kept[-1][0]

    def kept(self) -> Iterator[tuple[int, bytes]]:
        """Yield the lines kept, the least sure first."""
        return ((position, line) for _, position, line in self._kept)


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


def _number(votes: Votes) -> int:
    return sum(number for _, number in votes)


def _unity(object_id: str, votes: Votes) -> tuple[float, int, int, str]:
    """Order objects by how split their answers are, then by how many there are, then as the manifest has them."""
    number = _number(votes)
    return votes[0][1] / number, -number, int(object_id) if object_id.isdecimal() else 0, object_id
