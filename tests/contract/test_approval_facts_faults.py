"""What the adapter does when GitHub does not say what was approved: that is an error, and never an empty answer."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from github_emulator.actors import FULL_NAME, OTHER_BOT, READER, REVIEWER
from github_emulator.emulator import GitHubEmulator
from github_emulator.faults import Kind
from groundctl.errors import ExternalError, RefusedByGitHub
from support.github.adapter import RATE_LIMITS, Waits, approval_facts
from support.github.questions import GONE, OPERATIONS, RUN, TEN, alter, ask, ask_at, prepare, with_member

# Where a 404 is an answer: there is no user or environment of that name.
MAY_BE_MISSING = {"repos/get-collaborator-permission-level", "repos/get-environment"}


@pytest.fixture
def github(emulator: GitHubEmulator) -> GitHubEmulator:
    """Give a GitHub where every question has an answer."""
    prepare(emulator)
    return emulator


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("kind", [Kind.FORBIDDEN, Kind.EXPIRED])
def test_a_refusal_is_an_error(github: GitHubEmulator, operation: str, kind: Kind):
    github.inject_fault(operation, kind)

    with pytest.raises(RefusedByGitHub):
        ask(github, operation)


@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) - MAY_BE_MISSING))
def test_what_is_missing_is_an_error(github: GitHubEmulator, operation: str):
    github.inject_fault(operation, Kind.NOT_FOUND)

    with pytest.raises(RefusedByGitHub) as caught:
        ask(github, operation)

    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("operation", "permissions"),
    [
        ("git/get-ref", {"actions": "read", "pull_requests": "read"}),
        ("repos/compare-commits-with-basehead", {"actions": "read", "pull_requests": "read"}),
        ("git/get-tree", {"actions": "read", "pull_requests": "read"}),
        ("pulls/list-reviews", {"actions": "read", "contents": "read"}),
        ("issues/list-events-for-timeline", {"actions": "read", "contents": "read"}),
        ("repos/get-environment", {"contents": "read", "pull_requests": "read"}),
        ("actions/get-reviews-for-run", {"contents": "read", "pull_requests": "read"}),
    ],
)
def test_a_token_without_the_permission_is_an_error(
    github: GitHubEmulator, operation: str, permissions: dict[str, str]
):
    with pytest.raises(RefusedByGitHub, match="Resource not accessible by integration"):
        ask(github, operation, token=github.token(**permissions))


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("kind", [Kind.ERROR, Kind.HTML, Kind.RESET, Kind.BROKEN_JSON])
def test_calls_are_repeated_through_a_short_outage(github: GitHubEmulator, operation: str, kind: Kind):
    expected = ask(github, operation)
    github.inject_fault(operation, kind, times=2)

    assert ask(github, operation) == expected


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("kind", [Kind.ERROR, Kind.HTML, Kind.RESET, Kind.BROKEN_JSON])
def test_a_long_outage_is_an_error(github: GitHubEmulator, operation: str, kind: Kind):
    github.inject_fault(operation, kind, times=100)

    with pytest.raises(ExternalError):
        ask(github, operation)

    assert len(github.requests(operation)) == 5


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_answer_that_comes_too_late_is_asked_for_again(github: GitHubEmulator, operation: str):
    github.inject_fault(operation, Kind.TIMEOUT, seconds=1)
    waits = Waits()

    ask(github, operation, sleep=waits)

    assert waits.slept == [0.5]


@pytest.mark.parametrize(("kind", "more", "seconds"), RATE_LIMITS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_adapter_waits_for_a_rate_limit_as_long_as_github_says(
    github: GitHubEmulator, operation: str, kind: Kind, more: dict[str, int], seconds: float
):
    expected = ask(github, operation)
    github.inject_fault(operation, kind, **more)
    waits = Waits()

    assert ask(github, operation, sleep=waits) == expected
    assert waits.slept == [pytest.approx(seconds, abs=1.5)]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_rate_limit_that_lasts_too_long_is_an_error(github: GitHubEmulator, operation: str):
    github.inject_fault(operation, Kind.PRIMARY_LIMIT, seconds=1800)

    with pytest.raises(ExternalError, match="rate limit"):
        ask(github, operation)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("body", [None, {}, {"message": "Moved"}, "text", 7, [None], [{}], [[]]], ids=repr)
def test_an_answer_of_another_shape_is_an_error(github: GitHubEmulator, operation: str, body: Any):
    alter(github, operation, lambda _: body)
    # An event without a name is one of the kinds that need none.
    if (operation, body) == ("issues/list-events-for-timeline", [{}]):
        assert ask(github, operation) is None
        return

    with pytest.raises(ExternalError, match=r"cannot be read|did not answer"):
        ask(github, operation)


def test_an_unreachable_server_is_an_error():
    for operation in OPERATIONS:
        with pytest.raises(ExternalError, match="GitHub did not answer"):
            ask_at("http://127.0.0.1:9", operation, token="t")


def test_a_review_on_two_pages_counts_once(github: GitHubEmulator):
    alter(github, "pulls/list-reviews", lambda body: body * 2)

    assert len(approval_facts(github).reviews(1)) == 1


def test_a_page_that_is_lost_is_an_error(github: GitHubEmulator):
    for count in range(120):
        github.review(1, READER, "COMMENTED", at=TEN + timedelta(minutes=count))
    github.inject_fault("pulls/list-reviews", Kind.ERROR, skip=1, times=100)

    with pytest.raises(ExternalError):
        approval_facts(github).reviews(1)


def test_pages_without_links_are_read_to_the_end(github: GitHubEmulator, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("github_emulator.handlers.reviews.paged", _without_links)
    for count in range(250):
        github.review(1, OTHER_BOT, "COMMENTED", at=TEN + timedelta(minutes=count))

    assert len(approval_facts(github).reviews(1)) == 251
    assert len(github.requests("pulls/list-reviews")) == 3


def _without_links(items: list[Any], request: Any, url: str) -> tuple[list[Any], dict[str, str]]:  # noqa: ARG001 - the signature of paged
    size, page = int(request.query["per_page"]), int(request.query["page"])
    return items[(page - 1) * size : page * size], {}


def test_branch_policies_are_read_to_the_last_page(github: GitHubEmulator):
    patterns = tuple(f"release/{count}" for count in range(250))
    github.protect_environment("groundctl-apply", branches=patterns)

    protection = approval_facts(github).environment("groundctl-apply")
    assert protection
    assert protection.branches == patterns


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("admin", True),
        ("maintain", True),
        ("write", True),
        ("triage", False),
        ("read", False),
        ("none", False),
        ("labeler:write", True),
        ("auditor:read", False),
    ],
)
def test_each_role_gives_write_access_or_not(github: GitHubEmulator, role: str, *, expected: bool):
    github.set_permission(REVIEWER, role)

    assert approval_facts(github).may_write(REVIEWER) is expected


def test_a_role_below_the_permission_gives_no_write_access(github: GitHubEmulator):
    alter(github, "repos/get-collaborator-permission-level", with_member("role_name", "triage"))

    assert not approval_facts(github).may_write(REVIEWER)


def test_a_login_cannot_lead_to_another_address(github: GitHubEmulator):
    assert not approval_facts(github).may_write("../../x/collaborators/maria")
    [request] = github.requests()
    assert re.fullmatch(rf"/repos/{FULL_NAME}/collaborators/[^/]+/permission", request.path)


def test_a_policy_of_protected_branches_is_no_custom_one(github: GitHubEmulator):
    github.protect_environment("groundctl-apply", branches=None, protected_branches=True)

    protection = approval_facts(github).environment("groundctl-apply")
    assert protection
    assert protection.branches is None


def test_a_reviewer_who_is_gone_is_none(github: GitHubEmulator):
    alter(github, "repos/get-environment", with_member("protection_rules.0.reviewers.0.reviewer", None))

    protection = approval_facts(github).environment("groundctl-apply")
    assert protection
    assert protection.reviewers == 1


def test_a_comment_on_a_run_that_waits_is_no_answer(github: GitHubEmulator):
    alter(github, "actions/get-reviews-for-run", with_member("0.state", "pending"))

    assert approval_facts(github).approvals_of_run(RUN) == ()


def test_what_an_app_agreed_to_is_no_approval_of_a_person(github: GitHubEmulator):
    github.record_approval(github.state.runs[RUN], "groundctl-apply", OTHER_BOT, approved=False)
    github.record_approval(github.state.runs[RUN], "groundctl-apply", OTHER_BOT)

    found = approval_facts(github).approvals_of_run(RUN)
    assert [(approval.login, approval.is_approved) for approval in found] == [(REVIEWER, True), (OTHER_BOT, False)]


@pytest.mark.parametrize(
    ("operation", "member"),
    [
        ("repos/get-environment", "can_admins_bypass"),
        ("repos/list-deployment-branch-policies", "branch_policies.0.type"),
    ],
)
def test_without_a_member_that_github_does_not_promise_the_weaker_protection_is_assumed(
    github: GitHubEmulator, operation: str, member: str
):
    alter(github, operation, with_member(member, GONE))

    protection = approval_facts(github).environment("groundctl-apply")
    assert protection
    assert protection.branches == ("main",)
    assert protection.admins_can_bypass or protection.has_tags


def test_true_is_no_number(github: GitHubEmulator):
    alter(github, "pulls/list-reviews", with_member("0.id", True))

    with pytest.raises(ExternalError, match="id is True, not int"):
        approval_facts(github).reviews(1)
