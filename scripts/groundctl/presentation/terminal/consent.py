"""The question that apply asks at a terminal before it does what cannot be undone."""

from __future__ import annotations

from collections.abc import Sequence

from groundctl.domain.jobs.estimate import NOTHING
from groundctl.domain.planning.plan import Change, Create, Plan, Stop
from groundctl.presentation.screen import PLAIN, Screen
from groundctl.presentation.text import count, usd_range


def consent_question(plan: Plan, changes: Sequence[Change], screen: Screen = PLAIN) -> str:
    """Name exactly what a yes does: the jobs it creates and their cost, and each job it stops."""
    creates = [change for change in changes if isinstance(change, Create)]
    stops = [change for change in changes if isinstance(change, Stop)]
    lines = []
    if creates:
        lines.append(f"Create {count(len(creates), 'labeling job')} for {_cost(creates)}.")
    lines += [f"Stop {stop.name}. A stop is permanent." for stop in stops]
    if not stops and plan.with_action(Stop.action):
        lines.append("This run stops no job.")
    where = f"Do this in {plan.infrastructure.target}? Only `yes` is accepted:"
    shown = [line for each in (*lines, where) for line in screen.lines(each)]
    return "\n".join(shown) + " "


def _cost(creates: Sequence[Create]) -> str:
    known = [create.purchase.cost for create in creates if create.purchase.cost is not None]
    cost, unbounded = sum(known, NOTHING), len(creates) - len(known)
    parts = [usd_range(cost.low, cost.high)] * bool(known)
    parts += [f"the open-ended cost of {count(unbounded, 'job')}"] * bool(unbounded)
    return " plus ".join(parts)
