"""Comments on pull requests: found again, kept in the order of runs, and reported when they cannot be posted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundctl.app.publish import SHORT_LIMIT, Delivery
from groundctl.domain.tracking.comment_marker import CommentMarker, Stage, marker_line, read_marker
from groundctl.domain.tracking.pull_request import PostedComment, PullRequest
from groundctl.errors import ExternalError, RefusedByGitHub, UnclearFromGitHub
from support.fakes import FakePullRequests
from support.publishing import publish

HEAD = "4f0c2a9b"
MARKER = CommentMarker(environment="production", stage=Stage.PLANNED, head=HEAD, run=1, attempt=1, content="")
OPEN = PullRequest(number=12, head=HEAD, base_branch="main")


def bodies(github: FakePullRequests) -> list[str]:
    """The comments without their first lines."""
    return [comment.body.split("\n", 1)[1].strip() for comment in github.posted.get(12, ())]


def test_the_first_run_posts_and_the_next_edits_the_same_comment():
    github = FakePullRequests(OPEN)

    first = publish(github, "2 to create", run=1)
    second = publish(github, "3 to create", run=2)

    assert (first.delivery, second.delivery) == (Delivery.POSTED, Delivery.EDITED)
    assert bodies(github) == ["3 to create\n\nrun 2"]


def test_a_run_reports_what_it_did_even_if_a_newer_run_reported_while_it_waited_for_approval():
    github = FakePullRequests(OPEN)
    publish(github, "not created yet", run=110, stage=Stage.MERGED)

    late = publish(github, "AWS refused it", run=100, stage=Stage.MERGED, force=True)
    after = publish(github, "not created", run=111, stage=Stage.MERGED)

    assert (late.delivery, after.delivery) == (Delivery.EDITED, Delivery.EDITED)
    assert bodies(github) == ["not created\n\nrun 111"]


def test_a_comment_with_the_same_text_is_not_edited():
    github = FakePullRequests(OPEN)
    publish(github)

    assert publish(github).delivery is Delivery.UNCHANGED


def test_an_older_run_does_not_overwrite_the_report_of_a_newer_run():
    github = FakePullRequests(OPEN)
    publish(github, "new", run=9)

    late = publish(github, "old", run=8, attempt=3)

    assert late.delivery is Delivery.OVERTAKEN
    assert bodies(github) == ["new\n\nrun 9"]


def test_a_run_for_a_commit_that_is_no_longer_the_head_posts_nothing():
    github = FakePullRequests(OPEN)

    assert publish(github, head="0000000").delivery is Delivery.OVERTAKEN
    assert github.posted == {}


def test_a_plan_never_overwrites_a_report_from_after_the_merge():
    github = FakePullRequests(OPEN)
    publish(github, "created", run=5, stage=Stage.MERGED)

    assert publish(github, "2 to create", run=6).delivery is Delivery.OVERTAKEN


def test_after_the_merge_a_run_that_finds_nothing_new_does_not_edit():
    github = FakePullRequests(OPEN)
    publish(github, "3 of 8 labeled", run=5, stage=Stage.MERGED)

    again = publish(github, "3 of 8 labeled", run=6, stage=Stage.MERGED)
    further = publish(github, "4 of 8 labeled", run=7, stage=Stage.MERGED)

    assert (again.delivery, further.delivery) == (Delivery.UNCHANGED, Delivery.EDITED)


@given(st.permutations([(run, attempt) for run in (1, 2, 3) for attempt in (1, 2)]))
def test_the_newest_run_wins_in_any_order_of_runs(order: list[tuple[int, int]]):
    github = FakePullRequests(OPEN)

    for run, attempt in order:
        publish(github, f"written by {run}.{attempt}", run=run, attempt=attempt)

    assert bodies(github) == ["written by 3.2\n\nrun 3"]


def test_comments_with_a_copied_marker_are_not_edited():
    github = FakePullRequests(OPEN)
    spoofed = marker_line(replace(MARKER, run=10**9, content="ab")) + "\nAll is well"
    github.somebody_posts(12, spoofed, author="mallory")
    github.somebody_posts(12, spoofed, author="another[bot]")

    assert publish(github).delivery is Delivery.POSTED
    assert [comment.body for comment in github.posted[12][:2]] == [spoofed, spoofed]


def test_a_comment_that_is_deleted_between_reading_and_editing_is_posted_again():
    class Deleting(FakePullRequests):
        def comments(self, number: int) -> Iterator[PostedComment]:
            found = list(super().comments(number))
            if self.is_deleting:
                self.posted.clear()
            self.is_deleting = False
            yield from found

        is_deleting = False

    github = Deleting(OPEN)
    publish(github, run=1)
    github.is_deleting = True

    assert publish(github, "newer", run=2).delivery is Delivery.POSTED
    assert bodies(github) == ["newer\n\nrun 2"]


def test_a_comment_that_is_too_long_for_this_server_is_shortened_once():
    class Strict(FakePullRequests):
        def post_comment(self, number: int, body: str) -> None:
            if len(body) > 30_000:
                raise RefusedByGitHub("body is too long", hint="", status=422)
            super().post_comment(number, body)

    github = Strict(OPEN)

    assert publish(github, "x" * 50_000).delivery is Delivery.POSTED
    assert len(bodies(github)[0]) <= SHORT_LIMIT + 20


def test_a_post_whose_response_was_lost_is_not_repeated():
    class Losing(FakePullRequests):
        def post_comment(self, number: int, body: str) -> None:
            super().post_comment(number, body)
            raise UnclearFromGitHub("GitHub did not answer", hint="look")

    github = Losing(OPEN)

    assert publish(github).delivery is Delivery.POSTED
    assert len(github.posted[12]) == 1


@pytest.mark.parametrize(
    "fault",
    [
        RefusedByGitHub("GitHub refused commenting: 403 locked", hint="unlock it", status=403),
        UnclearFromGitHub("GitHub did not answer", hint="look"),
        ExternalError("GitHub's rate limit was reached", hint="later"),
    ],
    ids=["locked", "lost", "limited"],
)
def test_a_comment_that_cannot_be_posted_is_returned_with_the_error(fault: ExternalError):
    class Refusing(FakePullRequests):
        def post_comment(self, number: int, body: str) -> None:  # noqa: ARG002 - the port's signature
            raise fault

    published = publish(Refusing(OPEN))

    assert (published.delivery, published.error, published.hint) == (Delivery.FAILED, fault.message, fault.hint)


def test_update_only_edits_a_comment_but_posts_none():
    github = FakePullRequests(OPEN)

    assert publish(github, "nothing", update_only=True).delivery is Delivery.NOT_NEEDED
    publish(github, "2 to create", run=1)
    assert publish(github, "nothing", run=2, update_only=True).delivery is Delivery.EDITED


def test_the_marker_holds_a_digest_of_the_visible_content():
    github = FakePullRequests(OPEN)
    publish(github, "one", run=1)
    publish(github, "one", run=2)
    first = read_marker(github.posted[12][0].body)
    publish(github, "two", run=3)
    second = read_marker(github.posted[12][0].body)

    assert first
    assert second
    assert first.content != second.content
