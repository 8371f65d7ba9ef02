"""Limits on spending: budgets, the policy's limits, and labels that were already bought."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import UTC
from decimal import Decimal

from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.policy import Allowed, Limit, Policy, team_folder
from groundctl.domain.declarations.spec import JobSpec
from groundctl.domain.jobs.estimate import NOTHING, UNKNOWN_VOLUME, Basis, Estimate, estimate
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.spending import Spent, month_name, next_month, spent_by_team
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.planning.plan import AlreadyAsked, Change, Create, Plan, Refused, in_order
from groundctl.domain.planning.purchase import Purchase, Unknown
from groundctl.domain.planning.wanted import Wanted


def unbounded(declaration: Declaration, allowed: Allowed) -> Iterator[Diagnostic]:
    """Refuse a job with unlimited cost unless the policy allows it."""
    if not allowed.allow_streaming:
        message = "reads a topic: it buys labels for every clip that arrives, and no budget or limit applies"
        hint = "name the clips instead, or set allow_streaming: true in jobs/policy.yaml"
        yield Diagnostic(rule="P204", message=message, hint=hint, pointer="/input")
    if declaration.spec.budget_usd is not None:
        message = "has a budget, which cannot be kept while clips keep arriving"
        hint = "remove budget, and follow the job with `groundctl status`"
        yield Diagnostic(rule="P205", message=message, hint=hint, pointer="/budget")


def beyond_limits(declaration: Declaration, cost: Estimate, allowed: Allowed, basis: Basis) -> Iterator[Diagnostic]:
    """Compare a job's cost with its budget and with the limit for one job."""
    budget = declaration.spec.budget_usd
    if budget is not None and cost.high > budget:
        yield _beyond_budget(declaration.spec, cost, budget, basis)
    for _, value, bound in _exceeded(allowed.job_ceiling, 1, cost):
        message = f"would buy {value}, above the limit of {bound} for one job"
        hint = f"make it smaller, or raise {_limit_of(allowed.folder, 'ceilings.job')}"
        yield Diagnostic(rule="P202", message=message, hint=hint, pointer="/input")


def _beyond_budget(spec: JobSpec, cost: Estimate, budget: Decimal, basis: Basis) -> Diagnostic:
    """Name first what costs nothing: a budget is raised last."""
    one_clip = estimate(spec, 1, replace(basis, before=UNKNOWN_VOLUME)).high
    if one_clip > budget:
        price, given = _distinct_amounts(one_clip, budget)
        message = f"its budget of {given} does not pay for one clip ({price})"
        hint = f"{spec.owner} can take fewer workers, or raise budget.usd"
    else:
        price, given = _distinct_amounts(cost.high, budget)
        message = f"may cost {price}, more than its budget of {given}"
        stop = ", or write `when_reached: stop` under budget to label as many clips as it pays for"
        fewer = "take fewer clips or workers" + ("" if spec.budget_stops else stop)
        hint = f"{spec.owner} can {fewer}, or raise budget.usd"
    return Diagnostic(rule="P201", message=message, hint=hint, pointer="/budget/usd")


def _limit_of(folder: str, member: str) -> str:
    """Name where a limit is written: a folder can have its own in place of the repository's."""
    return f"{member} in jobs/policy.yaml (under folders.{folder}, if it has its own)"


def without_effect(spec: JobSpec, purchase: Purchase) -> Iterator[Diagnostic]:
    """Point at stopping conditions that no clip reaches, and at a number of clips at a time that is never reached."""
    clips, most = purchase.to_label, spec.max_concurrent_objects
    if not clips or spec.is_streaming:
        return
    if (stop := spec.stop_labeled_objects) is not None and stop > clips and not spec.budget_stops:
        yield _no_effect("/stop_when/labeled_objects", f"is {stop:,}, and {_there_are(clips)}: it stops nothing")
    if (percent := spec.stop_labeled_percent) is not None and -(-clips * percent // 100) >= clips:
        yield _no_effect("/stop_when/labeled_percent", f"is {percent}, and {_there_are(clips)}: it stops nothing")
    if most is not None and most > clips:
        message = f"is {most:,}, and {_there_are(clips)}: all are offered at the same time"
        yield replace(_no_effect("/workforce/max_concurrent_objects", message), rule="P321")


def ends_with_budget(spec: JobSpec, purchase: Purchase) -> Iterator[Diagnostic]:
    """Say that a job ends where its budget does, before all of its clips are labeled."""
    cost, budget = purchase.cost, spec.budget_usd
    if spec.budget_stops and budget is not None and cost is not None and cost.objects < (purchase.to_label or 0):
        message = (
            f"its budget of ${budget:,.2f} pays for {cost.objects:,} of {purchase.to_label:,} clips:"
            " AWS ends the job when these are labeled"
        )
        hint = "nothing to do if that is intended; a later job with only_new takes the other clips"
        yield Diagnostic(rule="P312", message=message, hint=hint, pointer="/budget/usd")


def _no_effect(pointer: str, message: str) -> Diagnostic:
    field = pointer[1:].replace("/", ".")
    hint = "nothing to do, unless you expected more clips; lower it or leave it out to say what happens"
    return Diagnostic(rule="P320", message=f"`{field}` {message}", hint=hint, pointer=pointer)


def _there_are(clips: int) -> str:
    return "1 clip is to be labeled" if clips == 1 else f"{clips:,} clips are to be labeled"


def depends_on_month(spec: JobSpec, purchase: Purchase, basis: Basis) -> Iterator[Diagnostic]:
    """Say what a job costs in a month in which less was bought, if that is more."""
    if purchase.cost is None or purchase.to_label is None or basis.before == UNKNOWN_VOLUME:
        return
    most = estimate(spec, purchase.to_label, replace(basis, before=UNKNOWN_VOLUME)).high
    if most > purchase.cost.high:
        # No number of clips: it would make another plan of this one with each purchase of another team.
        yield Diagnostic(
            rule="P322",
            message=f"costs up to ${most:,.2f} if it is bought in another month, because of the price tiers",
            hint="merge it this month; in another one it is held until a plan with its new cost is approved",
            pointer="/input",
        )


def dearer_than_planned(cost: Estimate | None, planned: Decimal | None) -> Iterator[Diagnostic]:
    """Compare what a job costs at the moment of buying with what its plan said."""
    if cost is not None and planned is not None and cost.high > planned:
        now, then = _distinct_amounts(cost.high, planned)
        yield Diagnostic(
            rule="P208",
            message=f"would cost {now}, and its plan said {then}: fewer clips than planned were bought before it this month",
            hint="have the jobs approved that the plan buys before it, or make a new plan once they are created",
            pointer="/input",
        )


def within_month(change: Create, purchases: Purchases, policy: Policy) -> Create | Refused:
    """Refuse a create that goes beyond what its team may buy in a month, after the purchases before it."""
    asked = change.purchase.wanted
    if asked is None:
        return change
    reasons = tuple(beyond_month(asked, change.purchase.cost, purchases, policy))
    return Refused(job=change.job, purchase=change.purchase, reasons=reasons) if reasons else change


def beyond_month(wanted: Wanted, cost: Estimate | None, purchases: Purchases, policy: Policy) -> Iterator[Diagnostic]:
    """Compare what a team has bought this month, and one more purchase, with its limits for a month.

    A job on a topic has no known cost: it counts as a job, and its dollars are bounded by nothing.
    """
    folder = team_folder(wanted.declaration.path)
    if (now := purchases.aws_time) is None:
        return
    limit = policy.month_ceiling(folder, job=wanted.declaration.spec.key, today=now.astimezone(UTC).date())
    if limit == Limit():
        return
    spent = spent_by_team(purchases, wanted.declaration.path)
    for value, bound, before in _exceeded_with(wanted, cost, spent, limit):
        yield Diagnostic(
            rule="P206",
            message=f"would bring {folder} to {value} in {month_name(now)}, above the limit of {bound} for one month;"
            f" {before} before",
            hint=f"wait until {next_month(now)}, make it smaller, or raise {_limit_of(folder, 'ceilings.month')}",
            pointer="/input",
        )


def beyond_pull_request(
    wanted: Wanted, cost: Estimate | None, spent: Spent, policy: Policy, number: int
) -> Iterator[Diagnostic]:
    """Compare what the jobs of a pull request have bought, and one more purchase, with the limits for a pull request."""
    for value, bound, before in _exceeded_with(wanted, cost, spent, policy.pull_request_ceiling):
        yield Diagnostic(
            rule="P207",
            message=f"would bring pull request {number} to {value}, above the limit of {bound} for one pull request;"
            f" {before} before",
            hint="declare the rest in another pull request, or raise ceilings.pull_request in jobs/policy.yaml",
            pointer="/input",
        )


def refuse_over_pull_request(plan: Plan, touched: Collection[JobKey], limit: Limit) -> Plan:
    """Refuse the creates that merging a pull request may cause, if together they exceed the limit for a pull request."""
    creates = [change for change in plan.creates if change.key in touched]
    total = sum((create.purchase.cost or NOTHING for create in creates), NOTHING)
    asked = sum(len(create.purchase.wanted.claim.clips.distinct) for create in creates if create.purchase.wanted)
    reasons = tuple(
        Diagnostic(
            rule="P207",
            message=f"this pull request would create {value}, above the limit of {bound} for one pull request",
            hint=f"{_smaller(creates)}, or raise ceilings.pull_request in jobs/policy.yaml",
            pointer="/name",
        )
        for _, value, bound in _exceeded(limit, len(creates), replace(total, objects=asked))
    )
    if not reasons:
        return plan
    others = (change for change in plan.changes if change not in creates)
    return replace(plan, changes=in_order((*refuse_creates(creates, *reasons), *others)))


def _smaller(creates: Collection[Create]) -> str:
    return "split the pull request" if len(creates) > 1 else "make the job smaller"


def _exceeded_with(wanted: Wanted, cost: Estimate | None, spent: Spent, limit: Limit) -> Iterator[tuple[str, str, str]]:
    """Yield each limit that one more purchase would exceed, with what was bought before it."""
    usd, clips = spent.usd + (cost.high if cost else 0), spent.objects + len(wanted.claim.clips.distinct)
    before = {
        "jobs": f"{spent.jobs:,} were bought",
        "clips": f"{spent.objects:,} were bought",
        _USD: f"${spent.usd:,.2f} was spent",
    }
    total = Estimate(objects=clips, answers=0, low=usd, high=usd)
    for unit, value, bound in _exceeded(limit, spent.jobs + 1, total):
        yield value, bound, before[unit]


_USD = "usd"


def _exceeded(limit: Limit, jobs: int, cost: Estimate) -> Iterator[tuple[str, str, str]]:
    """Yield each limit that is exceeded: its unit, the actual value with it, and the allowed one."""
    for unit, value, bound in (
        ("jobs", jobs, limit.jobs),
        ("clips", cost.objects, limit.objects),
        ("answers", cost.answers, limit.answers),
    ):
        if bound is not None and value > bound:
            yield unit, f"{value:,} {unit}", f"{bound:,}"
    if limit.usd is not None and cost.high > limit.usd:
        yield _USD, *_distinct_amounts(cost.high, limit.usd)


def _distinct_amounts(value: Decimal, bound: Decimal) -> tuple[str, str]:
    """Write two amounts with cents, or with as many digits as it takes to show that they differ."""
    cents = f"${value:,.2f}", f"${bound:,.2f}"
    return cents if cents[0] != cents[1] else (f"${value:,}", f"${bound:,}")


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
            message=f"this plan would create {value}, above the limit of {bound} for one plan",
            hint=f"{_smaller(creates)}, or raise ceilings.plan in jobs/policy.yaml",
            pointer="/name",
        )
        for _, value, bound in _exceeded(limit, len(creates), total)
    )
    return tuple(refuse_creates(changes, *reasons)) if reasons else changes


def refuse_creates(changes: Iterable[Change], *reasons: Diagnostic) -> Iterator[Change]:
    """Refuse every create of a plan."""
    for change in changes:
        if isinstance(change, Create):
            yield Refused(job=change.job, purchase=change.purchase, reasons=reasons)
        else:
            yield change
