"""Which reviews of a pull request count as approvals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from groundctl.domain.approval.reviews import Approvals, ReviewState, SubmittedReview, approvals_of
from groundctl.domain.tracking.pull_request import PullRequest

TEN = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
HEAD = "abc1234" + "0" * 33
OTHER = "def4567" + "0" * 33
MERGED = PullRequest(
    number=12, head=HEAD, base_branch="main", author="jon", merged_as="f" * 40, merged_at=TEN + timedelta(hours=1)
)


def a_review(
    login: str = "ann",
    *,
    minutes: int = 0,
    state: ReviewState = ReviewState.APPROVED,
    commit: str = HEAD,
    is_person: bool = True,
) -> SubmittedReview:
    at = TEN + timedelta(minutes=minutes)
    return SubmittedReview(login=login, is_person=is_person, state=state, commit=commit, submitted_at=at)


def judged(*reviews: SubmittedReview, pull_request: PullRequest = MERGED) -> tuple[list[str], tuple[str, ...]]:
    approvals = approvals_of(pull_request, reviews)
    return [approval.login for approval in approvals.counted], approvals.passed_over


def test_an_approval_of_the_head_before_the_merge_counts():
    assert judged(a_review()) == (["ann"], ())


def test_the_oldest_approval_comes_first():
    assert judged(a_review("bob", minutes=5), a_review("ann"))[0] == ["ann", "bob"]


def test_an_approval_of_an_earlier_commit_does_not_count():
    assert judged(a_review(commit=OTHER)) == ([], ("@ann approved def4567, not abc1234",))


def test_the_author_cannot_approve():
    assert judged(a_review("Jon")) == ([], ("@Jon is the author",))


def test_a_bot_cannot_approve():
    assert judged(a_review("helper[bot]", is_person=False)) == ([], ("@helper[bot] is a bot",))


def test_an_approval_at_or_after_the_merge_does_not_count():
    assert judged(a_review(minutes=60)) == ([], ("@ann approved at 2026-11-28 11:00:00 UTC, after the merge",))


def test_an_approval_after_the_merge_does_not_replace_the_one_before_it():
    [approval] = approvals_of(MERGED, [a_review(), a_review(minutes=90)]).counted
    assert approval.at == TEN


def test_a_later_request_for_changes_withdraws_an_approval():
    withdrawn = a_review(minutes=30, state=ReviewState.CHANGES_REQUESTED)
    assert judged(a_review(), withdrawn) == ([], ("@ann asked for changes at 2026-11-28 10:30:00 UTC",))


def test_a_request_for_changes_after_the_merge_withdraws_an_approval_too():
    assert judged(a_review(), a_review(minutes=90, state=ReviewState.CHANGES_REQUESTED))[0] == []


def test_a_dismissed_review_does_not_count():
    dismissed = a_review(state=ReviewState.DISMISSED)
    assert judged(dismissed) == ([], ("the review by @ann of 2026-11-28 10:00:00 UTC was dismissed",))


def test_a_comment_after_an_approval_changes_nothing():
    assert judged(a_review(), a_review(minutes=5, state=ReviewState.COMMENTED))[0] == ["ann"]


def test_an_approval_after_a_request_for_changes_counts():
    asked = a_review(state=ReviewState.CHANGES_REQUESTED)
    assert judged(asked, a_review(minutes=5))[0] == ["ann"]


def test_the_latest_approval_of_a_user_is_the_one_that_counts():
    [approval] = approvals_of(MERGED, [a_review(), a_review("Ann", minutes=41)]).counted
    assert approval.at == TEN + timedelta(minutes=41)


def test_before_the_merge_every_approval_of_the_head_counts():
    still_open = PullRequest(number=12, head=HEAD, base_branch="main", author="jon")
    assert judged(a_review(minutes=500), pull_request=still_open)[0] == ["ann"]


@pytest.mark.parametrize("writers", [set(), {"bob"}])
def test_an_approval_by_a_user_who_may_only_read_does_not_count(writers: set[str]):
    approvals = approvals_of(MERGED, [a_review()]).only_from(writers)
    assert approvals == Approvals(counted=(), passed_over=("@ann may only read",))
