"""What a plan notes about the ledger beside its jobs: purchases left open, contradictions, jobs that it does not know."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.jobs.ledger.look import ABSENT
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.observed import JobFingerprint
from groundctl.domain.planning.plan import Action
from groundctl.domain.planning.planner import make_plan
from groundctl.presentation.markdown.plan_comment import plan_markdown
from groundctl.presentation.terminal.plan import plan_text
from support.builders import POLICY, a_declaration, a_plan, an_observed_job, some_inputs
from support.ledger import AFTER_ALL, DIGEST, a_job, a_ledger, a_purchase, an_attempt, created, refused, void


def notes(ledger: Purchases, *names: str, observed: tuple[str, ...] = ()) -> tuple[Diagnostic, ...]:
    """Plan some declarations beside some jobs in AWS."""
    jobs = tuple(an_observed_job(name=name, arn="arn:job", fingerprint=made_from(name)) for name in observed)
    inputs = some_inputs(*(a_declaration(name=name) for name in names), observed=jobs, purchases=ledger)
    return make_plan(inputs).notes


def made_from(name: str) -> JobFingerprint:
    """The fingerprint of a job that was created for a purchase of `support.ledger`."""
    return JobFingerprint(bucket="artifacts", name=name, declaration=DIGEST, input=DIGEST)


def rules(ledger: Purchases, *names: str, observed: tuple[str, ...] = ()) -> list[str]:
    return [note.rule for note in notes(ledger, *names, observed=observed)]


# --- purchases left open


def test_an_open_purchase_without_a_file_is_noted_with_clips_cost_time_and_ways_out():
    [note] = notes(a_ledger(a_purchase()))

    assert (note.rule, note.message) == (
        "P401",
        "rally-1: a run recorded a purchase of 2 clips (up to $0.16) on 2026-11-23 09:15 UTC and did not finish it, and no"
        " file declares the job now",
    )
    assert note.hint == (
        "to continue it, restore its file; or after 2026-11-23 10:25 UTC, `groundctl ledger void rally-1 --reason ...`"
        " frees its clips"
    )


def test_once_aws_can_no_longer_accept_it_the_purchase_can_be_voided_at_once():
    [note] = notes(a_ledger(a_purchase(usd=None), aws_time=AFTER_ALL))

    assert "a purchase of 2 clips on" in note.message
    assert note.hint.endswith("restore its file; or `groundctl ledger void rally-1 --reason ...` frees its clips")


def test_the_time_named_is_that_of_the_last_attempt():
    [note] = notes(a_ledger(a_purchase(), an_attempt(2, signed_until=AFTER_ALL)))

    assert "after 2026-11-23 11:25 UTC" in note.hint


def test_an_open_purchase_is_not_noted_if_its_file_exists_or_its_job_or_its_place_is_another():
    assert rules(a_ledger(a_purchase()), "rally-1") == []
    assert rules(a_ledger(a_purchase()), observed=("rally-1",)) == []
    assert rules(a_ledger(a_purchase(job=a_job(region="eu-west-1")))) == []
    assert rules(a_ledger(a_purchase(), created(2))) == []
    assert rules(a_ledger(a_purchase(), refused(2))) == []
    assert rules(a_ledger(a_purchase(), void(2))) == []


def test_an_open_purchase_that_its_own_file_does_not_continue_is_noted():
    stopped = a_declaration(name="rally-1", state="stopped")
    dear = a_declaration(name="rally-1", budget={"usd": 0.01})

    for declaration in (stopped, dear):
        ledger, looks = a_ledger(a_purchase(), aws_time=AFTER_ALL), {declaration.spec.key: ABSENT}
        [note] = make_plan(some_inputs(declaration, purchases=ledger, looks=looks)).notes
        assert note.message.endswith("and did not finish it, and this plan does not continue it")
        assert note.hint.startswith("to continue it, let its file create the job; or ")


# --- contradictions


def test_a_job_that_exists_though_it_was_voided_is_noted_with_what_was_bought_again():
    [note] = notes(a_ledger(a_purchase(), void(2), a_purchase("rally-2", "bc"), created(2), created(4)))

    assert (note.rule, note.message) == (
        "P402",
        "rally-1 exists although its purchase was voided; some of its clips were bought again since: 1 by rally-2",
    )


def test_a_job_that_exists_though_it_was_voided_and_of_which_nothing_was_bought_again():
    [note] = notes(a_ledger(a_purchase(), void(2), created(2)))

    assert note.message == "rally-1 exists although its purchase was voided"


# --- jobs that the ledger does not know


def test_jobs_in_aws_that_the_ledger_does_not_know_are_named_with_the_command_that_enters_them():
    [one] = notes(a_ledger(), observed=("console-1",))
    [many] = notes(a_ledger(), observed=("console-5", "console-2", "console-3", "console-4", "console-1"))

    assert (one.rule, one.message, one.hint) == (
        "P403",
        "1 job in AWS is unknown to the purchase ledger: console-1; clips that it asked may be bought again",
        "`groundctl ledger adopt console-1` enters it",
    )
    assert many.message == (
        "5 jobs in AWS are unknown to the purchase ledger: console-1, console-2, console-3 and 2 more; clips that they asked"
        " may be bought again"
    )
    assert many.hint == "`groundctl ledger adopt NAME` enters a job"


def test_a_job_of_the_same_name_in_another_region_does_not_make_a_job_known():
    elsewhere = a_ledger(a_purchase("console-1", job=a_job("console-1", region="eu-west-1")), created(2))

    assert rules(elsewhere, observed=("console-1",)) == ["P403"]
    assert rules(a_ledger(a_purchase("console-1"), created(2)), observed=("console-1",)) == []


def test_a_job_under_the_name_of_a_void_purchase_is_unknown_if_it_was_made_from_another_manifest():
    ledger = a_ledger(a_purchase(declaration_digest="f" * 64), void(2))

    assert rules(ledger, observed=("rally-1",)) == ["P403"]


def test_a_job_on_a_topic_blocks_no_other_because_it_cannot_be_entered():
    topic = an_observed_job(name="console-made", fingerprint=None, has_input=False)
    plan = a_plan(a_declaration(), observed=(topic,), policy=replace(POLICY, refuse_unknown_jobs=True))

    assert [change.action for change in plan.changes] == [Action.CREATE]
    [note] = plan.notes
    assert "as a topic sends its clips" in note.message
    assert "adopt" not in note.hint


def test_a_ledger_that_is_not_open_is_no_place_to_enter_a_job():
    assert rules(Purchases(), observed=("console-1",)) == []


# --- where they are read


def test_notes_are_in_the_plan_for_terminals_and_for_pull_requests():
    inputs = some_inputs(purchases=a_ledger(a_purchase(usd=Decimal(46))))
    plan = make_plan(inputs)

    comment, text = plan_markdown(plan, POLICY), plan_text(plan, POLICY)

    assert "Note: P401 rally-1: a run recorded a purchase of 2 clips (up to $46.00)" in text
    assert "- **Note:** rally-1: a run recorded a purchase of 2 clips" in comment
    assert "`groundctl ledger void rally-1 --reason ...` frees its clips." in comment
