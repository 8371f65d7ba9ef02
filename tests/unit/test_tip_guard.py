"""A run that the default branch has left behind creates and stops nothing, also if that happens while it runs."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from groundctl.app.approval.tip import TipGuard
from groundctl.domain.jobs.creation import Result
from groundctl.domain.planning.plan import Plan
from support.builders import a_declaration, a_plan, an_observed_job
from support.buying import carry_out
from support.fakes import FakeApprovalFacts, FakeJobs
from support.ledger import an_open_ledger

OURS, NEXT = "a" * 40, "b" * 40
FILES = {"jobs": "1", "README.md": "2"}


class MovingBranch(FakeApprovalFacts):
    """A branch whose tip is another one each time that it is asked; the last one stays."""

    def __init__(self, *tips: str) -> None:
        super().__init__()
        self.coming = list(tips)
        self.asked = 0
        self.parents = {NEXT: (OURS,)}
        self.trees = {OURS: FILES, NEXT: {**FILES, "jobs": "9"}}

    def tip(self, branch: str) -> str:
        self.tips[branch] = self.coming[min(self.asked, len(self.coming) - 1)]
        self.asked += 1
        return super().tip(branch)


def a_guard(branch: FakeApprovalFacts) -> TipGuard:
    return TipGuard(branch, branch="main", commit=OURS)


def two_creates() -> Plan:
    clips: Iterable[str] = ("s3://clips/a.mp4", "s3://clips/b.mp4")
    return a_plan(*(a_declaration(name=f"job-{n}", input={"objects": [clip]}) for n, clip in enumerate(clips)))


def test_at_the_tip_every_create_is_sent_and_the_branch_is_asked_before_each():
    branch, jobs = MovingBranch(OURS), FakeJobs()

    outcomes = carry_out(two_creates(), jobs=jobs, guard=a_guard(branch))

    assert [outcome.result for outcome in outcomes] == [Result.CREATED, Result.CREATED]
    assert branch.asked == 2


def test_a_branch_that_has_moved_on_before_the_first_create_leaves_all_to_the_newer_run():
    branch, jobs = MovingBranch(NEXT), FakeJobs()

    outcomes = carry_out(two_creates(), jobs=jobs, guard=a_guard(branch))

    assert [outcome.result for outcome in outcomes] == [Result.SUPERSEDED, Result.SUPERSEDED]
    assert outcomes[0].verdict.evidence == "main has moved on to bbbbbbb: its run does it"
    assert not any(outcome.result.needs_attention for outcome in outcomes)
    assert jobs.sent == []
    assert branch.asked == 1


def test_a_branch_that_moves_on_between_two_creates_keeps_the_second_from_being_sent():
    branch, jobs = MovingBranch(OURS, NEXT), FakeJobs()

    outcomes = carry_out(two_creates(), jobs=jobs, guard=a_guard(branch))

    assert [outcome.result for outcome in outcomes] == [Result.CREATED, Result.SUPERSEDED]
    assert len(jobs.sent) == 1


def test_what_was_not_sent_is_free_again_for_the_newer_run():
    ledger, jobs = an_open_ledger(), FakeJobs()
    carry_out(two_creates(), jobs=jobs, ledger=ledger, guard=a_guard(MovingBranch(NEXT)))

    outcomes = carry_out(two_creates(), jobs=jobs, ledger=ledger)

    assert [outcome.result for outcome in outcomes] == [Result.CREATED, Result.CREATED]


def test_a_branch_that_has_changed_nothing_that_a_run_reads_is_still_the_tip():
    branch = MovingBranch(NEXT)
    branch.trees[NEXT] = {**FILES, "README.md": "9"}

    outcomes = carry_out(two_creates(), guard=a_guard(branch))

    assert [outcome.result for outcome in outcomes] == [Result.CREATED, Result.CREATED]


def test_a_rewritten_branch_fails_the_run():
    branch, jobs = MovingBranch(NEXT), FakeJobs()
    branch.parents = {}

    outcomes = carry_out(two_creates(), jobs=jobs, guard=a_guard(branch))

    assert [outcome.result for outcome in outcomes] == [Result.NOT_STARTED, Result.NOT_STARTED]
    assert "main was rewritten" in outcomes[0].verdict.evidence
    assert jobs.sent == []


def test_if_github_cannot_be_asked_nothing_is_sent():
    branch, jobs = MovingBranch(OURS), FakeJobs()
    branch.unknown.add("tip")

    outcomes = carry_out(two_creates(), jobs=jobs, guard=a_guard(branch))

    assert [outcome.result for outcome in outcomes] == [Result.NOT_STARTED, Result.NOT_STARTED]
    assert "could not be checked" in outcomes[0].verdict.evidence
    assert jobs.sent == []


def test_a_stop_asks_the_branch_too():
    plan = a_plan(a_declaration(state="stopped"), observed=(an_observed_job(),))
    jobs = FakeJobs()

    [outcome] = carry_out(plan, jobs=jobs, may_stop=True, guard=a_guard(MovingBranch(NEXT)))

    assert (outcome.result, jobs.stopped) == (Result.SUPERSEDED, [])


class SlowBranch(FakeApprovalFacts):
    """A branch that moves on while the first question about it is under way."""

    def __init__(self) -> None:
        super().__init__()
        self.parents = {NEXT: (OURS,)}
        self.trees = {OURS: FILES, NEXT: {**FILES, "jobs": "9"}}
        self.tips["main"] = OURS
        self.asked, self.is_asked, self.goes_on = 0, threading.Event(), threading.Event()

    def tip(self, branch: str) -> str:
        self.asked += 1
        seen = super().tip(branch)
        if self.asked == 1:
            self.is_asked.set()
            self.goes_on.wait(5)
        return seen


def test_hands_share_no_answer_that_was_asked_for_before_they_came():
    branch = SlowBranch()
    guard = a_guard(branch)
    answers: list[bool] = []
    first = threading.Thread(target=lambda: answers.append(guard.ask() is None))
    first.start()
    branch.is_asked.wait(5)
    branch.tips["main"] = NEXT
    others = [threading.Thread(target=lambda: answers.append(guard.ask() is None)) for _ in range(4)]
    for other in others:
        other.start()
    threading.Event().wait(0.02)

    branch.goes_on.set()
    for thread in (first, *others):
        thread.join(5)

    assert sorted(answers) == [False, False, False, False, True]


def test_hands_that_wait_for_the_same_answer_share_the_next_question():
    branch = SlowBranch()
    guard = a_guard(branch)
    hands = [threading.Thread(target=guard.ask) for _ in range(8)]
    for hand in hands:
        hand.start()
    branch.is_asked.wait(5)
    threading.Event().wait(0.05)

    branch.goes_on.set()
    for hand in hands:
        hand.join(5)

    assert branch.asked == 2
