"""What the GitHub adapter does about refusals, rate limits, outages, and lost responses."""

from __future__ import annotations

import pytest

from github_emulator.actors import FULL_NAME
from github_emulator.emulator import GitHubEmulator
from github_emulator.faults import Kind
from groundctl.adapters.github.client import GitHub
from groundctl.app.publish import Delivery
from groundctl.domain.tracking.comment_marker import read_marker
from groundctl.errors import ExternalError, UnclearFromGitHub
from support.github.adapter import BASE, HEAD, RATE_LIMITS, Waits, a_token, an_adapter
from support.publishing import publish


def test_a_locked_pull_request_is_a_failure_with_a_hint(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.lock_pull(number)

    published = publish(an_adapter(emulator), number=number, head=HEAD)

    assert published.delivery is Delivery.FAILED
    assert "403" in published.error
    assert "locked" in published.hint


def test_an_expired_token_is_a_failure_with_a_hint(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    token = a_token(emulator)
    emulator.expire_token(token)

    published = publish(an_adapter(emulator, token), number=number, head=HEAD)

    assert (published.delivery, published.hint) == (
        Delivery.FAILED,
        "the token is no longer valid: run the workflow again",
    )


def test_a_read_only_token_is_a_failure_with_the_reason(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)

    published = publish(
        an_adapter(emulator, emulator.token(contents="read", pull_requests="read")), number=number, head=HEAD
    )

    assert published.delivery is Delivery.FAILED
    assert "Resource not accessible by integration" in published.error


def test_a_422_shortens_the_comment_once(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.inject_fault("issues/create-comment", Kind.INVALID)

    assert publish(an_adapter(emulator), "x" * 50_000, number=number, head=HEAD).delivery is Delivery.POSTED
    [comment] = emulator.comments(number)
    assert len(comment["body"]) < 21_000


@pytest.mark.parametrize(("kind", "more", "seconds"), RATE_LIMITS)
@pytest.mark.parametrize("operation", ["issues/list-comments", "issues/create-comment"])
def test_the_adapter_waits_for_a_rate_limit_as_long_as_github_says(
    emulator: GitHubEmulator, operation: str, kind: Kind, more: dict[str, int], seconds: float
):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.inject_fault(operation, kind, **more)
    waits = Waits()

    assert publish(an_adapter(emulator, waits=waits), number=number, head=HEAD).delivery is Delivery.POSTED
    assert len(emulator.comments(number)) == 1
    assert waits.slept == [pytest.approx(seconds, abs=1.5)]


def test_a_rate_limit_that_lasts_too_long_fails_without_waiting(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.limit_requests(1, reset_in=1800)
    waits = Waits()

    published = publish(an_adapter(emulator, waits=waits), number=number, head=HEAD)

    assert published.delivery is Delivery.FAILED
    assert "rate limit" in published.error
    assert waits.slept == []


@pytest.mark.parametrize("kind", [Kind.ERROR, Kind.HTML, Kind.RESET, Kind.BROKEN_JSON])
@pytest.mark.parametrize("operation", ["pulls/get", "issues/list-comments"])
def test_calls_are_repeated_through_a_short_outage(emulator: GitHubEmulator, operation: str, kind: Kind):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.inject_fault(operation, kind, times=2)

    assert publish(an_adapter(emulator), number=number, head=HEAD).delivery is Delivery.POSTED


@pytest.mark.parametrize("kind", [Kind.ERROR, Kind.HTML, Kind.RESET])
def test_a_long_outage_fails_after_a_few_calls(emulator: GitHubEmulator, kind: Kind):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.inject_fault("*", kind, times=100)

    published = publish(an_adapter(emulator), number=number, head=HEAD)

    assert published.delivery is Delivery.FAILED
    assert len(emulator.requests()) <= 6


@pytest.mark.parametrize("kind", [Kind.ERROR, Kind.HTML, Kind.RESET, Kind.BROKEN_JSON])
def test_a_comment_whose_response_was_lost_is_not_posted_twice(emulator: GitHubEmulator, kind: Kind):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.inject_fault("issues/create-comment", kind, when="after")

    assert publish(an_adapter(emulator), number=number, head=HEAD).delivery is Delivery.POSTED
    assert len(emulator.comments(number)) == 1
    assert len(emulator.requests("issues/create-comment")) == 1


def test_a_comment_that_was_not_posted_is_reported_as_failed(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.inject_fault("issues/create-comment", Kind.ERROR)

    assert publish(an_adapter(emulator), number=number, head=HEAD).delivery is Delivery.FAILED
    emulator.inject_fault("issues/create-comment", Kind.RESET)
    with pytest.raises(UnclearFromGitHub):
        an_adapter(emulator).post_comment(number, "hello")


def test_an_unreachable_server_is_one_error():
    adapter = GitHub(api="http://127.0.0.1:9", repository=FULL_NAME, token="t", sleep=Waits())

    with pytest.raises(ExternalError, match="GitHub did not answer while reading pull request 1"):
        adapter.pull_request(1)


def test_two_runs_at_once_leave_one_live_comment_with_the_newer_text(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    adapter = an_adapter(emulator)
    emulator.before_next(
        "issues/create-comment", lambda: publish(an_adapter(emulator), "newer", run=9, number=number, head=HEAD)
    )

    publish(adapter, "older", run=5, number=number, head=HEAD)

    bodies = [comment["body"] for comment in emulator.comments(number)]
    live = [body for body in bodies if read_marker(body)]
    assert len(live) == 1
    assert "newer" in live[0]
    assert [body for body in bodies if "continued in [a newer comment]" in body] == [
        body for body in bodies if body not in live
    ]


def test_a_404_on_an_edit_leaves_one_comment(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    adapter = an_adapter(emulator)
    publish(adapter, "first", run=1, number=number, head=HEAD)
    emulator.inject_fault("issues/update-comment", Kind.NOT_FOUND)

    assert publish(adapter, "second", run=2, number=number, head=HEAD).delivery is Delivery.EDITED
    [comment] = emulator.comments(number)
    assert "second" in comment["body"]
