"""The expected cost of labels: a range, with the source of its rates."""

from dataclasses import dataclass
from decimal import Decimal

from groundctl.domain.aws.prices import PLATFORM_FEE
from groundctl.domain.declarations.policy import POLICY_PATH, Policy
from groundctl.domain.declarations.spec import JobSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A range of US dollars, for a number of clips and answers."""

    objects: int
    answers: int
    low: Decimal
    high: Decimal

    def __add__(self, other: "Estimate") -> "Estimate":
        return Estimate(
            objects=self.objects + other.objects,
            answers=self.answers + other.answers,
            low=self.low + other.low,
            high=self.high + other.high,
        )

    def spent(self, labeled: int) -> "Estimate":
        """Estimate the cost of a number of labeled clips, as a share of the total."""
        share = Decimal(min(labeled, self.objects)) / self.objects if self.objects else Decimal(0)
        return Estimate(
            objects=min(labeled, self.objects),
            answers=round(self.answers * share),
            low=self.low * share,
            high=self.high * share,
        )


NOTHING = Estimate(objects=0, answers=0, low=Decimal(0), high=Decimal(0))


def estimate(spec: JobSpec, to_label: int, policy: Policy) -> Estimate:
    """Estimate the cost of labeling a number of clips; stopping conditions limit it."""
    objects = _capped(spec, to_label)
    answers = objects * spec.workers_per_object
    per_answer = spec.price_usd or policy.usd_per_answer.get(spec.team or "", Decimal(0))
    low, high = PLATFORM_FEE.low, PLATFORM_FEE.high
    if policy.platform_fee_usd is not None:
        low = high = policy.platform_fee_usd
    return Estimate(
        objects=objects,
        answers=answers,
        low=objects * low + answers * per_answer,
        high=objects * high + answers * per_answer,
    )


def rate_source(policy: Policy) -> str:
    """Return the source of an estimate's platform fee."""
    return POLICY_PATH if policy.platform_fee_usd is not None else PLATFORM_FEE.source


def _capped(spec: JobSpec, to_label: int) -> int:
    caps = [to_label]
    if spec.stop_labeled_objects is not None:
        caps.append(spec.stop_labeled_objects)
    if spec.stop_labeled_percent is not None:
        caps.append(-(-to_label * spec.stop_labeled_percent // 100))
    return min(caps)
