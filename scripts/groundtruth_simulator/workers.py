"""The people of a work team: how fast they are, how often they are right, and what they answer.

Everything is drawn from the seed, so the same crew gives the same answers at the same times. Each job has its crew to
itself: two jobs of one team do not slow each other (a simplification that keeps a job's life independent of others).
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

ACCURACY_SPREAD = 0.06  # how far workers stray from the crew's mean
PACE_RANGE = (0.7, 1.5)  # slowest and quickest habits, as factors on the time for a task
THINKING_SPREAD = 0.35  # sigma of the log-normal time for one answer
DECLINE_SECONDS = 6.0  # a look at the task before it is handed back

DECLINED: Final = None  # the truth of a clip that every worker declines


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One person, with the identity that worker response files show."""

    worker_id: str
    subject: str  # Cognito's or the identity provider's `sub`
    accuracy: float
    pace: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The right label of each clip, by full URI or by file name; clips not named get one from the seed."""

    known: Mapping[str, str | None]
    seed: int

    def of(self, uri: str, labels: Sequence[str]) -> str | None:
        """Return the right label, or DECLINED for a clip nobody will answer."""
        for key in (uri, uri.rpartition("/")[2]):
            if key in self.known:
                return self.known[key]
        return random.Random(f"{self.seed}/truth/{uri}").choice(labels)


def make_crew(*, team: str, region: str, size: int, accuracy: float, seed: int) -> tuple[Worker, ...]:
    """Return the workers of a team; the prefix of an id is the kind of crowd."""
    crowd = team.partition(":workteam/")[2].partition("-")[0] or "private"
    return tuple(_worker(f"{seed}/{team}/{number}", crowd, region, accuracy) for number in range(size))


def answer(worker: Worker, truth: str, labels: Sequence[str], rng: random.Random) -> str:
    """Return what a worker says: the truth as often as their accuracy, else another label at random."""
    others = [label for label in labels if label != truth]
    if truth in labels and (not others or rng.random() < worker.accuracy):
        return truth
    return rng.choice(others)


def seconds_for(worker: Worker, median: float, limit: float, rng: random.Random) -> float:
    """Return how long one answer takes, always within the task's time limit."""
    return min(median * worker.pace * rng.lognormvariate(0, THINKING_SPREAD), limit * 0.95)


def _worker(name: str, crowd: str, region: str, accuracy: float) -> Worker:
    rng = random.Random(f"worker/{name}")
    strayed = accuracy + rng.uniform(-ACCURACY_SPREAD, ACCURACY_SPREAD)
    digest = hashlib.sha256(name.encode()).digest()
    return Worker(
        worker_id=f"{crowd}.{region}.{digest[:8].hex()}",
        subject=str(uuid.UUID(bytes=digest[8:24], version=4)),
        # Perfect and hopeless crews stay so; tests ask for them.
        accuracy=accuracy if accuracy in (0.0, 1.0) else min(max(strayed, 0.0), 1.0),
        pace=rng.uniform(*PACE_RANGE),
    )
