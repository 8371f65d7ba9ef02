"""The workers of a work team: how fast they are, how often they are right, and what they answer.

Everything is drawn from the seed, so the same team gives the same answers at the same times. Each job has its workers to
itself: two jobs of one team do not slow each other (a simplification that keeps a job's timeline independent of others).
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

ACCURACY_SPREAD = 0.06  # how far workers deviate from the team's mean
PACE_RANGE = (0.7, 1.5)  # fastest and slowest worker, as factors on the time for a task
THINKING_SPREAD = 0.35  # sigma of the log-normal time for one answer
DECLINE_SECONDS = 6.0  # the time before a worker declines a task

DECLINED: Final = None  # the correct label of a clip that every worker declines


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One worker, with the identity that worker response files show."""

    worker_id: str
    subject: str  # Cognito's or the identity provider's `sub`
    accuracy: float
    pace: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectLabels:
    """The correct label of each clip, by full URI or by file name; a clip that is not named gets one from the seed."""

    known: Mapping[str, str | None]
    seed: int

    def label_of(self, uri: str, labels: Sequence[str]) -> str | None:
        """Return the correct label, or DECLINED for a clip that every worker declines."""
        for key in (uri, uri.rpartition("/")[2]):
            if key in self.known:
                return self.known[key]
        return random.Random(f"{self.seed}/truth/{uri}").choice(labels)


def make_workers(*, team: str, region: str, size: int, accuracy: float, seed: int) -> tuple[Worker, ...]:
    """Return the workers of a team; the prefix of a worker's id is the kind of workforce."""
    workforce = team.partition(":workteam/")[2].partition("-")[0] or "private"
    return tuple(_worker(f"{seed}/{team}/{number}", workforce, region, accuracy) for number in range(size))


def choose_label(worker: Worker, correct: str, labels: Sequence[str], rng: random.Random) -> str:
    """Return a worker's label: the correct one as often as their accuracy, else another at random."""
    others = [label for label in labels if label != correct]
    if correct in labels and (not others or rng.random() < worker.accuracy):
        return correct
    return rng.choice(others)


def answer_seconds(worker: Worker, median: float, limit: float, rng: random.Random) -> float:
    """Return how long one answer takes, always within the task's time limit."""
    return min(median * worker.pace * rng.lognormvariate(0, THINKING_SPREAD), limit * 0.95)


def _worker(name: str, workforce: str, region: str, accuracy: float) -> Worker:
    rng = random.Random(f"worker/{name}")
    deviating = accuracy + rng.uniform(-ACCURACY_SPREAD, ACCURACY_SPREAD)
    digest = hashlib.sha256(name.encode()).digest()
    return Worker(
        worker_id=f"{workforce}.{region}.{digest[:8].hex()}",
        subject=str(uuid.UUID(bytes=digest[8:24], version=4)),
        # Accuracies of 0 and 1 stay exact; tests use them.
        accuracy=accuracy if accuracy in (0.0, 1.0) else min(max(deviating, 0.0), 1.0),
        pace=rng.uniform(*PACE_RANGE),
    )
