"""Answers of GitHub of a shape, or about a thing, that was not asked for: an error where a decision would need them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from github_emulator.actors import DEVELOPER, READER, REVIEWER
from github_emulator.emulator import GitHubEmulator
from groundctl.domain.approval.reviews import ReviewState
from groundctl.errors import ExternalError
from support.github.adapter import HEAD, MERGED, approval_facts
from support.github.questions import GONE, TEN, alter, ask, prepare, with_member


@pytest.fixture
def github(emulator: GitHubEmulator) -> GitHubEmulator:
    """Give a GitHub where every question has an answer."""
    prepare(emulator)
    return emulator


# Every member that a decision is made from: without it, with null, and with another type.
MEMBERS: Mapping[str, tuple[str, ...]] = {
    "git/get-ref": ("ref", "object", "object.type", "object.sha"),
    "repos/compare-commits-with-basehead": ("base_commit", "base_commit.sha", "merge_base_commit.sha", "status"),
    "git/get-tree": ("truncated", "tree", "tree.0.path", "tree.0.sha"),
    "pulls/list-reviews": (
        "0.id",
        "0.state",
        "0.submitted_at",
        "0.pull_request_url",
        "0.user",
        "0.user.login",
        "0.user.type",
        "0.commit_id",
    ),
    "repos/get-collaborator-permission-level": ("permission", "role_name", "user", "user.login"),
    "issues/list-events-for-timeline": ("2.created_at", "2.event", "2.actor", "2.actor.type"),
    "repos/get-environment": (
        "name",
        "can_admins_bypass",
        "deployment_branch_policy",
        "deployment_branch_policy.custom_branch_policies",
        "protection_rules",
        "protection_rules.0.type",
        "protection_rules.0.reviewers",
        "protection_rules.0.reviewers.0.reviewer",
        "protection_rules.0.prevent_self_review",
    ),
    "repos/list-deployment-branch-policies": (
        "total_count",
        "branch_policies",
        "branch_policies.0.name",
        "branch_policies.0.type",
    ),
    "pulls/get": (
        "number",
        "head",
        "head.sha",
        "base",
        "base.ref",
        "base.sha",
        "base.repo",
        "base.repo.id",
        "user",
        "user.login",
        "commits",
        "merged_at",
        "merge_commit_sha",
        "merged_by",
        "merged_by.login",
        "merged_by.type",
    ),
    "repos/list-pull-requests-associated-with-commit": (
        "0.number",
        "0.head.sha",
        "0.base.repo.id",
        "0.merged_at",
        "0.merge_commit_sha",
    ),
    "actions/get-reviews-for-run": (
        "0.environments",
        "0.environments.0.name",
        "0.state",
        "0.user",
        "0.user.login",
        "0.user.type",
    ),
}
# Documented as null: a deleted account or team, a commit that is gone, an environment without a branch policy.
NULLABLE = {
    ("issues/list-events-for-timeline", "2.actor"),
    ("pulls/list-reviews", "0.user"),
    ("pulls/list-reviews", "0.commit_id"),
    ("repos/get-environment", "deployment_branch_policy"),
    ("repos/get-environment", "protection_rules.0.reviewers.0.reviewer"),
    ("pulls/get", "user"),
    ("pulls/get", "merged_by"),
    ("pulls/get", "merged_at"),
    ("repos/list-pull-requests-associated-with-commit", "0.merged_at"),
}
# Not promised by GitHub's description: an event without a name is a commit or a comment on lines, one without an actor is of
# no person, and for the other two the weaker protection is assumed.
OPTIONAL = {"2.event", "2.actor", "can_admins_bypass", "branch_policies.0.type"}


@pytest.mark.parametrize(
    ("operation", "member"), [(operation, member) for operation, members in MEMBERS.items() for member in members]
)
@pytest.mark.parametrize("value", [GONE, None, {"odd": 1}, 3.5], ids=["gone", "null", "object", "number"])
def test_a_member_that_is_missing_or_of_another_type_is_an_error(
    github: GitHubEmulator, operation: str, member: str, value: object
):
    if (value is None and (operation, member) in NULLABLE) or (value is GONE and member in OPTIONAL):
        return
    alter(github, operation, with_member(member, value))

    with pytest.raises(ExternalError, match="GitHub's answer cannot be read"):
        ask(github, operation)


@pytest.mark.parametrize(
    ("operation", "change"),
    [
        ("git/get-ref", with_member("ref", "refs/heads/main-2")),
        ("git/get-ref", with_member("ref", "refs/tags/main")),
        ("git/get-ref", with_member("object.type", "tag")),
        ("git/get-ref", lambda body: [body, {**body, "ref": "refs/heads/main-2"}]),
        ("repos/compare-commits-with-basehead", with_member("base_commit.sha", HEAD)),
        ("pulls/list-reviews", with_member("0.pull_request_url", "https://api.github.com/repos/acme/labels/pulls/21")),
        ("repos/get-collaborator-permission-level", with_member("user.login", DEVELOPER)),
        ("repos/get-environment", with_member("name", "groundctl-stop")),
        ("pulls/get", with_member("number", 2)),
    ],
)
def test_an_answer_about_something_else_is_an_error(
    github: GitHubEmulator, operation: str, change: Callable[[Any], Any]
):
    alter(github, operation, change)

    with pytest.raises(ExternalError, match="the answer"):
        ask(github, operation)


@pytest.mark.parametrize(
    ("operation", "change"),
    [
        ("git/get-ref", with_member("object.sha", "main")),
        ("git/get-ref", with_member("object.sha", "A" * 40)),
        ("repos/compare-commits-with-basehead", with_member("status", "AHEAD")),
        ("repos/compare-commits-with-basehead", with_member("status", "diverged")),
        ("repos/compare-commits-with-basehead", with_member("merge_base_commit.sha", HEAD)),
        ("git/get-tree", with_member("truncated", True)),
        ("git/get-tree", with_member("tree.0.path", "jobs/a.yaml")),
        ("git/get-tree", lambda body: {**body, "tree": body["tree"] * 2}),
        ("pulls/list-reviews", with_member("0.submitted_at", "yesterday")),
        ("pulls/list-reviews", with_member("0.submitted_at", "2026-11-02T10:00:00")),
        ("repos/get-collaborator-permission-level", with_member("permission", "owner")),
        ("repos/list-deployment-branch-policies", with_member("total_count", 2)),
        ("repos/list-deployment-branch-policies", with_member("branch_policies.0.type", "commit")),
        ("actions/get-reviews-for-run", with_member("0.state", "APPROVED")),
    ],
)
def test_a_value_that_github_does_not_give_is_an_error(
    github: GitHubEmulator, operation: str, change: Callable[[Any], Any]
):
    alter(github, operation, change)

    with pytest.raises(ExternalError, match=r"answer cannot be read|did not answer"):
        ask(github, operation)


def test_an_odd_answer_that_does_not_last_is_asked_for_again(github: GitHubEmulator):
    alter(github, "git/get-ref", lambda _: {}, times=2)

    assert approval_facts(github).tip("main") == MERGED


def test_a_review_in_an_unknown_state_is_no_approval_and_takes_back_an_earlier_one(github: GitHubEmulator):
    github.review(1, REVIEWER, "COMMENTED", at=TEN + timedelta(minutes=1))
    alter(github, "pulls/list-reviews", with_member("1.state", "RETRACTED"))

    states = [review.state for review in approval_facts(github).reviews(1)]
    assert states == [ReviewState.APPROVED, ReviewState.DISMISSED]


def test_a_review_that_is_not_submitted_yet_is_left_out(github: GitHubEmulator):
    github.review(1, READER, "COMMENTED")

    def unsubmitted(body: Any) -> Any:
        del body[1]["submitted_at"]
        return with_member("1.state", "PENDING")(body)

    alter(github, "pulls/list-reviews", unsubmitted)
    assert [review.login for review in approval_facts(github).reviews(1)] == [REVIEWER]


def test_a_review_of_a_deleted_account_is_not_one_of_a_person(github: GitHubEmulator):
    alter(github, "pulls/list-reviews", with_member("0.user", None))

    [review] = approval_facts(github).reviews(1)
    assert (review.login, review.is_person) == ("ghost", False)


def test_a_review_of_a_commit_that_is_gone_is_of_no_commit(github: GitHubEmulator):
    alter(github, "pulls/list-reviews", with_member("0.commit_id", None))

    [review] = approval_facts(github).reviews(1)
    assert review.commit == ""
