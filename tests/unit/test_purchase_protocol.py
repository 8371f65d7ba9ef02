"""Two runs over one ledger, one step at a time: whatever comes between two steps, no clip is asked twice."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.creation import Rejected, Result, Unclear, Verdict
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.purchases import Attempt, LedgerPurchase, Purchases, State
from groundctl.domain.jobs.ledger.records import AttemptRecord, Record, VoidRecord
from groundctl.domain.planning.planner import in_order_of_purchase, make_plan
from groundctl.ports import LabelingJobs, Ledger
from support.builders import a_declaration, an_infrastructure, some_inputs
from support.buying import carry_out
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.interleaving import RunEndsError, ends, stepping
from support.ledger import FakeLedger, an_adopted_job, an_open_ledger, fill

A_LONG_TIME = timedelta(hours=2)


@dataclass
class World:
    """One ledger, and AWS in one account and Region; each run has planned while nothing was bought."""

    ledger: FakeLedger = field(default_factory=an_open_ledger)
    jobs: FakeJobs = field(default_factory=FakeJobs)
    objects: FakeObjects = field(default_factory=FakeObjects)

    def buy(
        self,
        declaration: Declaration,
        *,
        jobs: LabelingJobs | None = None,
        ledger: Ledger | None = None,
        infrastructure: Infrastructure | None = None,
        planned_with: Purchases | None = None,
    ) -> Verdict:
        inputs = some_inputs(declaration, infrastructure=infrastructure)
        plan = make_plan(replace(inputs, purchases=planned_with) if planned_with else inputs)
        [outcome] = carry_out(plan, jobs=jobs or self.jobs, objects=self.objects, ledger=ledger or self.ledger)
        return outcome.verdict

    def die_before(self, call: str, declaration: Declaration) -> None:
        """Let a run buy until it is killed before a call to AWS, or after its last record."""
        with suppress(RunEndsError):
            self.buy(declaration, jobs=stepping(self.jobs, before={call: ends}))

    def wait(self, time: timedelta = A_LONG_TIME) -> None:
        self.ledger.aws_time += time

    @property
    def purchases(self) -> Purchases:
        return Purchases.of(self.ledger.read())

    @property
    def bought(self) -> list[LedgerPurchase]:
        return list(self.purchases.by_id.values())

    @property
    def records(self) -> list[Record]:
        log = self.ledger.read()
        return [record for entry in log.entries for _, record, _ in entry.records()]  # type: ignore[union-attr]  # all can be read

    @property
    def asked(self) -> Counter[str]:
        """Count how many jobs ask each clip, by the manifests of the jobs."""
        counted: Counter[str] = Counter()
        for job in self.jobs.jobs.values():
            manifest = self.objects.objects[job["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]]
            counted.update({json.loads(line)["source-ref"][-5] for line in manifest.splitlines()})
        return counted


def asks(name: str, clips: str, *, only_new: bool = False, **changes: Any) -> Declaration:
    source = {"objects": [f"s3://clips/{clip}.mp4" for clip in clips], "only_new": only_new}
    return a_declaration(name=name, input=source, **changes)


def once(clips: str) -> Counter[str]:
    return Counter(clips)


# --- One run.


def test_a_purchase_is_on_record_before_its_request_is_sent():
    world, recorded = World(), []

    world.buy(asks("a", "12"), jobs=stepping(world.jobs, before={"create_once": lambda: recorded.append(world.bought)}))

    [[bought]] = recorded
    assert (bought.job.name, bought.state, len(bought.index)) == ("a", State.OPEN, 2)


def test_a_lost_answer_leaves_the_purchase_open_and_its_clips_held():
    world = World(jobs=FakeJobs(Unclear(message="timeout")))

    lost = world.buy(asks("a", "12"))
    twin = world.buy(asks("b", "2"))

    assert (lost.result, twin.result) == (Result.UNKNOWN, Result.HELD)
    assert [each.state for each in world.bought] == [State.OPEN]


def test_the_request_of_a_dead_run_is_sent_again_only_under_an_attempt_on_record():
    world = World()
    attempts: list[Attempt] = []
    world.die_before("create_once", asks("a", "12"))

    def look() -> None:
        attempts.extend(world.bought[0].attempts)

    verdict = world.buy(asks("a", "12"), jobs=stepping(world.jobs, before={"create_once": look}))

    assert verdict.result is Result.CREATED
    assert len(attempts) == 2
    assert len(world.bought) == 1


def test_a_dead_purchase_is_continued_with_its_own_clips_and_not_with_todays():
    world = World()
    world.die_before("create_once", asks("other", "3"))
    world.die_before("create_once", asks("a", "123", only_new=True))

    verdict = world.buy(asks("a", "123", only_new=True))

    assert verdict.result is Result.CREATED
    assert world.asked == once("12")


def test_the_cost_of_a_job_is_that_of_the_clips_that_were_left_at_the_create():
    world = World()
    world.buy(asks("a", "12"))

    verdict = world.buy(asks("b", "123", only_new=True))

    assert verdict.cost
    assert (verdict.result, verdict.cost.objects, verdict.cost.answers) == (Result.CREATED, 1, 3)


def test_the_cost_of_a_continued_purchase_is_that_of_the_clips_that_it_froze():
    world = World()
    world.buy(asks("b", "3"))
    world.die_before("create_once", asks("a", "123", only_new=True))

    verdict = world.buy(asks("a", "123", only_new=True))

    assert verdict.cost
    assert (verdict.result, verdict.cost.objects) == (Result.CREATED, 2)


@pytest.mark.parametrize("content", [b'{"LabelingJobName":"another"}', None, b"{}", b"no request"])
def test_a_frozen_request_that_was_changed_is_not_sent(content: bytes | None):
    world = World()
    world.die_before("create_once", asks("a", "12"))
    uri = world.bought[0].record.request  # type: ignore[union-attr]  # it is a purchase
    if content is None:
        del world.objects.objects[uri]
    else:
        world.objects.objects[uri] = content

    verdict = world.buy(asks("a", "12"))

    assert (verdict.result, world.jobs.sent) == (Result.HELD, [])
    assert uri in verdict.evidence


def test_a_ledger_other_than_the_pinned_one_is_not_bought_with():
    world, planned_with = World(), "0" * 32

    verdict = world.buy(asks("a", "12"), infrastructure=an_infrastructure(ledger_id=planned_with))

    assert (verdict.result, world.jobs.sent) == (Result.HELD, [])
    assert f"the configuration names {planned_with}" in verdict.evidence


def test_a_refused_attempt_frees_nothing_while_another_attempt_may_be_accepted():
    world = World()
    world.die_before("create_once", asks("a", "12"))
    world.jobs.answers = [Rejected(code="ResourceLimitExceeded", message="no")]

    refused = world.buy(asks("a", "12"))
    twin = world.buy(asks("b", "12"))

    assert (refused.result, twin.result) == (Result.FAILED, Result.HELD)


# --- A write to the ledger.


def test_a_run_whose_number_was_taken_decides_again():
    world = World()
    ledger = stepping(world.ledger, before={"append": lambda: world.buy(asks("b", "23"))})

    verdict = world.buy(asks("a", "12"), ledger=ledger)

    assert verdict.result is Result.HELD
    assert world.asked == once("23")


def test_a_run_that_leaves_clips_out_leaves_out_what_was_bought_meanwhile():
    world = World()
    ledger = stepping(world.ledger, before={"append": lambda: world.buy(asks("b", "23"))})

    verdict = world.buy(asks("a", "12", only_new=True), ledger=ledger)

    assert verdict.result is Result.CREATED
    assert world.asked == once("123")


def test_an_entry_whose_fate_is_unknown_is_not_bought_upon():
    world = World()
    world.ledger.lose = [False, False, False]

    verdict = world.buy(asks("a", "12"))

    assert (verdict.result, world.jobs.sent, world.bought) == (Result.FAILED, [], [])
    assert "no create request was sent" in verdict.evidence


def test_an_entry_that_was_written_though_the_answer_was_lost_counts_as_ones_own():
    world = World()
    world.ledger.lose = [True]

    verdict = world.buy(asks("a", "12"))

    assert verdict.result is Result.CREATED
    assert len(world.bought) == 1
    assert not [each for each in world.records if isinstance(each, AttemptRecord)]


def test_an_entry_that_lost_its_number_to_another_while_unclear_is_not_bought_upon():
    world = World()

    def lose() -> None:
        world.buy(asks("b", "12"))
        world.ledger.lose = [False]

    verdict = world.buy(asks("a", "12"), ledger=stepping(world.ledger, before={"append": lose}))

    assert verdict.result is Result.HELD
    assert world.asked == once("12")


def test_a_rerun_pays_again_for_the_purchase_that_was_reviewed_and_for_no_later_one():
    world = World()
    world.die_before("create_once", asks("x", "12"))
    reviewed = world.purchases
    world.wait()
    world.buy(asks("x", "123"))  # voids the purchase that was reviewed
    again = asks("b", "12", rerun_of={"job": "x", "reason": "new reviewers, to compare"})

    verdict = world.buy(again, planned_with=reviewed)

    assert verdict.result is Result.HELD
    assert world.asked == once("123")


def test_jobs_are_bought_in_the_order_in_which_the_plan_has_counted():
    world = World()
    plan = make_plan(some_inputs(asks("a", "123", only_new=True), asks("b", "2")))

    outcomes = carry_out(
        plan, in_order_of_purchase(plan.changes), jobs=world.jobs, objects=world.objects, ledger=world.ledger
    )

    assert [(each.name, each.result) for each in outcomes] == [("b", Result.CREATED), ("a", Result.CREATED)]
    assert world.asked == once("123")


# --- A purchase of the same job by another run.


def test_a_void_that_meets_an_attempt_of_another_run_is_not_written():
    world = World()
    old, new = asks("a", "12"), asks("a", "123")
    world.die_before("create_once", old)
    world.wait()

    world.buy(new, ledger=stepping(world.ledger, before={"append": lambda: world.buy(old)}))

    assert world.asked == once("12")
    assert not [each for each in world.records if isinstance(each, VoidRecord)]


def test_a_job_that_was_made_from_another_declaration_meanwhile_is_not_called_the_same():
    world = World()
    old, new = asks("a", "12"), asks("a", "123")

    verdict = world.buy(new, ledger=stepping(world.ledger, before={"append": lambda: world.buy(old)}))

    assert verdict.result is Result.FAILED
    assert "created from another declaration" in verdict.evidence


def test_a_job_of_the_name_that_was_imported_meanwhile_is_not_called_the_same():
    world = World()
    fill(world.ledger, [an_adopted_job("a", "z")])

    verdict = world.buy(asks("a", "12"))

    assert (verdict.result, world.jobs.sent) == (Result.FAILED, [])
    assert "created from another declaration" in verdict.evidence


def test_two_runs_of_one_job_buy_it_once():
    world = World()

    verdict = world.buy(
        asks("a", "12"), ledger=stepping(world.ledger, before={"append": lambda: world.buy(asks("a", "12"))})
    )

    assert verdict.result is Result.EXISTED
    assert len(world.jobs.sent) == 1


def test_an_old_purchase_of_other_clips_is_voided_only_after_its_time():
    world = World()
    world.die_before("create_once", asks("a", "12"))

    early = world.buy(asks("a", "123"))
    world.wait()
    late = world.buy(asks("a", "123"))

    assert (early.result, late.result) == (Result.HELD, Result.CREATED)
    assert [each.state for each in world.bought] == [State.VOID, State.CREATED]
