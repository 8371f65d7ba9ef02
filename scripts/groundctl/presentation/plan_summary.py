"""A plan in one line each: what it would do, and what it would cost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.estimate import rate_source
from groundctl.domain.planning.plan import Action, Create, Plan
from groundctl.presentation.text import count, usd_range

ACTION_WORDS: Final = {
    Action.CREATE: "create",
    Action.EXISTS: "already exists",
    Action.IMMUTABLE: "changed after creation",
    Action.FOREIGN: "name taken",
    Action.REPURCHASE: "already asked",
    Action.WAITING: "waiting",
    Action.REFUSED: "refused",
    Action.STOP: "stop",
    Action.ORPHAN: "not declared here",
}
_COUNT_WORDS: Final = {
    Action.CREATE: "to create",
    Action.STOP: "to stop",
    Action.EXISTS: "existing",
    Action.WAITING: "waiting",
    Action.IMMUTABLE: "changed after creation",
    Action.FOREIGN: "with a taken name",
    Action.REPURCHASE: "already asked",
    Action.REFUSED: "refused",
    Action.ORPHAN: "not declared here",
}
IRREVERSIBLE: Final = "A job cannot be changed or deleted once created."


def counts_of(plan: Plan) -> str:
    """Count the jobs of a plan by what would happen to them."""
    parts = [
        f"{number:,} {state}" for action, state in _COUNT_WORDS.items() if (number := len(plan.with_action(action)))
    ]
    return ", ".join(parts) or "no jobs declared"


def summary_of(plan: Plan) -> str:
    """Say in one line what a plan would do."""
    return f"Plan for {plan.infrastructure.target}: {counts_of(plan)}"


def money_of(plan: Plan, policy: Policy) -> str:
    """Say in one line what a plan would cost."""
    cost, creates = plan.cost, plan.creates
    if not creates:
        return "Nothing will be bought."
    if len(plan.open_ended) == len(creates):
        return f"The cost is open-ended. {IRREVERSIBLE}"
    answers = f"{count(cost.objects, 'clip')}, {count(cost.answers, 'answer')}"
    known = f"{usd_range(cost.low, cost.high)} ({answers})"
    if plan.open_ended:
        known += f", plus the open-ended cost of {count(len(plan.open_ended), 'job')}"
    unpaid = teams_without_rate(plan.creates, policy)
    missing = f" Not included: the pay of {', '.join(unpaid)}, because jobs/policy.yaml has no rate." if unpaid else ""
    return f"Estimated cost: {known}. {IRREVERSIBLE} Rates: {rate_source(policy)}.{missing}"


def teams_without_rate(creates: Iterable[Create], policy: Policy) -> tuple[str, ...]:
    """List the teams of new jobs whose pay an estimate cannot include."""
    return tuple(
        dict.fromkeys(
            create.team for create in creates if create.team not in policy.usd_per_answer and not _has_price(create)
        )
    )


def _has_price(change: Create) -> bool:
    return "PublicWorkforceTaskPrice" in change.purchase.desired.request["HumanTaskConfig"]
