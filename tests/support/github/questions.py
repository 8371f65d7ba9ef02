"""Every question about approvals that groundctl asks GitHub, and answers that GitHub does not give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from github_emulator.actors import FULL_NAME, REVIEWER
from github_emulator.emulator import GitHubEmulator
from github_emulator.faults import Kind
from github_emulator.tokens import Token
from groundctl.adapters.github.approval_facts import GitHubApprovalFacts
from groundctl.adapters.github.client import GitHub
from support.github.adapter import BASE, HEAD, MERGED, Waits

TEN = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
RUN = 4711

_QUESTIONS: Final[Mapping[str, Callable[[GitHubApprovalFacts, GitHub], object]]] = {
    "git/get-ref": lambda facts, _: facts.tip("main"),
    "repos/compare-commits-with-basehead": lambda facts, _: facts.is_ancestor(BASE, MERGED),
    "git/get-tree": lambda facts, _: facts.top_level(MERGED),
    "pulls/list-reviews": lambda facts, _: facts.reviews(1),
    "repos/get-collaborator-permission-level": lambda facts, _: facts.may_write(REVIEWER),
    "issues/list-events-for-timeline": lambda facts, _: facts.merge_requested_at(1),
    "repos/get-environment": lambda facts, _: facts.environment("groundctl-apply"),
    "repos/list-deployment-branch-policies": lambda facts, _: facts.environment("groundctl-apply"),
    "actions/get-reviews-for-run": lambda facts, _: facts.approvals_of_run(RUN),
    "pulls/get": lambda _, github: github.pull_request(1),
    "repos/list-pull-requests-associated-with-commit": lambda _, github: github.pull_requests_of(MERGED),
}
OPERATIONS: Final = tuple(_QUESTIONS)
# As a value of with_member: the member is taken away.
GONE: Final = object()


def prepare(emulator: GitHubEmulator) -> None:
    """Give every question an answer: a merged pull request with a review, and a run that was let in."""
    assert emulator.open_pull(head_sha=HEAD, base_sha=BASE) == 1
    emulator.review(1, REVIEWER, at=TEN)
    emulator.enable_auto_merge(1, at=TEN + timedelta(minutes=5))
    emulator.merge_pull(1, MERGED, at=TEN + timedelta(minutes=9))
    emulator.set_branch("main", MERGED, tree={"jobs": "1" * 40})
    run = emulator.add_run(id=RUN, path=".github/workflows/apply.yml", event="push", head_sha=MERGED)
    emulator.record_approval(run, "groundctl-apply", REVIEWER)


def ask(
    emulator: GitHubEmulator,
    operation: str,
    *,
    token: Token | None = None,
    sleep: Callable[[float], None] | None = None,
) -> object:
    """Ask the question that needs an operation."""
    value = (token or emulator.token(contents="read", pull_requests="read", actions="read")).value
    return ask_at(emulator.url, operation, token=value, sleep=sleep)


def ask_at(api: str, operation: str, *, token: str, sleep: Callable[[float], None] | None = None) -> object:
    """Ask the question that needs an operation, at an address."""
    sleep = sleep or Waits()
    facts = GitHubApprovalFacts(api=api, repository=FULL_NAME, token=token, sleep=sleep)
    return _QUESTIONS[operation](facts, GitHub(api=api, repository=FULL_NAME, token=token, sleep=sleep))


def alter(emulator: GitHubEmulator, operation: str, change: Callable[[Any], Any], times: int = 5) -> None:
    """Change the answers to an operation."""
    emulator.inject_fault(operation, Kind.ALTERED, change=change, times=times)


def with_member(path: str, value: object) -> Callable[[Any], Any]:
    """Return a change of a body that sets one member, or takes it away."""

    def change(body: Any) -> Any:
        *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        place = body
        for step in steps:
            place = place[step]
        if value is GONE:
            del place[last]
        else:
            place[last] = value
        return body

    return change
