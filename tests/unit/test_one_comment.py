"""Whatever happens while comments are written, one live comment is left, with the newest run's text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

import pytest

from groundctl.app.publish import Delivery
from groundctl.domain.tracking.comment_marker import Stage, read_marker
from groundctl.domain.tracking.pull_request import PostedComment, PullRequest
from groundctl.errors import ExternalError, RefusedByGitHub, UnclearFromGitHub
from support.fakes import FakePullRequests
from support.publishing import publish

HEAD = "4f0c2a9b"
OPEN = PullRequest(number=12, head=HEAD, base_branch="main")


def live(github: FakePullRequests) -> list[str]:
    """The texts of our comments that are not folded."""
    return [one.body.split("\n", 1)[1].strip() for one in github.posted.get(12, ()) if read_marker(one.body)]


def folded(github: FakePullRequests) -> list[str]:
    return [one.body for one in github.posted.get(12, ()) if "v1-folded" in one.body]


class Meeting(FakePullRequests):
    """GitHub, on which another run writes at a chosen moment: just before the look or the post with that number."""

    def __init__(self, moment: int, other: Callable[[FakePullRequests], object]) -> None:
        super().__init__(OPEN)
        self.moment, self.other, self.calls = moment, other, 0

    def meet(self) -> None:
        self.calls += 1
        if self.calls == self.moment:
            self.other(self)

    def comments(self, number: int) -> Iterator[PostedComment]:
        self.meet()
        yield from super().comments(number)

    def post_comment(self, number: int, body: str) -> None:
        self.meet()
        super().post_comment(number, body)


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("moment", [1, 2, 3, 4])
@pytest.mark.parametrize(("ours", "others"), list(permutations((5, 9))))
@pytest.mark.parametrize("there_is_one", [False, True])
def test_two_runs_at_once_leave_one_live_comment_with_the_newer_text(stage, moment, ours, others, there_is_one):
    github = Meeting(10**6, lambda _: None)
    if there_is_one:
        publish(github, "earlier", run=1, stage=stage)
    github.moment = github.calls + moment
    github.other = lambda it: publish(it, f"by {others}", run=others, stage=stage)

    publish(github, f"by {ours}", run=ours, stage=stage)
    if github.calls < github.moment:  # it wrote after us
        github.other(github)

    newest = max(ours, others)
    assert live(github) == [f"by {newest}\n\nrun {newest}"]


def test_comments_that_were_doubled_earlier_are_folded_into_the_newest():
    github = FakePullRequests(OPEN)
    publish(github, "first", run=1)
    [old] = github.posted.pop(12)
    publish(github, "second", run=2)
    github.posted[12].append(old)

    publish(github, "third", run=3)

    assert live(github) == ["third\n\nrun 3"]
    [line] = folded(github)
    newest = next(one.id for one in github.posted[12] if read_marker(one.body))
    assert f"https://github.com/acme/labeling/pull/12#issuecomment-{newest}" in line


def test_doubled_comments_are_folded_also_where_nothing_is_new():
    github = FakePullRequests(OPEN)
    publish(github, "first", run=1, stage=Stage.MERGED)
    [old] = github.posted.pop(12)
    publish(github, "second", run=2, stage=Stage.MERGED)
    github.posted[12].append(old)

    assert publish(github, "second", run=3, stage=Stage.MERGED).delivery is Delivery.UNCHANGED
    assert live(github) == ["second\n\nrun 2"]


def test_a_comment_that_cannot_be_folded_stays_and_the_report_is_posted():
    class Guarded(FakePullRequests):
        guarded = 0

        def edit_comment(self, comment: int, body: str) -> bool:
            if comment == self.guarded:
                raise RefusedByGitHub("GitHub refused editing", hint="", status=403)
            return super().edit_comment(comment, body)

    github = Guarded(OPEN)
    publish(github, "first", run=1)
    [old] = github.posted.pop(12)
    github.guarded = old.id
    publish(github, "second", run=2)
    github.posted[12].append(old)

    assert publish(github, "third", run=3).delivery is Delivery.EDITED
    assert old in github.posted[12]


class Missing(FakePullRequests):
    """GitHub that says 404 to some edits of a comment that is there."""

    left = 0

    def edit_comment(self, comment: int, body: str) -> bool:
        if self.left:
            self.left -= 1
            return False
        return super().edit_comment(comment, body)


@pytest.mark.parametrize("times", [1, 2])
def test_a_404_on_an_edit_of_a_comment_that_is_there_posts_no_second(times):
    github = Missing(OPEN)
    publish(github, "first", run=1)
    github.left = times

    assert publish(github, "second", run=2).delivery is Delivery.EDITED
    assert live(github) == ["second\n\nrun 2"]
    assert len(github.posted[12]) == 1


def test_a_404_that_stays_is_a_failure_and_no_second_comment():
    github = Missing(OPEN)
    publish(github, "first", run=1)
    github.left = 99

    published = publish(github, "second", run=2)

    assert published.delivery is Delivery.FAILED
    assert published.hint
    assert len(github.posted[12]) == 1


def test_a_post_that_arrives_late_is_folded_by_the_next_run():
    class Late(FakePullRequests):
        waiting: str | None = None
        is_late = True

        def post_comment(self, number: int, body: str) -> None:
            if self.is_late:
                self.waiting, self.is_late = body, False
                raise UnclearFromGitHub("GitHub did not answer", hint="look")
            super().post_comment(number, body)

    github = Late(OPEN)
    assert publish(github, "first", run=1).delivery is Delivery.FAILED
    publish(github, "second", run=2)
    assert github.waiting
    github.post_comment(12, github.waiting)

    publish(github, "third", run=3)

    assert live(github) == ["third\n\nrun 3"]


def test_a_422_while_another_run_writes_leaves_one_comment():
    class Strict(Meeting):
        def post_comment(self, number: int, body: str) -> None:
            if len(body) > 30_000:
                raise RefusedByGitHub("body is too long", hint="", status=422)
            super().post_comment(number, body)

    github = Strict(2, lambda it: publish(it, "newer", run=9))

    publish(github, "x" * 50_000, run=5)

    assert live(github) == ["newer\n\nrun 9"]


def test_a_fault_in_the_look_afterwards_is_reported():
    class Failing(FakePullRequests):
        looks = 0

        def comments(self, number: int) -> Iterator[PostedComment]:
            self.looks += 1
            if self.looks == 2:
                raise ExternalError("GitHub's rate limit was reached", hint="later")
            yield from super().comments(number)

    assert publish(Failing(OPEN), "first").delivery is Delivery.FAILED
