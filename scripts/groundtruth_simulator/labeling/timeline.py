"""The values of a job's timeline: statuses, counters, answers, outcomes and snapshots, and the inputs they follow from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from groundtruth_simulator.labeling.input_files import DataObject
from groundtruth_simulator.labeling.workers import CorrectLabels, Worker
from groundtruth_simulator.settings import Settings


class JobStatus(StrEnum):
    """The statuses of a labeling job, named as AWS names them."""

    INITIALIZING = "Initializing"
    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"

    @property
    def is_terminal(self) -> bool:
        """Return whether the status is final."""
        return self in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.STOPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """The number of data objects in each state."""

    human: int = 0
    machine: int = 0
    failed: int = 0
    unlabeled: int = 0

    def after(self, outcomes: Sequence[Outcome]) -> Counters:
        """Return the counters after these outcomes."""
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
    """One worker's answer for one data object."""

    worker: Worker
    label: str
    accepted: float
    submitted: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result for one data object: labeled, or failed because of its clip, declines or time."""

    object: DataObject
    ended: float
    answers: tuple[Answer, ...]
    labeled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The visible state of a job from one point in time on."""

    at: float
    status: JobStatus
    counters: Counters
    outcomes: tuple[Outcome, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRequirements:
    """What the request requires of the workers."""

    workers_per_object: int
    task_limit: float
    availability: float
    max_concurrent: int  # data objects offered to workers at the same time
    max_labeled: int | None = None
    max_percentage: int | None = None
    streaming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineInputs:
    """Everything that a timeline depends on."""

    key: str  # seeds the job's own random numbers
    start: float  # when Initializing ends
    requirements: TaskRequirements
    settings: Settings
    correct_labels: CorrectLabels
    workers: tuple[Worker, ...] = ()
    objects: tuple[DataObject, ...] = ()
    labels: tuple[str, ...] = ()
    fault: str | None = None  # why the job cannot start
    stopped_at: float | None = None
