"""The reviews of a pull request, and which of them count as approvals."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from groundctl.domain.tracking.pull_request import PullRequest


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """An approval by a person other than the author, of the head commit, before the merge."""

    login: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """The approvals of a pull request that count, and why each other review does not."""

    counted: tuple[Approval, ...] = ()
    passed_over: tuple[str, ...] = ()

    def only_from(self, writers: Collection[str]) -> Approvals:
        """Leave out the approvals of users who may not write to the repository."""
        readers = [approval for approval in self.counted if approval.login not in writers]
        return Approvals(
            counted=tuple(approval for approval in self.counted if approval.login in writers),
            passed_over=(*self.passed_over, *(f"{mention(each.login)} may only read" for each in readers)),
        )


def approvals_of(pull_request: PullRequest, reviews: Iterable[SubmittedReview]) -> Approvals:
    """Select the approvals that may count, the oldest first; whether their authors may write is asked apart.

    Of each user, the latest review counts that is not a comment. An approval after the merge replaces no earlier one,
    because it cannot have been a reason for the merge.
    """
    latest: dict[str, SubmittedReview] = {}
    for review in sorted(reviews, key=lambda review: review.submitted_at):
        before = latest.get(review.login.lower())
        is_late = review.state is ReviewState.APPROVED and _is_after_merge(review, pull_request)
        if review.state is not ReviewState.COMMENTED and not (is_late and before):
            latest[review.login.lower()] = review
    counted, passed_over = [], []
    for review in sorted(latest.values(), key=lambda review: review.submitted_at):
        if reason := _why_not(review, pull_request):
            passed_over.append(reason)
        else:
            counted.append(Approval(login=review.login, at=review.submitted_at))
    return Approvals(counted=tuple(counted), passed_over=tuple(passed_over))


def mention(login: str) -> str:
    """Write a login as people know it."""
    return f"@{login}"


def clock(moment: datetime) -> str:
    """Write a time as GitHub and S3 have it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _why_not(review: SubmittedReview, pull_request: PullRequest) -> str:
    """Return why a user's latest review is no approval; empty if it is one."""
    who = mention(review.login)
    match review.state:
        case ReviewState.CHANGES_REQUESTED:
            return f"{who} asked for changes at {clock(review.submitted_at)}"
        case ReviewState.DISMISSED:
            return f"the review by {who} of {clock(review.submitted_at)} was dismissed"
    if not review.is_person:
        return f"{who} is a bot"
    if review.login.lower() == pull_request.author.lower():
        return f"{who} is the author"
    if review.commit != pull_request.head:
        return f"{who} approved {review.commit[:7]}, not {pull_request.head[:7]}"
    if _is_after_merge(review, pull_request):
        return f"{who} approved at {clock(review.submitted_at)}, after the merge"
    return ""


def _is_after_merge(review: SubmittedReview, pull_request: PullRequest) -> bool:
    return pull_request.merged_at is not None and review.submitted_at >= pull_request.merged_at
