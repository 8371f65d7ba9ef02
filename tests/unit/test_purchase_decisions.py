"""What is decided from the ledger. Entry 1 is `opened`, so the first purchase is 2."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from groundctl.domain.clips.clip_index import HashedClips
from groundctl.domain.jobs.creation import Accepted, NameTaken, Rejected, Throttled, Unclear
from groundctl.domain.jobs.ledger.decisions import (
    AlreadyCreated,
    Buy,
    ContinueAttempt,
    LookFirst,
    NothingLeft,
    Overlap,
    RecordCreated,
    RerunUnfounded,
    RerunUnknown,
    StillPending,
    VoidFirst,
    decide_purchase,
    find_rerun,
)
from groundctl.domain.jobs.ledger.look import NOT_LOOKED, Absent, Present
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.question import Question, conflict, question, resemblance
from groundctl.domain.jobs.ledger.records import RecordId
from groundctl.domain.jobs.ledger.settlement import (
    Freed,
    LeaveOpen,
    NothingFreed,
    OutputFacts,
    VoidAllowed,
    VoidRefused,
    WriteCreated,
    WriteRefused,
    WriteVoid,
    after_sending,
    freed_by,
    may_void,
)
from groundctl.domain.jobs.observed import JobFingerprint
from support.ledger import (
    AFTER_ALL,
    DIGEST,
    LABELS,
    NOW,
    Indexed,
    a_job,
    a_ledger,
    a_purchase,
    a_want,
    an_adopted_job,
    an_attempt,
    clips,
    created,
    ended,
    purchase,
    refused,
    void,
)

OURS = Present(
    arn="arn:job", fingerprint=JobFingerprint(bucket="artifacts", name="rally-1", declaration=DIGEST, input=DIGEST)
)
OTHER = Present(
    arn="arn:other", fingerprint=JobFingerprint(bucket="artifacts", name="rally-1", declaration=DIGEST, input="1" * 32)
)
FOREIGN = Present(arn="arn:foreign", fingerprint=None)
LATE = NOW + timedelta(minutes=5)


def decide(ledger: Purchases, want: Any = None, **given: Any) -> Any:
    return decide_purchase(want or a_want("rally-1"), ledger, **given)


# --- A job with an open purchase.


def test_an_open_purchase_of_the_same_job_is_looked_up_first():
    ledger = a_ledger(a_purchase())

    assert decide(ledger) == LookFirst(purchase=purchase(ledger, 2))


def test_the_same_name_in_another_account_or_region_is_another_job():
    ledger = a_ledger(a_purchase())

    for job in (a_job(region="eu-west-1"), a_job(account="210987654321")):
        assert isinstance(decide(ledger, a_want(job=job)), Overlap)
    assert isinstance(decide(ledger, a_want(job=a_job("RALLY-1"))), LookFirst)


def test_a_job_of_the_same_name_elsewhere_is_not_the_one_that_was_described():
    ledger = a_ledger(a_purchase(job=a_job(region="eu-west-1")))

    assert isinstance(decide(ledger, look=OURS), Overlap)


def test_a_job_that_is_there_is_written_down_and_one_that_was_is_not_bought():
    ledger = a_ledger(a_purchase())

    assert decide(ledger, look=OURS) == RecordCreated(purchase=purchase(ledger, 2), arn="arn:job")
    for seen in (a_ledger(a_purchase(), created(2)), a_ledger(a_purchase(), ended(2)), a_ledger(an_adopted_job())):
        assert isinstance(decide(seen), AlreadyCreated)


def test_a_job_of_a_void_purchase_that_exists_all_the_same_is_written_down():
    ledger = a_ledger(a_purchase(), void(2))

    assert decide(ledger, look=OURS) == RecordCreated(purchase=purchase(ledger, 2), arn="arn:job")


@pytest.mark.parametrize("look", [OTHER, FOREIGN])
def test_another_job_under_the_name_voids_the_purchase(look: Present):
    assert isinstance(decide(a_ledger(a_purchase()), look=look), VoidFirst)


def test_an_absent_job_as_reviewed_is_tried_again_by_a_new_attempt_that_is_written_down():
    ledger = a_ledger(a_purchase())

    assert decide(ledger, look=Absent()) == ContinueAttempt(purchase=purchase(ledger, 2), attempt=None)


def test_an_entry_of_ones_own_that_was_not_sent_needs_no_new_attempt_while_it_can_be_signed():
    mine = frozenset({RecordId(entry=2)})

    in_time = decide(a_ledger(a_purchase(), aws_time=LATE), look=Absent(), unsent=mine)
    too_late = decide(a_ledger(a_purchase(), aws_time=NOW + timedelta(minutes=10)), look=Absent(), unsent=mine)

    assert in_time.attempt == RecordId(entry=2)
    assert too_late.attempt is None


@pytest.mark.parametrize(
    "changed",
    [
        {"asked": "abc"},
        {"asked": "a"},
        {"terms_digest": "1" * 32},
        {"declaration_digest": "1" * 32},
        {"rerun_of": RecordId(entry=9)},
    ],
)
def test_an_absent_job_with_other_clips_or_terms_waits_and_is_then_voided(changed: dict[str, Any]):
    want = a_want("rally-1", **changed)

    pending = decide(a_ledger(a_purchase(), an_attempt(2, signed_until=LATE)), want, look=Absent())
    over = decide(a_ledger(a_purchase(), aws_time=AFTER_ALL), want, look=Absent())

    assert isinstance(pending, StillPending)
    assert pending.until == NOW + timedelta(minutes=70)
    assert isinstance(over, VoidFirst)


def test_only_new_continues_a_purchase_of_fewer_clips_and_never_adds_any():
    ledger = a_ledger(a_purchase(asked="ab"))

    assert isinstance(decide(ledger, a_want("rally-1", "abc", only_new=True), look=Absent()), ContinueAttempt)
    assert isinstance(decide(ledger, a_want("rally-1", "a", only_new=True), look=Absent()), StillPending)


# --- A job without one.


def test_clips_that_another_job_holds_are_refused_by_number_and_name():
    found = decide(a_ledger(a_purchase("rally-0", "ab"), a_purchase("rally-9", "bc")), a_want(asked="abcd"))

    assert isinstance(found, Overlap)
    assert [(each.purchase.job.name, each.clips, each.usd) for each in found.held] == [
        ("rally-0", clips("ab").uris, Decimal("0.16")),
        ("rally-9", clips("bc").uris, Decimal("0.16")),
    ]
    assert found.clips == 3  # b counts once


def test_an_imported_job_holds_its_clips():
    assert isinstance(decide(a_ledger(an_adopted_job("rally-0", "bc")), a_want(asked="abcd")), Overlap)


def test_only_new_leaves_them_out_and_buys_exactly_the_rest():
    ledger = a_ledger(a_purchase("rally-0", "ab"), a_purchase("rally-9", "bc"))

    some = decide(ledger, a_want(asked="abcd", only_new=True))
    none = decide(ledger, a_want(asked="abc", only_new=True))

    assert some.clips.uris == clips("d").uris
    assert [len(each.clips) for each in some.left_out] == [2, 2]
    assert isinstance(none, NothingLeft)


def test_void_purchases_and_clips_that_ended_without_a_label_are_free():
    ledger = a_ledger(a_purchase("a", "ab"), created(2), ended(2, "b"), a_purchase("c", "c"), void(5))

    assert isinstance(decide(ledger, a_want(asked="bc")), Buy)
    assert isinstance(decide(ledger, a_want(asked="abc")), Overlap)


def test_a_rerun_excuses_one_purchase_which_must_hold_some_of_the_clips():
    ledger = a_ledger(a_purchase("a", "ab"), a_purchase("b", "bc"), a_purchase("x", "z"))

    def rerun(entry: int, asked: str) -> Any:
        return decide(ledger, a_want(asked=asked, rerun_of=RecordId(entry=entry)))

    assert rerun(2, "a").repeated.clips == clips("a").uris
    assert [each.purchase.job.name for each in rerun(2, "ab").held] == ["b"]
    assert isinstance(rerun(4, "d"), RerunUnfounded)
    assert isinstance(rerun(9, "d"), RerunUnfounded)


def test_the_job_that_a_rerun_names_is_found_beside_the_new_one_or_is_the_only_one():
    ledger = a_ledger(
        a_purchase("a", "a", job=a_job("a", region="eu-west-1")),
        a_purchase("b", "b", job=a_job("b", region="eu-west-1")),
        a_purchase("b", "b", job=a_job("b", region="eu-west-2")),
        a_purchase("c", "c"),
        void(5),
    )

    here = a_job("new")
    assert find_rerun("A", here, ledger) == purchase(ledger, 2)
    assert find_rerun("b", a_job("new", region="eu-west-2"), ledger) == purchase(ledger, 4)
    several, void_one = find_rerun("b", here, ledger), find_rerun("c", here, ledger)
    assert isinstance(several, RerunUnknown)
    assert len(several.candidates) == 2
    assert void_one == RerunUnknown(name="c", candidates=())


def test_an_earlier_purchase_of_the_same_plan_counts():
    record, index = a_purchase("rally-1", "ab")
    ledger = a_ledger().with_planned(record, index, at=NOW, by=purchase(a_ledger(a_purchase()), 2).by)  # type: ignore[arg-type]  # a PurchaseRecord
    second, other = a_purchase("rally-3", "c")
    ledger = ledger.with_planned(second, other, at=NOW, by=purchase(ledger, 2).by)  # type: ignore[arg-type]  # as above

    found = decide(ledger, a_want("rally-2", "bc"))

    assert [each.purchase.id for each in found.held] == [RecordId(entry=2), RecordId(entry=2, record=1)]


def test_two_jobs_on_one_topic_ask_the_same_clips():
    topic = HashedClips.of(["arn:aws:sns:us-east-1:123456789012:new-clips"])
    ledger = a_ledger(a_purchase("a", topic))

    assert isinstance(decide(ledger, a_want(asked=topic)), Overlap)


# --- Questions.


def asks(name: str | None, *labels: str, title: str = "T") -> Question:
    return question(name=name, labels=labels, title=title)


@pytest.mark.parametrize(
    ("one", "other", "conflicting"),
    [
        (asks(None, "no", "yes"), asks(None, "yes", "no"), True),
        (asks(None, "no", "yes"), asks(None, "No ", " YES"), True),
        (asks(None, "caf\u00e9", "b"), asks(None, "cafe\u0301", "b"), True),
        (asks(None, "in  play"), asks(None, "in play"), True),
        (asks(None, "no", "yes"), asks(None, "no", "yes", "maybe"), False),
        (asks("foul", "no", "yes"), asks(None, "no", "yes"), True),
        (asks("foul", "no", "yes"), asks("net", "no", "yes"), False),
        (asks("foul", "no", "yes"), asks(" Foul", "0", "1"), True),
        (asks("foul", "no", "yes"), asks(None, "0", "1"), False),
    ],
)
def test_questions_conflict_by_name_or_by_labels_where_one_has_no_name(
    one: Question, other: Question, conflicting: bool
):
    assert conflict(one, other) is conflict(other, one) is conflicting


def test_a_near_miss_has_half_of_the_labels_or_the_title():
    def near(*labels: str, title: str = "other") -> bool:
        return resemblance(asks(None, "a", "b", "c", "d"), asks(None, *labels, title=title)).is_near_miss

    assert [near("a", "b", "x", "y"), near("a", "x", "y", "z"), near("x", title=" t ")] == [True, False, True]


def test_similar_questions_are_remarked_and_never_refused():
    ledger = a_ledger(a_purchase("a", "ab", labels=("no", "yes", "unsure"), title="Foul?"))

    found = decide(ledger, a_want(asked="abc"))
    told_apart = decide(
        a_ledger(a_purchase("a", "ab", question="foul")),
        a_want(asked="abc", question=question(name="net", labels=LABELS, title="Net?")),
    )

    [remark] = found.remarks
    assert remark.held.clips == clips("ab").uris
    assert (remark.resemblance.common, remark.resemblance.of, remark.resemblance.is_near_miss) == (2, 3, True)
    other_labels = a_ledger(a_purchase("a", "ab", question="foul", labels=("no", "yes", "unsure")))
    two_questions = decide(other_labels, a_want(asked="abc", question=question(name="net", labels=LABELS, title="")))
    assert isinstance(told_apart, Buy)
    assert [remark.held.clips for remark in told_apart.remarks] == [clips("ab").uris]
    assert isinstance(two_questions, Buy)
    assert two_questions.remarks == ()


# --- After sending.

NO = Rejected(code="ValidationException", message="no")
BUSY = Throttled(message="slow down")
LOST = Unclear(message="timeout")
YES = Accepted(arn="arn:job")


@pytest.mark.parametrize(
    ("responses", "look", "written"),
    [
        ([YES], OURS, WriteCreated(arn="arn:job")),
        ([YES], OTHER, WriteCreated(arn="arn:other")),  # accepted: the name was free, the job is ours
        ([LOST], OURS, WriteCreated(arn="arn:job")),
        ([NO], OURS, WriteCreated(arn="arn:job")),
        ([YES], Absent(), LeaveOpen()),
        ([LOST], Absent(), LeaveOpen()),
        ([LOST, NO], Absent(), LeaveOpen()),
        ([NameTaken(message="")], Absent(), LeaveOpen()),
        ([], NOT_LOOKED, LeaveOpen()),
        ([NO], NOT_LOOKED, WriteRefused(evidence="ValidationException: no")),
        ([BUSY, NO], Absent(), WriteRefused(evidence="ValidationException: no")),
        ([BUSY, BUSY], Absent(), WriteRefused(evidence="Throttled: slow down")),
        (
            [NameTaken(message="")],
            FOREIGN,
            WriteVoid(why="a job of this name exists, made from another manifest"),
        ),
    ],
)
def test_what_is_written_after_sending(responses: Any, look: Any, written: object):
    assert after_sending(purchase(a_ledger(a_purchase()), 2), responses, look) == written


# --- Voiding.


def test_a_purchase_is_voided_only_when_nothing_of_it_can_be_accepted_and_it_was_looked_for():
    def asked(*records: Indexed, look: Any = Absent(), at: Any = AFTER_ALL) -> VoidAllowed | VoidRefused:  # noqa: B008 - a value
        return may_void(RecordId(entry=2), a_ledger(a_purchase(), *records, aws_time=at), look=look)

    assert isinstance(asked(), VoidAllowed)
    assert isinstance(asked(look=OTHER, at=NOW), VoidAllowed)
    pending = asked(at=NOW)
    assert pending == VoidRefused(
        why=f"AWS may still accept the request for {a_job()}", until=NOW + timedelta(minutes=70)
    )
    for refusal in (
        asked(look=NOT_LOOKED),
        asked(look=OURS),
        asked(created(2)),
        asked(void(2)),
        asked(an_attempt(2), refused(2), at=NOW),
        asked(an_attempt(2, signed_until=AFTER_ALL)),
        may_void(RecordId(entry=3), a_ledger(a_purchase()), look=Absent()),
    ):
        assert isinstance(refusal, VoidRefused)


# --- Freeing.


def test_clips_are_free_only_after_a_whole_output():
    bought = purchase(a_ledger(a_purchase(asked="abc"), created(2)), 2)

    def freed(lines: int | None, without: str = "", *, is_terminal: bool = True, labeled: int = 0) -> Any:
        output = None if lines is None else OutputFacts(lines=lines, without_label=clips(without).uris)
        return freed_by(bought, is_terminal=is_terminal, labeled=labeled, output=output)

    assert freed(3, "bz") == Freed(index=clips("b").index())  # z was never bought
    assert freed(None) == Freed(index=clips("abc").index())
    assert freed(2, "b") == NothingFreed(why="the output manifest has 2 lines; 3 were bought")
    assert isinstance(freed(3, "b", is_terminal=False), NothingFreed)
    assert isinstance(freed(None, labeled=1), NothingFreed)
    assert freed(3, "b", labeled=2) == Freed(index=clips("b").index())
    assert isinstance(freed(3, "bc", labeled=2), NothingFreed)


def test_a_third_purchase_names_the_latest_rerun_which_excuses_what_that_one_repeated():
    ledger = a_ledger(
        a_purchase("foul-1", "abcd"), created(2), a_purchase("foul-2", "ab", rerun_of=RecordId(entry=2)), created(4)
    )
    latest, first = RecordId(entry=4), RecordId(entry=2)

    same = decide(ledger, a_want("foul-3", "ab", rerun_of=latest))
    more = decide(ledger, a_want("foul-3", "abc", rerun_of=latest))
    older = decide(ledger, a_want("foul-3", "ab", rerun_of=first))

    assert isinstance(same, Buy)
    assert same.repeated is not None
    assert same.repeated.purchase.id == latest
    assert isinstance(more, Overlap)
    assert [(each.purchase.job.name, each.clips) for each in more.held] == [("foul-1", ("s3://clips/c.mp4",))]
    assert isinstance(older, Overlap)
    assert [each.purchase.job.name for each in older.held] == ["foul-2"]
