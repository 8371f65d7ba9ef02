"""Limits on spending: budgets, the policy's limits, and labels that were already bought."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from groundctl.domain.aws.job_names import job_key
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.policy import Limit, Policy
from groundctl.domain.jobs.estimate import NOTHING, Estimate
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.planning.plan import AlreadyAsked, Change, Create, Refused, Unknown


def unbounded(declaration: Declaration, policy: Policy) -> Iterator[Diagnostic]:
    """Refuse a job with unlimited cost unless the policy allows it."""
    if not policy.allow_streaming:
        message = "reads a topic: it buys labels for every clip that arrives, and no budget or limit applies"
        hint = "name the clips instead, or set allow_streaming: true in jobs/policy.yaml"
        yield Diagnostic(rule="P204", message=message, hint=hint, pointer="/input")
    if declaration.spec.budget_usd is not None:
        message = "has a budget, which cannot be kept while clips keep arriving"
        hint = "remove budget, and follow the job with `groundctl status`"
        yield Diagnostic(rule="P205", message=message, hint=hint, pointer="/budget")


def beyond_limits(declaration: Declaration, cost: Estimate, policy: Policy) -> Iterator[Diagnostic]:
    """Compare a job's cost with its budget and with the limit for one job."""
    budget = declaration.spec.budget_usd
    if budget is not None and cost.high > budget:
        cost_shown, budget_shown = _distinct_amounts(cost.high, budget)
        message = f"may cost ${cost_shown}, more than its budget of ${budget_shown}"
        yield Diagnostic(
            rule="P201",
            message=message,
            hint=f"{declaration.spec.owner} can raise budget.usd, or take fewer clips or workers",
            pointer="/budget/usd",
        )
    for noun, value, bound in _exceeded(policy.job_ceiling, 1, cost):
        message = f"would buy {value} {noun}, above the limit of {bound} for one job"
        hint = "make it smaller, or raise ceilings.job in jobs/policy.yaml"
        yield Diagnostic(rule="P202", message=message, hint=hint, pointer="/input")


def _exceeded(limit: Limit, jobs: int, cost: Estimate) -> Iterator[tuple[str, str, str]]:
    """Yield each limit that is exceeded: its unit, the actual value, and the allowed one."""
    counted: tuple[tuple[str, int | Decimal, int | Decimal | None], ...] = (
        ("jobs", jobs, limit.jobs),
        ("clips", cost.objects, limit.objects),
        ("answers", cost.answers, limit.answers),
        ("US dollars", cost.high, limit.usd),
    )
    for noun, value, bound in counted:
        if bound is not None and value > bound:
            shown = (
                _distinct_amounts(Decimal(value), Decimal(bound))
                if noun == "US dollars"
                else (f"{value:,}", f"{bound:,}")
            )
            yield noun, *shown


def _distinct_amounts(value: Decimal, bound: Decimal) -> tuple[str, str]:
    """Format two amounts with cents, or with as many digits as it takes to show that they differ."""
    cents = f"{value:,.2f}", f"{bound:,.2f}"
    return cents if cents[0] != cents[1] else (f"{value:,}", f"{bound:,}")


def refuse_repurchases(changes: Iterable[Change], unrecorded: Iterable[ObservedJob]) -> Iterator[Change]:
    """Find creates that would buy the same labels on the same clips as a job that the ledger does not know.

    The digest in such a job's manifest key names its clips as a set: a part of them is not recognized.
    """
    bought = _latest_purchases(unrecorded)
    for change in changes:
        if not isinstance(change, Create) or isinstance(change.purchase.clips, Unknown):
            yield change
            continue
        latest = bought.get(change.purchase.input_digest)
        if latest is None or job_key(latest) in {change.key, change.purchase.desired.follows}:
            yield change
        else:
            yield AlreadyAsked(job=change.job, purchase=change.purchase, reasons=(_repurchase(latest),))


def _latest_purchases(observed: Iterable[ObservedJob]) -> dict[str, str]:
    # rerun_of must name the latest purchase: if it names the first one, it does not cover a third.
    in_order = sorted((job for job in observed if job.fingerprint), key=lambda job: job.created)
    return {job.fingerprint.input: job.name for job in in_order if job.fingerprint}


def _repurchase(earlier: str) -> Diagnostic:
    return Diagnostic(
        rule="P105",
        message=f"asks for the same labels on the same clips as {earlier}",
        hint=f"to pay again on purpose, add `rerun_of: {{job: {earlier}, reason: ...}}`",
        pointer="/input",
    )


def refuse_over_limit(changes: Iterable[Change], limit: Limit) -> tuple[Change, ...]:
    """Refuse every create of a plan that exceeds the limit for one plan."""
    changes = tuple(changes)
    creates = [change for change in changes if isinstance(change, Create)]
    total = sum((create.purchase.cost or NOTHING for create in creates), NOTHING)
    reasons = tuple(
        Diagnostic(
            rule="P203",
            message=f"this plan would create {value} {noun}, above the limit of {bound} for one plan",
            hint="split the pull request, or raise ceilings.plan in jobs/policy.yaml",
        )
        for noun, value, bound in _exceeded(limit, len(creates), total)
    )
    return tuple(refuse_creates(changes, *reasons)) if reasons else changes


def refuse_creates(changes: Iterable[Change], *reasons: Diagnostic) -> Iterator[Change]:
    """Refuse every create of a plan."""
    for change in changes:
        if isinstance(change, Create):
            yield Refused(job=change.job, purchase=change.purchase, reasons=reasons)
        else:
            yield change
