"""What an apply bought: the creates of its plan that ended with one result."""

from __future__ import annotations

from collections.abc import Iterable

from groundctl.domain.jobs.creation import Outcome, Result
from groundctl.domain.planning.plan import Create, Plan


def bought(plan: Plan, outcomes: Iterable[Outcome], result: Result) -> tuple[Create, ...]:
    """Select the creates of a plan whose outcome has a result."""
    keys = {outcome.key for outcome in outcomes if outcome.result is result}
    return tuple(create for create in plan.creates if create.key in keys)
