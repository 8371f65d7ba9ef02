"""What a reviewed plan covers: whatever goes beyond it is held, with both values."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from groundctl.domain.approval.coverage import find_unapproved, is_as_written
from groundctl.domain.canonical_json import digest_of
from groundctl.domain.clips.clip_index import HashedClips
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic, Severity
from groundctl.domain.planning.plan import Plan
from groundctl.domain.planning.planner import make_plan
from groundctl.presentation.machine.plan_json import plan_json
from support.builders import a_declaration, a_plan, a_policy, an_observed_job, some_inputs
from support.ledger import a_ledger, a_purchase, void


def held(plan: Plan, reviewed: bytes | str) -> list[str]:
    """Why a plan's changes are held, given the plan file that was reviewed."""
    return [hold.reason for hold in find_unapproved(plan, json.loads(reviewed)).values()]


def test_a_plan_covers_itself():
    plan = a_plan(a_declaration())
    assert held(plan, plan_json(plan)) == []


def test_a_job_that_the_reviewed_plan_does_not_list_is_held():
    [reason] = held(a_plan(a_declaration()), plan_json(a_plan()))
    assert reason == "the reviewed plan does not create it"


def test_more_clips_than_reviewed_are_held_with_both_numbers():
    more = a_declaration(input={"objects": [f"s3://clips/{number}.mp4" for number in range(5)]})

    [told] = held(a_plan(more), plan_json(a_plan(a_declaration())))

    assert "its clips differ: reviewed 2, now 5" in told


def test_more_money_than_reviewed_is_held_with_both_amounts():
    declaration = a_declaration()
    cheap, dear = a_policy(platform_fee_usd=Decimal("0.02")), a_policy(platform_fee_usd=Decimal("0.08"))

    [told] = held(a_plan(declaration, policy=dear), plan_json(a_plan(declaration, policy=cheap)))

    assert told == "more money: reviewed up to $0.04, now up to $0.16"


def test_a_plan_that_was_changed_is_not_as_written():
    plan = plan_json(a_plan(a_declaration()))
    assert is_as_written(json.loads(plan))
    assert not is_as_written(json.loads(plan.replace('"clips": 2', '"clips": 3')))


def waiting(budget: dict[str, int] | None, *, of: Declaration | None = None) -> bytes:
    """The plan file of a job that waited for its clips, as it was reviewed."""
    before = json.loads(plan_json(a_plan(of or a_declaration(budget=budget))))
    [change] = before["changes"]
    change["budget_usd"] = change["budget_usd"] if of is None else str(budget["usd"] if budget else "")
    change |= {"action": "waiting", "clips": None, "usd": None, "input_digest": "", "request_digest": ""}
    content = {name: value for name, value in before.items() if name != "digest"}
    return json.dumps({**content, "digest": digest_of(content)}).encode()


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        ({"usd": 1}, None),
        (None, "its cost was open when it was reviewed, and it has no budget"),
    ],
)
def test_a_waiting_job_is_approved_up_to_its_budget(budget: dict[str, int] | None, told: str | None):
    now = a_plan(a_declaration(budget=budget))

    assert held(now, waiting(budget)) == ([told] if told else [])


def test_a_budget_raised_after_the_review_does_not_raise_the_approved_amount():
    clips = {"objects": [f"s3://clips/{number}.mp4" for number in range(100)]}
    now = a_plan(a_declaration(budget={"usd": 100}, input=clips))
    before = a_plan(a_declaration(budget={"usd": 1}, input=clips))
    assert before.requires_attention

    [told] = held(now, plan_json(before))

    assert told == "the reviewed plan does not create it; it says: refused"


def test_a_waiting_job_that_costs_more_than_its_budget_is_held():
    now = a_plan(a_declaration())

    [told] = held(now, waiting({"usd": 0}, of=a_declaration()))

    assert told == "more money: reviewed with a budget of $0, now up to $0.16"


def test_another_purchase_than_reviewed_is_not_paid_for_again():
    again = a_declaration(rerun_of={"job": "first", "reason": "new reviewers, to compare"})
    asked = HashedClips.of(["s3://clips/rally-1.mp4"])
    a_first = a_purchase("first", asked, labels=("winner", "error"))

    def planned(*entries: Any) -> Plan:
        return make_plan(some_inputs(again, purchases=a_ledger(*entries)))

    before, now = planned(a_first), planned(a_first, void(2), a_first)

    assert held(before, plan_json(before)) == []
    [told] = held(now, plan_json(before))
    assert told == (
        "it pays again for other clips: reviewed a rerun of first (entry 2), now a rerun of first (entry 4)"
    )


def test_a_reviewed_stop_is_approved():
    stopped = a_declaration(state="stopped")
    plan = a_plan(stopped, observed=(an_observed_job(),))

    assert held(plan, plan_json(plan)) == []
    [reason] = held(plan, plan_json(a_plan()))
    assert reason == "the reviewed plan does not stop it"


def test_what_only_some_roles_can_see_of_clips_changes_no_digest():
    seen = Diagnostic(
        rule="GT711", message="1 clip cannot be looked at", hint="nothing to do", severity=Severity.WARNING
    )
    other = Diagnostic(rule="GT617", message="has no member", hint="add people", severity=Severity.WARNING)
    plan = a_plan(a_declaration())
    create = plan.creates[0]

    def with_reasons(*reasons: Diagnostic) -> str:
        return replace(plan, changes=(replace(create, reasons=reasons),)).digest

    assert with_reasons(seen) == with_reasons()
    assert with_reasons(other) != with_reasons()
