"""What a plan shows of stopping conditions, clips at a time, skipped clips and people's time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from groundctl.domain.declarations.policy import Policy, parse_policy
from groundctl.domain.jobs.estimate import Estimate
from groundctl.domain.planning.plan import Plan
from groundctl.domain.planning.planner import make_plan
from groundctl.presentation.job_effects import effects_of, work_in_all
from groundctl.presentation.markdown.plan_comment import plan_markdown
from groundctl.presentation.plan_summary import money_of
from groundctl.presentation.terminal.plan import plan_text
from support.builders import a_declaration, a_plan, some_inputs, with_open_folders
from support.ledger import a_ledger, a_purchase

TEAM = {"team": "reviewers", "workers_per_object": 3, "task_time_limit": "10m"}


def planned(clips: int = 500, *, policy: Policy | None = None, skipped: int = 0, **changes: Any) -> Plan:
    labeled = {"rally-outcome": 0, "rally-outcome-metadata": {"type": "groundtruth/video-classification"}}
    objects = [
        {"source-ref": f"s3://clips/rally-{clip}.mp4", **(labeled if clip < skipped else {})} for clip in range(clips)
    ]
    return a_plan(a_declaration(input={"objects": objects}, **changes), policy=policy)


def effects(plan: Plan) -> tuple[str, ...]:
    [create] = plan.creates
    return effects_of(create)


def remarks(plan: Plan) -> list[tuple[str, str]]:
    return [(reason.rule, reason.message) for change in plan.changes for reason in change.reasons]


def test_a_stopping_condition_is_shown_with_the_most_that_it_lets_a_job_cost():
    plan = planned(stop_when={"labeled_objects": 50})

    assert effects(plan) == ("stops after 50 of 500 clips are labeled: up to $4.00",)
    assert "  rally-outcome: stops after 50 of 500 clips are labeled: up to $4.00" in plan_text(plan, Policy())
    assert "- stops after 50 of 500 clips are labeled: up to <span>$</span>4.00" in plan_markdown(plan, Policy())


def test_of_two_stopping_conditions_the_first_to_come_is_shown():
    assert effects(planned(stop_when={"labeled_objects": 50, "labeled_percent": 5})) == (
        "stops after 25 of 500 clips (5%) are labeled: up to $2.00",
    )
    assert effects(planned(stop_when={"labeled_objects": 20, "labeled_percent": 5})) == (
        "stops after 20 of 500 clips are labeled: up to $1.60",
    )


def test_a_stopping_condition_that_no_clip_reaches_is_pointed_at():
    plan = planned(23, stop_when={"labeled_objects": 5_000, "labeled_percent": 99})

    assert remarks(plan) == [
        ("P320", "`stop_when.labeled_objects` is 5,000, and 23 clips are to be labeled: it stops nothing"),
        ("P320", "`stop_when.labeled_percent` is 99, and 23 clips are to be labeled: it stops nothing"),
    ]
    assert effects(plan) == ()


def test_a_stop_at_the_last_clip_is_no_surprise():
    assert (remarks(plan := planned(23, stop_when={"labeled_objects": 23})), effects(plan)) == ([], ())


def test_clips_at_a_time_are_shown_as_rounds_and_pointed_at_where_there_is_only_one():
    at_a_time = {**TEAM, "max_concurrent_objects": 100}

    assert effects(planned(workforce=at_a_time)) == ("offers at most 100 clips at a time: 5 rounds",)
    assert effects(planned(501, workforce=at_a_time)) == ("offers at most 100 clips at a time: 6 rounds",)
    assert effects(planned(100, workforce=at_a_time)) == ()
    assert remarks(planned(1, workforce=at_a_time)) == [
        (
            "P321",
            "`workforce.max_concurrent_objects` is 100, and 1 clip is to be labeled: all are offered at the same time",
        )
    ]


def test_a_plan_says_why_clips_are_skipped():
    assert effects(planned(skipped=40)) == ("skips 40 of 500 clips: they already carry a label under rally-outcome",)
    assert effects(planned(2, skipped=1)) == ("skips 1 of 2 clips: it already carries a label under rally-outcome",)


def test_the_time_of_people_is_shown_for_each_worker_and_in_all_with_their_pay():
    policy = with_open_folders(parse_policy({"rates": {"platform_fee_usd": 0.08, "usd_per_hour": {"reviewers": 18}}}))
    plan = planned(policy=policy, workforce={**TEAM, "seconds_per_clip": 45})

    assert effects(plan) == ("takes about 18 h 45 min of work, 6 h 15 min for each of 3 workers; $337.50 of pay",)
    text = plan_text(plan, policy)
    assert "Estimated cost: $377.50 (500 clips, 1,500 answers)." in text  # 40.00 + 18.75 x 18
    assert "People's time: about 18 h 45 min for 1,500 answers; $337.50 of the cost is pay." in text
    assert "Not included" not in text


def test_time_that_is_only_the_length_of_clips_is_said_to_be_watching_alone():
    cost = Estimate(objects=4, answers=12, low=Decimal(1), high=Decimal(1), seconds=Decimal(130), watched=12)
    declared = Estimate(objects=2, answers=6, low=Decimal(1), high=Decimal(1), seconds=Decimal(120))
    why = "(without `workforce.seconds_per_clip`, reading and choosing are not counted)"

    assert work_in_all(cost) == f"watching alone takes about 2 min 10 s for 12 answers {why}"
    assert work_in_all(cost + declared) == f"about 4 min 10 s for 18 answers; for 12 of them, watching alone {why}"


def test_pay_by_the_hour_that_is_not_known_is_said_to_be_missing():
    policy = with_open_folders(parse_policy({"rates": {"platform_fee_usd": 0.08, "usd_per_hour": {"reviewers": 18}}}))
    plan = planned(policy=policy)

    missing = (
        "Not included: the pay of reviewers, because they are paid by the hour and seconds per clip are not known."
    )
    assert missing in money_of(plan, policy)
    assert "Not included: the pay of `reviewers` by the hour" in plan_markdown(plan, policy)


def test_prices_by_tier_say_what_was_bought_before_in_the_month():
    policy = with_open_folders(
        parse_policy({"rates": {"platform_fee_tiers": [{"objects": 3, "usd": 0.08}, {"usd": 0.04}]}})
    )
    inputs = some_inputs(a_declaration(), policy=policy)
    known = make_plan(some_inputs(a_declaration(), policy=policy, purchases=a_ledger(a_purchase("first", "ab"))))

    assert "Estimated cost: $0.12 (2 clips, 6 answers)." in money_of(known, policy)
    assert (
        "Rates: jobs/policy.yaml, by the clips of a calendar month; 2 were bought before in November 2026."
        in money_of(known, policy)
    )
    unknown = money_of(make_plan(inputs), policy)
    assert "Estimated cost: $0.08 to $0.16 (2 clips, 6 answers)." in unknown
    assert "; what was bought this month is not known." in unknown
