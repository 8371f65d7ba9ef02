"""Many pull requests, merged in any order and by runs that race: what is accepted never goes beyond a limit of a month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Limit, Policy, parse_policy, team_folder
from groundctl.domain.jobs.creation import Rejected, Result
from groundctl.domain.jobs.ledger.purchases import LedgerPurchase, Purchases
from groundctl.domain.planning.planner import in_order_of_purchase, make_plan
from groundctl.ports import Ledger
from support.builders import a_declaration, some_inputs, with_open_folders
from support.buying import carry_out
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.interleaving import stepping
from support.ledger import FakeLedger, an_entry, opened

MONTHS = tuple(datetime(2026, month, 15, tzinfo=UTC) for month in (10, 11, 12))
FOLDERS = ("sports-data", "warehouse")
REFUSED = Rejected(code="ValidationException", message="no")

Jobs = tuple[tuple[str, int, int], ...]
# The jobs of a pull request: folder, clips and workers of each.
PULL_REQUEST: st.SearchStrategy[Jobs] = st.lists(
    st.tuples(st.sampled_from(FOLDERS), st.integers(1, 6), st.integers(1, 3)), min_size=1, max_size=3
).map(tuple)
USD = st.integers(0, 400).map(lambda cents: cents / 100)
LIMIT = st.fixed_dictionaries(
    {}, optional={"usd": USD, "objects": st.integers(0, 20), "jobs": st.integers(0, 6)}
).filter(bool)
RATES = st.sampled_from(
    (
        {"platform_fee_usd": 0.08},
        {"platform_fee_usd": 0.08, "usd_per_answer": {"reviewers": 0.035}},
        {"platform_fee_tiers": [{"objects": 7, "usd": 0.08}, {"objects": 12, "usd": 0.04}, {"usd": 0.02}]},
        {"platform_fee_tiers": [{"objects": 5, "usd": 0}, {"usd": 0.08}], "usd_per_hour": {"reviewers": 18}},
    )
)


@dataclass
class World:
    """One ledger that all runs share, and AWS, which refuses some requests."""

    policy: Policy
    answers: list[Any] = field(default_factory=list)
    ledger: FakeLedger = field(default_factory=lambda: FakeLedger(aws_time=MONTHS[0]))
    objects: FakeObjects = field(default_factory=FakeObjects)

    def __post_init__(self) -> None:
        self.ledger.entries[1] = an_entry(self.ledger.read(), opened())
        self.jobs = FakeJobs(*self.answers)

    @property
    def purchases(self) -> Purchases:
        return Purchases.of(self.ledger.read())

    def merge(self, pull_request: list[Declaration], *, known: Purchases, ledger: Ledger | None = None) -> list[Result]:
        """Plan with what was known at some time, and buy with what is there now."""
        plan = make_plan(some_inputs(*pull_request, policy=self.policy, purchases=known))
        creates = in_order_of_purchase(plan.creates)
        outcomes = carry_out(
            plan, creates, jobs=self.jobs, objects=self.objects, ledger=ledger or self.ledger, policy=self.policy
        )
        return [outcome.result for outcome in outcomes]

    def spent(self) -> Iterator[tuple[str, Limit]]:
        """Sum up plainly what each team has bought in each month."""
        groups: dict[tuple[str, int], list[LedgerPurchase]] = defaultdict(list)
        for each in self.purchases.live():
            groups[team_folder(each.record.declaration), each.at.month].append(each)
        for (folder, _), bought in groups.items():
            usd = sum((each.record.usd or Decimal(0) for each in bought), Decimal(0))
            yield folder, Limit(jobs=len(bought), objects=sum(len(each.index) for each in bought), usd=usd)

    def is_within_limits(self) -> bool:
        return all(is_within(spent, self.policy.month_ceiling(folder)) for folder, spent in self.spent())


def is_within(spent: Limit, limit: Limit) -> bool:
    pairs = ((spent.jobs, limit.jobs), (spent.objects, limit.objects), (spent.usd, limit.usd))
    return all(most is None or (value is not None and value <= most) for value, most in pairs)


def declared(number: int, jobs: Jobs) -> list[Declaration]:
    made = []
    for place, (folder, clips, workers) in enumerate(jobs):
        name = f"pr-{number}-{place}"
        made.append(
            a_declaration(
                f"jobs/{folder}/{name}.yaml",
                name=name,
                input={"objects": [f"s3://clips/{name}-{clip}.mp4" for clip in range(clips)]},
                workforce={
                    "team": "reviewers",
                    "workers_per_object": workers,
                    "task_time_limit": "10m",
                    "seconds_per_clip": 11,
                },
            )
        )
    return made


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_accepted_spend_is_never_above_a_limit_in_any_merge_order(data: st.DataObject):
    policy = with_open_folders(
        parse_policy(
            {
                "rates": data.draw(RATES),
                "ceilings": {"month": data.draw(LIMIT)},
                "folders": data.draw(st.dictionaries(st.sampled_from(FOLDERS), LIMIT.map(_own), max_size=1)),
            }
        )
    )
    drawn = data.draw(st.lists(PULL_REQUEST, min_size=2, max_size=6))
    refusals = data.draw(st.lists(st.sampled_from((None, None, REFUSED)), max_size=8))
    world = World(policy=policy, answers=refusals)
    order = data.draw(st.permutations(range(len(drawn))))
    waiting = [declared(number, drawn[number]) for number in order]
    reviewed_with = world.purchases  # every plan was made before the first merge
    while waiting:
        pull_request = waiting.pop()
        world.ledger.aws_time = max(world.ledger.aws_time, data.draw(st.sampled_from(MONTHS)))
        ledger: Ledger = world.ledger
        if waiting and data.draw(st.sampled_from((True, False))):
            other = waiting.pop()
            step = data.draw(st.sampled_from(("read", "append")))
            race = {step: lambda other=other: world.merge(other, known=reviewed_with)}
            ledger = stepping(world.ledger, before=race)
        world.merge(pull_request, known=reviewed_with, ledger=ledger)

        assert world.is_within_limits()


@settings(max_examples=40, deadline=None)
@given(rates=RATES, limit=LIMIT, drawn=st.lists(PULL_REQUEST, min_size=1, max_size=5))
def test_a_run_alone_holds_nothing_that_its_plan_allows(
    rates: dict[str, Any], limit: dict[str, Any], drawn: list[Jobs]
):
    world = World(policy=with_open_folders(parse_policy({"rates": rates, "ceilings": {"month": limit}})))

    for number, jobs in enumerate(drawn):
        results = world.merge(declared(number, jobs), known=world.purchases)

        assert set(results) <= {Result.CREATED}
        assert world.is_within_limits()


def _own(limit: dict[str, Any]) -> dict[str, Any]:
    return {"ceilings": {"month": limit}}
