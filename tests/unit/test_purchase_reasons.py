"""What plans and applies say about the ledger's decisions, sentence by sentence. Entry 1 is `opened`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from groundctl.domain.clips.clip_index import HashedClips
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.jobs.ledger.decisions import (
    AlreadyCreated,
    Buy,
    ContinueAttempt,
    NothingLeft,
    Overlap,
    RerunUnfounded,
    RerunUnknown,
    StillPending,
    decide_purchase,
    find_rerun,
)
from groundctl.domain.jobs.ledger.look import ABSENT, NOT_LOOKED
from groundctl.domain.jobs.ledger.purchases import SETTLING_TIME, SIGNING_TIME, Purchases
from groundctl.domain.jobs.ledger.question import question
from groundctl.domain.jobs.ledger.records import Author, PurchaseRecord, RecordId
from groundctl.domain.planning import purchase_reasons as say
from support.ledger import (
    LABELS,
    NOW,
    Indexed,
    a_job,
    a_ledger,
    a_log,
    a_purchase,
    a_want,
    an_adopted_job,
    an_attempt,
    created,
    refused,
)

TITLE = "Was it a foul?"


def refusal(*entries: Indexed, title: str = TITLE, **want: Any) -> Diagnostic:
    ledger, wanted = a_ledger(*entries), asking(title=title, **want)
    decision = decide_purchase(wanted, ledger)
    assert isinstance(decision, Overlap), decision
    return say.overlap_reason(wanted, decision, title=title, end=ledger.end)


def asking(
    *, asked: str = "ab", title: str = TITLE, name: str | None = None, labels: Any = LABELS, **values: Any
) -> Any:
    return a_want("rally-2", asked, question=question(name=name, labels=labels, title=title), **values)


# --- how many, by whom, for how much


@pytest.mark.parametrize(
    ("earlier", "asked", "sentence"),
    [
        ("a", "a", "its only clip was already asked by rally-1 (up to $0.16)"),
        ("ab", "ab", "all 2 of its clips were already asked by rally-1 (up to $0.16)"),
        ("ab", "bc", "1 of its 2 clips was already asked by rally-1 (up to $0.08)"),
        ("abcd", "bcdef", "3 of its 5 clips were already asked by rally-1 (up to $0.12)"),
    ],
)
def test_a_refusal_says_how_many_clips_which_job_and_what_they_cost(earlier: str, asked: str, sentence: str):
    assert refusal(a_purchase(asked=earlier), asked=asked).message == sentence


def test_several_jobs_are_named_with_their_clips_and_further_ones_are_counted():
    four = [a_purchase(f"rally-{letter}", letter) for letter in "abcd"]

    assert refusal(*four[:2], asked="abe").message == (
        "2 of its 3 clips were already asked: 1 by rally-a (up to $0.16), 1 by rally-b (up to $0.16)"
    )
    assert refusal(*four, asked="abcde").message.endswith("1 by rally-c (up to $0.16), and by 1 more job")


def test_a_job_whose_price_is_not_known_is_named_all_the_same():
    assert refusal(an_adopted_job()).message == "all 2 of its clips were already asked by rally-1 (cost not known)"


def test_a_job_elsewhere_is_named_with_its_account_and_region():
    elsewhere = a_purchase(job=a_job(account="444455556666", region="eu-west-1"))

    reason = refusal(elsewhere)

    assert "by rally-1 in account 444455556666, eu-west-1 (up to $0.16)" in reason.message
    assert reason.hint.startswith("remove this file; to pay for the same clips again, add")


def test_a_job_of_the_same_plan_is_named_as_such():
    record, index = a_purchase()
    assert isinstance(record, PurchaseRecord)
    ledger = a_ledger()
    planned = ledger.with_planned(record, index, at=NOW, by=Author())
    decision = decide_purchase(a_want(), planned)
    assert isinstance(decision, Overlap)

    reason = say.overlap_reason(a_want(), decision, title=TITLE, end=ledger.end)

    assert "by rally-1 in this plan (up to $0.16)" in reason.message
    assert reason.hint.startswith("remove this file;")


def test_a_topic_that_another_job_reads_is_named_as_a_topic():
    topic = HashedClips.of(["arn:aws:sns:us-east-1:123456789012:clips"])
    ledger = a_ledger(a_purchase(asked=topic, usd=None))
    want = a_want(asked=topic)
    decision = decide_purchase(want, ledger)
    assert isinstance(decision, Overlap)

    reason = say.overlap_reason(want, decision, title=TITLE, end=ledger.end)

    assert reason.message == "its topic was already asked by rally-1 (cost not known)"
    assert reason.hint.startswith("use another topic or remove this file, or add `rerun_of: {job: rally-1")
    assert "only_new" not in reason.hint


# --- the ways out, each of which is true


def test_some_of_the_clips_can_be_left_out_or_paid_for_again():
    reason = refusal(a_purchase(), asked="abcde")

    assert reason.hint.startswith(
        "add `only_new: true` under `input` to buy only the other 3, or `rerun_of: {job: rally-1, reason: ...}` to buy"
        " all 5 and pay again for these 2"
    )
    assert isinstance(decide(asking(asked="abcde", only_new=True), a_purchase()), Buy)
    assert isinstance(decide(asking(asked="abcde", rerun_of=RecordId(entry=2)), a_purchase()), Buy)


def test_where_all_clips_were_asked_a_rename_is_undone_or_all_is_paid_for_again():
    assert refusal(a_purchase()).hint.startswith(
        "if this is the file of rally-1, restore that name; to pay for the same clips again, add `rerun_of: {job: rally-1,"
    )


def test_with_several_jobs_a_rerun_repeats_one_and_only_new_leaves_out_the_others():
    both = [a_purchase("rally-a", "a"), a_purchase("rally-b", "b")]

    reason = refusal(*both, asked="abc")

    assert reason.hint.startswith(
        "add `only_new: true` under `input` to buy only the other 1; `rerun_of: {job: rally-a, reason: ...}` beside it"
        " pays again for the clips of rally-a too"
    )
    bought = decide(asking(asked="abc", only_new=True, rerun_of=RecordId(entry=2)), *both)
    assert isinstance(bought, Buy)
    assert len(bought.clips) == 2


def test_with_several_jobs_and_nothing_left_the_file_goes_or_one_is_repeated():
    both = [a_purchase("rally-a", "a"), a_purchase("rally-b", "b")]

    assert refusal(*both).hint.startswith(
        "remove this file, or pay again for the clips of rally-a with `only_new: true` and `rerun_of: {job: rally-a, reason: ...}`"
    )


def test_a_rerun_that_meets_another_job_says_that_it_repeats_only_one():
    both = [a_purchase("rally-a", "a"), a_purchase("rally-b", "b")]
    first = RecordId(entry=2)

    assert refusal(*both, asked="abc", rerun_of=first).hint.startswith(
        "rerun_of pays again for the clips of one job only: add `only_new: true` under `input` to buy only the other 2"
    )
    again = a_purchase("rally-b", "a", rerun_of=first)
    assert refusal(a_purchase("rally-a", "a"), again, asked="a", rerun_of=first).hint.startswith(
        "name rally-b in rerun_of instead, because it has repeated that job; or remove this file"
    )


# --- two questions


def decide(want: Any, *entries: Indexed) -> Any:
    return decide_purchase(want, a_ledger(*entries))


def test_two_titles_without_names_are_both_shown_and_both_files_get_a_name():
    reason = refusal(a_purchase(), created(2), title="Was it an ace?")

    assert reason.hint.startswith(
        "if “Was it an ace?” and “Was it a foul?” (rally-1) are two questions, give both files a `task.question`; "
    )


def test_the_same_title_is_not_shown_twice():
    assert refusal(a_purchase()).hint.endswith(
        "; if rally-1 asks another question under this title, give both files a `task.question`"
    )


def test_only_the_file_without_a_name_needs_one():
    ace = "Was it an ace?"

    assert "give the file of rally-1 a `task.question` of its own;" in refusal(a_purchase(), title=ace, name="ace").hint
    assert "give this file a `task.question` other than `foul`;" in refusal(a_purchase(question="foul"), title=ace).hint
    assert isinstance(decide(asking(name="ace"), a_purchase(question="foul")), Buy)


def test_two_files_with_one_name_have_to_choose_another():
    assert refusal(a_purchase(question="foul"), name="foul").hint.endswith(
        "; if rally-1 asks another question (“Was it a foul?”), give this question another name than `foul`"
    )


# --- what is bought, and what is not


def test_only_new_says_what_it_leaves_out_and_a_rerun_what_it_repeats_and_why():
    both = a_ledger(a_purchase("rally-a", "a"), a_purchase("rally-b", "b"))
    want = asking(asked="abc", only_new=True, rerun_of=RecordId(entry=3))
    decision = decide_purchase(want, both)
    assert isinstance(decision, Buy)

    left_out, again = say.buy_remarks(want, decision, title=TITLE, reason="the camera moved", end=both.end)

    assert left_out.message == "leaves out 1 of its 3 clips, already asked by rally-a (up to $0.16)"
    assert again.message == "pays again for 1 clip, already asked by rally-b (up to $0.16); reason: the camera moved"


def test_only_new_without_new_clips_says_who_has_them():
    ledger = a_ledger(a_purchase())
    want = asking(only_new=True)
    decision = decide_purchase(want, ledger)
    assert isinstance(decision, NothingLeft)

    assert say.nothing_left_reason(want, decision, title=TITLE, end=ledger.end).message == (
        "has no new clips: all 2 of its clips were already asked by rally-1 (up to $0.16)"
    )


@pytest.mark.parametrize(
    ("labels", "title", "likeness"),
    [
        (("no", "yes", "cannot tell"), "Foul or not?", "2 of 3 labels in common"),
        (("fair", "foul"), TITLE, "the same title"),
    ],
)
def test_a_question_in_other_words_is_remarked_on(labels: tuple[str, ...], title: str, likeness: str):
    ledger, want = a_ledger(a_purchase()), asking(labels=labels, title=title)
    decision = decide_purchase(want, ledger)
    assert isinstance(decision, Buy)

    [remark] = say.buy_remarks(want, decision, title=TITLE, reason="", end=ledger.end)

    assert remark.message == (
        f"all 2 of its clips were already asked by rally-1 (up to $0.16), with other labels ({likeness})"
    )


def test_a_question_that_resembles_no_other_is_not_remarked_on():
    ledger, want = a_ledger(a_purchase()), asking(labels=("left", "right"), title="Which side?")
    decision = decide_purchase(want, ledger)
    assert isinstance(decision, Buy)

    assert list(say.buy_remarks(want, decision, title=TITLE, reason="", end=ledger.end)) == []


# --- dead runs


def test_an_open_purchase_is_continued_waited_for_or_replaced_with_its_clips_time_and_entry():
    ledger = a_ledger(a_purchase("rally-2"))
    [bought] = ledger.live()
    same, other = a_want("rally-2"), a_want("rally-2", "abc")
    continued = decide_purchase(same, ledger, look=ABSENT)
    pending = decide_purchase(other, ledger, look=ABSENT)
    assert isinstance(continued, ContinueAttempt)
    assert isinstance(pending, StillPending)

    assert say.continued_remark(continued).message == (
        "continues the purchase of 2 clips that a run recorded on 2026-11-23 09:15 UTC (entry 2 of the purchase ledger)"
        " and did not finish"
    )
    assert say.pending_reason(pending).message == (
        "an earlier run began to create it with 2 clips on 2026-11-23 09:15 UTC, and AWS may still accept that request until"
        " 2026-11-23 10:25 UTC; its file or its clips have changed since"
    )
    assert "after 2026-11-23 10:25 UTC" in say.pending_reason(pending).hint
    assert "entry 2" in say.voided_remark(bought).message


def test_a_job_that_aws_does_not_show_is_named_with_its_entry():
    ledger = a_ledger(a_purchase("rally-2"), created(2))
    decision = decide_purchase(a_want("rally-2"), ledger, look=NOT_LOOKED)
    assert isinstance(decision, AlreadyCreated)

    assert "was created before (entry 2 of the purchase ledger)" in say.created_before_reason(decision).message
    assert "looked up first" in say.unlooked_reason().hint


# --- reruns and ledgers that are refused


def test_a_rerun_of_an_unknown_job_names_the_command_that_enters_it():
    unknown = find_rerun("rally-9", a_job(), a_ledger(a_purchase()))
    assert isinstance(unknown, RerunUnknown)

    reason = say.rerun_unknown_reason("rally-9", unknown)

    assert reason.message == "names rally-9, which the purchase ledger does not know"
    assert "`groundctl ledger adopt rally-9`" in reason.hint


def test_a_rerun_of_a_name_that_is_in_two_other_places_names_both():
    here = a_job(region="eu-west-1")
    elsewhere = a_ledger(a_purchase(), a_purchase(job=a_job(account="444455556666")))
    unknown = find_rerun("rally-1", here, elsewhere)
    assert isinstance(unknown, RerunUnknown)

    assert say.rerun_unknown_reason("rally-1", unknown).message == (
        "names rally-1, which was bought in more than one account or Region: 123456789012 in us-east-1, 444455556666 in us-east-1"
    )


def test_a_rerun_without_shared_clips_and_one_that_was_bought_again_say_different_things():
    ledger = a_ledger(a_purchase(asked="cd"))
    decision = decide_purchase(a_want(rerun_of=RecordId(entry=2)), ledger)
    assert isinstance(decision, RerunUnfounded)
    assert (
        "did not ask this question about any of these clips" in say.rerun_unfounded_reason("rally-1", decision).message
    )

    again = replace(decision, rerun_of=RecordId(entry=7))
    assert say.rerun_unfounded_reason("rally-1", again).message == (
        "names rally-1, which has another purchase (entry 2) than the reviewed one (entry 7)"
    )


def test_an_unopened_ledger_names_what_to_check_and_how_to_open_it():
    decision: Any = decide_purchase(a_want(), Purchases())

    reason = say.unusable_reason(decision)

    assert reason.message == "nothing can be bought, because the ledger is not open: entry 1 is missing"
    assert "check that `ledger_bucket` names your organization's ledger" in reason.hint
    assert reason.hint.endswith("`groundctl ledger open`")


def test_other_faults_of_the_ledger_lead_to_its_check():
    broken = replace(a_log(), strange_keys=("ledger/entries/9",))
    decision: Any = decide_purchase(a_want(), Purchases.of(broken))

    reason = say.unusable_reason(decision)

    assert reason.message == "nothing can be bought, because ledger/entries/9 is not the key of an entry"
    assert reason.hint.startswith("`groundctl ledger check`")


def test_an_unfinished_purchase_that_holds_the_clips_says_when_they_can_become_free():
    hint = refusal(a_purchase()).hint

    assert "its job was not seen: its next run goes on, or `groundctl ledger void rally-1 --reason ...`" in hint
    assert f"after {NOW + SIGNING_TIME + SETTLING_TIME:%Y-%m-%d %H:%M} UTC" in hint
    assert "was not seen" not in refusal(a_purchase(), created(2)).hint


def test_clips_that_are_left_out_for_a_job_that_was_never_seen_are_shown_with_the_way_out():
    """These clips stay without an answer once that purchase is void."""
    ledger = a_ledger(a_purchase("rally-1", "ab"))
    unfinished = (
        "rally-1 was recorded on 2026-11-23 09:15 UTC, and its job was not seen: its next run goes on, or"
        " `groundctl ledger void rally-1 --reason ...` frees its clips after 2026-11-23 10:25 UTC"
    )
    some, none = a_want(asked="abc", only_new=True), a_want(asked="ab", only_new=True)

    left = decide_purchase(some, ledger)
    nothing = decide_purchase(none, ledger)

    assert isinstance(left, Buy)
    assert isinstance(nothing, NothingLeft)
    [remark] = say.buy_remarks(some, left, title=TITLE, reason="", end=ledger.end)
    assert remark.hint.startswith(f"{unfinished}; if rally-1 asks another question")
    assert say.nothing_left_reason(none, nothing, title=TITLE, end=ledger.end).hint.endswith(f"; {unfinished}")


def test_an_attempt_that_aws_refused_keeps_no_clip():
    later = NOW + SIGNING_TIME + timedelta(hours=1)
    hint = refusal(a_purchase(), an_attempt(2, signed_until=later), refused(3)).hint

    assert f"after {NOW + SIGNING_TIME + SETTLING_TIME:%Y-%m-%d %H:%M} UTC" in hint
