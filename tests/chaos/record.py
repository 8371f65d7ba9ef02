"""What the simulator and the proxy know, as the oracle reads it: jobs, the clips sent to workers, and what a run asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chaos import faults
from chaos.proxy import Delivery
from groundtruth_simulator.simulator import Simulator

READS = {faults.GET, faults.LIST, faults.DESCRIBE, faults.LIST_OBJECTS, faults.ACCOUNT, "HEAD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKey:
    """A job's name as AWS compares it."""

    region: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A labeling job, as the service itself knows it."""

    key: JobKey
    created: datetime
    status: str
    labels: frozenset[str]
    sent: Counter[str]  # the clips that workers get, and how often
    labeled: frozenset[str]
    has_output: bool

    @property
    def has_ended(self) -> bool:
        """Return whether workers get nothing of it any more."""
        return self.status in {"Completed", "Failed", "Stopped"}

    @property
    def free(self) -> frozenset[str]:
        """Return the clips that it ended without a label for."""
        return frozenset(self.sent) - self.labeled if self.has_ended else frozenset()


def jobs_of(simulator: Simulator) -> dict[JobKey, JobRecord]:
    """Return all jobs, in the order of their creation within a Region."""
    jobs = map(_job, simulator.jobs())
    return {job.key: job for job in jobs}


def creates_of(run: str, deliveries: Sequence[Delivery], *, late: bool = True) -> set[str]:
    """Return the names, in lower case, of the jobs that requests of a run have created."""
    return {
        each.target.lower()
        for each in deliveries
        if each.run == run and each.operation == faults.CREATE and each.status == 200 and (late or not each.is_late)
    }


def changes_of(run: str, deliveries: Sequence[Delivery]) -> list[str]:
    """Return what requests of a run have changed."""
    return [
        f"{each.operation} {each.target}"
        for each in deliveries
        if each.run == run and each.operation not in READS and each.status < 300
    ]


def _job(record: dict[str, Any]) -> JobRecord:
    objects = record["objects"]
    return JobRecord(
        key=JobKey(region=record["arn"].split(":")[3], name=record["name"].lower()),
        created=datetime.fromisoformat(record["created"]),
        status=record["status"],
        labels=frozenset(record["labels"]),
        sent=Counter(each["uri"] for each in objects if each["sent"]),
        labeled=frozenset(each["uri"] for each in objects if each["labeled"]),
        has_output=record["has_output"],
    )
