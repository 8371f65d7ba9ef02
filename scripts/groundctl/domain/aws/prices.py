"""Prices with their dates: AWS's list for the public workforce, and what is known about the platform fee."""

from dataclasses import dataclass
from decimal import Decimal

# botocore 1.44.5, shape PublicWorkforceTaskPrice, the list for "image classification, text classification and custom".
# AWS publishes no list for video classification; this list of the nearest task types is inferred.
LISTED_PRICES = tuple(
    Decimal(mills) / 1000
    for mills in (12, 24, 36, 48, 60, 72, 120, 240, 360, 480, 600, 720, 840, 960, 1080, 1200)
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRange:
    """The range of US dollars that AWS bills for one labeled object, with its source."""

    low: Decimal
    high: Decimal
    source: str


# AWS's sample notebooks calculate with 0.08. Tiers down to 0.02 for large volumes are unconfirmed. AWS's current price
# page is authoritative; set its price in jobs/policy.yaml.
PLATFORM_FEE = FeeRange(
    low=Decimal("0.02"),
    high=Decimal("0.08"),
    source="AWS sample notebooks ($0.08) and unconfirmed volume tiers (down to $0.02), noted 2026-11-22",
)


def amount_in_usd(price: Decimal) -> dict[str, int]:
    """Split a price into dollars, cents, and tenths of a cent, as AWS's request has it."""
    mills = int(price * 1000)
    return {"Dollars": mills // 1000, "Cents": mills % 1000 // 10, "TenthFractionsOfACent": mills % 10}
