"""Buying one job while others write the ledger too: who comes first, lost answers, and what cannot be recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

import pytest

from groundctl.app.hands.orders import PurchaseOrder
from groundctl.app.ledger_writer import LedgerWriter
from groundctl.app.purchase import MAX_DECISIONS, Buyer
from groundctl.domain.clips.clip_index import HashedClips
from groundctl.domain.jobs.creation import Result, Throttled, Unclear, Verdict
from groundctl.domain.jobs.ledger.entries import AppendResult, AppendUnclear, Entry, LedgerLog, add_entry
from groundctl.domain.jobs.ledger.purchases import SETTLING_TIME, SIGNING_TIME, Purchases
from groundctl.domain.jobs.ledger.records import (
    AttemptRecord,
    Author,
    CreatedRecord,
    PurchaseRecord,
    Record,
    RefusedRecord,
    VoidRecord,
)
from groundctl.domain.planning.plan import Create
from support.builders import POLICY, a_declaration, a_plan, an_infrastructure
from support.buying import buy_one, carry_out
from support.fake_objects import FakeObjects
from support.fakes import FakeClock, FakeJobs
from support.ledger import FakeLedger, Indexed, a_job, a_purchase, an_entry, an_open_ledger, ended

CLIPS = [f"s3://clips/rally-{number}.mp4" for number in (1, 2, 3)]
ANSWERS = ("winner", "error")
# The ledger that plans without AWS are made with.
PLANNED = "0" * 32


def a_file(*, name: str = "rally-outcome", only_new: bool = False, clips: list[str] | None = None):
    listed = {"objects": clips or CLIPS[:2]} | ({"only_new": True} if only_new else {})
    return a_declaration(name=name, input=listed)


def anothers(clips: list[str], *, name: str = "rally-other") -> Indexed:
    """The purchase of another job with the same question."""
    return a_purchase(name, HashedClips.of(clips), labels=ANSWERS, usd=Decimal("0.16"))


Opened = TypeVar("Opened", bound=FakeLedger)


@dataclass
class ContestedLedger(FakeLedger):
    """Others append just before this run does, as long as they have something to say."""

    others: Callable[[int], Indexed | None] = lambda _: None
    contested: int = 0

    def append(self, number: int, content: bytes) -> AppendResult:
        log = self.read()
        if log.end < number and (record := self.others(self.contested)) is not None:
            self.contested += 1
            self.entries[number] = an_entry(log, record, nonce=f"{self.contested:032x}")
        return super().append(number, content)


@dataclass
class FailingLedger(FakeLedger):
    """Refuses some entries without an answer, as S3 does while it cannot be reached."""

    fails_on: type[Record] | None = None
    lost: list[bytes] = field(default_factory=list)

    def append(self, number: int, content: bytes) -> AppendResult:
        record = content.split(b"\n", 1)[0]
        kind = self.fails_on.__struct_config__.tag if self.fails_on else None
        if kind and json.loads(record)["records"][0]["kind"] == kind:
            self.lost.append(content)
            return AppendUnclear(number=number, message="the connection was reset")
        return super().append(number, content)


def opened(ledger: Opened) -> Opened:
    source = an_open_ledger()
    ledger.aws_time, ledger.entries = source.aws_time, dict(source.entries)
    return ledger


def records(ledger: FakeLedger) -> list[Record]:
    entries = (entry for entry in ledger.read().entries if isinstance(entry, Entry))
    return [record for entry in entries for record in entry.header.records]


def kinds(ledger: FakeLedger) -> list[str]:
    return [type(record).__name__.removesuffix("Record") for record in records(ledger)]


def buys(ledger: FakeLedger, declaration=None, *, jobs=None, objects=None, infrastructure=None) -> Verdict:
    plan = a_plan(declaration or a_file(), infrastructure=infrastructure)
    [outcome] = carry_out(plan, jobs=jobs or FakeJobs(), objects=objects, clock=FakeClock(), ledger=ledger)
    return outcome.verdict


# --- others come first


def test_clips_that_another_run_buys_between_reading_and_writing_are_refused():
    ledger = opened(ContestedLedger(others=lambda turn: anothers(CLIPS[1:]) if turn == 0 else None))
    jobs = FakeJobs()

    verdict = buys(ledger, jobs=jobs)

    assert verdict.result is Result.HELD
    assert verdict.evidence == "1 of its 2 clips was already asked by rally-other (up to $0.08)"
    assert "add `only_new: true` under `input` to buy only the other 1" in verdict.hint
    assert jobs.sent == []


def test_only_new_leaves_out_more_if_another_run_buys_in_between():
    ledger = opened(ContestedLedger(others=lambda turn: anothers(CLIPS[1:2]) if turn == 0 else None))
    jobs, objects = FakeJobs(), FakeObjects()

    verdict = buys(ledger, a_file(only_new=True, clips=CLIPS), jobs=jobs, objects=objects)

    assert verdict.result is Result.CREATED
    [request] = jobs.sent
    manifest = objects.objects[request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]]
    assert [json.loads(line)["source-ref"] for line in manifest.splitlines()] == [CLIPS[0], CLIPS[2]]
    own = [each for each in records(ledger) if isinstance(each, PurchaseRecord)][-1]
    assert (own.clips, own.lines, own.usd) == (2, 2, Decimal("0.48") / 3)


def test_only_new_buys_nothing_if_another_run_buys_all_of_it_in_between():
    ledger = opened(ContestedLedger(others=lambda turn: anothers(CLIPS) if turn == 0 else None))
    jobs = FakeJobs()

    verdict = buys(ledger, a_file(only_new=True), jobs=jobs)

    assert verdict.result is Result.HELD
    assert "has no new clips: all 2 of its clips were already asked by rally-other" in verdict.evidence
    assert jobs.sent == []


def test_others_that_buy_other_clips_only_cost_another_round():
    def others(turn: int) -> Indexed | None:
        return anothers([f"s3://clips/else-{turn}.mp4"], name=f"else-{turn}") if turn < MAX_DECISIONS - 1 else None

    ledger = opened(ContestedLedger(others=others))
    jobs = FakeJobs()

    assert buys(ledger, jobs=jobs).result is Result.CREATED
    assert len(jobs.sent) == 1


def test_after_sixty_rounds_of_contention_the_job_is_held_and_nothing_was_sent():
    ledger = opened(ContestedLedger(others=lambda turn: anothers([f"s3://clips/else-{turn}.mp4"], name=f"else-{turn}")))
    jobs = FakeJobs()

    verdict = buys(ledger, jobs=jobs)

    assert verdict.result is Result.HELD
    assert "other runs write the purchase ledger all the time" in verdict.evidence
    assert verdict.hint == "run apply again"
    assert (jobs.sent, ledger.contested) == ([], MAX_DECISIONS)


# --- answers that are lost


def test_an_entry_whose_answer_was_lost_is_found_by_its_nonce_and_sent_once():
    ledger = an_open_ledger()
    ledger.lose = [True]
    jobs = FakeJobs()

    assert buys(ledger, jobs=jobs).result is Result.CREATED
    assert len(jobs.sent) == 1
    assert kinds(ledger) == ["Opened", "Purchase", "Created"]


def test_an_entry_that_was_not_written_is_sent_again_under_the_same_number():
    ledger = an_open_ledger()
    ledger.lose = [False, False]
    jobs = FakeJobs()

    assert buys(ledger, jobs=jobs).result is Result.CREATED
    assert kinds(ledger) == ["Opened", "Purchase", "Created"]


def test_a_purchase_that_may_or_may_not_be_recorded_is_not_sent():
    ledger = opened(FailingLedger(fails_on=PurchaseRecord))
    jobs = FakeJobs()

    verdict = buys(ledger, jobs=jobs)

    assert verdict.result is Result.FAILED
    assert verdict.evidence.startswith(
        "no create request was sent: whether entry 2 of the purchase ledger was written is unknown"
    )
    assert jobs.sent == []


def test_a_purchase_that_arrives_late_is_sent_by_its_own_run_without_another_attempt():
    ledger = opened(FailingLedger(fails_on=PurchaseRecord))
    jobs, plan = FakeJobs(), a_plan(a_file())
    [create] = plan.creates
    buyer = a_real_buyer(ledger, jobs)
    order = PurchaseOrder(wanted=wanted_of(create), plan_digest=plan.digest)
    assert buy_one(buyer, order).result is Result.FAILED
    ledger.fails_on, ledger.entries[2] = None, ledger.lost[-1]

    assert buy_one(buyer, order).result is Result.CREATED
    assert len(jobs.sent) == 1
    assert kinds(ledger) == ["Opened", "Purchase", "Created"]


def test_the_next_run_of_the_job_records_another_attempt_before_it_sends():
    ledger, jobs, objects = an_open_ledger(), FakeJobs(Unclear(message="reset")), FakeObjects()
    assert buys(ledger, jobs=jobs, objects=objects).result is Result.UNKNOWN

    assert buys(ledger, jobs=jobs, objects=objects).result is Result.CREATED

    assert kinds(ledger) == ["Opened", "Purchase", "Attempt", "Created"]
    assert jobs.sent[0] == jobs.sent[1]


def a_real_buyer(ledger: FakeLedger, jobs: FakeJobs, objects: FakeObjects | None = None) -> Buyer:
    writer = LedgerWriter(ledger, ledger.read(), Author(person="ada"))
    return Buyer(jobs=jobs, objects=objects or FakeObjects(), clock=FakeClock(), writer=writer, policy=POLICY)


def wanted_of(create: Create):
    assert create.purchase.wanted is not None
    return create.purchase.wanted


# --- what is recorded after sending


def test_a_created_record_that_cannot_be_written_leaves_the_verdict_and_is_said():
    ledger = opened(FailingLedger(fails_on=CreatedRecord))
    jobs, objects = FakeJobs(), FakeObjects()

    verdict = buys(ledger, jobs=jobs, objects=objects)

    assert verdict.result is Result.CREATED
    assert "; the purchase ledger does not say so yet: whether entry 3" in verdict.evidence
    ledger.fails_on = None
    assert buys(ledger, jobs=jobs, objects=objects).result is Result.EXISTED
    assert kinds(ledger) == ["Opened", "Purchase", "Created"]
    assert len(jobs.sent) == 1


def test_a_clear_refusal_frees_the_clips_at_once():
    ledger = an_open_ledger()
    refusing = FakeJobs(*[Throttled(message="Rate exceeded")] * 8)
    assert buys(ledger, jobs=refusing).result is Result.FAILED
    assert kinds(ledger) == ["Opened", "Purchase", "Refused"]
    assert isinstance(records(ledger)[-1], RefusedRecord)

    assert buys(ledger, a_file(name="rally-other")).result is Result.CREATED


# --- requests that are frozen, ledgers that are pinned


@pytest.mark.parametrize("content", [None, b"{}", b"not JSON"])
def test_a_frozen_request_that_is_missing_or_was_changed_is_not_sent(content: bytes | None):
    ledger, jobs, objects = an_open_ledger(), FakeJobs(Unclear(message="reset")), FakeObjects()
    buys(ledger, jobs=jobs, objects=objects)
    record = records(ledger)[1]
    assert isinstance(record, PurchaseRecord)
    if content is None:
        del objects.objects[record.request]
    else:
        objects.objects[record.request] = content

    verdict = buys(ledger, jobs=jobs, objects=objects)

    assert verdict.result is Result.HELD
    assert f"the request of the recorded purchase, {record.request}, is missing or was changed" in verdict.evidence
    assert len(jobs.sent) == 1


def test_another_ledger_than_the_configuration_names_buys_nothing():
    ledger, jobs = an_open_ledger(), FakeJobs()

    verdict = buys(ledger, jobs=jobs, infrastructure=an_infrastructure(ledger_id=PLANNED))

    assert verdict.result is Result.HELD
    assert verdict.evidence == (
        f"nothing can be bought, because this is ledger acme; the configuration names {PLANNED}"
    )
    assert jobs.sent == []


def test_an_empty_ledger_buys_nothing_and_names_the_way_to_open_it():
    jobs = FakeJobs()

    verdict = buys(FakeLedger(aws_time=an_open_ledger().aws_time), jobs=jobs)

    assert verdict.result is Result.HELD
    assert "the ledger is not open" in verdict.evidence
    assert "`groundctl ledger open`" in verdict.hint
    assert jobs.sent == []


# --- time


def test_a_changed_file_waits_for_the_old_request_and_is_replaced_once_aws_cannot_accept_it():
    ledger, jobs, objects = an_open_ledger(), FakeJobs(Unclear(message="reset")), FakeObjects()
    buys(ledger, jobs=jobs, objects=objects)
    changed = a_file(clips=CLIPS)
    until = Purchases.of(ledger.read()).by_id
    [purchase] = until.values()

    waits = buys(ledger, changed, jobs=jobs, objects=objects)
    assert waits.result is Result.HELD
    assert f"still accept that request until {purchase.attempts[0].closes_at:%Y-%m-%d %H:%M} UTC" in waits.evidence

    # Only AWS's own time counts; requests are signed by the machine's clock, before the new record's time is over.
    ledger.aws_time += SIGNING_TIME + SETTLING_TIME * 2
    assert buys(ledger, changed, jobs=jobs, objects=objects).result is Result.CREATED
    assert kinds(ledger) == ["Opened", "Purchase", "Void", "Purchase", "Created"]
    assert len(jobs.jobs) == 1


def test_a_name_that_another_job_took_voids_the_purchase_at_once():
    ledger, jobs, objects = an_open_ledger(), FakeJobs(Unclear(message="reset")), FakeObjects()
    buys(ledger, jobs=jobs, objects=objects)
    other = FakeJobs()
    buys(an_open_ledger(), a_file(clips=CLIPS[2:]), jobs=other)

    verdict = buys(ledger, jobs=other, objects=objects)

    assert verdict.result is Result.FAILED
    assert isinstance(records(ledger)[2], VoidRecord)
    assert kinds(ledger)[:4] == ["Opened", "Purchase", "Void", "Purchase"]
    assert len(other.jobs) == 1


def test_no_time_in_awss_answer_buys_nothing():
    class Timeless(FakeLedger):
        def read(self, known: LedgerLog | None = None) -> LedgerLog:
            log = super().read(known)
            return LedgerLog(entries=log.entries, end=log.end, packs=log.packs)

    jobs = FakeJobs()

    verdict = buys(opened(Timeless()), jobs=jobs)

    assert verdict.result is Result.FAILED
    assert "has no time" in verdict.evidence
    assert jobs.sent == []


# --- records that the plan counted with


def test_records_that_a_plan_counted_with_are_written_once_however_many_runs_saw_them():
    ledger = an_open_ledger()
    log = add_entry(ledger.read(), an_entry(ledger.read(), anothers(CLIPS)))
    ledger.entries[2] = an_entry(ledger.read(), anothers(CLIPS))
    due = (ended(2, ""),)
    first, second = a_real_buyer(ledger, FakeJobs()), a_real_buyer(ledger, FakeJobs())
    assert log.end == 2

    first.write_due(due)
    second.write_due(due)

    assert kinds(ledger) == ["Opened", "Purchase", "Ended"]


def test_an_attempt_that_cannot_be_recorded_is_not_sent():
    ledger = opened(FailingLedger(fails_on=AttemptRecord))
    jobs, objects = FakeJobs(Unclear(message="reset")), FakeObjects()
    buys(ledger, jobs=jobs, objects=objects)

    verdict = buys(ledger, jobs=jobs, objects=objects)

    assert verdict.result is Result.FAILED
    assert len(jobs.sent) == 1


def test_a_job_of_the_same_name_in_another_region_is_another_job():
    ledger = opened(ContestedLedger(others=lambda turn: elsewhere() if turn == 0 else None))

    assert buys(ledger, a_file()).result is Result.CREATED


def elsewhere() -> Indexed:
    return a_purchase(
        "rally-outcome",
        HashedClips.of(["s3://clips-eu/a.mp4"]),
        labels=ANSWERS,
        job=a_job("rally-outcome", region="eu-west-1"),
    )
