"""What workers answered, and how far they agree: counts, Krippendorff's alpha, and the objects they dispute.

Who a worker is never leaves `read_answers`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import msgspec

DISPUTED = 10
CONFUSED = 5

# Labels with how often each was given to one object, the most frequent first.
Votes = tuple[tuple[str, int], ...]


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


def _confused(disputes: Iterable[Votes]) -> tuple[tuple[str, str, int], ...]:
    pairs: Counter[tuple[str, str]] = Counter()
    for votes in disputes:
        pairs.update(combinations(sorted(label for label, _ in votes), 2))
    ordered = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((first, second, number) for (first, second), number in ordered[:CONFUSED])
