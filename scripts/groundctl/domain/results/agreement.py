"""Worker agreement: answer counts, Krippendorff's alpha, and the objects on which answers differ most.

The identity of a worker never leaves `read_answers`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any

import msgspec

MAX_DISPUTED = 10
MAX_CONFUSED = 5

# The labels given to one object with their counts, most frequent first.
Votes = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerAnswers:
    """The answers of all workers by dataset object ID, without worker IDs.

    `responded` holds the IDs of objects with any answer; `unreadable` counts entries that could not be parsed.
    """

    by_object: Mapping[str, Votes]
    sources: Mapping[str, str]
    answers_per_worker: tuple[int, ...]
    responded: Collection[str] = frozenset()
    unreadable: int = 0
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def not_read(self) -> int:
        """Count the objects that have answers, but none that were read."""
        return sum(object_id != "" and object_id not in self.by_object for object_id in self.responded)

    def object_id(self, position: int, source: str) -> str:
        """Find the ID of the object in a line: its position, unless lines before it were lost or added."""
        by_position = str(position)
        if not source or self.sources.get(by_position, "") in {"", source}:
            return by_position
        return self.ids.get(source, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """An object with differing answers."""

    source_ref: str
    answers: Votes


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Agreement on objects with two or more answers; `alpha` is None if it is undefined.

    `confused` holds pairs of labels given to the same object, most frequent first. `answers_per_worker` holds counts,
    highest first, and no IDs.
    """

    objects: int
    single: int
    unanimous: int
    alpha: float | None
    answers_per_worker: tuple[int, ...]
    disputed: tuple[Dispute, ...]
    confused: tuple[tuple[str, str, int], ...] = ()
    unreadable: int = 0
    not_read: int = 0

    @property
    def answers(self) -> int:
        """Return the number of all answers."""
        return sum(self.answers_per_worker)


def read_answers(files: Iterable[bytes], responded: Collection[str] = frozenset()) -> WorkerAnswers:
    """Parse consolidation requests in chronological order; for an object that occurs twice, the later request counts."""
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
            except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
                unreadable += 1
    return _worker_answers(given, sources, responded, unreadable)


def read_responses(
    files: Iterable[tuple[str, bytes]], sources: Mapping[str, str], responded: Collection[str]
) -> WorkerAnswers:
    """Parse worker responses, with the object's ID for each, in chronological order; `sources` names the objects."""
    given: dict[str, dict[str, str]] = {}
    unreadable = 0
    for object_id, content in files:
        for response in _responses(content):
            try:
                form = response["answerContent"]
                given.setdefault(object_id, {})[str(response["workerId"])] = _label_in(form)
            except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
                unreadable += 1
    return _worker_answers(given, {each: sources.get(each, "") for each in given}, responded, unreadable)


def _worker_answers(
    given: Mapping[str, Mapping[str, str]], sources: Mapping[str, str], responded: Collection[str], unreadable: int
) -> WorkerAnswers:
    per_worker = Counter(worker for answers in given.values() for worker in answers)
    return WorkerAnswers(
        by_object={object_id: _votes(answers.values()) for object_id, answers in given.items()},
        sources=sources,
        answers_per_worker=tuple(sorted(per_worker.values(), reverse=True)),
        responded=responded,
        unreadable=unreadable,
        ids={source: object_id for object_id, source in sources.items() if source},
    )


def agreement_of(answers: WorkerAnswers) -> Agreement:
    """Compute agreement, and find the most disputed objects."""
    several = {object_id: votes for object_id, votes in answers.by_object.items() if _number(votes) > 1}
    disputed = [object_id for object_id, votes in several.items() if len(votes) > 1]
    disputed.sort(key=lambda object_id: _dispute_order(object_id, several[object_id]))
    return Agreement(
        objects=len(several),
        single=sum(_number(votes) == 1 for votes in answers.by_object.values()),
        unanimous=len(several) - len(disputed),
        alpha=krippendorff_alpha(several.values()),
        answers_per_worker=answers.answers_per_worker,
        disputed=tuple(
            Dispute(source_ref=answers.sources[object_id], answers=several[object_id])
            for object_id in disputed[:MAX_DISPUTED]
        ),
        confused=_confused(several[object_id] for object_id in disputed),
        unreadable=answers.unreadable,
        not_read=answers.not_read,
    )


def krippendorff_alpha(units: Iterable[Votes]) -> float | None:
    """Compute Krippendorff's alpha for nominal data: 1 is perfect agreement, 0 is chance.

    alpha = 1 - Do / De, with n values in units of two or more, Do = 1/n * sum over units of (m² - sum of n_uc²) / (m - 1)
    and De = (n² - sum of n_c²) / (n * (n - 1)). Units may have different numbers of answers. Returns None if all values
    are the same, because alpha is then undefined.
    """
    disagreeing, values = Counter[int](), Counter[str]()  # the sums of each divisor are whole numbers
    for votes in units:
        size = _number(votes)
        if size > 1:
            disagreeing[size - 1] += size**2 - sum(number**2 for _, number in votes)
            values.update(dict(votes))
    observed = sum((Fraction(number, divisor) for divisor, number in disagreeing.items()), Fraction())
    total = values.total()
    by_chance = total**2 - sum(number**2 for number in values.values())
    return float(1 - (total - 1) * observed / by_chance) if by_chance else None


def _entries(content: bytes) -> Sequence[Any]:
    try:
        entries = msgspec.json.decode(content)
    except (ValueError, RecursionError):
        return [None]
    return entries if isinstance(entries, list) else [entries]


def _answer(annotation: Mapping[str, Any]) -> tuple[str, str]:
    content = annotation["annotationData"]["content"]
    form = msgspec.json.decode(content) if isinstance(content, str) else content
    return str(annotation["workerId"]), _label_in(form)


def _responses(content: bytes) -> Sequence[Any]:
    entries = _entries(content)
    response = entries[0] if len(entries) == 1 else None
    answers = response.get("answers") if isinstance(response, dict) else None
    return answers if isinstance(answers, list) else [None]


def _label_in(form: Mapping[str, Any]) -> str:
    # AWS's default template names the widget crowd-classifier; a custom template may use another name.
    answer = form.get("crowd-classifier", next(iter(form.values())) if form else None)
    return str(answer["label"] if isinstance(answer, dict) else answer)


def _votes(labels: Iterable[str]) -> Votes:
    return tuple(sorted(Counter(labels).items(), key=lambda pair: (-pair[1], pair[0])))


def _number(votes: Votes) -> int:
    return sum(number for _, number in votes)


def _dispute_order(object_id: str, votes: Votes) -> tuple[float, int, int, str]:
    """Sort by the share of the leading label, then by the number of answers, then by position in the manifest."""
    number = _number(votes)
    return votes[0][1] / number, -number, int(object_id) if object_id.isdecimal() else 0, object_id


def _confused(disputes: Iterable[Votes]) -> tuple[tuple[str, str, int], ...]:
    pairs: Counter[tuple[str, str]] = Counter()
    for votes in disputes:
        pairs.update(combinations(sorted(label for label, _ in votes), 2))
    ordered = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((first, second, number) for (first, second), number in ordered[:MAX_CONFUSED])
