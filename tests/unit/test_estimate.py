"""Estimates against tables that were calculated by hand, to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from groundctl.domain.aws.prices import PLATFORM_FEES, Tier, fee_for, fee_range, published_fees, sources_of
from groundctl.domain.declarations.policy import Policy, parse_policy
from groundctl.domain.jobs.estimate import NOTHING, Basis, Estimate, Volume, estimate, rate_source
from support.builders import a_declaration

TIERS = [{"objects": 50_000, "usd": 0.08}, {"objects": 1_000_000, "usd": 0.04}, {"usd": 0.02}]
PARSED = (
    Tier(up_to=50_000, usd=Decimal("0.08")),
    Tier(up_to=1_000_000, usd=Decimal("0.04")),
    Tier(usd=Decimal("0.02")),
)


def a_policy(**rates: Any) -> Policy:
    return parse_policy({"rates": rates})


def cost_of(
    clips: int, policy: Policy, *, before: Volume | int = 0, measured: str | None = None, **changes: Any
) -> Estimate:
    volume = Volume(least=before, most=before) if isinstance(before, int) else before
    seconds = Decimal(measured) if measured else None
    basis = Basis(policy=policy, region="us-east-1", before=volume, seconds_per_clip=seconds)
    return estimate(a_declaration(**changes).spec, clips, basis)


def workforce(**changes: Any) -> dict[str, Any]:
    return {"team": "reviewers", "workers_per_object": 3, "task_time_limit": "10m"} | changes


# Clips, clips bought before in the month, and the fee: 0.08 up to 50,000, 0.04 up to 1,000,000, then 0.02.
BY_HAND = [
    (1, 0, "0.08"),
    (500, 0, "40.00"),
    (50_000, 0, "4000.00"),
    (50_001, 0, "4000.04"),  # 4000.00 + 0.04
    (20, 49_990, "1.20"),  # 10 x 0.08 + 10 x 0.04
    (10, 49_990, "0.80"),
    (1, 50_000, "0.04"),
    (100_000, 0, "6000.00"),  # 4000 + 50,000 x 0.04
    (3, 999_999, "0.08"),  # 0.04 + 2 x 0.02
    (1_000_001, 0, "42000.02"),  # 4000 + 950,000 x 0.04 + 0.02
    (7, 5_000_000, "0.14"),
]


@pytest.mark.parametrize(("clips", "before", "usd"), BY_HAND)
def test_a_job_costs_what_the_tiers_of_the_month_say(clips: int, before: int, usd: str):
    cost = cost_of(clips, a_policy(platform_fee_tiers=TIERS), before=before)

    assert (cost.low, cost.high) == (Decimal(usd), Decimal(usd))


def test_where_the_month_is_not_known_the_cost_is_the_range_of_all_tiers():
    cost = cost_of(20, a_policy(platform_fee_tiers=TIERS), before=Volume())

    assert (cost.low, cost.high) == (Decimal("0.40"), Decimal("1.60"))


def test_where_the_month_is_known_as_a_range_so_is_the_cost():
    cost = cost_of(20, a_policy(platform_fee_tiers=TIERS), before=Volume(least=49_985, most=49_995))

    assert (cost.low, cost.high) == (Decimal("1.00"), Decimal("1.40"))  # 5 or 15 clips at 0.08


def test_prices_that_rise_are_a_range_too():
    rising = (Tier(up_to=500, usd=Decimal(0)), Tier(usd=Decimal("0.08")))  # a free tier

    assert fee_for(600, rising, before=0) == Decimal("8.00")
    assert fee_range(600, rising, least_before=0, most_before=None) == (Decimal("8.00"), Decimal("48.00"))
    assert fee_range(600, rising, least_before=200, most_before=300) == (Decimal("24.00"), Decimal("32.00"))


def test_the_cost_between_its_extremes_is_never_outside_of_them():
    for before in range(0, 1_100_000, 9_973):
        low, high = fee_range(70_000, PARSED, least_before=before, most_before=before + 400_000)

        for there in range(before, before + 400_001, 50_000):
            assert low <= fee_for(70_000, PARSED, before=there) <= high


def test_the_last_price_holds_beyond_the_last_tier():
    assert fee_for(3, (Tier(up_to=2, usd=Decimal(1)),), before=0) == Decimal(3)


def test_a_price_of_the_policy_does_not_depend_on_the_month():
    cost = cost_of(20, a_policy(platform_fee_usd=0.07), before=Volume())

    assert (cost.low, cost.high) == (Decimal("1.40"), Decimal("1.40"))


def test_without_a_price_of_the_policy_an_estimate_is_a_range_because_no_source_is_confirmed():
    cost = cost_of(100, Policy(), before=0)

    assert (cost.low, cost.high) == (Decimal("2.00"), Decimal("8.00"))
    assert rate_source(Policy(), "us-east-1") == (
        "AWS sample notebooks ($0.08) and unconfirmed volume tiers (down to $0.02), noted 2026-11-22"
    )


def test_the_prices_of_a_region_replace_those_of_all_regions():
    [flat, tiers] = PLATFORM_FEES
    own = type(flat)(tiers=(Tier(usd=Decimal("0.09")),), source="a page", noted=flat.noted, regions=("eu-west-1",))

    assert published_fees("eu-west-1", (flat, tiers, own)) == (own,)
    assert published_fees("us-east-1", (flat, tiers, own)) == (flat, tiers)
    assert sources_of((own,)) == "a page, noted 2026-11-22"


# Workers, seconds, the team's rates, and for 100 clips: seconds in all, and the pay. The fee is 8.00.
PAID = [
    (3, 45, {"usd_per_hour": {"reviewers": 18}}, "13500", "67.50"),  # 3.75 hours
    (1, 7, {"usd_per_hour": {"reviewers": 20}}, "700", "3.89"),  # 3.888...
    (3, 12.5, {"usd_per_answer": {"reviewers": 0.12}}, "3750", "36.00"),
    (2, 30, {"usd_per_answer": {"reviewers": 0.12}, "usd_per_hour": {"reviewers": 6}}, "6000", "34.00"),
    (2, 30, {"usd_per_hour": {"others": 6}}, "6000", "0"),
]


@pytest.mark.parametrize(("workers", "seconds", "rates", "in_all", "pay"), PAID)
def test_people_are_paid_by_their_time_and_their_answers(
    workers: int, seconds: float, rates: dict[str, Any], in_all: str, pay: str
):
    declared = workforce(workers_per_object=workers, seconds_per_clip=seconds)
    cost = cost_of(100, a_policy(platform_fee_usd=0.08, **rates), workforce=declared)

    assert (cost.seconds, cost.pay) == (Decimal(in_all), Decimal(pay))
    assert cost.low == cost.high == Decimal("8.00") + Decimal(pay)
    assert (cost.untimed, cost.unpaid) == (0, 0)


def test_what_the_author_declares_comes_before_what_was_measured():
    policy = a_policy(platform_fee_usd=0.08)

    measured = cost_of(10, policy, measured="8.5")
    declared = cost_of(10, policy, measured="8.5", workforce=workforce(seconds_per_clip=20))
    assert (measured.seconds, measured.watched) == (Decimal("255.0"), 30)
    assert (declared.seconds, declared.watched) == (Decimal(600), 0)
    assert ((measured + declared).watched, measured.spent(5).watched) == (30, 15)


def test_pay_by_the_hour_is_unknown_where_the_time_is_unknown():
    cost = cost_of(10, a_policy(platform_fee_usd=0.08, usd_per_hour={"reviewers": 18}))

    assert (cost.seconds, cost.untimed, cost.unpaid) == (Decimal(0), 30, 30)
    assert cost.high == Decimal("0.80")


def test_a_stopping_condition_bounds_cost_and_time():
    declared: dict[str, Any] = {"workforce": workforce(seconds_per_clip=10), "stop_when": {"labeled_objects": 500}}
    cost = cost_of(5_000, a_policy(platform_fee_usd=0.08), **declared)

    assert (cost.objects, cost.answers, cost.high, cost.seconds) == (500, 1_500, Decimal("40.00"), Decimal(15_000))


def test_estimates_add_up_and_a_part_is_a_share():
    cost = cost_of(
        100, a_policy(platform_fee_usd=0.08, usd_per_hour={"reviewers": 18}), workforce=workforce(seconds_per_clip=45)
    )

    assert (cost + NOTHING, NOTHING + cost) == (cost, cost)
    assert (cost + cost).pay == Decimal("135.00")
    assert (cost.spent(50).high, cost.spent(50).seconds) == (Decimal("37.75"), Decimal(6_750))


def test_the_seconds_of_a_clip_are_no_part_of_what_was_bought():
    with_seconds = a_declaration(workforce=workforce(seconds_per_clip=45))

    assert with_seconds.digest == a_declaration(workforce=workforce()).digest
