"""Several hands create jobs at once: what is decided, recorded, sent and reported is what one hand would have done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from groundctl.app.apply_log import ApplyLog, RunEndedError
from groundctl.app.hands.executor import Executor, do_all
from groundctl.domain.clips.clip_index import HashedClips
from groundctl.domain.jobs.creation import CreateResponse, Rejected, Result, Throttled, Unclear
from groundctl.domain.jobs.interruption import Step
from groundctl.domain.jobs.ledger.entries import AppendResult, AppendUnclear, Entry
from groundctl.domain.jobs.ledger.purchases import Purchases, State
from groundctl.domain.jobs.ledger.records import CreatedRecord, PurchaseRecord, Record
from groundctl.errors import ExternalError
from support.builders import a_declaration, a_plan
from support.buying import carry_out
from support.fake_objects import FakeObjects
from support.fakes import FakeClock, FakeJobs
from support.ledger import FakeLedger, a_purchase, an_entry, an_open_ledger

HANDS = 8


def many(number: int) -> list[Any]:
    return [
        a_declaration(name=f"job-{each:02}", input={"objects": [f"s3://clips/{each}.mp4"]}) for each in range(number)
    ]


def records_by_entry(ledger: FakeLedger) -> list[tuple[type[Record], ...]]:
    entries = (entry for entry in ledger.read().entries if isinstance(entry, Entry))
    return [tuple(type(record) for record in entry.header.records) for entry in entries][1:]


class CountingJobs(FakeJobs):
    """Counts how many create calls there are at once; each waits a moment for others."""

    def __init__(self, *answers: CreateResponse) -> None:
        super().__init__(*answers)
        self.lock, self.at_once, self.most = threading.Lock(), 0, 0

    def create_once(self, request: Mapping[str, Any], *, signed_until: datetime) -> CreateResponse:
        with self.lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        threading.Event().wait(0.005)
        with self.lock:
            self.at_once -= 1
            return super().create_once(request, signed_until=signed_until)


def test_every_job_is_created_once_and_the_outcomes_are_in_the_order_of_the_plan():
    jobs, ledger = CountingJobs(), an_open_ledger()

    outcomes = carry_out(a_plan(*many(40)), jobs=jobs, ledger=ledger, hands=HANDS)

    assert [each.name for each in outcomes] == [f"job-{each:02}" for each in range(40)]
    assert {each.result for each in outcomes} == {Result.CREATED}
    assert sorted(sent["LabelingJobName"] for sent in jobs.sent) == [each.name for each in outcomes]
    assert jobs.most > 1


def test_purchases_share_entries_and_each_is_on_record_before_its_request_is_sent():
    ledger = an_open_ledger()

    class Checking(FakeJobs):
        def create_once(self, request: Mapping[str, Any], *, signed_until: datetime) -> CreateResponse:
            bought = {purchase.job.name for purchase in Purchases.of(ledger.read()).live()}
            assert request["LabelingJobName"] in bought
            return super().create_once(request, signed_until=signed_until)

    carry_out(a_plan(*many(16)), jobs=Checking(), ledger=ledger, hands=HANDS)

    purchases = [kinds for kinds in records_by_entry(ledger) if PurchaseRecord in kinds]
    assert purchases == [(PurchaseRecord,) * HANDS] * 2
    assert sum(kinds.count(CreatedRecord) for kinds in records_by_entry(ledger)) == 16
    assert {each.state for each in Purchases.of(ledger.read()).by_id.values()} == {State.CREATED}


def test_clips_of_one_plan_are_bought_once_though_their_purchases_share_an_entry():
    first = a_declaration(name="first", input={"objects": ["s3://clips/a.mp4", "s3://clips/b.mp4"]})
    second = a_declaration(name="second", input={"objects": ["s3://clips/b.mp4", "s3://clips/c.mp4"], "only_new": True})
    jobs, ledger, objects = FakeJobs(), an_open_ledger(), FakeObjects()

    carry_out(a_plan(first, second), jobs=jobs, ledger=ledger, objects=objects, hands=HANDS)

    manifests = [content for uri, content in objects.objects.items() if uri.endswith(".manifest")]
    assert b"".join(manifests).count(b"s3://clips/b.mp4") == 1
    assert records_by_entry(ledger)[0] == (PurchaseRecord, PurchaseRecord)


def test_a_rerun_of_a_job_of_the_same_plan_names_its_purchase():
    first, ledger = a_declaration(name="first"), an_open_ledger()
    again = a_declaration(name="second", rerun_of={"job": "first", "reason": "new reviewers, to compare"})

    outcomes = carry_out(a_plan(again, first), jobs=FakeJobs(), ledger=ledger, hands=HANDS)

    assert {each.result for each in outcomes} == {Result.CREATED}
    one, other = Purchases.of(ledger.read()).by_id.values()
    assert isinstance(other.record, PurchaseRecord)
    assert other.record.rerun_of == one.id


@dataclass
class OneUploadFails(FakeObjects):
    """The files of one job cannot be written."""

    name: str = ""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def put_if_absent(self, uri: str, content: bytes, media_type: str) -> bool:
        if f"/{self.name}/" in uri:
            raise ExternalError("S3 cannot be reached", hint="later")
        return super().put_if_absent(uri, content, media_type)


def test_what_is_decided_after_a_purchase_that_fails_is_decided_again():
    # Two plans, each of which knows nothing of the other.
    first, twin = (a_plan(a_declaration(name=name)) for name in ("first", "twin"))
    jobs = FakeJobs()

    outcomes = carry_out(
        first, (*first.changes, *twin.changes), jobs=jobs, objects=OneUploadFails("first"), hands=HANDS
    )

    assert [(each.name, each.result) for each in outcomes] == [("first", Result.FAILED), ("twin", Result.CREATED)]
    assert "no create request was sent" in outcomes[0].verdict.evidence


def test_a_twin_of_a_purchase_in_the_same_entry_is_held():
    first, twin = (a_plan(a_declaration(name=name)) for name in ("first", "twin"))
    jobs = FakeJobs()

    outcomes = carry_out(first, (*first.changes, *twin.changes), jobs=jobs, hands=HANDS)

    assert [(each.name, each.result) for each in outcomes] == [("first", Result.CREATED), ("twin", Result.HELD)]
    assert "already asked by first" in outcomes[1].verdict.evidence


@dataclass
class Contested(FakeLedger):
    """Another run appends just before each of the first entries."""

    left: list[str] = field(default_factory=list)
    lost: int = 0

    def append(self, number: int, content: bytes) -> AppendResult:
        if self.left:
            log, clip = self.read(), self.left.pop()
            record = a_purchase(f"other-{clip}", HashedClips.of([f"s3://clips/{clip}.mp4"]), labels=("winner", "error"))
            self.entries[log.end + 1] = an_entry(log, record, nonce=f"{len(self.left):032x}")
        return super().append(number, content)


def contested(*clips: str) -> Contested:
    source = an_open_ledger()
    return Contested(entries=dict(source.entries), aws_time=source.aws_time, left=list(clips))


def test_a_race_for_an_entry_is_decided_again_for_each_purchase_in_it():
    jobs = FakeJobs()

    outcomes = carry_out(a_plan(*many(5)), jobs=jobs, ledger=contested("3", "1"), hands=HANDS)

    assert [each.result for each in outcomes] == [
        *(Result.CREATED, Result.HELD, Result.CREATED, Result.HELD, Result.CREATED)
    ]
    assert {sent["LabelingJobName"] for sent in jobs.sent} == {"job-00", "job-02", "job-04"}


def test_an_entry_whose_fate_is_unknown_sends_none_of_its_requests():
    class Losing(FakeLedger):
        def append(self, number: int, content: bytes) -> AppendResult:
            if b'"kind":"purchase"' in content:
                return AppendUnclear(number=number, message="the connection was reset")
            return super().append(number, content)

    source, jobs = an_open_ledger(), FakeJobs()

    outcomes = carry_out(
        a_plan(*many(5)),
        jobs=jobs,
        ledger=Losing(entries=dict(source.entries), aws_time=source.aws_time),
        hands=HANDS,
    )

    assert {each.result for each in outcomes} == {Result.FAILED}
    assert jobs.sent == []


def test_each_answer_counts_for_its_own_job():
    answers: Mapping[str, CreateResponse] = {
        "job-01": Rejected(code="ValidationException", message="no"),
        "job-04": Unclear(message="reset"),
        "job-06": Throttled(message="slow down"),
    }

    class Mixed(FakeJobs):
        def create_once(self, request: Mapping[str, Any], *, signed_until: datetime) -> CreateResponse:
            answer = answers.get(request["LabelingJobName"])
            return answer or super().create_once(request, signed_until=signed_until)

    ledger = an_open_ledger()

    outcomes = carry_out(a_plan(*many(8)), jobs=Mixed(), ledger=ledger, hands=HANDS)

    odd = {each.name: each.result for each in outcomes if each.result is not Result.CREATED}
    assert odd == {"job-01": Result.FAILED, "job-04": Result.UNKNOWN, "job-06": Result.FAILED}
    states = {each.job.name: each.state for each in Purchases.of(ledger.read()).by_id.values()}
    assert {name for name, state in states.items() if state is State.OPEN} == {"job-04"}
    assert {name for name, state in states.items() if state is State.VOID} == {"job-01", "job-06"}


# --- the end of a run


class Ending(FakeJobs):
    """The run ends in one create call, before AWS has it or after; the other calls wait for that."""

    def __init__(self, name: str, error: BaseException, *, accepted: bool) -> None:
        super().__init__()
        self.name, self.error, self.accepted = name, error, accepted
        self.lock = threading.Lock()

    def create_once(self, request: Mapping[str, Any], *, signed_until: datetime) -> CreateResponse:
        with self.lock:
            ends = request["LabelingJobName"] == self.name
            if not ends or self.accepted:
                answer = super().create_once(request, signed_until=signed_until)
            if ends:
                raise self.error
            return answer


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), ZeroDivisionError()], ids=["interrupted", "a bug"])
@pytest.mark.parametrize("ended", ["job-00", "job-07", "job-23"])
def test_whatever_ends_a_run_of_several_hands_every_word_about_each_job_is_true(
    error: BaseException, ended: str, *, accepted: bool
):
    plan, ledger = a_plan(*many(24)), an_open_ledger()
    log, jobs = ApplyLog(plan.changes), Ending(ended, error, accepted=accepted)

    with pytest.raises(type(error)):
        carry_out(plan, log=log, jobs=jobs, ledger=ledger, hands=HANDS)
    reported = log.outcomes
    threading.Event().wait(0.05)  # hands that were still at work

    results = {each.name: each.result for each in reported}
    sent = {each["LabelingJobName"] for each in jobs.sent}
    assert results[ended] is Result.UNKNOWN
    assert all(name in sent for name, result in results.items() if result is Result.CREATED)
    assert all(results[name] in {Result.CREATED, Result.UNKNOWN} for name in sent)
    assert sent <= {purchase.job.name for purchase in Purchases.of(ledger.read()).live()}


def test_no_hand_sends_anything_once_the_outcomes_are_reported():
    plan, begun, reported = a_plan(*many(3)), threading.Event(), threading.Event()
    log = ApplyLog(plan.changes)
    key = plan.changes[0].key
    errors: list[Exception] = []

    def hand() -> None:
        log.begin(key, Step.WAITING)
        begun.set()
        reported.wait(5)
        try:
            log.begin(key, Step.SENDING_CREATE)
        except RunEndedError as error:
            errors.append(error)

    thread = threading.Thread(target=hand)
    thread.start()
    begun.wait(5)
    log.close()
    outcomes = log.outcomes
    reported.set()
    thread.join(5)

    assert len(errors) == 1
    assert outcomes == log.outcomes
    assert "waited for its turn; it was not sent" in outcomes[0].verdict.evidence


def test_a_throttle_makes_all_hands_wait_and_buys_each_job_once():
    clock, jobs = FakeClock(), CountingJobs(*[Throttled(message="slow down")] * 2)

    outcomes = carry_out(a_plan(*many(6)), jobs=jobs, clock=clock, hands=HANDS)

    assert {each.result for each in outcomes} == {Result.CREATED}
    assert len(jobs.sent) == 8
    assert clock.slept


# --- hands


@pytest.mark.parametrize("hands", [1, 2, 8])
def test_results_are_in_the_order_of_the_items(hands: int):
    assert do_all(lambda item: item * 2, list(range(50)), hands) == [item * 2 for item in range(50)]


@pytest.mark.parametrize("hands", [1, 3])
def test_what_a_piece_of_work_raises_is_raised_where_its_result_is_taken(hands: int):
    with pytest.raises(ZeroDivisionError):
        do_all(lambda item: 1 // item, [1, 0, 1], hands)


def test_work_that_no_hand_has_begun_is_not_done_after_the_end():
    executor: Executor[int] = Executor(2)
    go, done = threading.Event(), []

    def work() -> int:
        go.wait(5)
        done.append(1)
        return 1

    pieces: list[Callable[[], int]] = [work] * 6
    for piece in pieces:
        executor.give(piece)
    threading.Event().wait(0.02)
    executor.close()
    go.set()
    threading.Event().wait(0.05)

    assert len(done) == 2


def test_results_that_are_not_there_are_not_waited_for():
    executor: Executor[int] = Executor(2)
    go = threading.Event()
    executor.give(lambda: int(go.wait(5)))

    assert executor.take(wait=False) == []
    go.set()
    assert executor.take(wait=True) == [1]
    assert (executor.busy, executor.take(wait=True)) == (0, [])
