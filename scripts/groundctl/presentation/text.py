"""Counts, money, and times as text."""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Write a number with its noun: 1 clip, 1,200 clips."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def not_part_of_it(new: int) -> str:
    """Say that clips came after the approved plan."""
    return f"{count(new, 'new clip')} {'was' if new == 1 else 'were'} not part of the approved plan"


def arrived_text(new: int) -> str:
    """Say what to do about clips that came after the approved plan."""
    return f"{not_part_of_it(new)}: a next job with only_new takes {'it' if new == 1 else 'them'}"


def usd(amount: Decimal) -> str:
    """Write US dollars to the cent."""
    return f"${amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def usd_range(low: Decimal, high: Decimal) -> str:
    """Write a range of money, or one amount if both ends are the same to the cent."""
    first, last = usd(low), usd(high)
    return first if first == last else f"{first} to {last}"


def duration(seconds: float) -> str:
    """Write a time span in its largest two units: 2 d 3 h, 45 min, 20 s."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")]
    first = next((index for index, (amount, _) in enumerate(parts) if amount), 3)
    shown = [f"{amount} {unit}" for amount, unit in parts[first : first + 2] if amount]
    return " ".join(shown) or "0 s"


def moment(when: datetime) -> str:
    """Write a point in time in a form that is unambiguous in every country."""
    return when.strftime("%Y-%m-%d %H:%M UTC")


def ago(when: datetime, now: datetime) -> str:
    """Write how long ago something was."""
    return f"{duration(max(now - when, timedelta()).total_seconds())} ago"
