"""Prices as data, each with its source, date and certainty: AWS's fee for each labeled object, and public labor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# botocore 1.44.5, shape PublicWorkforceTaskPrice, the list for "image classification, text classification and custom".
# AWS publishes no list for video classification; this list of the nearest task types is inferred.
LISTED_PRICES = tuple(
    Decimal(mills) / 1000
    for mills in (12, 24, 36, 48, 60, 72, 120, 240, 360, 480, 600, 720, 840, 960, 1080, 1200)
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """The price of one labeled object, up to so many objects in a calendar month; None: for all that follow."""

    up_to: int | None = None
    usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFee:
    """A list of prices as a source gives it. regions is empty if the source distinguishes none.

    Where a list is not confirmed, an estimate is the range of its prices.
    """

    tiers: tuple[Tier, ...]
    source: str
    noted: date
    is_confirmed: bool = False
    regions: tuple[str, ...] = ()


# What AWS bills for one labeled object. No source names a Region or video classification, so an estimate is the range of
# all lists that apply; a list for some Regions replaces the ones for all. AWS's own price page is authoritative: set its
# prices in jobs/policy.yaml.
#
# The free tier is in no list: 500 objects in each of an account's first two months (AWS's price page, Chinese edition, no
# date). Ground Truth takes no new customers since July 2026, so these months are over for every account. Where they are
# not, a first tier of 0 dollars in jobs/policy.yaml states it.
PLATFORM_FEES = (
    PublishedFee(
        tiers=(Tier(usd=Decimal("0.08")),),
        source="AWS sample notebooks ($0.08)",
        noted=date(2026, 11, 22),
    ),
    PublishedFee(
        tiers=(
            Tier(up_to=50_000, usd=Decimal("0.08")),
            Tier(up_to=1_000_000, usd=Decimal("0.04")),
            Tier(usd=Decimal("0.02")),
        ),
        source="unconfirmed volume tiers (down to $0.02)",
        noted=date(2026, 11, 22),
    ),
)


def sources_of(fees: Sequence[PublishedFee]) -> str:
    """Name the sources of some lists, and the day on which the newest was noted."""
    newest = max(fee.noted for fee in fees)
    return f"{' and '.join(fee.source for fee in fees)}, noted {newest.isoformat()}"


def published_fees(region: str, fees: Sequence[PublishedFee] = PLATFORM_FEES) -> tuple[PublishedFee, ...]:
    """Select the lists of prices for a Region: its own, or else those for all Regions."""
    own = tuple(fee for fee in fees if region in fee.regions)
    return own or tuple(fee for fee in fees if not fee.regions)


def fee_for(objects: int, tiers: Sequence[Tier], *, before: int) -> Decimal:
    """Return what some objects cost after others of the same month; the last price holds beyond the last tier."""
    total, start = Decimal(0), 0
    for number, tier in enumerate(tiers, start=1):
        is_last = number == len(tiers)
        end = before + objects if is_last or tier.up_to is None else tier.up_to
        total += max(0, min(before + objects, end) - max(before, start)) * tier.usd
        start = max(start, end)
    return total


def fee_range(
    objects: int, tiers: Sequence[Tier], *, least_before: int, most_before: int | None
) -> tuple[Decimal, Decimal]:
    """Return the least and the most that some objects cost, if the number before them is known as a range only.

    most_before is None if there may be any number. The cost is linear between the points where either end of the objects
    meets the end of a tier, so its extremes are at these points or at an end of the range.
    """
    edges = [tier.up_to for tier in tiers if tier.up_to is not None]
    most = most_before if most_before is not None else max([*edges, least_before])
    points = (least_before, most, *edges, *(edge - objects for edge in edges))
    costs = [fee_for(objects, tiers, before=point) for point in points if least_before <= point <= most]
    return min(costs), max(costs)


def amount_in_usd(price: Decimal) -> dict[str, int]:
    """Split a price into dollars, cents, and tenths of a cent, as AWS's request has it."""
    mills = int(price * 1000)
    return {"Dollars": mills // 1000, "Cents": mills % 1000 // 10, "TenthFractionsOfACent": mills % 10}
