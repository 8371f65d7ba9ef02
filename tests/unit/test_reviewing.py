"""Apply does what was reviewed: plans are found by what GitHub and git record, and whatever goes beyond them is held."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from groundctl.app.review import Archive, Review, review
from groundctl.domain.aws.job_names import job_key
from groundctl.domain.canonical_json import digest_of
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.clip_index import HashedClips
from groundctl.domain.planning.plan import Plan
from groundctl.domain.planning.planner import make_plan
from groundctl.domain.tracking.pull_request import PullRequest
from groundctl.presentation.machine.plan_json import plan_json
from support.builders import a_declaration, a_plan, an_infrastructure, an_observed_job, some_inputs
from support.fakes import FakeClock, FakeHistory, FakePullRequests
from support.ledger import a_ledger, a_purchase, void

REPOSITORY = "acme/labeling"
FILE = "jobs/sports-data/rally-outcome.yaml"
MERGED = PullRequest(number=12, head="a" * 40, base_branch="main", merged_as="b" * 40)
LATER = PullRequest(number=13, head="c" * 40, base_branch="main", merged_as="d" * 40)


def a_plan_file(plan: Plan, merged: PullRequest = MERGED, **made_for: Any) -> bytes:
    bound = {"repository": REPOSITORY, "pull_request": merged.number, "commit": merged.head, "run": 1, "attempt": 1}
    return plan_json(plan, {**bound, **made_for}).encode()


def reviewed(plan: Plan, emulator: FakePullRequests, history: FakeHistory | None = None, **more: Any) -> Review:
    archive = Archive(
        repository=REPOSITORY,
        head_commit=more.pop("head_commit", "b" * 40),
        clock=more.pop("clock", FakeClock()),
        pull_requests=emulator,
        history=history or FakeHistory(jobs="b" * 40),
        is_plan=lambda data: isinstance(data, dict) and "changes" in data,
    )
    return review(plan, more.pop("declarations", (a_declaration(),)), archive, **more)


def a_hub(*files: bytes, merged: PullRequest = MERGED) -> FakePullRequests:
    emulator = FakePullRequests(merged)
    emulator.plans[merged.head] = list(files)
    return emulator


def test_changes_in_the_plan_of_the_merged_pull_request_are_approved():
    plan = a_plan(a_declaration())

    found = reviewed(plan, a_hub(a_plan_file(plan)))

    assert found.held == {}
    assert found.source_pull_requests == {"rally-outcome": 12}


def test_a_job_without_a_pull_request_is_held():
    plan = a_plan(a_declaration())

    where = "GitHub names no merged pull request for its commit bbbbbbb, asked 4 times"
    assert reviewed(plan, FakePullRequests()).held == {"rally-outcome": f"no reviewed plan was found for it; {where}"}


class LatePullRequests(FakePullRequests):
    """GitHub right after a merge: for some time it knows no pull request of the new commit."""

    def __init__(self, *known: PullRequest, empty_answers: int) -> None:
        super().__init__(*known)
        self.empty_answers = empty_answers
        self.asked = 0

    def pull_requests_of(self, commit: str) -> tuple[PullRequest, ...]:
        self.asked += 1
        return () if self.asked <= self.empty_answers else super().pull_requests_of(commit)


def test_an_empty_answer_right_after_the_merge_is_no_fact_yet():
    plan, clock = a_plan(a_declaration()), FakeClock()
    late = LatePullRequests(MERGED, empty_answers=2)
    late.plans[MERGED.head] = [a_plan_file(plan)]

    found = reviewed(plan, late, clock=clock)

    assert (found.held, found.source_pull_requests) == ({}, {"rally-outcome": 12})
    assert len(clock.slept) == 2


def test_a_commit_of_an_earlier_run_is_asked_about_once():
    clock, late = FakeClock(), LatePullRequests(MERGED, empty_answers=9)

    [reason] = reviewed(a_plan(a_declaration()), late, clock=clock, head_commit="e" * 40).held.values()

    assert (late.asked, clock.slept) == (1, [])
    assert reason.endswith("; GitHub names no merged pull request for its commit bbbbbbb")


def test_a_job_belongs_to_the_reviewed_pull_request_and_not_to_one_that_was_stacked_on_it():
    at = datetime(2026, 11, 23, tzinfo=UTC)
    stacked = PullRequest(number=14, head="f" * 40, base_branch="topic", merged_as="f" * 40, merged_at=at)
    squashed = replace(MERGED, merged_at=at + timedelta(hours=1))
    rebased = replace(squashed, merged_as="9" * 40)
    for merged in (squashed, rebased):
        both = FakePullRequests(stacked, merged)
        both.by_commit["b" * 40] = (stacked.number, merged.number)

        assert reviewed(a_plan(a_declaration()), both).source_pull_requests == {"rally-outcome": 12}


def test_more_clips_than_reviewed_are_held_with_both_numbers():
    before = a_plan(a_declaration())
    more = a_declaration(input={"objects": [f"s3://clips/{number}.mp4" for number in range(5)]})

    [told] = reviewed(a_plan(more), a_hub(a_plan_file(before)), declarations=(more,)).held.values()

    assert "its clips differ: reviewed 2, now 5" in told


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"format_version": 1}',
        a_plan_file(a_plan(a_declaration()), commit="e" * 40),
        a_plan_file(a_plan(a_declaration()), repository="mallory/labeling"),
        a_plan_file(a_plan(a_declaration())).replace(b'"clips": 2', b'"clips": 3'),
        a_plan_file(a_plan(a_declaration(), infrastructure=an_infrastructure(account_id="999999999999"))),
    ],
    ids=["empty", "half", "deep", "no plan", "another commit", "another repository", "changed", "another account"],
)
def test_an_invalid_plan_covers_nothing(file: bytes):
    assert set(reviewed(a_plan(a_declaration()), a_hub(file)).held) == {"rally-outcome"}


def test_the_newest_plan_of_the_head_counts():
    less, more = a_declaration(), a_declaration(input={"objects": [f"s3://clips/{n}.mp4" for n in range(5)]})

    found = reviewed(a_plan(less), a_hub(a_plan_file(a_plan(more)), a_plan_file(a_plan(less))))

    assert set(found.held) == {"rally-outcome"}


def test_a_later_pull_request_that_planned_the_job_covers_it_too():
    declaration = a_declaration()
    cheap, dear = Policy(platform_fee_usd=Decimal("0.02")), Policy(platform_fee_usd=Decimal("0.08"))
    emulator = FakePullRequests(MERGED, LATER)
    emulator.plans = {
        MERGED.head: [a_plan_file(a_plan(declaration, policy=cheap))],
        LATER.head: [a_plan_file(a_plan(declaration, policy=dear), LATER)],
    }
    history = FakeHistory(**{"jobs": "d" * 40, FILE: "b" * 40})
    now = a_plan(declaration, policy=dear)

    assert reviewed(now, emulator, history).held == {}
    emulator.plans[LATER.head] = []
    [told] = reviewed(now, emulator, history).held.values()
    assert told == "more money: reviewed up to $0.04, now up to $0.16"


def test_a_digest_approves_exactly_its_plan():
    plan = a_plan(a_declaration())

    assert reviewed(plan, FakePullRequests(), approved=plan.digest).held == {}
    assert reviewed(plan, FakePullRequests(), approved=digest_of("another")).held


def waiting(budget: dict[str, int] | None, *, of: Declaration | None = None) -> bytes:
    """The plan file of a job that waited for its clips, as it was reviewed."""
    before = json.loads(plan_json(a_plan(of or a_declaration(budget=budget))))
    [change] = before["changes"]
    change["budget_usd"] = change["budget_usd"] if of is None else str(budget["usd"] if budget else "")
    change |= {"action": "waiting", "clips": None, "usd": None, "input_digest": "", "request_digest": ""}
    content = {name: value for name, value in before.items() if name != "digest"}
    made_for = {"repository": REPOSITORY, "pull_request": 12, "commit": MERGED.head, "run": 1, "attempt": 1}
    return json.dumps({**content, "made_for": made_for, "digest": digest_of(content)}).encode()


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        ({"usd": 1}, None),
        (None, "its cost was open when it was reviewed, and it has no budget"),
    ],
)
def test_a_waiting_job_is_approved_up_to_its_budget(budget: dict[str, int] | None, told: str | None):
    now = a_plan(a_declaration(budget=budget))

    assert reviewed(now, a_hub(waiting(budget))).held.get(job_key("rally-outcome")) == told


def test_a_budget_raised_after_the_review_does_not_raise_the_approved_amount():
    clips = {"objects": [f"s3://clips/{number}.mp4" for number in range(100)]}
    now = a_plan(a_declaration(budget={"usd": 100}, input=clips))
    before = a_plan(a_declaration(budget={"usd": 1}, input=clips))
    assert before.requires_attention

    [told] = reviewed(now, a_hub(a_plan_file(before)), declarations=(a_declaration(input=clips),)).held.values()

    assert told == "the reviewed plan does not create it; it says: refused"


def test_a_waiting_job_that_costs_more_than_its_budget_is_held():
    now = a_plan(a_declaration())

    [told] = reviewed(now, a_hub(waiting({"usd": 0}, of=a_declaration()))).held.values()

    assert told == "more money: reviewed with a budget of $0, now up to $0.16"


def test_another_purchase_than_reviewed_is_not_paid_for_again():
    again = a_declaration(rerun_of={"job": "first", "reason": "new reviewers, to compare"})
    asked = HashedClips.of(["s3://clips/rally-1.mp4"])
    a_first = a_purchase("first", asked, labels=("winner", "error"))

    def planned(*entries: Any) -> Plan:
        return make_plan(some_inputs(again, purchases=a_ledger(*entries)))

    before, now = planned(a_first), planned(a_first, void(2), a_first)

    assert reviewed(before, a_hub(a_plan_file(before)), declarations=(again,)).held == {}
    [told] = reviewed(now, a_hub(a_plan_file(before)), declarations=(again,)).held.values()
    assert told == (
        "it pays again for other clips: reviewed a rerun of first (entry 2), now a rerun of first (entry 4)"
    )


def test_a_reviewed_stop_is_approved():
    stopped = a_declaration(state="stopped")
    plan = a_plan(stopped, observed=(an_observed_job(),))

    assert reviewed(plan, a_hub(a_plan_file(plan)), declarations=(stopped,)).held == {}
    assert reviewed(plan, FakePullRequests(), declarations=(stopped,)).held


def test_github_is_asked_once_about_each_pull_request():
    class Counting(FakePullRequests):
        asked = 0

        def pull_requests_of(self, commit: str) -> tuple[PullRequest, ...]:
            self.asked += 1
            return super().pull_requests_of(commit)

    clips = [{"objects": [f"s3://clips/{number}.mp4"]} for number in range(30)]
    many = tuple(a_declaration(name=f"job-{number}", input=one) for number, one in enumerate(clips))
    plan = a_plan(*many)
    emulator = Counting(MERGED)
    emulator.plans[MERGED.head] = [a_plan_file(plan)]

    assert reviewed(plan, emulator, declarations=many).held == {}
    assert emulator.asked == 1
