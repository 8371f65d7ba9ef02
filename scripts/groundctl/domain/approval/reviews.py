"""The reviews of a pull request, and which of them count as approvals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReviewState(StrEnum):
    """The state of a submitted review, in GitHub's words."""

    APPROVED = "APPROVED"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    COMMENTED = "COMMENTED"
    DISMISSED = "DISMISSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedReview:
    """A review of a pull request.

    commit is the one that the reviewer's client named, and not proof of what was looked at. A dismissed review keeps
    its time.
    """

    login: str
    is_person: bool
    state: ReviewState
    commit: str
    submitted_at: datetime
