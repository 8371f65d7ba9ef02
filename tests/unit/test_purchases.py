"""What the ledger's records come to, and what is wrong with a ledger. Entry 1 is `opened`, so the first purchase is 2."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from groundctl.domain.clips.clip_index import ClipIndex
from groundctl.domain.jobs.ledger.decisions import (
    Buy,
    LedgerUnusable,
    decide_purchase,
)
from groundctl.domain.jobs.ledger.entries import LedgerLog, add_entry, extend_log
from groundctl.domain.jobs.ledger.look import Present
from groundctl.domain.jobs.ledger.purchases import Purchases, State
from groundctl.domain.jobs.ledger.records import Author, NamedRecord, PurchaseRecord, RecordId
from groundctl.domain.jobs.ledger.settlement import (
    VoidRefused,
    may_pass_over,
)
from groundctl.domain.jobs.observed import JobFingerprint
from support.ledger import (
    DIGEST,
    LEDGER,
    NOW,
    Indexed,
    a_job,
    a_ledger,
    a_log,
    a_purchase,
    a_want,
    an_adopted_job,
    an_attempt,
    an_entry,
    clips,
    content_of,
    created,
    ended,
    purchase,
    refused,
    void,
)


def decide(ledger: Purchases, want: Any = None, **given: Any) -> Any:
    return decide_purchase(want or a_want("rally-1"), ledger, **given)


# --- States.


@pytest.mark.parametrize(
    ("records", "state"),
    [
        ([], State.OPEN),
        ([refused(2)], State.VOID),
        ([an_attempt(2), refused(2)], State.OPEN),
        ([an_attempt(2), refused(2), refused(3)], State.VOID),
        ([created(2)], State.CREATED),
        ([created(2), ended(2)], State.ENDED),
        ([void(2)], State.VOID),
        ([void(2), created(2)], State.CREATED),
        ([created(2), void(2)], State.CREATED),
        ([refused(2), created(2)], State.CREATED),
    ],
)
def test_the_records_of_a_purchase_come_to_a_state(records: list[Indexed], state: State):
    found = purchase(a_ledger(a_purchase(), *records), 2)

    assert found.state is state
    assert found.is_live is (state is not State.VOID)


def test_an_ended_purchase_holds_what_was_labeled_and_the_first_end_counts():
    ledger = a_ledger(a_purchase(asked="abc"), created(2), ended(2, "b"), ended(2, "abc"))

    assert clips("abc").named(purchase(ledger, 2).holds(clips("abc").distinct)) == clips("ac").uris


def test_an_attempt_is_closed_by_a_refusal_or_an_hour_after_aws_no_longer_takes_its_signature():
    def open_at(minutes: int, *records: Indexed) -> int:
        ledger = a_ledger(a_purchase(), an_attempt(2, signed_until=NOW), *records)
        return len(purchase(ledger, 2).open_attempts(NOW + timedelta(minutes=minutes)))

    assert [open_at(0), open_at(60), open_at(61), open_at(70), open_at(71)] == [2, 2, 1, 1, 0]
    assert open_at(61, refused(2)) == 0
    assert len(purchase(a_ledger(a_purchase()), 2).open_attempts(None)) == 1  # without AWS's time nothing is closed


def test_a_job_that_exists_after_a_void_is_a_contradiction_with_what_was_bought_since():
    ledger = a_ledger(a_purchase("a", "abc"), void(2), a_purchase("b", "bcd"), created(2))

    [found] = ledger.contradictions()

    assert found.purchase.job == a_job("a")
    assert [(other.job.name, count) for other, count in found.bought_again] == [("b", 2)]
    assert list(a_ledger(a_purchase("a", "abc"), void(2), a_purchase("b", "bcd")).contradictions()) == []


def test_a_name_given_later_counts_once_and_only_where_there_was_none():
    def named(name: str) -> Indexed:
        return NamedRecord(purchase=RecordId(entry=2), question=name), ClipIndex()

    assert purchase(a_ledger(a_purchase(), named("Foul"), named("net")), 2).question.name == "foul"
    assert purchase(a_ledger(a_purchase(question="rally"), named("net")), 2).question.name == "rally"


def test_a_share_of_the_cost_is_rounded_to_cents():
    found = purchase(a_ledger(a_purchase(asked="abc", usd=Decimal("1.00"))), 2)

    assert [found.cost_of(clips) for clips in (1, 2, 3)] == [Decimal("0.33"), Decimal("0.67"), Decimal("1.00")]
    assert purchase(a_ledger(an_adopted_job()), 2).cost_of(1) is None


# --- What is wrong with a ledger stops purchases.


def test_records_that_refer_to_nothing_are_faults_and_no_record_of_their_entry_counts():
    ledger = a_ledger((a_purchase("b", "b"), created(9)), an_attempt(2), refused(1))

    assert [(fault.number, fault.why) for fault in ledger.faults] == [
        (2, "refers to 9, which is no purchase"),
        (4, "refers to 1, which is no attempt"),
    ]
    assert not ledger.by_id


def test_an_unreadable_entry_stops_purchases_until_it_is_passed_over():
    good = a_log(a_purchase("b", "z"))
    damaged = extend_log(LedgerLog(aws_time=NOW), {1: content_of(good, 1), 2: b"damaged"})
    stopped = Purchases.of(damaged)

    passed_over = Purchases.of(add_entry(damaged, an_entry(damaged, void(unreadable=2))))

    assert decide(stopped) == LedgerUnusable(reasons=("entry 2 has no complete first line",))
    assert may_pass_over(2, stopped) is None
    assert isinstance(decide(passed_over), Buy)
    assert isinstance(may_pass_over(2, passed_over), VoidRefused)
    assert isinstance(may_pass_over(1, stopped), VoidRefused)


def test_what_refers_to_an_unreadable_entry_is_no_fault_of_its_own():
    good = a_log(a_purchase("b", "z"))
    damaged = extend_log(LedgerLog(aws_time=NOW), {1: content_of(good, 1), 2: b"damaged"})
    for records in (created(2), refused(2)):
        damaged = add_entry(damaged, an_entry(damaged, records))

    assert [fault.number for fault in Purchases.of(damaged).faults] == [2]


def test_nothing_is_bought_from_a_ledger_that_is_not_open_or_is_another_one():
    assert decide(Purchases.of(LedgerLog())) == LedgerUnusable(
        reasons=("the ledger is not open: entry 1 is missing",), is_unopened=True
    )
    assert decide(a_ledger(), pinned="other") == LedgerUnusable(
        reasons=(f"this is ledger {LEDGER}; the configuration names other",)
    )
    assert isinstance(decide(a_ledger(), pinned=LEDGER), Buy)


def test_a_strange_key_among_the_entries_stops_purchases():
    log = extend_log(a_log(), {}, strange_keys=["ledger/entries/9"])

    assert decide(Purchases.of(log)) == LedgerUnusable(reasons=("ledger/entries/9 is not the key of an entry",))


def test_a_focus_on_the_clips_of_a_plan_changes_no_answer():
    ledger = a_ledger(a_purchase("a", "ab"), a_purchase("b", "bc"), void(3), a_purchase("c", "xy"))
    focused = ledger.focused_on(clips("abcd").distinct)
    planned, index = a_purchase("d", "cd")
    assert isinstance(planned, PurchaseRecord)

    for asked in ("ab", "bcd", "d", "x", ""):
        assert list(focused.holders(clips(asked))) == list(ledger.holders(clips(asked)))
        with_plan = [each.with_planned(planned, index, at=NOW, by=Author()) for each in (focused, ledger)]
        assert list(with_plan[0].holders(clips(asked))) == list(with_plan[1].holders(clips(asked)))


def a_seen_job(*, bucket: str = "artifacts") -> Present:
    fingerprint = JobFingerprint(bucket=bucket, name="rally-1", declaration=DIGEST, input=DIGEST)
    return Present(arn="arn:job", fingerprint=fingerprint)


def test_a_job_is_of_the_purchase_that_was_made_last_and_not_of_a_void_one_of_the_same_declaration_and_clips():
    ledger = a_ledger(a_purchase("rally-1"), void(2), a_purchase("rally-1"))

    made = ledger.made(a_job("rally-1"), a_seen_job())

    assert made == purchase(ledger, 4)


def test_a_job_whose_only_purchase_is_void_is_of_that_purchase():
    ledger = a_ledger(a_purchase("rally-1"), void(2))

    assert ledger.made(a_job("rally-1"), a_seen_job()) == purchase(ledger, 2)


def test_a_job_of_another_environment_is_not_of_this_purchase_although_declaration_and_clips_are_the_same():
    ledger = a_ledger(a_purchase("rally-1"))

    assert ledger.made(a_job("rally-1"), a_seen_job(bucket="artifacts-of-staging")) is None
