"""Clips, money, and times as the reasons and notes of a plan write them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from groundctl.domain.jobs.ledger.purchases import Refusal


def clips_text(number: int) -> str:
    """Write a number of clips."""
    return "1 clip" if number == 1 else f"{number:,} clips"


def usd_text(amount: Decimal) -> str:
    """Write US dollars to the cent."""
    return f"${amount:,.2f}"


def moment_text(moment: datetime) -> str:
    """Write a point in time, to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def refusal_text(refusal: Refusal) -> str:
    """Write what AWS answered to a create request, and when."""
    return f"AWS refused it on {moment_text(refusal.at)}{_by(refusal)}: {refusal.evidence}"


def _by(refusal: Refusal) -> str:
    return f" in run {refusal.by.run}" if refusal.by.run else ""
