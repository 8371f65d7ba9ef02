"""A comment does not lie: it is found again, kept in order, and told missing when it is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundctl.app.publish import SHORT, CommentRequest, Delivery, deliver
from groundctl.domain.tracking.comment_marker import CommentMarker, Stage, marker_line, read_marker
from groundctl.domain.tracking.pull_request import PostedComment, PullRequest
from groundctl.errors import ExternalError, RefusedByGitHub, UnclearFromGitHub
from support.fakes import FakePullRequests

HEAD = "4f0c2a9b"
BOT = "github-actions[bot]"
OPEN = PullRequest(number=12, head=HEAD, base_branch="main")


def a_letter(
    content: str = "2 to create",
    *,
    run: int = 1,
    attempt: int = 1,
    stage: Stage = Stage.PLANNED,
    head: str = HEAD,
    environment: str = "production",
    update_only: bool = False,
    did: bool = False,
) -> CommentRequest:
    stamp = CommentMarker(environment=environment, stage=stage, head=head, run=run, attempt=attempt, content="")
    return CommentRequest(
        author=BOT,
        stamp=stamp,
        write=lambda limit: (content[:limit], f"run {run}"),
        limit=60_000,
        update_only=update_only,
        did=did,
    )


def bodies(emulator: FakePullRequests) -> list[str]:
    """The comments without their first lines."""
    return [comment.body.split("\n", 1)[1].strip() for comment in emulator.posted.get(12, ())]


def test_the_first_run_posts_and_the_next_edits_the_same_comment():
    emulator = FakePullRequests(OPEN)

    first = deliver(a_letter("2 to create", run=1), 12, emulator)
    second = deliver(a_letter("3 to create", run=2), 12, emulator)

    assert (first.delivery, second.delivery) == (Delivery.POSTED, Delivery.EDITED)
    assert bodies(emulator) == ["3 to create\n\nrun 2"]


def test_what_a_run_has_done_is_told_though_a_report_came_in_between_while_it_waited_for_a_person():
    emulator = FakePullRequests(OPEN)
    deliver(a_letter("not created yet", run=110, stage=Stage.MERGED), 12, emulator)

    late = deliver(a_letter("AWS refused it", run=100, stage=Stage.MERGED, did=True), 12, emulator)
    after = deliver(a_letter("not created", run=111, stage=Stage.MERGED), 12, emulator)

    assert (late.delivery, after.delivery) == (Delivery.EDITED, Delivery.EDITED)
    assert bodies(emulator) == ["not created\n\nrun 111"]


def test_a_comment_that_says_it_already_is_left_alone():
    emulator = FakePullRequests(OPEN)
    deliver(a_letter(), 12, emulator)

    assert deliver(a_letter(), 12, emulator).delivery is Delivery.UNCHANGED


def test_an_older_run_does_not_overwrite_a_newer_verdict():
    emulator = FakePullRequests(OPEN)
    deliver(a_letter("new", run=9), 12, emulator)

    late = deliver(a_letter("old", run=8, attempt=3), 12, emulator)

    assert late.delivery is Delivery.OVERTAKEN
    assert bodies(emulator) == ["new\n\nrun 9"]


def test_a_run_for_a_commit_that_is_no_longer_the_head_keeps_silent():
    emulator = FakePullRequests(OPEN)

    assert deliver(a_letter(head="0000000"), 12, emulator).delivery is Delivery.OVERTAKEN
    assert emulator.posted == {}


def test_nothing_said_before_the_merge_overwrites_what_was_said_after_it():
    emulator = FakePullRequests(OPEN)
    deliver(a_letter("created", run=5, stage=Stage.MERGED), 12, emulator)

    assert deliver(a_letter("2 to create", run=6), 12, emulator).delivery is Delivery.OVERTAKEN


def test_after_the_merge_a_run_that_finds_the_same_leaves_no_edit():
    emulator = FakePullRequests(OPEN)
    deliver(a_letter("3 of 8 labeled", run=5, stage=Stage.MERGED), 12, emulator)

    again = deliver(a_letter("3 of 8 labeled", run=6, stage=Stage.MERGED), 12, emulator)
    further = deliver(a_letter("4 of 8 labeled", run=7, stage=Stage.MERGED), 12, emulator)

    assert (again.delivery, further.delivery) == (Delivery.UNCHANGED, Delivery.EDITED)


@given(st.permutations([(run, attempt) for run in (1, 2, 3) for attempt in (1, 2)]))
def test_whatever_the_order_of_runs_the_newest_has_the_last_word(order: list[tuple[int, int]]):
    emulator = FakePullRequests(OPEN)

    for run, attempt in order:
        deliver(a_letter(f"said by {run}.{attempt}", run=run, attempt=attempt), 12, emulator)

    assert bodies(emulator) == ["said by 3.2\n\nrun 3"]


def test_a_spoofed_stamp_and_another_bot_are_left_untouched():
    emulator = FakePullRequests(OPEN)
    spoofed = marker_line(replace(a_letter().stamp, run=10**9, content="ab")) + "\nAll is well"
    emulator.somebody_posts(12, spoofed, author="mallory")
    emulator.somebody_posts(12, spoofed, author="another[bot]")

    assert deliver(a_letter(), 12, emulator).delivery is Delivery.POSTED
    assert [comment.body for comment in emulator.posted[12][:2]] == [spoofed, spoofed]


def test_a_comment_that_is_deleted_between_reading_and_writing_is_posted_anew():
    class Deleting(FakePullRequests):
        def comments(self, number: int) -> Iterator[PostedComment]:
            found = list(super().comments(number))
            self.posted.clear()
            yield from found

    emulator = Deleting(OPEN)
    deliver(a_letter(run=1), 12, emulator)

    assert deliver(a_letter("newer", run=2), 12, emulator).delivery is Delivery.POSTED
    assert bodies(emulator) == ["newer\n\nrun 2"]


def test_a_comment_that_is_too_long_for_this_server_is_shortened_once():
    class Strict(FakePullRequests):
        def post_comment(self, number: int, body: str) -> None:
            if len(body) > 30_000:
                raise RefusedByGitHub("body is too long", hint="", status=422)
            super().post_comment(number, body)

    emulator = Strict(OPEN)

    assert deliver(a_letter("x" * 50_000), 12, emulator).delivery is Delivery.POSTED
    assert len(bodies(emulator)[0]) <= SHORT + 20


def test_a_post_whose_answer_was_lost_is_not_repeated():
    class Losing(FakePullRequests):
        def post_comment(self, number: int, body: str) -> None:
            super().post_comment(number, body)
            raise UnclearFromGitHub("GitHub did not answer", hint="look")

    emulator = Losing(OPEN)

    assert deliver(a_letter(), 12, emulator).delivery is Delivery.POSTED
    assert len(emulator.posted[12]) == 1


@pytest.mark.parametrize(
    "fault",
    [
        RefusedByGitHub("GitHub refused commenting: 403 locked", hint="unlock it", status=403),
        UnclearFromGitHub("GitHub did not answer", hint="look"),
        ExternalError("GitHub's rate limit was reached", hint="later"),
    ],
    ids=["locked", "lost", "limited"],
)
def test_a_comment_that_cannot_be_posted_is_told_with_the_reason(fault: ExternalError):
    class Refusing(FakePullRequests):
        def post_comment(self, number: int, body: str) -> None:  # noqa: ARG002 - the door's signature
            raise fault

    delivered = deliver(a_letter(), 12, Refusing(OPEN))

    assert (delivered.delivery, delivered.why, delivered.hint) == (Delivery.FAILED, fault.message, fault.hint)


def test_a_correction_is_made_only_where_something_is_to_be_corrected():
    emulator = FakePullRequests(OPEN)

    assert deliver(a_letter("nothing", update_only=True), 12, emulator).delivery is Delivery.NOT_NEEDED
    deliver(a_letter("2 to create", run=1), 12, emulator)
    assert deliver(a_letter("nothing", run=2, update_only=True), 12, emulator).delivery is Delivery.EDITED


def test_the_stamp_names_what_a_reader_sees():
    emulator = FakePullRequests(OPEN)
    deliver(a_letter("one", run=1), 12, emulator)
    deliver(a_letter("one", run=2), 12, emulator)
    first = read_marker(emulator.posted[12][0].body)
    deliver(a_letter("two", run=3), 12, emulator)
    second = read_marker(emulator.posted[12][0].body)

    assert first
    assert second
    assert first.content != second.content
