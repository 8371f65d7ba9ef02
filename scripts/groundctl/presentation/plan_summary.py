"""A plan in one line each: what it would do, and what it would cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.estimate import rate_source
from groundctl.domain.planning.plan import Action, Change, Create, Orphan, Plan, budget_of, purchase_of
from groundctl.domain.planning.wording import taken_text
from groundctl.presentation.text import count, usd, usd_range

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
    numbers = Counter(change.action for change in plan.changes if not _is_finished_orphan(change))
    parts = [f"{numbers[action]:,} {state}" for action, state in _COUNT_WORDS.items() if numbers[action]]
    return ", ".join(parts) or "no jobs declared"


def changes_shown(plan: Plan) -> list[Change]:
    """Select the changes that a plan lists: not the jobs that exist as declared, and not the finished ones of no file."""
    return [
        change
        for change in plan.changes
        if (change.action is not Action.EXISTS or change.reasons) and not _is_finished_orphan(change)
    ]


def finished_orphans_text(plan: Plan) -> str:
    """Count the finished jobs that no file declares; empty if there are none."""
    number = sum(map(_is_finished_orphan, plan.changes))
    if not number:
        return ""
    rest = "is not declared here" if number == 1 else "are not declared here"
    return f"{count(number, 'finished job')} {rest}"


def _is_finished_orphan(change: Change) -> bool:
    """Return whether a job that no file declares has ended: later plans would list it without end."""
    return isinstance(change, Orphan) and change.observed.status.is_terminal


def summary_of(plan: Plan) -> str:
    """Say in one line what a plan would do."""
    return f"Plan for {plan.infrastructure.target}: {counts_of(plan)}"


def money_of(plan: Plan, policy: Policy) -> str:
    """Say in one line what a plan would cost."""
    cost, creates = plan.cost, plan.creates
    if not creates:
        return "Nothing will be bought."
    if len(plan.open_ended) == len(creates):
        bound = open_bound(plan)
        limit = (
            "open-ended"
            if bound is None
            else f"at most {usd(bound)}, by {_budgets(plan)}: the number of clips is not known yet"
        )
        return f"The cost is {limit}. {IRREVERSIBLE}"
    answers = f"{count(cost.objects, 'clip')}, {count(cost.answers, 'answer')}"
    known = f"{usd_range(cost.low, cost.high)} ({answers})"
    if plan.open_ended:
        bound, jobs = open_bound(plan), count(len(plan.open_ended), "job")
        known += (
            f", plus the open-ended cost of {jobs}"
            if bound is None
            else f", plus at most {usd(bound)} for {jobs}, by {_budgets(plan)}"
        )
    missing = "".join(
        f" Not included: the pay of {', '.join(teams)}, because {why}." for teams, why in unpaid(plan, policy)
    )
    return f"Estimated cost: {known}. {IRREVERSIBLE} Rates: {rates_of(plan, policy)}.{missing}"


def open_bound(plan: Plan) -> Decimal | None:
    """Return what the jobs of unknown cost may cost by their budgets; None if one of them has none."""
    budgets = [budget_of(create) for create in plan.open_ended]
    known = [budget for budget in budgets if budget is not None]
    return sum(known, Decimal(0)) if len(known) == len(budgets) else None


def _budgets(plan: Plan) -> str:
    return "its budget" if len(plan.open_ended) == 1 else "their budgets"


def rates_of(plan: Plan, policy: Policy) -> str:
    """Name the source of the prices, and what was bought before in the month, if the price depends on it."""
    source = rate_source(policy, plan.infrastructure.region)
    if not policy.platform_fee_tiers:
        return source
    if plan.month is None:
        return f"{source}, by the clips of a calendar month; what was bought this month is not known"
    least, most = plan.month.volume.least, plan.month.volume.most
    before = f"{most:,}" if most is not None and least == most else f"{least:,} to {most:,}"
    return f"{source}, by the clips of a calendar month; {before} were bought before in {plan.month.name}"


def unpaid(plan: Plan, policy: Policy) -> Iterator[tuple[tuple[str, ...], str]]:
    """List the teams of new jobs whose pay an estimate cannot include, with the reason."""
    if teams := teams_without_rate(plan.creates, policy):
        yield teams, "jobs/policy.yaml has no rate"
    if teams := teams_without_time(plan.creates):
        yield teams, "they are paid by the hour and seconds per clip are not known"


def left_out_of(change: Change) -> str:
    """Say how many of its objects a job takes, and which it leaves out; empty if it takes all of them."""
    purchase = purchase_of(change)
    if purchase is None or purchase.tally is None or not purchase.tally.left_out:
        return ""
    return taken_text(purchase.clips if isinstance(purchase.clips, int) else 0, purchase.tally)


def looked_at_in(change: Change) -> str:
    """Say what was looked at of a job's clips; empty if nothing was."""
    purchase = purchase_of(change)
    return purchase.looked_at if purchase else ""


def teams_without_rate(creates: Iterable[Create], policy: Policy) -> tuple[str, ...]:
    """List the teams of new jobs whose pay an estimate cannot include."""
    return tuple(
        dict.fromkeys(
            create.team
            for create in creates
            if create.team not in {*policy.usd_per_answer, *policy.usd_per_hour} and not _has_price(create)
        )
    )


def teams_without_time(creates: Iterable[Create]) -> tuple[str, ...]:
    """List the teams that are paid by the hour for jobs whose time is not known."""
    costs = ((create.team, create.purchase.cost) for create in creates)
    return tuple(dict.fromkeys(team for team, cost in costs if cost and cost.unpaid))


def _has_price(change: Create) -> bool:
    return "PublicWorkforceTaskPrice" in change.purchase.desired.request["HumanTaskConfig"]
