"""A question's name decides what may be bought: a reviewer sees it, it is approved, and it is given once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from groundctl.app.gathering.gather import gather
from groundctl.domain.approval.coverage import find_unapproved
from groundctl.domain.canonical_json import canonical_json
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.ledger.decisions import ContinueAttempt, StillPending, decide_purchase
from groundctl.domain.jobs.ledger.look import ABSENT
from groundctl.domain.jobs.ledger.question import question
from groundctl.domain.planning.plan import Action, Plan, fields_of, plan_content
from groundctl.domain.planning.planner import make_plan
from support.builders import POLICY, a_declaration, some_data
from support.buying import buy
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.ledger import LABELS, a_ledger, a_purchase, a_want, an_account, an_open_ledger


def asks(name: str, clips: str = "12", *, of: str | None = None, only_new: bool = False, **changes: Any) -> Declaration:
    task = some_data()["task"] | ({"question": of} if of else {})
    listed = {"objects": [f"s3://clips/{clip}.mp4" for clip in clips]} | ({"only_new": True} if only_new else {})
    return a_declaration(name=name, task=task, input=listed, **changes)


class World:
    """One account with its jobs and its ledger."""

    def __init__(self, *bought: Declaration) -> None:
        self.jobs, self.ledger = FakeJobs(), an_open_ledger()
        for declaration in bought:
            buy(declaration, jobs=self.jobs, ledger=self.ledger)

    def plan(self, *declarations: Declaration) -> Plan:
        account = an_account(self.jobs, FakeObjects(), ledger=self.ledger)
        return make_plan(gather(declarations, POLICY, account))


def reviewed(plan: Plan) -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(canonical_json(plan_content(plan)))
    return content


def rules(plan: Plan, name: str) -> dict[str, str]:
    [change] = [change for change in plan.changes if change.name == name]
    return {reason.rule: reason.message for reason in change.reasons}


def action(plan: Plan, name: str) -> Action:
    [change] = [change for change in plan.changes if change.name == name]
    return change.action


def test_a_reviewer_sees_clips_that_are_bought_again_only_because_two_questions_were_named():
    plan = World(asks("first")).plan(asks("first", of="rally-outcome"), asks("second", of="serve"))

    assert action(plan, "second") is Action.CREATE
    assert [(note.rule, note.message) for note in plan.notes] == [
        ("P404", "first: its question gets the name `rally-outcome` in the purchase ledger")
    ]
    assert rules(plan, "second")["P303"] == (
        "all 2 of its clips were already asked by first (up to $0.16), with the same labels; only the name of the question"
        " differs: `rally-outcome` there, `serve` here"
    )


def held(now: Plan, before: Mapping[str, Any]) -> dict[str, str]:
    return {key: hold.reason for key, hold in find_unapproved(now, before).items()}


def test_a_question_that_was_named_after_the_review_is_not_approved():
    before = reviewed(World().plan(asks("second")))
    now = World(asks("first")).plan(asks("first", of="rally-outcome"), asks("second", of="serve"))

    assert held(now, before) == {"second": "its question has another name: reviewed without a name, now serve"}


def test_a_waiting_job_is_approved_for_the_question_and_the_rerun_that_were_reviewed():
    world, budget = World(asks("first")), {"usd": 100}
    before = reviewed(world.plan(asks("second", only_new=True, budget=budget)))
    again = {"job": "first", "reason": "new reviewers"}

    named = World(asks("first", of="rally-outcome")).plan(asks("second", of="serve", only_new=True, budget=budget))
    repeated = world.plan(asks("second", only_new=True, budget=budget, rerun_of=again))

    assert "another name" in held(named, before)["second"]
    assert "pays again" in held(repeated, before)["second"]


def test_a_job_that_was_reviewed_as_stopped_is_not_created():
    before = reviewed(World().plan(asks("first", state="stopped", budget={"usd": 100})))

    now = World().plan(asks("first", budget={"usd": 100}))

    assert held(now, before) == {"first": "the reviewed plan does not create it: it was declared as stopped"}


def test_a_question_that_has_a_name_in_the_ledger_keeps_it():
    plan = World(asks("first", of="rally-outcome")).plan(asks("first", of="serve"))

    [change] = plan.changes
    assert change.action is Action.IMMUTABLE
    assert fields_of(change) == ("task.question",)
    assert rules(plan, "first") == {
        "P104": "its question is `rally-outcome` in the purchase ledger; a question is named once"
    }


def test_a_question_that_keeps_its_name_or_leaves_it_out_is_no_change():
    world = World(asks("first", of="rally-outcome"))

    assert action(world.plan(asks("first", of="rally-outcome")), "first") is Action.EXISTS
    assert action(world.plan(asks("first")), "first") is Action.EXISTS


@pytest.mark.parametrize(
    ("recorded", "now", "goes_on"),
    [(None, None, True), ("x", "x", True), (None, "x", True), ("x", "y", False), ("x", None, False)],
)
def test_an_open_purchase_goes_on_only_with_the_question_that_it_was_recorded_for(
    recorded: str | None, now: str | None, goes_on: bool
):
    ledger = a_ledger(a_purchase("rally-1", question=recorded))
    want = a_want("rally-1", question=question(name=now, labels=LABELS, title="Was it a foul?"))

    decision = decide_purchase(want, ledger, look=ABSENT)

    assert isinstance(decision, ContinueAttempt if goes_on else StillPending)
