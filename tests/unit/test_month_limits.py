"""Limits of a team for a calendar month: in the plan, and at the moment of buying."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from groundctl.domain.aws.job_names import job_key
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Limit, Policy, parse_policy
from groundctl.domain.jobs.creation import Outcome, Rejected, Result
from groundctl.domain.jobs.estimate import Volume
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.records import Author, job_identity
from groundctl.domain.jobs.ledger.spending import month_name, next_month, spent_by_team, volume_before
from groundctl.domain.planning.limits import refuse_over_pull_request
from groundctl.domain.planning.plan import Action, Plan
from groundctl.domain.planning.planner import in_order_of_purchase, make_plan
from groundctl.ports import LabelingJobs, Ledger, ObjectStore
from support.builders import POLICY, a_declaration, a_policy, a_run, some_inputs, with_open_folders
from support.buying import carry_out
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.interleaving import RunEndsError, ends, stepping
from support.ledger import (
    NOW,
    FakeLedger,
    Indexed,
    a_ledger,
    a_purchase,
    an_adopted_job,
    an_entry,
    an_open_ledger,
    created,
    ended,
    opened,
    refused,
    void,
)

DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)


def a_month_policy(*, month: Limit, fee: str = "0.08") -> Policy:
    return a_policy(platform_fee_usd=Decimal(fee), each_month=month)


def asks(name: str, clips: str, *, folder: str = "sports-data", **changes: Any) -> Declaration:
    source = {"objects": [f"s3://clips/{clip}.mp4" for clip in clips]}
    return a_declaration(f"jobs/{folder}/{name}.yaml", name=name, input=source, **changes)


def planned(*declarations: Declaration, policy: Policy, purchases: Purchases | None = None) -> Plan:
    return make_plan(some_inputs(*declarations, policy=policy, purchases=purchases or a_ledger()))


def buy(
    plan: Plan,
    ledger: Ledger,
    policy: Policy,
    *,
    jobs: LabelingJobs | None = None,
    objects: ObjectStore | None = None,
) -> list[Outcome]:
    changes = in_order_of_purchase(plan.creates)
    return carry_out(plan, changes, jobs=jobs or FakeJobs(), objects=objects, ledger=ledger, policy=policy)


def an_empty_ledger(at: datetime = NOW) -> FakeLedger:
    ledger = FakeLedger(aws_time=at)
    ledger.entries[1] = an_entry(ledger.read(), opened())
    return ledger


def sports(name: str, asked: str = "ab", **values: Any) -> Indexed:
    return a_purchase(name, asked, declaration=f"jobs/sports-data/{name}.yaml", **values)


def test_a_job_within_the_month_is_created_and_one_cent_more_is_refused():
    bought = a_ledger(sports("first", "ab", usd=Decimal("99.84")))

    [within] = planned(
        asks("next", "12"), policy=a_month_policy(month=Limit(usd=Decimal(100))), purchases=bought
    ).changes
    [beyond] = planned(
        asks("next", "12"), policy=a_month_policy(month=Limit(usd=Decimal("99.99"))), purchases=bought
    ).changes

    assert within.action is Action.CREATE
    [reason] = beyond.reasons
    assert (reason.rule, reason.message) == (
        "P206",
        "would bring sports-data to $100.00 in November 2026, above the limit of $99.99 for one month;"
        " $99.84 was spent before",
    )
    assert reason.hint == (
        "wait until December 1, 2026 (UTC), make it smaller, or raise ceilings.month in jobs/policy.yaml"
        " (under folders.sports-data, if it has its own)"
    )


def test_what_the_plan_buys_before_counts_in_order():
    policy = a_month_policy(month=Limit(usd=Decimal("0.32")))
    plan = planned(asks("a", "12"), asks("b", "345"), asks("c", "67"), policy=policy)

    assert {change.name: change.action for change in plan.changes} == {
        "a": Action.CREATE,
        "b": Action.REFUSED,
        "c": Action.CREATE,  # 0.16 + 0.16: what was refused buys nothing
    }


def test_a_folders_own_limit_concerns_no_other_folder():
    policy = with_open_folders(
        parse_policy(
            {"rates": {"platform_fee_usd": 0.08}, "folders": {"sports-data": {"ceilings": {"month": {"jobs": 0}}}}}
        )
    )
    plan = planned(asks("a", "12"), asks("b", "34", folder="warehouse"), policy=policy)

    assert {change.name: change.action for change in plan.changes} == {"a": Action.REFUSED, "b": Action.CREATE}


def test_jobs_and_clips_are_bounded_as_well_as_money():
    bought = a_ledger(sports("first", "ab"))
    plan = planned(asks("next", "123"), policy=a_month_policy(month=Limit(jobs=1, objects=4)), purchases=bought)

    assert [reason.message for reason in plan.changes[0].reasons] == [
        "would bring sports-data to 2 jobs in November 2026, above the limit of 1 for one month; 1 were bought before",
        "would bring sports-data to 5 clips in November 2026, above the limit of 4 for one month; 2 were bought before",
    ]


def test_a_team_is_a_folder_at_any_depth_in_every_environment_of_the_ledger():
    elsewhere = job_identity(account="210987654321", region="eu-west-1", name="far")
    ledger = a_ledger(
        sports("near"),
        a_purchase("far", "cd", job=elsewhere, environment="staging", declaration="jobs/sports-data/2026/far.yaml"),
        a_purchase("other", "ef", declaration="jobs/warehouse/other.yaml"),
    )

    assert spent_by_team(ledger, "jobs/sports-data/x.yaml").usd == Decimal("0.32")
    assert volume_before(ledger, "123456789012").most == 4


def test_what_was_refused_or_voided_does_not_count_and_what_has_ended_counts_in_full():
    bought = (sports("a"), refused(2), sports("b", "cd"), void(4), sports("c", "ef"), created(6), ended(6, "e"))
    ledger = a_ledger(*bought)

    spent = spent_by_team(ledger, "jobs/sports-data/x.yaml")

    assert (spent.jobs, spent.objects, spent.usd) == (1, 2, Decimal("0.16"))
    volume = volume_before(ledger, "123456789012")
    assert (volume.least, volume.most) == (1, 2)  # a clip that is free again may not have been billed


def test_an_adopted_job_has_no_month():
    ledger = a_ledger(an_adopted_job(declaration="jobs/sports-data/old.yaml", usd=Decimal(5)))

    assert spent_by_team(ledger, "jobs/sports-data/x.yaml").jobs == 0


def test_a_month_is_one_of_utc_and_starts_again_at_its_first_second():
    policy, ledger = (
        a_month_policy(month=Limit(usd=Decimal("0.16"))),
        an_empty_ledger(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)),
    )
    plan = planned(asks("a", "12"), asks("b", "34"), policy=a_month_policy(month=Limit()))

    november = buy(plan, ledger, policy)
    ledger.aws_time = DECEMBER
    december = buy(plan, ledger, policy)

    assert [outcome.result for outcome in november] == [Result.CREATED, Result.HELD]
    assert december[1].result is Result.CREATED


def test_names_of_months():
    assert month_name(NOW) == "November 2026"
    assert next_month(NOW) == "December 1, 2026 (UTC)"
    assert next_month(datetime(2026, 12, 31, tzinfo=UTC)) == "January 1, 2027 (UTC)"


def test_a_run_that_comes_second_buys_nothing_beyond_the_limit_whenever_it_planned():
    policy, ledger = a_month_policy(month=Limit(usd=Decimal("0.20"))), an_empty_ledger()
    first, second = (planned(asks(name, clips), policy=policy) for name, clips in (("a", "12"), ("b", "34")))

    between = stepping(ledger, before={"append": lambda: buy(second, ledger, policy)})
    [outcome] = buy(first, between, policy)

    assert outcome.result is Result.HELD
    assert "would bring sports-data to $0.32" in outcome.verdict.evidence
    assert [each.job.name for each in Purchases.of(ledger.read()).live()] == ["b"]


def test_nothing_is_uploaded_or_sent_for_a_job_beyond_the_limit():
    policy, jobs, ledger = a_month_policy(month=Limit(jobs=0)), FakeJobs(), an_empty_ledger()
    plan = planned(asks("a", "12"), policy=a_month_policy(month=Limit()))

    [outcome] = buy(plan, ledger, policy, jobs=jobs)

    assert (outcome.result, jobs.sent, len(ledger.entries)) == (Result.HELD, [], 1)


def test_a_refusal_by_aws_makes_room_again():
    policy, ledger = a_month_policy(month=Limit(usd=Decimal("0.16"))), an_empty_ledger()
    jobs = FakeJobs(Rejected(code="ResourceLimitExceeded", message="no more jobs"))
    plan = planned(asks("a", "12"), asks("b", "34"), policy=a_month_policy(month=Limit()))

    outcomes = buy(plan, ledger, policy, jobs=jobs)

    assert [outcome.result for outcome in outcomes] == [Result.FAILED, Result.CREATED]


def test_a_purchase_that_an_earlier_run_recorded_goes_on_although_its_month_is_full():
    policy, ledger = a_month_policy(month=Limit(usd=Decimal("0.16"))), an_open_ledger()
    plan = planned(asks("a", "12"), policy=a_month_policy(month=Limit()))
    jobs, objects = FakeJobs(), FakeObjects()

    with suppress(RunEndsError):
        buy(plan, ledger, policy, jobs=stepping(jobs, before={"create_once": ends}), objects=objects)
    [outcome] = buy(plan, ledger, policy, jobs=jobs, objects=objects)

    assert outcome.result is Result.CREATED


def test_a_plan_without_a_ledger_or_its_time_refuses_nothing_by_the_month():
    [change] = planned(
        asks("a", "12"), policy=a_month_policy(month=Limit(jobs=0)), purchases=Purchases(ledger="0" * 32, end=1)
    ).changes

    assert change.action is Action.CREATE


def test_the_price_of_a_job_follows_what_the_plan_buys_before_it():
    policy = with_open_folders(
        parse_policy({"rates": {"platform_fee_tiers": [{"objects": 5, "usd": 0.08}, {"usd": 0.04}]}})
    )
    bought = a_ledger(sports("first", "abc"))
    plan = planned(asks("a", "12"), asks("b", "34"), policy=policy, purchases=bought)

    costs = [change.purchase.cost.high for change in plan.creates if change.purchase.cost]
    assert costs == [Decimal("0.16"), Decimal("0.08")]
    assert (plan.cost.low, plan.cost.high) == (Decimal("0.24"), Decimal("0.24"))


def test_a_job_in_a_cheaper_tier_says_what_it_costs_in_another_month():
    policy = with_open_folders(
        parse_policy({"rates": {"platform_fee_tiers": [{"objects": 2, "usd": 0.08}, {"usd": 0.04}]}})
    )
    [change] = planned(asks("a", "12"), policy=policy, purchases=a_ledger(sports("first", "abc"))).changes

    [reason] = change.reasons
    assert (reason.rule, reason.message) == (
        "P322",
        "costs up to $0.16 if it is bought in another month, because of the price tiers",
    )


def test_a_job_is_not_bought_for_more_than_its_plan_said():
    policy = with_open_folders(
        parse_policy({"rates": {"platform_fee_tiers": [{"objects": 3, "usd": 0.08}, {"usd": 0.04}]}})
    )
    ledger = an_empty_ledger()
    plan = planned(asks("a", "123"), asks("b", "45"), policy=policy)
    only_second = tuple(create for create in plan.creates if create.name == "b")

    [outcome] = carry_out(plan, only_second, jobs=FakeJobs(), ledger=ledger, policy=policy)

    assert outcome.result is Result.HELD
    assert outcome.verdict.evidence == (
        "would cost $0.16, and its plan said $0.08: fewer clips than planned were bought before it this month"
    )
    assert [each.result for each in buy(plan, ledger, policy)] == [Result.CREATED, Result.CREATED]


def test_the_jobs_of_one_pull_request_are_bounded_in_all_its_runs():
    limits = {"pull_request": {"jobs": 2, "usd": 0.5}}
    policy = with_open_folders(parse_policy({"ceilings": limits, "rates": {"platform_fee_usd": 0.08}}))
    ledger, objects, jobs = an_empty_ledger(), FakeObjects(), FakeJobs()

    def merged(name: str, clips: str, number: int) -> Outcome:
        plan = planned(asks(name, clips), policy=policy)
        run = a_run(pull_request=number)
        [outcome] = carry_out(
            plan,
            jobs=jobs,
            objects=objects,
            ledger=ledger,
            policy=policy,
            asking=lambda _: run,
            by=Author(repository=run.repository),
        )
        return outcome

    results = [merged("a", "12", 7), merged("b", "345", 7), merged("c", "6", 7), merged("d", "7", 8)]

    assert [each.result for each in results] == [Result.CREATED, Result.CREATED, Result.HELD, Result.CREATED]
    assert results[2].verdict.evidence == (
        "would bring pull request 7 to 3 jobs, above the limit of 2 for one pull request; 2 were bought before"
    )


def test_a_pull_request_whose_jobs_are_too_much_together_is_refused_and_others_are_not():
    limit = Limit(usd=Decimal("0.30"))
    plan = planned(asks("a", "12"), asks("b", "34"), asks("c", "56"), policy=POLICY)

    two = refuse_over_pull_request(plan, {job_key("a"), job_key("b")}, limit)

    assert {change.name: change.action for change in two.changes} == {
        "a": Action.REFUSED,
        "b": Action.REFUSED,
        "c": Action.CREATE,
    }
    assert two.changes[-1].reasons[0].message == (
        "this pull request would create $0.32, above the limit of $0.30 for one pull request"
    )
    assert refuse_over_pull_request(plan, {job_key("a")}, limit) is plan


def test_the_month_counts_what_a_job_is_billed_for_and_not_the_clips_that_it_asks():
    policy = with_open_folders(
        parse_policy({"rates": {"platform_fee_tiers": [{"objects": 3, "usd": 0.08}, {"usd": 0.04}]}})
    )
    stops, twice = asks("a", "12345", stop_when={"labeled_objects": 1}), asks("b", "667")
    plan = planned(stops, twice, asks("c", "89"), policy=policy)
    ledger = an_empty_ledger()

    costs = [change.purchase.cost.high for change in plan.creates if change.purchase.cost]
    assert costs == [Decimal("0.08"), Decimal("0.20"), Decimal("0.08")]  # 1 + 3 clips, then 2 at 0.04
    assert {outcome.result for outcome in buy(plan, ledger, policy)} == {Result.CREATED}
    bought = Purchases.of(ledger.read())
    assert [each.record.usd for each in bought.live()] == costs
    assert volume_before(bought, "123456789012") == Volume(least=6, most=6)


def test_what_arrives_at_a_job_on_a_topic_is_not_known():
    assert volume_before(a_ledger(sports("live", "ab", usd=None)), "123456789012") == Volume(least=2, most=None)
