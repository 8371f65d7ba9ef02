"""The fake and the real door to GitHub keep the same promises; the real one speaks over HTTP, held against GitHub's own description."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from github_emulator.actors import FULL_NAME, OTHER_BOT
from github_emulator.emulator import GitHubEmulator
from github_emulator.faults import Kind
from github_emulator.tokens import Token
from groundctl.adapters.github.client import GitHub
from groundctl.adapters.github.plan_artifacts import MAX_PLAN_BYTES, PLAN_ARTIFACT
from groundctl.app.publish import Delivery
from groundctl.domain.tracking.comment_marker import CommentMarker, Stage, marker_line, read_marker
from groundctl.domain.tracking.pull_request import Annotation, Check, Conclusion, Level, PullRequest
from groundctl.errors import ExternalError, RefusedByGitHub, UnclearFromGitHub
from groundctl.ports import PullRequests
from support.fakes import FakePullRequests
from support.publishing import publish

HEAD, BASE, MERGED = "a" * 40, "b" * 40, "c" * 40
RUN_URL = "https://github.com/acme/labels/actions/runs/7"


class Naps:
    """Sleep that takes no time and is remembered."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@dataclass
class Office:
    """GitHub with one pull request, our door to it, and whoever else writes there."""

    door: PullRequests
    number: int
    say: Callable[[str, str], int]
    unsay: Callable[[int], None]
    merge: Callable[[str], None]

    def bodies(self) -> list[str]:
        return [comment.body for comment in self.door.comments(self.number)]


def a_token(emulator: GitHubEmulator) -> Token:
    return emulator.token(contents="read", pull_requests="write", checks="write", statuses="write", actions="read")


def a_door(emulator: GitHubEmulator, token: Token | None = None, naps: Naps | None = None) -> GitHub:
    value = (token or a_token(emulator)).value
    return GitHub(api=emulator.url, repository=FULL_NAME, token=value, sleep=naps or Naps())


@pytest.fixture(params=["fake", "real"])
def office(request: pytest.FixtureRequest) -> Office:
    if request.param == "fake":
        return _fake_office()
    emulator: GitHubEmulator = request.getfixturevalue("emulator")
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    return Office(
        door=a_door(emulator),
        number=number,
        say=lambda body, author: emulator.add_comment(number, body, login=author),
        unsay=emulator.delete_comment,
        merge=lambda commit: emulator.merge_pull(number, commit),
    )


def _fake_office() -> Office:
    fake = FakePullRequests(PullRequest(number=1, head=HEAD, base_branch="main"))

    def merge(commit: str) -> None:
        fake.by_number[1] = PullRequest(number=1, head=HEAD, base_branch="main", merged_as=commit)

    def unsay(comment: int) -> None:
        fake.posted[1] = [one for one in fake.posted[1] if one.id != comment]

    return Office(
        door=fake,
        number=1,
        say=lambda body, author: fake.somebody_posts(1, body, author=author).id,
        unsay=unsay,
        merge=merge,
    )


def test_a_pull_request_is_read_and_found_by_the_commit_that_merged_it(office: Office):
    assert office.door.pull_request(office.number) == PullRequest(
        number=office.number, head=HEAD, base_branch="main", merged_as=None
    )

    office.merge(MERGED)

    [found] = office.door.pull_requests_of(MERGED)
    assert (found.number, found.head, found.merged_as) == (office.number, HEAD, MERGED)


def test_a_pull_request_that_is_not_there_is_refused(office: Office):
    with pytest.raises(RefusedByGitHub) as caught:
        office.door.pull_request(4711)

    assert caught.value.status == 404


def test_our_comment_is_found_among_250_others_a_copied_stamp_and_another_bot(office: Office):
    for count in range(125):
        office.say(f"before {count}", OTHER_BOT)
    spoofed = marker_line(
        CommentMarker(environment="production", stage=Stage.PLANNED, head=HEAD, run=10**9, attempt=1, content="ab")
    )
    office.say(f"{spoofed}\nAll is well", "jon")
    office.say(f"{spoofed}\nAll is well", OTHER_BOT)
    assert publish(office.door, run=1, number=office.number, head=HEAD).delivery is Delivery.POSTED
    for count in range(125):
        office.say(f"after {count}", "jon")

    assert publish(office.door, "3 to create", run=2, number=office.number, head=HEAD).delivery is Delivery.EDITED

    bodies = office.bodies()
    assert len(bodies) == 253
    assert sum("3 to create" in body for body in bodies) == 1
    assert sum("All is well" in body for body in bodies) == 2
    assert not any("2 to create" in body for body in bodies)


def test_a_comment_that_was_deleted_is_posted_anew(office: Office):
    publish(office.door, run=1, number=office.number, head=HEAD)
    [ours] = list(office.door.comments(office.number))
    office.unsay(ours.id)

    assert not office.door.edit_comment(ours.id, "too late")
    assert publish(office.door, run=2, number=office.number, head=HEAD).delivery is Delivery.POSTED
    assert len(office.bodies()) == 1


def test_a_body_that_is_too_long_is_refused_as_such(office: Office):
    with pytest.raises(RefusedByGitHub) as caught:
        office.door.post_comment(office.number, "x" * 70_000)

    assert caught.value.status == 422


def test_the_body_that_was_posted_is_the_body_that_is_read(office: Office):
    body = "<!-- first line -->\n### Títle 🎾\n\n| a | b |\n|---|---|\n| `x` | &#36;1 |\n"

    office.door.post_comment(office.number, body)

    assert office.bodies() == [body]


def test_more_than_fifty_annotations_arrive_in_batches(emulator: GitHubEmulator):
    annotations = tuple(
        Annotation(
            path="jobs/a.yaml", line=line, column=3, level=Level.FAILURE, title="groundctl GT103", message=f"no {line}"
        )
        for line in range(1, 121)
    )
    check = Check(title="120 problems", summary="### No", conclusion=Conclusion.FAILURE, annotations=annotations)
    emulator.open_pull(head_sha=HEAD, base_sha=BASE)

    a_door(emulator).put_check(HEAD, "groundctl plan", check, url=RUN_URL)

    [run] = emulator.check_runs(HEAD)
    assert (run["name"], run["conclusion"], run["output"]["title"]) == ("groundctl plan", "failure", "120 problems")
    assert [one["start_line"] for one in run["annotations"]] == list(range(1, 121))
    sent = [*emulator.requests("checks/create"), *emulator.requests("checks/update")]
    assert [len(seen.body["output"]["annotations"]) for seen in sent] == [50, 50, 20]


def test_a_status_says_its_line_under_its_name(emulator: GitHubEmulator):
    emulator.open_pull(head_sha=HEAD, base_sha=BASE)

    a_door(emulator).set_status(HEAD, "groundctl/plan", good=False, description="x" * 200, url=RUN_URL)

    [status] = emulator.statuses(HEAD)
    assert (status["context"], status["state"], len(status["description"])) == ("groundctl/plan", "failure", 140)


def packed(name: str = "plan.json", content: bytes = b'{"a": 1}', *more: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
        for other in more:
            file.writestr(other, "x")
    return archive.getvalue()


def a_plan_run(emulator: GitHubEmulator, **told: Any) -> int:
    return emulator.add_run(
        **{"path": ".github/workflows/plan.yml", "event": "pull_request", "head_sha": HEAD, **told}
    ).id


def test_the_plans_of_a_head_commit_come_newest_first(emulator: GitHubEmulator):
    first, second = a_plan_run(emulator), a_plan_run(emulator)
    emulator.add_artifact(first, PLAN_ARTIFACT, packed(content=b"old"))
    emulator.add_artifact(second, PLAN_ARTIFACT, packed(content=b"new"))

    assert list(a_door(emulator).plans_for(HEAD)) == [b"new", b"old"]


def test_a_plan_that_was_made_after_the_merge_is_not_given(emulator: GitHubEmulator):
    emulator.add_artifact(a_plan_run(emulator), PLAN_ARTIFACT, packed(content=b"reviewed"))
    merged = datetime.now(UTC) + timedelta(seconds=1)
    late = emulator.add_artifact(a_plan_run(emulator), PLAN_ARTIFACT, packed(content=b"late"))
    late.created_at = merged.replace(microsecond=0) + timedelta(minutes=5)

    assert list(a_door(emulator).plans_for(HEAD, until=merged)) == [b"reviewed"]


@pytest.mark.parametrize(
    ("run", "name", "content"),
    [
        ({"head_sha": BASE}, PLAN_ARTIFACT, packed()),
        ({"path": ".github/workflows/mallory.yml"}, PLAN_ARTIFACT, packed()),
        ({"event": "workflow_dispatch"}, PLAN_ARTIFACT, packed()),
        ({}, "another-name", packed()),
        ({}, PLAN_ARTIFACT, b"no archive"),
        ({}, PLAN_ARTIFACT, b""),
        ({}, PLAN_ARTIFACT, packed("../../plan.json")),
        ({}, PLAN_ARTIFACT, packed("plan.json", b"{}", "and-more")),
        ({}, PLAN_ARTIFACT, packed()[:-30]),
        ({}, PLAN_ARTIFACT, packed(content=b"0" * (MAX_PLAN_BYTES + 1))),
    ],
    ids=[
        "another commit", "another workflow", "another event", "another name", "no archive", "nothing", "a way out",
        "more files", "cut off", "too large",
    ],
)  # fmt: skip
def test_what_is_no_plan_of_a_plan_run_is_none(
    emulator: GitHubEmulator, run: dict[str, Any], name: str, content: bytes
):
    emulator.add_artifact(a_plan_run(emulator, **run), name, content)

    assert list(a_door(emulator).plans_for(HEAD)) == []


def test_an_artifact_that_has_expired_is_none(emulator: GitHubEmulator):
    emulator.add_artifact(a_plan_run(emulator), PLAN_ARTIFACT, packed(), expired=True)

    assert list(a_door(emulator).plans_for(HEAD)) == []


def test_our_token_stays_with_github_when_a_plan_is_downloaded(emulator: GitHubEmulator):
    emulator.add_artifact(a_plan_run(emulator), PLAN_ARTIFACT, packed())

    assert list(a_door(emulator).plans_for(HEAD)) == [b'{"a": 1}']  # the address it redirects to refuses a token


def test_a_locked_pull_request_is_told_and_nothing_is_lost(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.lock_pull(number)

    published = publish(a_door(emulator), number=number, head=HEAD)

    assert published.delivery is Delivery.FAILED
    assert "403" in published.error
    assert "locked" in published.hint


def test_a_token_that_ended_is_told(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    token = a_token(emulator)
    emulator.expire_token(token)

    published = publish(a_door(emulator, token), number=number, head=HEAD)

    assert (published.delivery, published.hint) == (
        Delivery.FAILED,
        "the token is no longer valid: run the workflow again",
    )


def test_a_token_that_only_reads_is_told(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)

    published = publish(
        a_door(emulator, emulator.token(contents="read", pull_requests="read")), number=number, head=HEAD
    )

    assert published.delivery is Delivery.FAILED
    assert "Resource not accessible by integration" in published.error


def test_a_422_shortens_the_comment_once(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.inject_fault("issues/create-comment", Kind.INVALID)

    assert publish(a_door(emulator), "x" * 50_000, number=number, head=HEAD).delivery is Delivery.POSTED
    [comment] = emulator.comments(number)
    assert len(comment["body"]) < 21_000


@pytest.mark.parametrize(
    ("kind", "more", "waits"),
    [
        (Kind.SECONDARY_LIMIT, {"seconds": 7}, 7),
        (Kind.SECONDARY_LIMIT, {"seconds": 7, "status": 429}, 7),
        (Kind.SECONDARY_LIMIT, {}, 60),
        (Kind.PRIMARY_LIMIT, {"seconds": 9}, 9),
    ],
)
@pytest.mark.parametrize("operation", ["issues/list-comments", "issues/create-comment"])
def test_a_rate_limit_is_waited_for_as_long_as_github_says(
    emulator: GitHubEmulator, operation: str, kind: Kind, more: dict[str, int], waits: float
):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.inject_fault(operation, kind, **more)
    naps = Naps()

    assert publish(a_door(emulator, naps=naps), number=number, head=HEAD).delivery is Delivery.POSTED
    assert len(emulator.comments(number)) == 1
    assert naps.slept == [pytest.approx(waits, abs=1.5)]


def test_a_limit_that_lasts_longer_than_a_run_should_is_told_at_once(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.limit_requests(1, reset_in=1800)
    naps, begun = Naps(), time.monotonic()

    published = publish(a_door(emulator, naps=naps), number=number, head=HEAD)

    assert published.delivery is Delivery.FAILED
    assert "rate limit" in published.error
    assert naps.slept == []
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("kind", [Kind.ERROR, Kind.HTML, Kind.RESET, Kind.BROKEN_JSON])
@pytest.mark.parametrize("operation", ["pulls/get", "issues/list-comments"])
def test_a_short_outage_is_survived_by_asking_again(emulator: GitHubEmulator, operation: str, kind: Kind):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.inject_fault(operation, kind, times=2)

    assert publish(a_door(emulator), number=number, head=HEAD).delivery is Delivery.POSTED


@pytest.mark.parametrize("kind", [Kind.ERROR, Kind.HTML, Kind.RESET])
def test_a_long_outage_is_told_and_ends(emulator: GitHubEmulator, kind: Kind):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.inject_fault("*", kind, times=100)

    published = publish(a_door(emulator), number=number, head=HEAD)

    assert published.delivery is Delivery.FAILED
    assert len(emulator.requests()) <= 6


@pytest.mark.parametrize("kind", [Kind.ERROR, Kind.HTML, Kind.RESET, Kind.BROKEN_JSON])
def test_a_comment_that_was_posted_and_whose_answer_was_lost_is_not_posted_twice(emulator: GitHubEmulator, kind: Kind):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.inject_fault("issues/create-comment", kind, when="after")

    assert publish(a_door(emulator), number=number, head=HEAD).delivery is Delivery.POSTED
    assert len(emulator.comments(number)) == 1
    assert len(emulator.requests("issues/create-comment")) == 1


def test_a_comment_that_was_not_posted_is_not_said_to_be(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.inject_fault("issues/create-comment", Kind.ERROR)

    assert publish(a_door(emulator), number=number, head=HEAD).delivery is Delivery.FAILED
    emulator.inject_fault("issues/create-comment", Kind.RESET)
    with pytest.raises(UnclearFromGitHub):
        a_door(emulator).post_comment(number, "hello")


def test_a_comment_deleted_between_reading_and_editing_is_posted_anew(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    door = a_door(emulator)
    publish(door, run=1, number=number, head=HEAD)
    [ours] = emulator.comments(number)
    emulator.before_next("issues/update-comment", lambda: emulator.delete_comment(ours["id"]))

    assert publish(door, "3 to create", run=2, number=number, head=HEAD).delivery is Delivery.POSTED
    [comment] = emulator.comments(number)
    stamp = read_marker(comment["body"])
    assert stamp
    assert stamp.run == 2


def test_a_deleted_branch_and_a_closed_pull_request_keep_nothing_from_being_told(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.merge_pull(number, MERGED)

    assert publish(a_door(emulator), stage=Stage.MERGED, number=number, head=HEAD).delivery is Delivery.POSTED


def test_a_report_takes_few_calls(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    door = a_door(emulator)

    publish(door, run=1, number=number, head=HEAD)
    first = len(emulator.requests())
    publish(door, "3 to create", run=2, number=number, head=HEAD)

    assert first == 3
    assert len(emulator.requests()) == 6


def test_a_server_that_is_not_there_is_one_message():
    door = GitHub(api="http://127.0.0.1:9", repository=FULL_NAME, token="t", sleep=Naps())

    with pytest.raises(ExternalError, match="GitHub did not answer while reading pull request 1"):
        door.pull_request(1)
