"""A run that dies between the purchase's entry and the create: what the plan says, and one job in the end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest

from end_to_end.organization import RALLIES, Checkout, Organization, rallies
from groundctl.domain.jobs.ledger.purchases import SETTLING_TIME, SIGNING_TIME
from groundtruth_simulator.simulator import Simulator
from support.aws.front import Front


@pytest.fixture
def front(simulator: Simulator) -> Iterator[Front]:
    assert simulator.url
    with Front(simulator.url).running() as front:
        yield front


@pytest.fixture
def team(organization: Organization, front: Front) -> Checkout:
    """A team whose first run was killed after it had recorded its purchase, and before AWS had the request."""
    team = organization.checkout(url=front.url)
    team.declares("foul-may", rallies(1, 4))
    dies_before_the_create(team, front)
    assert organization.jobs() == {}
    assert team.kinds() == ["opened", "purchase"]
    return team


def dies_before_the_create(team: Checkout, front: Front) -> None:
    front.holds = lambda operation: operation == "CreateLabelingJob"
    ran = team.runs("apply", "--auto-approve", interrupt=front.is_holding.is_set, signals=(signal.SIGKILL,))
    assert ran.code == -signal.SIGKILL
    front.holds = lambda _: False


def test_the_next_run_of_the_same_job_continues_the_purchase(organization: Organization, team: Checkout):
    comment = team.comments()
    assert "P305" in comment
    assert "4 clips" in comment

    assert team.outcomes() == {"foul-may": "created"}

    assert team.kinds() == ["opened", "purchase", "attempt", "created"]
    assert organization.numbers_asked() == [1, 2, 3, 4]
    assert team.outcomes() == {}


def test_a_changed_file_waits_until_aws_can_no_longer_accept_the_old_request(
    organization: Organization, team: Checkout, front: Front
):
    [purchase] = team.ledger().live()
    until = purchase.attempts[0].closes_at
    team.declares("foul-may", rallies(1, 6))

    waiting = team.plans()
    assert "P112" in waiting.out
    assert f"{until:%Y-%m-%d %H:%M} UTC" in waiting.out
    applied = team.applies()
    assert applied.code == 0
    assert f"AWS may still accept that request until {until:%Y-%m-%d %H:%M} UTC" in applied.out
    assert "No job was created or stopped: 1 waiting." in applied.out

    front.ahead = SIGNING_TIME + SETTLING_TIME + timedelta(minutes=2)
    assert "P306" in team.comments()
    assert team.outcomes() == {"foul-may": "created"}
    assert team.kinds() == ["opened", "purchase", "void", "purchase", "created"]
    assert organization.numbers_asked() == [1, 2, 3, 4, 5, 6]


def test_a_renamed_file_is_refused_by_the_open_purchase_and_the_old_name_continues_it(
    organization: Organization, team: Checkout
):
    team.deletes("foul-may")
    team.declares("foul-of-may", rallies(1, 4))

    plan = team.plans()

    assert plan.code == 1
    assert "foul-may" in plan.out
    assert "P105" in plan.out
    assert "P401" in plan.out
    assert team.applies().code == 1
    assert organization.jobs() == {}
    team.deletes("foul-of-may")
    team.declares("foul-may", rallies(1, 4))
    assert team.outcomes() == {"foul-may": "created"}
    assert organization.numbers_asked() == [1, 2, 3, 4]


def test_a_deleted_file_leaves_a_note_about_its_open_purchase_with_the_command_that_frees_its_clips(
    organization: Organization, team: Checkout, front: Front
):
    [purchase] = team.ledger().live()
    until = purchase.attempts[0].closes_at
    team.deletes("foul-may")
    team.declares("foul-rest", {**RALLIES, "only_new": True})

    comment = team.comments()

    assert "P401" in comment
    assert "foul-may: a run recorded a purchase of 4 clips (up to $0.32)" in team.plans().out
    assert f"{until:%Y-%m-%d %H:%M} UTC, `groundctl ledger void foul-may" in comment.replace("&#8288;", "")
    assert team.outcomes() == {"foul-rest": "created"}
    assert organization.numbers_asked() == [5, 6, 7, 8]

    void = ("ledger", "void", "foul-may", "--reason", "the file is gone", "--auto-approve")
    too_early = team.runs(*void)
    assert too_early.code == 1
    assert f"{until:%Y-%m-%d %H:%M} UTC" in too_early.out + too_early.err
    front.ahead = SIGNING_TIME + SETTLING_TIME + timedelta(minutes=2)
    assert team.runs(*void).code == 0
    team.declares("foul-last", {**RALLIES, "only_new": True})
    assert team.outcomes() == {"foul-last": "created"}
    assert organization.numbers_asked() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_the_purchase_that_a_rerun_names_is_frozen_at_review(organization: Organization, team: Checkout, front: Front):
    team.declares("foul-again", rallies(1, 4), rerun_of={"job": "foul-may", "reason": "the camera moved"})
    team.runs("plan", "--out", "plan.json")
    other = organization.checkout("other", url=front.url)
    other.declares("foul-may", rallies(1, 5))
    front.ahead = SIGNING_TIME + SETTLING_TIME + timedelta(minutes=2)
    assert other.outcomes() == {"foul-may": "created"}

    ran = team.applies("--plan", "plan.json")

    assert ran.code == 1
    assert "reviewed a rerun of foul-may (entry 2), now a rerun of foul-may (entry 4)" in ran.out
    assert organization.numbers_asked() == [1, 2, 3, 4, 5]


def test_an_unopened_ledger_beside_jobs_of_ours_is_refused(organization: Organization):
    first = organization.checkout("first")
    first.declares("foul-may", rallies(1, 4))
    first.applies()
    # The same artifacts, and another bucket for the ledger, as after a slip in the configuration.
    lost = organization.checkout("lost", ledger_bucket="outputs")
    lost.declares("foul-june", rallies(5, 8))

    plan = lost.plans()

    assert plan.code == 1
    assert "P113" in plan.out
    assert "P403" not in plan.out
    assert "groundctl ledger open" in plan.out
    assert lost.applies().code == 1
    assert list(organization.jobs()) == ["foul-may"]

    assert lost.runs("ledger", "open").code == 0
    lost.declares("foul-june", rallies(4, 8))
    assert "1 of its 5 clips was already asked by foul-may" in lost.plans().out
    lost.declares("foul-june", rallies(5, 8))
    assert lost.outcomes() == {"foul-june": "created"}
    assert organization.numbers_asked() == [1, 2, 3, 4, 5, 6, 7, 8]
