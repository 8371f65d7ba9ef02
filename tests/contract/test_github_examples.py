"""The answers that GitHub's API description shows are read: the strictness of the adapter refuses nothing that GitHub gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

import github_emulator.openapi.extract as description
from github_emulator.emulator import GitHubEmulator
from github_emulator.faults import Kind
from groundctl.adapters.github.approval_facts import GitHubApprovalFacts
from groundctl.adapters.github.client import GitHub
from groundctl.domain.approval.protection import EnvironmentProtection, RunApproval
from groundctl.domain.approval.reviews import ReviewState, SubmittedReview
from groundctl.domain.tracking.pull_request import PullRequest
from support.github.adapter import an_adapter, approval_facts

EXAMPLES: Final[dict[str, Any]] = json.loads(Path(description.EXAMPLES_TARGET).read_text(encoding="utf-8"))
COMMIT: Final = "6dcb09b5b57875f334f61aebed695e2e4193db5e"

QUESTIONS: Final[dict[str, tuple[Callable[[GitHubApprovalFacts, GitHub], object], object]]] = {
    "git/get-ref": (lambda facts, _: facts.tip("featureA"), "aa218f56b14c9653891f9e74264a383fa43fefbd"),
    "git/get-tree": (
        lambda facts, _: facts.top_level("f" * 40),
        {
            "file.rb": "44b4fc6d56897b048c772eb4087f854f46256132",
            "subdir": "f484d249c660418515fb01c2b9662073663c242e",
            "exec_file": "45b983be36b73c0788dc9cbcb76cbb80fc7bb057",
        },
    ),
    "pulls/list-reviews": (
        lambda facts, _: facts.reviews(12),
        (
            SubmittedReview(
                login="octocat",
                is_person=True,
                state=ReviewState.APPROVED,
                commit="ecdd80bb57125d7ba9641ffaa4d7d2c19d3f3091",
                submitted_at=datetime(2019, 11, 17, 17, 43, 43, tzinfo=UTC),
            ),
        ),
    ),
    "repos/get-collaborator-permission-level": (lambda facts, _: facts.may_write("octocat"), True),
    "issues/list-events-for-timeline": (lambda facts, _: facts.merge_requested_at(1), None),
    "actions/get-reviews-for-run": (
        lambda facts, _: facts.approvals_of_run(1),
        (RunApproval(login="octocat", environments=("staging",), is_approved=True),),
    ),
    "pulls/get": (
        lambda _, github: github.pull_request(1347),
        PullRequest(
            number=1347,
            head=COMMIT,
            base_branch="master",
            base_repository=1296269,
            base_commit=COMMIT,
            author="octocat",
            commits=3,
            merged_as="e5bd3914e2e596debea16f433f57875b5b90bcd6",
            merged_at=datetime(2011, 1, 26, 19, 1, 12, tzinfo=UTC),
            merged_by="octocat",
        ),
    ),
    "repos/list-pull-requests-associated-with-commit": (
        lambda _, github: github.pull_requests_of("f" * 40)[0].merged_as,
        "e5bd3914e2e596debea16f433f57875b5b90bcd6",
    ),
}


@pytest.mark.parametrize("operation", QUESTIONS)
def test_a_published_example_is_read(emulator: GitHubEmulator, operation: str):
    question, expected = QUESTIONS[operation]
    emulator.inject_fault(operation, Kind.ALTERED, status=200, change=lambda _: EXAMPLES[operation])

    assert question(approval_facts(emulator), an_adapter(emulator)) == expected


def test_the_published_environment_is_read_with_its_policies(emulator: GitHubEmulator):
    for operation in ("repos/get-environment", "repos/list-deployment-branch-policies"):
        emulator.inject_fault(operation, Kind.ALTERED, status=200, change=lambda _, name=operation: EXAMPLES[name])

    # The example is older than the type of a policy, and has no can_admins_bypass.
    expected = EnvironmentProtection(
        name="staging",
        reviewers=2,
        prevents_self_review=False,
        admins_can_bypass=True,
        branches=("release/*", "main"),
        has_tags=True,
    )
    assert approval_facts(emulator).environment("staging") == expected


def test_every_example_is_used():
    policies = {"repos/get-environment", "repos/list-deployment-branch-policies"}
    assert EXAMPLES.keys() == QUESTIONS.keys() | policies == description.EXAMPLES
