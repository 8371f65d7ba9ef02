"""How a protected environment can be entered, and what a second person let in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundctl.domain.approval.protection import (
    EnvironmentProtection,
    RunApproval,
    weaknesses,
    who_let_in,
    why_not_by_hand,
)

APPLY = "groundctl-apply"
PROTECTED = EnvironmentProtection(
    name=APPLY, reviewers=1, prevents_self_review=True, admins_can_bypass=False, branches=("main",)
)


def test_a_protected_environment_has_no_weakness():
    assert weaknesses(APPLY, PROTECTED, branch="main") == ()


def test_an_environment_that_does_not_exist_is_made_unprotected():
    said = "environment groundctl-apply does not exist: GitHub makes it on first use, unprotected"
    assert weaknesses(APPLY, None, branch="main") == (said,)


@pytest.mark.parametrize(
    ("protection", "said"),
    [
        (replace(PROTECTED, reviewers=0), "asks for no review: any writer may start its jobs"),
        (replace(PROTECTED, prevents_self_review=False), "lets the person who starts a run approve it"),
        (replace(PROTECTED, admins_can_bypass=True), "lets administrators pass without a review"),
        (replace(PROTECTED, branches=None), "admits more than branch main"),
        (replace(PROTECTED, branches=()), "admits more than branch main"),
        (replace(PROTECTED, branches=("main", "release/*")), "admits more than branch main"),
        (replace(PROTECTED, branches=("*",)), "admits more than branch main"),
        (replace(PROTECTED, has_tags=True), "admits more than branch main"),
    ],
)
def test_each_opening_is_named(protection: EnvironmentProtection, said: str):
    assert weaknesses(APPLY, protection, branch="main") == (f"environment {APPLY} {said}",)


@pytest.mark.parametrize(
    "protection",
    [
        None,
        replace(PROTECTED, reviewers=0),
        replace(PROTECTED, prevents_self_review=False),
        replace(PROTECTED, admins_can_bypass=True),
    ],
)
def test_approve_needs_a_second_person(protection: EnvironmentProtection | None):
    assert why_not_by_hand(APPLY, protection) == "environment groundctl-apply asks no second person"


def test_approve_counts_where_a_second_person_must_agree():
    assert why_not_by_hand(APPLY, PROTECTED) == ""


def approval(login: str, *environments: str, is_approved: bool = True) -> RunApproval:
    return RunApproval(login=login, environments=environments or (APPLY,), is_approved=is_approved)


def test_another_person_lets_a_run_in():
    assert who_let_in(APPLY, (approval("ann"),), actors=("dave",)) == "ann"


@pytest.mark.parametrize(
    "approvals",
    [
        (),
        (approval("Dave"),),
        (approval("ann", "groundctl-stop"),),
        (approval("ann"), approval("bob", is_approved=False)),
    ],
)
def test_no_other_person_has_let_it_in(approvals: tuple[RunApproval, ...]):
    assert who_let_in(APPLY, approvals, actors=("dave",)) is None


def test_who_started_the_run_is_no_second_person_when_another_one_runs_it_again():
    assert who_let_in(APPLY, (approval("mallory"),), actors=("Mallory", "dave")) is None
