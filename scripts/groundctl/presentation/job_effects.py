"""What the numbers of a declaration come to: when a job stops, how many clips are offered, and how long people work."""

from __future__ import annotations

from collections.abc import Iterator

from groundctl.domain.jobs.estimate import Estimate
from groundctl.domain.planning.plan import Create
from groundctl.presentation.text import count, duration, usd


def effects_of(change: Create) -> tuple[str, ...]:
    """List what a job skips, when it stops, how it is offered, and the work that it takes, one sentence each."""
    cost = change.purchase.cost
    return (*_skipped(change), *_stops(change), *_rounds(change), *(_work(cost, change) if cost else ()))


def work_in_all(cost: Estimate) -> str:
    """Say how long people work for a plan, and what of its cost is their pay; empty if there is nothing to do."""
    if not cost.answers:
        return ""
    timed, pay = cost.answers - cost.untimed, f"; {usd(cost.pay)} of the cost is pay" if cost.pay else ""
    if not timed:
        return f"not known, because `workforce.seconds_per_clip` is not given{pay}"
    rest = f", and not known for {count(cost.untimed, 'answer')}" if cost.untimed else ""
    about = f"about {duration(float(cost.seconds))} for {count(timed, 'answer')}"
    if cost.watched and cost.watched == timed:
        return f"watching alone takes {about} ({_NOT_COUNTED}){rest}{pay}"
    some = f"; for {cost.watched:,} of them, watching alone ({_NOT_COUNTED})" if cost.watched else ""
    return f"{about}{some}{rest}{pay}"


_NOT_COUNTED = "without `workforce.seconds_per_clip`, reading and choosing are not counted"


def _skipped(change: Create) -> Iterator[str]:
    """Explain why a job has fewer clips to label than its manifest has lines."""
    purchase = change.purchase
    if isinstance(purchase.clips, int) and purchase.to_label is not None and purchase.to_label < purchase.clips:
        skipped, attribute = purchase.clips - purchase.to_label, purchase.desired.request["LabelAttributeName"]
        those = "it already carries" if skipped == 1 else "they already carry"
        yield f"skips {skipped:,} of {count(purchase.clips, 'clip')}: {those} a label under {attribute}"


def _stops(change: Create) -> Iterator[str]:
    conditions, purchase = change.purchase.desired.request.get("StoppingConditions", {}), change.purchase
    cost, clips = purchase.cost, purchase.to_label
    objects = conditions.get("MaxHumanLabeledObjectCount")
    percent = conditions.get("MaxPercentageOfInputDatasetLabeled")
    if cost is None or clips is None:
        if objects is not None:
            yield f"stops after {count(objects, 'labeled clip')}"
        if percent is not None:
            yield f"stops after {percent}% of its clips are labeled"
    elif cost.objects < clips:
        why = f" ({percent}%)" if percent is not None and cost.objects != objects else ""
        yield f"stops after {cost.objects:,} of {count(clips, 'clip')}{why} are labeled: up to {usd(cost.high)}"


def _rounds(change: Create) -> Iterator[str]:
    most, cost = change.purchase.desired.request["HumanTaskConfig"].get("MaxConcurrentTaskCount"), change.purchase.cost
    if most is None or (cost and cost.objects <= most):
        return
    rounds = f": {count(-(-cost.objects // most), 'round')}" if cost else ""
    yield f"offers at most {count(most, 'clip')} at a time{rounds}"


def _work(cost: Estimate, change: Create) -> Iterator[str]:
    if not cost.answers or cost.untimed:
        return
    workers = change.job.workers_per_object
    each = f", {duration(float(cost.seconds / workers))} for each of {workers} workers" if workers > 1 else ""
    pay = f"; {usd(cost.pay)} of pay" if cost.pay else ""
    about = f"about {duration(float(cost.seconds))}"
    if cost.watched:
        yield f"watching alone takes {about}{each} ({_NOT_COUNTED}){pay}"
    else:
        yield f"takes {about} of work{each}{pay}"
