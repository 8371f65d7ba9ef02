"""What was bought in a calendar month, by the purchase ledger: how many clips an account bought, and what a team spent.

A month is one of UTC, and a purchase belongs to the month in which its entry was written, by AWS's time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from groundctl.domain.declarations.policy import team_folder
from groundctl.domain.jobs.estimate import UNKNOWN_VOLUME, Volume
from groundctl.domain.jobs.ledger.purchases import LedgerPurchase, Purchases
from groundctl.domain.jobs.ledger.records import PurchaseRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What purchases come to. usd is what they cost at most; unpriced counts those of which that is not recorded."""

    jobs: int = 0
    objects: int = 0
    usd: Decimal = Decimal(0)
    unpriced: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSoFar:
    """A calendar month by its name, and how many clips the account has bought in it."""

    name: str
    volume: Volume


def month_name(when: datetime) -> str:
    """Name a calendar month: November 2026."""
    return f"{when.astimezone(UTC):%B %Y}"


def next_month(when: datetime) -> str:
    """Name the day on which the next calendar month begins: December 1, 2026 (UTC)."""
    now = when.astimezone(UTC)
    first = now.replace(year=now.year + now.month // 12, month=now.month % 12 + 1, day=1)
    return f"{first:%B} 1, {first.year} (UTC)"


def volume_before(purchases: Purchases, account: str) -> Volume:
    """Return how many labels an account has bought this month: clips that are free again may not have been billed.

    Only what was bought through the ledger is known: an adopted job has no month. How many clips arrive at a job on a
    topic, which has no cost on record, is not known.
    """
    if purchases.aws_time is None:
        return UNKNOWN_VOLUME
    least = most = 0
    is_bounded = True
    for purchase, record in _bought(purchases):
        if record.job.account == account and _is_of(purchase, purchases.aws_time):
            billed = record.clips if record.billed is None else record.billed
            most += billed
            least += min(billed, record.clips - len(purchase.freed)) if len(purchase.freed) else billed
            is_bounded = is_bounded and record.usd is not None
    return Volume(least=least, most=most if is_bounded else None)


def month_so_far(purchases: Purchases, account: str) -> MonthSoFar | None:
    """Return what an account has bought this month; None if AWS's time is not known."""
    if purchases.aws_time is None:
        return None
    return MonthSoFar(name=month_name(purchases.aws_time), volume=volume_before(purchases, account))


def spent_by_team(purchases: Purchases, declaration: str) -> Spent:
    """Sum up what the team of a declaration has bought this month, in all environments of the ledger.

    A job counts with what it costs at most, also after it has ended: AWS does not say whether it bills a clip that ended
    without a label. A purchase whose job was refused, or can no longer be created, does not count.
    """
    folder, now = team_folder(declaration), purchases.aws_time
    return _sum(
        (purchase, record)
        for purchase, record in _bought(purchases)
        if now and _is_of(purchase, now) and team_folder(record.declaration) == folder
    )


def spent_by_pull_request(purchases: Purchases, repository: str, number: int) -> Spent:
    """Sum up what the jobs of one pull request have bought, in whatever month."""
    return _sum(
        (purchase, record)
        for purchase, record in _bought(purchases)
        if (record.pull_request, purchase.by.repository) == (number, repository)
    )


def _bought(purchases: Purchases) -> Iterator[tuple[LedgerPurchase, PurchaseRecord]]:
    for purchase in purchases.live():
        if isinstance(purchase.record, PurchaseRecord):
            yield purchase, purchase.record


def _is_of(purchase: LedgerPurchase, month: datetime) -> bool:
    now = month.astimezone(UTC)
    return (purchase.at.year, purchase.at.month) == (now.year, now.month)


def _sum(bought: Iterable[tuple[LedgerPurchase, PurchaseRecord]]) -> Spent:
    jobs = objects = unpriced = 0
    usd = Decimal(0)
    for _, record in bought:
        jobs += 1
        objects += record.clips
        usd += record.usd or 0
        unpriced += record.usd is None
    return Spent(jobs=jobs, objects=objects, usd=usd, unpriced=unpriced)
