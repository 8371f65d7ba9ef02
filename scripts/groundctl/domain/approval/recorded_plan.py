"""A recorded plan: the plan of a pull request that main's own workflow wrote to S3, once, where no other role may write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanName:
    """What a recorded plan is of: a pull request's head commit, as one attempt of one run planned it."""

    pull_request: int
    head: str
    run_id: int
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan:
    """A recorded plan on S3; written_at is S3's own time, which the writer cannot choose."""

    name: PlanName
    written_at: datetime
