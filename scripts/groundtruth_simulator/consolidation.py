"""Annotation consolidation: one label and a confidence out of several answers.

AWS calls its method for classification "a variant of the Expectation Maximization approach" and names none for video.
This is the simplest of that family, the one-coin model of Dawid and Skene: a worker is right with one probability,
whatever the label, and wrong evenly otherwise. One call sees one batch, as one call of the consolidation Lambda does.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ROUNDS = 20
SETTLED = 1e-4
PRIOR_RIGHT, PRIOR_WRONG = 8.0, 2.0  # a worker counts as 80 % right until the batch says otherwise
LEAST, MOST = 0.05, 0.99  # keeps a flawless worker's likelihoods finite

Answers = Mapping[str, str]  # worker id to label
Belief = dict[str, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The consolidated label of one object; two decimals of confidence, 0.0 where one answer gives no basis."""

    label: str
    confidence: float


def consolidate(batch: Sequence[Answers], labels: Sequence[str]) -> list[Verdict]:
    """Return a verdict for each object of a batch, in order; each object has at least one answer."""
    beliefs = [_by_vote(answers) for answers in batch]
    for _ in range(ROUNDS):
        accuracy = _accuracies(batch, beliefs)
        updated = [_believe(answers, accuracy, len(labels)) for answers in batch]
        moved = max((_distance(*pair) for pair in zip(beliefs, updated, strict=True)), default=0.0)
        beliefs = updated
        if moved < SETTLED:
            break
    return [_verdict(answers, belief, labels) for answers, belief in zip(batch, beliefs, strict=True)]


def _by_vote(answers: Answers) -> Belief:
    votes = Counter(answers.values())
    return {label: count / len(answers) for label, count in votes.items()}


def _accuracies(batch: Sequence[Answers], beliefs: Sequence[Belief]) -> dict[str, float]:
    right: dict[str, float] = defaultdict(float)
    given: Counter[str] = Counter()
    for answers, belief in zip(batch, beliefs, strict=True):
        for worker, label in answers.items():
            right[worker] += belief[label]
            given[worker] += 1
    return {
        worker: min(max((right[worker] + PRIOR_RIGHT) / (count + PRIOR_RIGHT + PRIOR_WRONG), LEAST), MOST)
        for worker, count in given.items()
    }


def _believe(answers: Answers, accuracy: Mapping[str, float], label_count: int) -> Belief:
    others = max(label_count - 1, 1)
    # Every label nobody chose has the same likelihood: one term stands for them all.
    nobody = math.prod((1 - accuracy[worker]) / others for worker in answers)
    weights = {
        label: math.prod(accuracy[w] if said == label else (1 - accuracy[w]) / others for w, said in answers.items())
        for label in set(answers.values())
    }
    total = sum(weights.values()) + nobody * max(label_count - len(weights), 0)
    return {label: weight / total for label, weight in weights.items()}


def _distance(before: Belief, after: Belief) -> float:
    return max(abs(before[label] - after[label]) for label in after)


def _verdict(answers: Answers, belief: Belief, labels: Sequence[str]) -> Verdict:
    best = max(belief, key=lambda label: (round(belief[label], 9), -labels.index(label)))
    return Verdict(best, round(belief[best], 2) if len(answers) > 1 else 0.0)
