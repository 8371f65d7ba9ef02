"""A plan in one line each: what it would do, and what it would cost."""

from __future__ import annotations

from typing import Final

from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.estimate import rate_source
from groundctl.domain.planning.plan import Action, Plan
from groundctl.presentation.text import count, usd_range

ACTION_WORDS: Final = {
    Action.CREATE: "create",
    Action.EXISTS: "already there",
    Action.IMMUTABLE: "changed, but cannot be",
    Action.FOREIGN: "name taken",
    Action.REPURCHASE: "would be bought again",
    Action.WAITING: "waits",
    Action.REFUSED: "refused",
    Action.STOP: "stop",
    Action.ORPHAN: "not declared any more",
}
_IN_VERDICT: Final = {
    Action.CREATE: "to create",
    Action.STOP: "to stop",
    Action.EXISTS: "already there",
    Action.WAITING: "waiting",
    Action.IMMUTABLE: "changed but cannot be",
    Action.FOREIGN: "with a taken name",
    Action.REPURCHASE: "bought before",
    Action.REFUSED: "refused",
    Action.ORPHAN: "not declared any more",
}
IRREVERSIBLE: Final = "A job cannot be changed or deleted once created."


def counts_of(plan: Plan) -> str:
    """Count the jobs of a plan by what would happen to them."""
    parts = [
        f"{number:,} {words}" for action, words in _IN_VERDICT.items() if (number := len(plan.with_action(action)))
    ]
    return ", ".join(parts) or "no jobs declared"


def summary_of(plan: Plan) -> str:
    """Say in one line what a plan would do."""
    return f"Plan for {plan.infrastructure.target}: {counts_of(plan)}"


def money_of(plan: Plan, policy: Policy) -> str:
    """Say in one line what a plan would cost."""
    cost, creates = plan.cost, plan.with_action(Action.CREATE)
    if not creates:
        return "Nothing will be bought."
    if len(plan.open_ended) == len(creates):
        return f"The cost is open. {IRREVERSIBLE}"
    answers = f"{count(cost.objects, 'clip')}, {count(cost.answers, 'answer')}"
    known = f"{usd_range(cost.low, cost.high)} ({answers})"
    if plan.open_ended:
        known += f", and what {count(len(plan.open_ended), 'job')} without a bound will buy"
    return f"Estimated cost: {known}. {IRREVERSIBLE} Rates: {rate_source(policy)}."
