"""Clips, money, and times as the reasons and notes of a plan write them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal


def clips_text(number: int) -> str:
    """Write a number of clips."""
    return "1 clip" if number == 1 else f"{number:,} clips"


def usd_text(amount: Decimal) -> str:
    """Write US dollars to the cent."""
    return f"${amount:,.2f}"


def moment_text(moment: datetime) -> str:
    """Write a point in time, to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
