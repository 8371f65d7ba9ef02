"""jobs/policy.yaml as a value."""

from datetime import date
from decimal import Decimal

from groundctl.domain.declarations.policy import Limit, Policy, parse_policy


def test_a_folders_own_limit_for_a_month_replaces_the_one_of_all_folders():
    policy = parse_policy(
        {
            "ceilings": {"month": {"jobs": 10, "usd": 3000}},
            "folders": {"sports-data": {"ceilings": {"month": {"usd": 500.5}}}},
        }
    )

    assert policy.month_ceiling("sports-data") == Limit(jobs=10, usd=Decimal("500.5"))
    assert policy.month_ceiling("warehouse") == Limit(jobs=10, usd=Decimal(3000))


def test_a_folders_defaults_replace_those_of_all_folders_and_tags_are_added():
    policy = parse_policy(
        {
            "defaults": {"workers_per_object": 3, "task_time_limit": "10m", "tags": {"cost-center": "all"}},
            "folders": {"sports-data": {"defaults": {"workers_per_object": 5, "tags": {"court": "1"}}}},
        }
    )

    own = policy.defaults_for("sports-data")
    assert (own.workers_per_object, own.task_time_limit) == (5, "10m")
    assert own.tags == {"cost-center": "all", "court": "1"}
    assert policy.defaults_for("warehouse").workers_per_object == 3


def test_a_policy_without_a_file_allows_nothing():
    allowed = Policy().allowed("sports-data")

    assert (allowed.is_listed, allowed.inputs, allowed.teams) == (False, (), ())
    assert not allowed.allows_team("reviewers")


def test_an_exception_counts_to_the_end_of_its_day():
    policy = parse_policy(
        {
            "folders": {"sports-data": {"ceilings": {"month": {"usd": 500}}}},
            "exceptions": [
                {
                    "folder": "sports-data",
                    "allow": {"ceilings": {"month": {"usd": 900}}},
                    "until": "2026-12-31",
                    "reason": "The season ends.",
                }
            ],
        }
    )

    assert policy.month_ceiling("sports-data", today=date(2026, 12, 31)).usd == 900
    assert policy.month_ceiling("sports-data", today=date(2027, 1, 1)).usd == 500
    assert policy.month_ceiling("warehouse", today=date(2026, 12, 31)).usd is None
