"""Annotation consolidation: one label and a confidence from several answers.

AWS calls its method for classification "a variant of the Expectation Maximization approach" and names none for video.
This is the simplest of that family, the one-coin model of Dawid and Skene: a worker is right with one probability for
every label, and all wrong labels are equally likely. One call sees one batch, as one call of the consolidation Lambda does.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MAX_ITERATIONS = 20
TOLERANCE = 1e-4
PRIOR_RIGHT, PRIOR_WRONG = 8.0, 2.0  # before any answers, a worker counts as 80% right
MIN_ACCURACY, MAX_ACCURACY = 0.05, 0.99  # keeps the likelihoods of a perfect worker finite

Answers = Mapping[str, str]  # worker id to label
Posterior = dict[str, float]


@dataclass(frozen=True, slots=True)
class ConsolidatedLabel:
    """The consolidated label of one data object; confidence has two decimals, and is 0.0 with a single answer."""

    label: str
    confidence: float


def consolidate(batch: Sequence[Answers], labels: Sequence[str]) -> list[ConsolidatedLabel]:
    """Return a label for each object of a batch, in order; each object must have at least one answer."""
    posteriors = [_vote_shares(answers) for answers in batch]
    for _ in range(MAX_ITERATIONS):
        accuracy = _accuracies(batch, posteriors)
        updated = [_posterior(answers, accuracy, len(labels)) for answers in batch]
        change = max((_distance(*pair) for pair in zip(posteriors, updated, strict=True)), default=0.0)
        posteriors = updated
        if change < TOLERANCE:
            break
    return [
        _consolidated_label(answers, posterior, labels) for answers, posterior in zip(batch, posteriors, strict=True)
    ]


def _vote_shares(answers: Answers) -> Posterior:
    votes = Counter(answers.values())
    return {label: count / len(answers) for label, count in votes.items()}


def _accuracies(batch: Sequence[Answers], posteriors: Sequence[Posterior]) -> dict[str, float]:
    right: dict[str, float] = defaultdict(float)
    given: Counter[str] = Counter()
    for answers, posterior in zip(batch, posteriors, strict=True):
        for worker, label in answers.items():
            right[worker] += posterior[label]
            given[worker] += 1
    return {
        worker: min(
            max((right[worker] + PRIOR_RIGHT) / (count + PRIOR_RIGHT + PRIOR_WRONG), MIN_ACCURACY), MAX_ACCURACY
        )
        for worker, count in given.items()
    }


def _posterior(answers: Answers, accuracy: Mapping[str, float], label_count: int) -> Posterior:
    others = max(label_count - 1, 1)
    # All labels without an answer have the same likelihood, so one term covers them.
    unchosen = math.prod((1 - accuracy[worker]) / others for worker in answers)
    weights = {
        label: math.prod(
            accuracy[w] if answer == label else (1 - accuracy[w]) / others for w, answer in answers.items()
        )
        for label in set(answers.values())
    }
    total = sum(weights.values()) + unchosen * max(label_count - len(weights), 0)
    return {label: weight / total for label, weight in weights.items()}


def _distance(before: Posterior, after: Posterior) -> float:
    return max(abs(before[label] - after[label]) for label in after)


def _consolidated_label(answers: Answers, posterior: Posterior, labels: Sequence[str]) -> ConsolidatedLabel:
    best = max(posterior, key=lambda label: (round(posterior[label], 9), -labels.index(label)))
    return ConsolidatedLabel(best, round(posterior[best], 2) if len(answers) > 1 else 0.0)
