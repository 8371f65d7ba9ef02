"""Reads a review of a pull request."""

from __future__ import annotations

from typing import Any, Final

from groundctl.adapters.github.answers import DELETED_ACCOUNT, member, optional, require_equal, timestamp
from groundctl.domain.approval.reviews import ReviewState, SubmittedReview

# A review that its author has not submitted yet; GitHub shows it to its author only.
_PENDING: Final = "PENDING"


def read_review(answer: object, *, pull_request: int) -> tuple[int, SubmittedReview | None]:
    """Read the id of a review, and the review if it was submitted."""
    number = member(answer, "id", int)
    require_equal(member(answer, "pull_request_url", str).rpartition("/")[2], str(pull_request), "pull request")
    state = member(answer, "state", str)
    if state == _PENDING:
        return number, None
    user: dict[str, Any] | None = optional(answer, "user", dict)
    return number, SubmittedReview(
        login=DELETED_ACCOUNT if user is None else member(user, "login", str),
        is_person=user is not None and member(user, "type", str) == "User",
        state=_state(state),
        # Null if the commit no longer exists.
        commit=optional(answer, "commit_id", str) or "",
        submitted_at=timestamp(answer, "submitted_at"),
    )


def _state(name: str) -> ReviewState:
    # A state that we do not know is no approval, and takes back an earlier approval of the same user.
    try:
        return ReviewState(name)
    except ValueError:
        return ReviewState.DISMISSED
