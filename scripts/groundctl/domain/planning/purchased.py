"""What an apply bought: the creates of its plan that ended with one result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from groundctl.domain.jobs.creation import Outcome, Result, Verdict
from groundctl.domain.planning.plan import Create, Plan


def bought(plan: Plan, outcomes: Iterable[Outcome], *results: Result) -> tuple[Create, ...]:
    """Select the creates of a plan whose outcome has a result, each with the cost of what was sent, as far as that is known."""
    ended = {outcome.key: outcome.verdict for outcome in outcomes if outcome.result in results}
    return tuple(_as_sent(create, ended[create.key]) for create in plan.creates if create.key in ended)


def _as_sent(create: Create, verdict: Verdict) -> Create:
    if verdict.cost is None:
        return create
    return replace(create, purchase=replace(create.purchase, cost=verdict.cost))
