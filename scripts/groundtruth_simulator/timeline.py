"""The words of a job's life: statuses, counters, answers, outcomes, moments, and the script they follow from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from groundtruth_simulator.inputs import DataObject
from groundtruth_simulator.settings import Settings
from groundtruth_simulator.workers import Truth, Worker


class JobStatus(StrEnum):
    """The statuses of a labeling job, in AWS's words."""

    INITIALIZING = "Initializing"
    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"

    @property
    def is_terminal(self) -> bool:
        """Tell whether nothing comes after it."""
        return self in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.STOPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """How many data objects are in which state."""

    human: int = 0
    machine: int = 0
    failed: int = 0
    unlabeled: int = 0

    def after(self, outcomes: Sequence[Outcome]) -> Counters:
        """Return the counters once these outcomes are in."""
        labeled = sum(outcome.labeled for outcome in outcomes)
        failed = len(outcomes) - labeled
        return replace(
            self,
            human=self.human + labeled,
            failed=self.failed + failed,
            unlabeled=self.unlabeled - len(outcomes),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one worker said about one object."""

    worker: Worker
    label: str
    accepted: float
    submitted: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The end of one object: labeled, or failed because of clip, declines or time."""

    object: DataObject
    ended: float
    answers: tuple[Answer, ...]
    labeled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time at which something about the job changes for everyone to see."""

    at: float
    status: JobStatus
    counters: Counters
    outcomes: tuple[Outcome, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the request asks of the workers."""

    workers_per_object: int
    task_limit: float
    availability: float
    window: int  # data objects in flight at once
    max_labeled: int | None = None
    max_percentage: int | None = None
    streaming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Everything a timeline depends on."""

    key: str  # names the job's own stream of chance
    start: float  # when Initializing ends
    order: Order
    settings: Settings
    truth: Truth
    crew: tuple[Worker, ...] = ()
    objects: tuple[DataObject, ...] = ()
    labels: tuple[str, ...] = ()
    fault: str | None = None  # why the job can not start
    stopped_at: float | None = None
