"""A budget that ends a job: the request says after how many labeled clips, and cannot be changed afterwards."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundctl.domain.canonical_json import canonical_json
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.continuation import parse_kept_declaration
from groundctl.domain.jobs.estimate import Basis, clips_within_budget, estimate
from groundctl.domain.planning.plan import Action, Create
from groundctl.domain.planning.planner import make_plan
from support.builders import REGION, a_declaration, a_plan, an_observed_job, some_inputs


def asks(clips: int, **changes: Any) -> Declaration:
    source = {"objects": [f"s3://clips/{number}.mp4" for number in range(clips)]}
    return a_declaration(input=source, **changes)


def planned(declaration: Declaration) -> Create:
    [change] = a_plan(declaration).changes
    assert isinstance(change, Create), change
    return change


def stop_of(create: Create) -> object:
    return create.purchase.desired.request.get("StoppingConditions", {}).get("MaxHumanLabeledObjectCount")


def test_aws_ends_the_job_where_the_budget_ends():
    create = planned(asks(10, budget={"usd": 0.5, "when_reached": "stop"}))

    assert stop_of(create) == 6
    assert create.purchase.cost is not None
    assert (create.purchase.cost.objects, create.purchase.cost.high) == (6, Decimal("0.48"))
    [remark] = [reason for reason in create.reasons if reason.rule == "P312"]
    assert remark.message == "its budget of $0.50 pays for 6 of 10 clips: AWS ends the job when these are labeled"


def test_a_budget_that_pays_for_all_clips_adds_no_stop():
    assert stop_of(planned(asks(10, budget={"usd": 0.8, "when_reached": "stop"}))) is None
    assert stop_of(planned(asks(10, budget={"usd": 0.8}))) is None


def test_the_earlier_of_two_stops_counts():
    budget = {"usd": 0.5, "when_reached": "stop"}

    assert stop_of(planned(asks(10, budget=budget, stop_when={"labeled_objects": 4}))) == 4
    assert stop_of(planned(asks(10, budget=budget, stop_when={"labeled_objects": 9}))) == 6


@pytest.mark.parametrize(
    "budget", [{"usd": 0.5}, {"usd": 0.5, "when_reached": "refuse"}, {"usd": 0.05, "when_reached": "stop"}]
)
def test_without_leave_to_stop_or_money_for_a_clip_the_plan_refuses(budget: dict[str, Any]):
    [change] = a_plan(asks(10, budget=budget)).changes

    assert [reason.rule for reason in change.reasons] == ["P201"]


def test_a_budget_below_the_price_of_one_clip_says_so():
    [change] = a_plan(asks(10, budget={"usd": 0.01, "when_reached": "stop"})).changes

    [reason] = change.reasons
    assert reason.message == "its budget of $0.01 does not pay for one clip ($0.08)"
    assert reason.hint == "sports-data can take fewer workers, or raise budget.usd"


def test_a_budget_in_the_request_cannot_be_changed_and_any_other_can():
    def changed(before: dict[str, Any], after: dict[str, Any]) -> Action:
        old = asks(10, budget=before)
        job = an_observed_job(old)
        kept = parse_kept_declaration(canonical_json(old.content))
        plan = make_plan(some_inputs(asks(10, budget=after), observed=(job,), kept_declarations={job.key: kept}))
        [change] = plan.changes
        return change.action

    assert changed({"usd": 5}, {"usd": 6}) is Action.EXISTS
    assert changed({"usd": 5, "when_reached": "stop"}, {"usd": 6, "when_reached": "stop"}) is Action.IMMUTABLE
    assert changed({"usd": 5}, {"usd": 5, "when_reached": "stop"}) is Action.IMMUTABLE


@given(
    clips=st.integers(0, 5_000),
    budget=st.decimals(0, 500, places=2),
    fee=st.decimals(0, 1, places=3),
    rate=st.decimals(0, 1, places=2),
)
def test_one_clip_more_would_go_beyond_the_budget(clips: int, budget: Decimal, fee: Decimal, rate: Decimal):
    spec = asks(1, budget={"usd": float(budget), "when_reached": "stop"}).spec
    basis = Basis(policy=Policy(platform_fee_usd=fee, usd_per_answer={"reviewers": rate}), region=REGION)

    paid = clips_within_budget(spec, clips, basis)

    assert paid == 0 or estimate(spec, paid, basis).high <= budget
    assert paid == clips or estimate(spec, paid + 1, basis).high > budget
