"""The GitHub adapter and its fake keep the same promises; the adapter runs over HTTP against the emulator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from github_emulator.actors import DEVELOPER, MAINTAINER, OTHER_BOT
from github_emulator.emulator import GitHubEmulator
from groundctl.app.publish import Delivery
from groundctl.domain.tracking.comment_marker import CommentMarker, Stage, marker_line, read_marker
from groundctl.domain.tracking.pull_request import Annotation, Check, Conclusion, Level, PullRequest
from groundctl.errors import RefusedByGitHub
from groundctl.ports import PullRequests
from support.fakes import FakePullRequests
from support.github.adapter import BASE, HEAD, MERGED, RUN_URL, an_adapter
from support.publishing import publish

MERGED_AT = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)


@dataclass
class Side:
    """GitHub with one pull request: the adapter or its fake, and what others do there."""

    adapter: PullRequests
    number: int
    add_comment: Callable[[str, str], int]
    delete_comment: Callable[[int], None]
    merge: Callable[[str], None]
    repository: int

    def bodies(self) -> list[str]:
        return [comment.body for comment in self.adapter.comments(self.number)]


@pytest.fixture(params=["fake", "real"])
def side(request: pytest.FixtureRequest) -> Side:
    if request.param == "fake":
        return _fake_side()
    emulator: GitHubEmulator = request.getfixturevalue("emulator")
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    return Side(
        adapter=an_adapter(emulator),
        number=number,
        add_comment=lambda body, author: emulator.add_comment(number, body, login=author),
        delete_comment=emulator.delete_comment,
        merge=lambda commit: emulator.merge_pull(number, commit, at=MERGED_AT),
        repository=emulator.state.repository()["id"],
    )


def _fake_side() -> Side:
    unmerged = PullRequest(
        number=1, head=HEAD, base_branch="main", base_repository=7, base_commit=BASE, author=DEVELOPER
    )
    fake = FakePullRequests(unmerged)

    def merge(commit: str) -> None:
        fake.by_number[1] = replace(unmerged, merged_as=commit, merged_at=MERGED_AT, merged_by=MAINTAINER)

    def delete_comment(comment: int) -> None:
        fake.posted[1] = [one for one in fake.posted[1] if one.id != comment]

    return Side(
        adapter=fake,
        number=1,
        add_comment=lambda body, author: fake.somebody_posts(1, body, author=author).id,
        delete_comment=delete_comment,
        merge=merge,
        repository=7,
    )


def test_a_pull_request_is_read_and_found_by_the_commit_that_merged_it(side: Side):
    unmerged = PullRequest(
        number=side.number,
        head=HEAD,
        base_branch="main",
        base_repository=side.repository,
        base_commit=BASE,
        author=DEVELOPER,
        commits=1,
    )
    assert side.adapter.pull_request(side.number) == unmerged

    side.merge(MERGED)

    merged = replace(unmerged, merged_as=MERGED, merged_at=MERGED_AT, merged_by=MAINTAINER)
    assert side.adapter.pull_request(side.number) == merged
    assert side.adapter.pull_requests_of(MERGED) == (replace(merged, merged_by=""),)


def test_a_trial_merge_is_no_merge(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE, merge_sha=MERGED)

    assert an_adapter(emulator).pull_request(number).merged_as is None


def test_a_pull_request_that_was_rebased_has_as_many_commits_as_it_added(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE, commits=("d" * 40, HEAD))
    first, last = "1" * 40, "2" * 40
    emulator.merge_pull(number, last, rebased=(first, last))
    adapter = an_adapter(emulator)

    assert [found.number for found in adapter.pull_requests_of(first)] == [number]
    merged = adapter.pull_request(number)
    assert (merged.merged_as, merged.commits) == (last, 2)


def test_a_commit_that_github_does_not_know_yet_has_no_pull_request_for_a_while(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.merge_pull(number, MERGED)
    emulator.name_pull_requests_late(lookups=1)
    adapter = an_adapter(emulator)

    assert adapter.pull_requests_of(MERGED) == ()
    assert [found.number for found in adapter.pull_requests_of(MERGED)] == [number]


def test_a_pull_request_that_is_not_there_is_refused(side: Side):
    with pytest.raises(RefusedByGitHub) as caught:
        side.adapter.pull_request(4711)

    assert caught.value.status == 404


def test_our_comment_is_found_among_250_others_a_copied_marker_and_another_bot(side: Side):
    for count in range(125):
        side.add_comment(f"before {count}", OTHER_BOT)
    spoofed = marker_line(
        CommentMarker(environment="production", stage=Stage.PLANNED, head=HEAD, run=10**9, attempt=1, content="ab")
    )
    side.add_comment(f"{spoofed}\nAll is well", "jon")
    side.add_comment(f"{spoofed}\nAll is well", OTHER_BOT)
    assert publish(side.adapter, run=1, number=side.number, head=HEAD).delivery is Delivery.POSTED
    for count in range(125):
        side.add_comment(f"after {count}", "jon")

    assert publish(side.adapter, "3 to create", run=2, number=side.number, head=HEAD).delivery is Delivery.EDITED

    bodies = side.bodies()
    assert len(bodies) == 253
    assert sum("3 to create" in body for body in bodies) == 1
    assert sum("All is well" in body for body in bodies) == 2
    assert not any("2 to create" in body for body in bodies)


def test_a_comment_that_was_deleted_is_posted_again(side: Side):
    publish(side.adapter, run=1, number=side.number, head=HEAD)
    [ours] = list(side.adapter.comments(side.number))
    side.delete_comment(ours.id)

    assert not side.adapter.edit_comment(ours.id, "too late")
    assert publish(side.adapter, run=2, number=side.number, head=HEAD).delivery is Delivery.POSTED
    assert len(side.bodies()) == 1


def test_a_body_that_is_too_long_is_refused_with_status_422(side: Side):
    with pytest.raises(RefusedByGitHub) as caught:
        side.adapter.post_comment(side.number, "x" * 70_000)

    assert caught.value.status == 422


def test_the_body_that_was_posted_is_the_body_that_is_read(side: Side):
    body = "<!-- first line -->\n### Títle 🎾\n\n| a | b |\n|---|---|\n| `x` | &#36;1 |\n"

    side.adapter.post_comment(side.number, body)

    assert side.bodies() == [body]


def test_more_than_fifty_annotations_arrive_in_batches(emulator: GitHubEmulator):
    annotations = tuple(
        Annotation(
            path="jobs/a.yaml", line=line, column=3, level=Level.FAILURE, title="groundctl GT103", message=f"no {line}"
        )
        for line in range(1, 121)
    )
    check = Check(title="120 problems", summary="### No", conclusion=Conclusion.FAILURE, annotations=annotations)
    emulator.open_pull(head_sha=HEAD, base_sha=BASE)

    an_adapter(emulator).put_check(HEAD, "groundctl plan", check, url=RUN_URL)

    [run] = emulator.check_runs(HEAD)
    assert (run["name"], run["conclusion"], run["output"]["title"]) == ("groundctl plan", "failure", "120 problems")
    assert [one["start_line"] for one in run["annotations"]] == list(range(1, 121))
    sent = [*emulator.requests("checks/create"), *emulator.requests("checks/update")]
    assert [len(seen.body["output"]["annotations"]) for seen in sent] == [50, 50, 20]


def test_a_status_is_set_under_its_name(emulator: GitHubEmulator):
    emulator.open_pull(head_sha=HEAD, base_sha=BASE)

    an_adapter(emulator).set_status(HEAD, "groundctl/plan", good=False, description="x" * 200, url=RUN_URL)

    [status] = emulator.statuses(HEAD)
    assert (status["context"], status["state"], len(status["description"])) == ("groundctl/plan", "failure", 140)


def test_a_comment_deleted_between_reading_and_editing_is_posted_again(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    adapter = an_adapter(emulator)
    publish(adapter, run=1, number=number, head=HEAD)
    [ours] = emulator.comments(number)
    emulator.before_next("issues/update-comment", lambda: emulator.delete_comment(ours["id"]))

    assert publish(adapter, "3 to create", run=2, number=number, head=HEAD).delivery is Delivery.POSTED
    [comment] = emulator.comments(number)
    stamp = read_marker(comment["body"])
    assert stamp
    assert stamp.run == 2


def test_a_merged_pull_request_still_gets_its_comment(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.merge_pull(number, MERGED)

    assert publish(an_adapter(emulator), stage=Stage.MERGED, number=number, head=HEAD).delivery is Delivery.POSTED


def test_a_report_takes_few_calls(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    adapter = an_adapter(emulator)

    publish(adapter, run=1, number=number, head=HEAD)
    first = len(emulator.requests())
    publish(adapter, "3 to create", run=2, number=number, head=HEAD)

    # The pull request, its comments, the post, and a look afterwards; an edit looks once more directly before it.
    assert first == 4
    assert len(emulator.requests()) == 9
