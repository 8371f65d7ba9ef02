"""What labels are expected to cost: AWS's fee and people's pay as a range, and people's time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from groundctl.domain.aws.prices import Tier, fee_range, published_fees, sources_of
from groundctl.domain.declarations.policy import POLICY_PATH, Policy
from groundctl.domain.declarations.spec import JobSpec

_CENT = Decimal("0.01")
_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A range of US dollars, for a number of clips and answers; low and high include the pay.

    seconds is people's time for the answers whose time is known; untimed counts the others, and unpaid those of teams
    that are paid by the hour, whose pay is not included. watched counts the answers of whose time only the length of the clip
    is known.
    """

    objects: int
    answers: int
    low: Decimal
    high: Decimal
    pay: Decimal = Decimal(0)
    seconds: Decimal = Decimal(0)
    untimed: int = 0
    unpaid: int = 0
    watched: int = 0

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(
            objects=self.objects + other.objects,
            answers=self.answers + other.answers,
            low=self.low + other.low,
            high=self.high + other.high,
            pay=self.pay + other.pay,
            seconds=self.seconds + other.seconds,
            untimed=self.untimed + other.untimed,
            unpaid=self.unpaid + other.unpaid,
            watched=self.watched + other.watched,
        )

    def spent(self, labeled: int) -> Estimate:
        """Estimate the cost of a number of labeled clips, as a share of the total."""
        share = Decimal(min(labeled, self.objects)) / self.objects if self.objects else Decimal(0)
        return Estimate(
            objects=min(labeled, self.objects),
            answers=round(self.answers * share),
            low=self.low * share,
            high=self.high * share,
            pay=self.pay * share,
            seconds=self.seconds * share,
            untimed=round(self.untimed * share),
            unpaid=round(self.unpaid * share),
            watched=round(self.watched * share),
        )


NOTHING = Estimate(objects=0, answers=0, low=Decimal(0), high=Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """How many clips an account has bought before in a calendar month; most is None if that is not known."""

    least: int = 0
    most: int | None = None


UNKNOWN_VOLUME = Volume()


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What an estimate depends on besides the job and its clips; seconds_per_clip is measured, where it was."""

    policy: Policy
    region: str
    before: Volume = UNKNOWN_VOLUME
    seconds_per_clip: Decimal | None = None


def estimate(spec: JobSpec, to_label: int, basis: Basis) -> Estimate:
    """Estimate the cost of labeling a number of clips; stopping conditions limit it."""
    objects = clips_at_most(spec, to_label)
    answers = objects * spec.workers_per_object
    # What the author declares is what a worker takes; what was measured is what the clip takes.
    seconds = spec.seconds_per_clip or basis.seconds_per_clip
    per_answer = spec.price_usd or basis.policy.usd_per_answer.get(spec.team or "", Decimal(0))
    per_hour = basis.policy.usd_per_hour.get(spec.team or "")
    time = answers * seconds if seconds else Decimal(0)
    pay = answers * per_answer
    if per_hour is not None:
        pay += (time * per_hour / _SECONDS_PER_HOUR).quantize(_CENT, ROUND_HALF_UP)
    low, high = _fee(objects, basis)
    return Estimate(
        objects=objects,
        answers=answers,
        low=low + pay,
        high=high + pay,
        pay=pay,
        seconds=time,
        untimed=0 if seconds else answers,
        unpaid=answers if per_hour is not None and not seconds else 0,
        watched=answers if seconds and not spec.seconds_per_clip else 0,
    )


def clips_within_budget(spec: JobSpec, clips: int, basis: Basis) -> int:
    """Return for how many of some clips a job's budget pays at the high estimate, whatever was bought this month."""
    budget = spec.budget_usd
    alone = replace(spec, stop_labeled_objects=None, stop_labeled_percent=None)
    dearest = replace(basis, before=UNKNOWN_VOLUME)
    if budget is None or estimate(alone, clips, dearest).high <= budget:
        return clips
    paid, unpaid = 0, clips
    while unpaid - paid > 1:
        middle = (paid + unpaid) // 2
        paid, unpaid = (middle, unpaid) if estimate(alone, middle, dearest).high <= budget else (paid, middle)
    return paid


def clips_at_most(spec: JobSpec, to_label: int) -> int:
    """Return how many of some clips are labeled before a stopping condition ends the job."""
    return min([to_label, *stops_at(spec, to_label)])


def stops_at(spec: JobSpec, to_label: int) -> tuple[int, ...]:
    """Return after how many labeled clips each stopping condition ends a job."""
    stops = []
    if spec.stop_labeled_objects is not None:
        stops.append(spec.stop_labeled_objects)
    if spec.stop_labeled_percent is not None:
        stops.append(-(-to_label * spec.stop_labeled_percent // 100))
    return tuple(stops)


def rate_source(policy: Policy, region: str) -> str:
    """Return the source of an estimate's platform fee."""
    if _own_tiers(policy):
        return POLICY_PATH
    return sources_of(published_fees(region))


def _own_tiers(policy: Policy) -> tuple[Tier, ...]:
    if policy.platform_fee_usd is not None:
        return (Tier(usd=policy.platform_fee_usd),)
    return policy.platform_fee_tiers


def _fee(objects: int, basis: Basis) -> tuple[Decimal, Decimal]:
    """Return the range of AWS's fee; of a list that is not confirmed, each price may be the one for these clips."""
    own, before = _own_tiers(basis.policy), basis.before
    lists = [(fee.tiers, before if fee.is_confirmed else UNKNOWN_VOLUME) for fee in published_fees(basis.region)]
    ranges = [
        fee_range(objects, tiers, least_before=volume.least, most_before=volume.most)
        for tiers, volume in ([(own, before)] if own else lists)
    ]
    return min(low for low, _ in ranges), max(high for _, high in ranges)
