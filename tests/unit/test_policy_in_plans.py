"""What a plan says of the policy: what it refuses, which exceptions it uses, and which have ended."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from groundctl.app.gathering.gather import gather, gather_offline
from groundctl.domain.declarations.policy import FolderPolicy, Limit, Policy, PolicyException
from groundctl.domain.jobs.infrastructure import WorkTeam
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.planning.plan import Action, Change
from groundctl.domain.planning.planner import make_plan
from groundctl.domain.planning.purchase import Subject
from support.builders import OPEN, a_declaration, a_policy, an_infrastructure, some_inputs
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.ledger import an_account, an_open_ledger

LAST_DAY = date(2026, 12, 31)


def excepted(allow: FolderPolicy, *, until: date = LAST_DAY, **whom: str) -> PolicyException:
    return PolicyException(
        **{"folder": "sports-data", **whom} if "job" not in whom else whom,
        allow=allow,
        until=until,
        reason="A study of agreement.",
        approved_by="dana",
    )


def planned(policy: Policy, *, at: datetime, **members: Any) -> Change:
    purchases = Purchases(ledger="0" * 32, end=1, aws_time=at)
    [change] = make_plan(some_inputs(a_declaration(), policy=policy, purchases=purchases, **members)).changes
    return change


STRICT = a_policy(max_workers_per_object=2, exceptions=(excepted(FolderPolicy(max_workers_per_object=3)),))


def test_a_plan_shows_the_exception_that_a_new_job_uses():
    change = planned(STRICT, at=datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))

    assert change.action is Action.CREATE
    [reason] = change.reasons
    assert (reason.rule, reason.pointer) == ("P310", "/workforce/workers_per_object")
    assert reason.message == (
        "workforce.workers_per_object is 3; jobs/policy.yaml allows at most 2; an exception for folder sports-data allows it"
        " until 2026-12-31, approved by dana; its reason: A study of agreement"
    )
    assert reason.hint == "nothing to do; the exception ends on 2026-12-31"


def test_a_plan_names_the_day_on_which_an_exception_ended():
    change = planned(STRICT, at=datetime(2027, 1, 1, tzinfo=UTC))

    assert change.action is Action.REFUSED
    [reason] = change.reasons
    assert (reason.rule, reason.pointer) == ("GT506", "/workforce/workers_per_object")
    assert reason.message.endswith("; the exception for folder sports-data ended on 2026-12-31")


@pytest.mark.parametrize("job", ["rally-outcome", "Rally-Outcome", "another"])
def test_an_exception_for_a_job_is_for_no_other(job: str):
    exception = excepted(FolderPolicy(max_workers_per_object=3), job=job)

    change = planned(a_policy(max_workers_per_object=2, exceptions=(exception,)), at=datetime(2026, 11, 1, tzinfo=UTC))

    assert change.action is (Action.REFUSED if job == "another" else Action.CREATE)


def test_limits_of_a_purchase_have_exceptions_too():
    exception = excepted(FolderPolicy(job_ceiling=Limit(objects=2)))
    policy = a_policy(job_ceiling=Limit(objects=1), exceptions=(exception,))

    assert [reason.rule for reason in planned(policy, at=datetime(2026, 11, 1, tzinfo=UTC)).reasons] == ["P310"]
    late = planned(policy, at=datetime(2027, 1, 1, tzinfo=UTC))
    assert [reason.rule for reason in late.reasons] == ["P202"]
    assert "ended on 2026-12-31" in late.reasons[0].message


def test_two_exceptions_that_only_together_suffice_are_both_in_force():
    both = (
        excepted(FolderPolicy(inputs=("s3://clips/",))),
        excepted(FolderPolicy(teams=("reviewers",)), job="rally-outcome"),
    )
    policy = Policy(folders={"sports-data": FolderPolicy()}, exceptions=both)

    change = planned(policy, at=datetime(2026, 11, 1, tzinfo=UTC))

    assert change.action is Action.CREATE
    assert {reason.pointer for reason in change.reasons} == {"/input/objects/0", "/input/objects/1", "/workforce/team"}


def test_offline_an_exception_counts_and_the_date_is_unknown():
    declaration = a_declaration()

    plan = make_plan(gather_offline(declaration, (), STRICT, an_infrastructure(), is_example=False))

    assert [change.action for change in plan.changes] == [Action.CREATE]
    assert Subject.DATE in {unknown.about for unknown in plan.unknown}


def test_a_vendors_team_needs_the_folders_word():
    arn = "arn:aws:sagemaker:us-east-1:123456789012:workteam/vendor-crowd/reviewers"
    place = an_infrastructure(work_teams={"reviewers": WorkTeam(arn=arn, kind="vendor")})
    now = datetime(2026, 11, 1, tzinfo=UTC)
    private = FolderPolicy(inputs=OPEN.inputs, teams=OPEN.teams)

    refused = planned(Policy(folders={"sports-data": private}), at=now, infrastructure=place)

    assert [reason.rule for reason in refused.reasons] == ["GT507"]
    assert refused.reasons[0].message == "is a vendor team, and jobs/policy.yaml allows sports-data only private ones"
    assert planned(a_policy(), at=now, infrastructure=place).action is Action.CREATE


def test_clips_in_a_manifest_are_held_to_the_prefixes_that_an_exception_adds():
    manifest = b'{"source-ref": "s3://clips/a.mp4"}\n'
    declaration = a_declaration(input={"manifest": "s3://lists/m.manifest"})
    entry = FolderPolicy(inputs=("s3://lists/",), teams=("*",))
    exception = excepted(FolderPolicy(inputs=("s3://clips/",)))
    policy = Policy(folders={"sports-data": entry}, exceptions=(exception,))

    def rules(at: datetime) -> list[str]:
        ledger = an_open_ledger()
        ledger.aws_time = at
        objects = FakeObjects({"s3://lists/m.manifest": manifest, "s3://clips/a.mp4": b"clip"})
        account = an_account(
            FakeJobs(), objects, infrastructure=an_infrastructure(input_buckets=()), ledger=ledger, observed={}
        )
        [change] = make_plan(gather([declaration], policy, account)).changes
        return [reason.rule for reason in change.reasons]

    assert "GT703" not in rules(datetime(2026, 11, 1, tzinfo=UTC))
    assert rules(datetime(2027, 1, 1, tzinfo=UTC)) == ["GT703"]


@pytest.mark.parametrize("turned", [False, True])
def test_no_exception_takes_away_what_another_one_or_the_policy_allows(turned: bool):
    generous = FolderPolicy(
        allow_streaming=True,
        max_workers_per_object=9,
        job_ceiling=Limit(objects=500, usd=Decimal(900)),
        month_ceiling=Limit(jobs=20),
    )
    narrow = FolderPolicy(
        allow_streaming=False,
        max_workers_per_object=2,
        job_ceiling=Limit(objects=5, usd=Decimal(9), answers=1),
        month_ceiling=Limit(jobs=2, usd=Decimal(1)),
    )
    given = [
        PolicyException(folder="sports-data", allow=allow, until=date(2026, 12, 31), reason="A study.")
        for allow in (generous, narrow)
    ]
    policy = Policy(max_workers_per_object=3, job_ceiling=Limit(objects=10, usd=Decimal(10)), each_month=Limit(jobs=3))

    allowed = policy.allowed("sports-data", reversed(given) if turned else given)

    assert (allowed.allow_streaming, allowed.max_workers_per_object) == (True, 9)
    assert allowed.job_ceiling == Limit(objects=500, usd=Decimal(900))
    assert allowed.month_ceiling == Limit(jobs=20)
