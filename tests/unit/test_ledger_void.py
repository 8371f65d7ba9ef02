"""Voiding and checking against fakes: lost answers and other writers at every append."""

from __future__ import annotations

from datetime import timedelta

import pytest

from groundctl.app.ledger import (
    MAX_TRIES,
    check_ledger,
    decide_void,
    find_purchase,
    pass_over,
)
from groundctl.domain.jobs.ledger.look import Absent, NotLooked, Present
from groundctl.domain.jobs.ledger.purchases import State
from groundctl.domain.jobs.ledger.records import RecordId
from groundctl.domain.jobs.ledger.settlement import VoidRefused
from groundctl.errors import ExternalError, UsageError
from groundctl.presentation.terminal.ledger_changes import void_question, void_refused_text
from support.ledger import (
    AFTER_ALL,
    a_purchase,
    an_attempt,
    created,
    purchase,
)
from support.ledger_people import RacingLedger, a_world, fill_more, void


def test_a_void_is_written_with_its_evidence():
    world = a_world(a_purchase())

    assert void(world) == 3

    voided = purchase(world.purchases, 2)
    assert voided.state is State.VOID
    assert voided.void is not None
    assert (voided.void.person, voided.void.reason) == ("ada", "cancelled")
    assert (voided.void.evidence.aws_time, voided.void.evidence.described) == (AFTER_ALL, "absent")


def test_a_purchase_of_which_aws_may_accept_a_request_is_not_voided():
    world = a_world(a_purchase(), closed=False)

    refused = void(world)

    assert isinstance(refused, VoidRefused)
    assert refused.until == AFTER_ALL - timedelta(seconds=1)
    assert world.ledger.read().end == 2


def test_a_purchase_whose_job_aws_shows_is_not_voided():
    world = a_world()
    world.makes("rally-1")
    manifest = world.jobs.jobs["rally-1"]["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
    declaration, digest = manifest.split("/")[-2].split("-")
    fill_more(world, a_purchase("rally-1", declaration_digest=declaration, input_digest=digest))

    assert isinstance(void(world), VoidRefused)
    assert purchase(world.purchases, 2).state is State.OPEN


def test_an_attempt_that_is_written_at_the_same_moment_stops_the_void():
    ledger = RacingLedger()
    world = a_world(a_purchase(), ledger=ledger)
    writer = world.writer()
    ledger.others = [an_attempt(2, signed_until=AFTER_ALL)]

    refused = void(world, writer=writer)

    assert isinstance(refused, VoidRefused)
    assert refused.until is not None
    assert world.ledger.read().end == 3


def test_a_job_that_was_seen_at_the_same_moment_stops_the_void():
    ledger = RacingLedger()
    world = a_world(a_purchase(), ledger=ledger)
    ledger.others = [created(2)]

    assert isinstance(void(world), VoidRefused)
    assert purchase(world.purchases, 2).state is State.CREATED


def test_a_purchase_whose_entry_became_unreadable_is_not_voided():
    world = a_world(a_purchase(), created(2))
    world.ledger.entries[2] = world.ledger.entries[2].replace(b"foul", b"goal")

    decision, look = decide_void(RecordId(entry=2), world.writer(), world.account)

    assert isinstance(decision, VoidRefused)
    assert isinstance(look, NotLooked)


def test_another_entry_in_between_delays_the_void_and_the_job_is_looked_up_again():
    ledger = RacingLedger()
    world = a_world(a_purchase(), ledger=ledger)
    ledger.others = [a_purchase("rally-9", "z")]

    assert void(world) == 4
    assert world.jobs.describes == 2


@pytest.mark.parametrize("is_written", [True, False])
def test_a_lost_answer_ends_in_one_void(is_written: bool):
    world = a_world(a_purchase())
    world.ledger.lose = [is_written]

    assert void(world) == 3
    assert world.ledger.read().end == 3


def test_a_void_gives_up_after_many_other_writers():
    ledger = RacingLedger()
    world = a_world(a_purchase(), ledger=ledger)
    ledger.others = [a_purchase(f"other-{number}", "z") for number in range(MAX_TRIES)]

    with pytest.raises(ExternalError, match="other runs wrote to the ledger"):
        void(world)


def test_a_job_that_only_the_list_shows_under_another_spelling_is_not_absent():
    world = a_world(a_purchase("rally-1", declaration=""))
    world.makes("Rally-1")
    world.jobs.hidden_looks = 1  # Describe finds nothing under the name in lowercase

    # It is another purchase's job, so that the name is used up: the purchase can be voided, and not because of absence.
    assert void(world) == 3
    voided = purchase(world.purchases, 2).void
    assert voided is not None
    assert "made from another manifest" in voided.evidence.described


def test_the_live_purchase_is_meant_and_an_entry_selects_another():
    world = a_world(a_purchase(), closed=True)
    assert void(world) == 3
    fill_more(world, a_purchase())
    ledger = world.purchases

    assert find_purchase("Rally-1", None, ledger, world.account).id == RecordId(entry=4)
    assert find_purchase("rally-1", 2, ledger, world.account).id == RecordId(entry=2)
    with pytest.raises(UsageError, match="no purchase of rally-1 in entry 3"):
        find_purchase("rally-1", 3, ledger, world.account)
    with pytest.raises(UsageError, match="no purchase of nothing"):
        find_purchase("nothing", None, ledger, world.account)


def test_an_entry_that_can_be_read_is_not_passed_over():
    world = a_world(a_purchase())

    assert isinstance(pass_over(2, world.writer(), reason="x", person="ada"), VoidRefused)


def test_an_unreadable_entry_is_passed_over_once_by_two_people():
    ledger = RacingLedger()
    world = a_world(ledger=ledger)
    world.ledger.entries[2] = b"x\n"
    writer = world.writer()

    assert pass_over(2, world.writer(), reason="damaged", person="ada") == 3
    assert isinstance(pass_over(2, writer, reason="damaged", person="bob"), VoidRefused)
    assert world.purchases.faults == ()


def test_a_ledger_that_the_configuration_does_not_name_is_not_written_to():
    world = a_world(a_purchase(), ledger_id="other")

    with pytest.raises(UsageError, match="the ledger in artifacts is acme; the configuration names other"):
        world.writer()


def test_a_check_describes_open_purchases_and_created_ones_that_the_list_lacks():
    world = a_world(a_purchase("rally-1"), a_purchase("rally-2", "cd"), created(3))

    kinds = [type(each).__name__ for each in check_ledger(world.account).findings]

    assert kinds == ["OpenPurchase", "NotInAws"]
    assert world.jobs.describes == 2


def test_the_question_says_why_the_purchase_can_be_voided():
    world = a_world(a_purchase())
    bought = purchase(world.purchases, 2)
    foreign = Present(arn="arn:other", fingerprint=None)

    absent, question = void_question(bought, Absent(), world.account.infrastructure)
    other, _ = void_question(bought, foreign, world.account.infrastructure)

    assert " ".join(absent.split()) == (
        "Void rally-1 (entry 2, 2 clips, $0.16), bought 2026-11-23 09:15 UTC by acme/labels. AWS has no such job and can"
        " no longer accept the request. Its clips can then be bought again. This cannot be undone."
    )
    assert question == "Do this in test (123456789012, us-east-1)? Only `yes` is accepted: "
    assert "The job of this name in AWS is another one" in " ".join(other.split())


def test_a_refusal_names_the_time_and_every_way_out():
    world = a_world(a_purchase(), closed=False)
    refused = void(world)
    assert isinstance(refused, VoidRefused)

    assert void_refused_text("rally-1 (entry 2)", refused) == (
        "rally-1 (entry 2) must not be voided before 2026-11-23 10:25 UTC: AWS may still\n"
        "accept the request for rally-1 (123456789012, us-east-1). Nothing was written.\n"
        "\n"
        "ways out:\n"
        "- wait until 2026-11-23 10:25 UTC, then run this again: if AWS still has no such\n"
        "  job, the purchase can be voided\n"
        "- apply again: the same job goes on with this purchase, and its clips are not\n"
        "  bought twice\n"
        "- if another job needs these clips now, add `rerun_of` with this job and a\n"
        "  reason to its file: you may pay for them twice"
    )
