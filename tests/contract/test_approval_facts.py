"""What GitHub says about approvals: the adapter, over HTTP against the emulator, and its fake keep the same promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from github_emulator.actors import DEVELOPER, MAINTAINER, OTHER_BOT, READER, REVIEWER, SECOND_REVIEWER
from github_emulator.emulator import GitHubEmulator
from github_emulator.state import Commit
from groundctl.domain.approval.protection import EnvironmentProtection, RunApproval
from groundctl.domain.approval.reviews import ReviewState, SubmittedReview
from groundctl.errors import ExternalError, RefusedByGitHub
from groundctl.ports import ApprovalFacts
from support.fakes import FakeApprovalFacts
from support.github.adapter import BASE, HEAD, MERGED, approval_facts

TEN = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
OLD, SIDE = "d" * 40, "e" * 40
JOBS, SCHEMAS = "1" * 40, "2" * 40


def after(minutes: float) -> datetime:
    return TEN + timedelta(minutes=minutes)


@dataclass
class Side:
    """GitHub with a pull request and a run: the adapter or its fake, and what happens there."""

    facts: ApprovalFacts
    number: int
    run: int
    point_main: Callable[[str, Mapping[str, str]], None]
    add_commit: Callable[[str, tuple[str, ...]], None]
    review: Callable[[str, ReviewState, datetime], None]
    dismiss_last: Callable[[], None]
    ask_to_merge: Callable[[datetime], None]
    protect: Callable[[EnvironmentProtection], None]
    approve_run: Callable[[str, str, bool], None]


@pytest.fixture(params=["fake", "real"])
def side(request: pytest.FixtureRequest) -> Side:
    if request.param == "fake":
        return _fake_side()
    return _real_side(request.getfixturevalue("emulator"))


def _real_side(emulator: GitHubEmulator) -> Side:
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    run = emulator.add_run(path=".github/workflows/apply.yml", event="push", head_sha=MERGED)
    made: list[int] = []

    def review(login: str, state: ReviewState, at: datetime) -> None:
        made.append(emulator.review(number, login, state, at=at))

    def protect(protection: EnvironmentProtection) -> None:
        emulator.protect_environment(
            protection.name,
            reviewers=(REVIEWER, SECOND_REVIEWER)[: protection.reviewers],
            teams=("owners",) if protection.reviewers == 3 else (),
            prevent_self_review=protection.prevents_self_review,
            branches=protection.branches,
            tags=("v*",) if protection.has_tags else (),
            admins_can_bypass=protection.admins_can_bypass,
        )

    return Side(
        facts=approval_facts(emulator),
        number=number,
        run=run.id,
        point_main=lambda sha, tree: emulator.set_branch("main", sha, tree=tree),
        add_commit=lambda sha, parents: emulator.commit(Commit(sha=sha, parents=parents)),
        review=review,
        dismiss_last=lambda: emulator.dismiss(number, made[-1], at=after(30)),
        ask_to_merge=lambda at: emulator.enable_auto_merge(number, at=at),
        protect=protect,
        approve_run=lambda name, login, approved: emulator.record_approval(run, name, login, approved=approved),
    )


def _fake_side() -> Side:
    fake = FakeApprovalFacts(writers={MAINTAINER, DEVELOPER, REVIEWER, SECOND_REVIEWER})
    reviews = fake.reviews_of.setdefault(1, [])

    def point_main(sha: str, tree: Mapping[str, str]) -> None:
        fake.tips["main"], fake.trees[sha] = sha, tree

    def review(login: str, state: ReviewState, at: datetime) -> None:
        is_person = not login.endswith("[bot]")
        reviews.append(SubmittedReview(login=login, is_person=is_person, state=state, commit=HEAD, submitted_at=at))

    def approve_run(name: str, login: str, approved: bool) -> None:
        approval = RunApproval(login=login, environments=(name,), is_approved=approved)
        fake.run_approvals.setdefault(1, []).append(approval)

    return Side(
        facts=fake,
        number=1,
        run=1,
        point_main=point_main,
        add_commit=fake.parents.__setitem__,
        review=review,
        dismiss_last=lambda: reviews.append(replace(reviews.pop(), state=ReviewState.DISMISSED)),
        ask_to_merge=lambda at: fake.merge_requests.__setitem__(1, at),
        protect=lambda protection: fake.environments.__setitem__(protection.name, protection),
        approve_run=approve_run,
    )


def test_the_tip_is_the_commit_that_the_branch_points_to_now(side: Side):
    side.point_main(MERGED, {})
    assert side.facts.tip("main") == MERGED

    side.point_main(SIDE, {})
    assert side.facts.tip("main") == SIDE


def test_a_branch_that_is_not_there_has_no_tip(side: Side):
    side.point_main(MERGED, {})
    with pytest.raises(RefusedByGitHub) as caught:
        side.facts.tip("mai")

    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("commit", "of", "expected"),
    [
        pytest.param(MERGED, MERGED, True, id="the same commit"),
        pytest.param(OLD, MERGED, True, id="an ancestor of an ancestor"),
        pytest.param(MERGED, OLD, False, id="a descendant"),
        pytest.param(SIDE, MERGED, False, id="a commit of another branch"),
    ],
)
def test_a_commit_is_an_ancestor_of_what_was_built_on_it(side: Side, commit: str, of: str, *, expected: bool):
    side.add_commit(OLD, ())
    side.add_commit(BASE, (OLD,))
    side.add_commit(MERGED, (BASE,))
    side.add_commit(SIDE, (OLD,))

    assert side.facts.is_ancestor(commit, of) is expected


def test_the_files_at_the_root_of_a_commit_are_listed_with_their_objects(side: Side):
    side.point_main(MERGED, {"jobs": JOBS, "schemas": SCHEMAS})

    assert side.facts.top_level(MERGED) == {"jobs": JOBS, "schemas": SCHEMAS}


def test_reviews_are_listed_with_the_oldest_first_and_the_facts_that_the_rule_needs(side: Side):
    side.review(SECOND_REVIEWER, ReviewState.COMMENTED, after(3))
    side.review(REVIEWER, ReviewState.APPROVED, after(1))
    side.review(OTHER_BOT, ReviewState.APPROVED, after(2))

    found = side.facts.reviews(side.number)

    assert [(one.login, one.is_person, one.state, one.submitted_at) for one in found] == [
        (REVIEWER, True, ReviewState.APPROVED, after(1)),
        (OTHER_BOT, False, ReviewState.APPROVED, after(2)),
        (SECOND_REVIEWER, True, ReviewState.COMMENTED, after(3)),
    ]
    assert {one.commit for one in found} == {HEAD}


def test_a_dismissed_review_keeps_its_time(side: Side):
    side.review(REVIEWER, ReviewState.APPROVED, after(1))
    side.dismiss_last()

    [found] = side.facts.reviews(side.number)
    assert (found.state, found.submitted_at) == (ReviewState.DISMISSED, after(1))


def test_a_pull_request_without_reviews_has_an_empty_list(side: Side):
    assert side.facts.reviews(side.number) == ()


def test_all_of_250_reviews_are_read(side: Side):
    for count in range(249):
        side.review(READER, ReviewState.COMMENTED, after(count))
    side.review(REVIEWER, ReviewState.APPROVED, after(1000))

    found = side.facts.reviews(side.number)

    assert len(found) == 250
    assert found[-1].state is ReviewState.APPROVED


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        (MAINTAINER, True),
        (REVIEWER, True),
        (SECOND_REVIEWER, True),
        (SECOND_REVIEWER.upper(), True),
        (READER, False),
        (OTHER_BOT, False),
        ("who-left", False),
    ],
)
def test_a_user_may_write_with_a_role_of_write_or_more(side: Side, login: str, *, expected: bool):
    assert side.facts.may_write(login) is expected


def test_a_direct_merge_was_not_requested_earlier(side: Side):
    assert side.facts.merge_requested_at(side.number) is None


def test_the_time_at_which_auto_merge_was_enabled_is_read(side: Side):
    side.ask_to_merge(after(5))

    assert side.facts.merge_requested_at(side.number) == after(5)


@pytest.mark.parametrize(
    "protection",
    [
        EnvironmentProtection(
            name="careful", reviewers=2, prevents_self_review=True, admins_can_bypass=False, branches=("main",)
        ),
        EnvironmentProtection(
            name="with a team", reviewers=3, prevents_self_review=False, admins_can_bypass=True, branches=()
        ),
        EnvironmentProtection(
            name="open/ä", reviewers=0, prevents_self_review=False, admins_can_bypass=True, branches=None
        ),
        EnvironmentProtection(
            name="tags",
            reviewers=1,
            prevents_self_review=True,
            admins_can_bypass=False,
            branches=("main", "release/*"),
            has_tags=True,
        ),
    ],
    ids=lambda protection: protection.name,
)
def test_the_protection_of_an_environment_is_read(side: Side, protection: EnvironmentProtection):
    side.protect(protection)

    assert side.facts.environment(protection.name) == protection


def test_an_environment_that_is_not_there_is_none(side: Side):
    assert side.facts.environment("nowhere") is None


def test_who_let_a_run_enter_and_who_rejected_it_is_read(side: Side):
    protection = EnvironmentProtection(
        name="careful", reviewers=2, prevents_self_review=True, admins_can_bypass=False, branches=("main",)
    )
    side.protect(protection)
    side.approve_run("careful", REVIEWER, False)
    side.approve_run("careful", SECOND_REVIEWER, True)

    assert side.facts.approvals_of_run(side.run) == (
        RunApproval(login=REVIEWER, environments=("careful",), is_approved=False),
        RunApproval(login=SECOND_REVIEWER, environments=("careful",), is_approved=True),
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda facts: facts.tip("main"),
        lambda facts: facts.is_ancestor(BASE, HEAD),
        lambda facts: facts.top_level(HEAD),
        lambda facts: facts.reviews(1),
        lambda facts: facts.may_write(REVIEWER),
        lambda facts: facts.merge_requested_at(1),
        lambda facts: facts.environment("groundctl-apply"),
        lambda facts: facts.approvals_of_run(1),
    ],
)
def test_the_fake_fails_where_a_test_wants_it_to(call: Callable[[ApprovalFacts], object]):
    fake = FakeApprovalFacts()
    fake.unknown = {
        "tip",
        "is_ancestor",
        "top_level",
        "reviews",
        "may_write",
        "merge_requested_at",
        "environment",
        "approvals_of_run",
    }

    with pytest.raises(ExternalError):
        call(fake)
