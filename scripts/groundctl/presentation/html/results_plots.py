"""The plots of the results page as values for its template: geometry only, in the units of the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundctl.domain.results.results import BINS

_WIDTH, _HEIGHT, _STEP, _MARGIN = 420, 150, 40, 10
_AXIS_Y = _HEIGHT - 24
_ROOM_FOR_COUNTS = 20
_MIN_BAR = 1.5  # a bin with one label in a million is still visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bin of a histogram; count is empty for an empty bin."""

    left: int
    top: str
    width: int
    height: str
    middle: str
    count: str
    count_y: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A number below the axis."""

    x: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Labels by confidence; description says the same to a screen reader."""

    description: str
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    width: int = _WIDTH
    height: int = _HEIGHT
    axis_left: int = _MARGIN
    axis_right: int = _WIDTH - _MARGIN
    axis_y: int = _AXIS_Y
    ticks_y: int = _HEIGHT - 6


def histogram_of(numbers: Sequence[int]) -> Histogram:
    """Lay out the numbers of labels in bins of equal width from 0 to 1."""
    highest = max(numbers)
    ranges = (f"{low / BINS:.1f} to {(low + 1) / BINS:.1f}: {number:,}" for low, number in enumerate(numbers))
    return Histogram(
        description=f"Labels by confidence. {', '.join(ranges)}",
        bars=tuple(_bar(index, number, highest) for index, number in enumerate(numbers)),
        ticks=tuple(Tick(x=_MARGIN + index * _STEP, text=f"{index / BINS:.1f}") for index in range(0, BINS + 1, 2)),
    )


def _bar(index: int, number: int, highest: int) -> Bar:
    height = max(number * (_AXIS_Y - _ROOM_FOR_COUNTS) / highest, _MIN_BAR if number else 0)
    left = _MARGIN + index * _STEP
    return Bar(
        left=left + 3,
        top=f"{_AXIS_Y - height:.1f}",
        width=_STEP - 6,
        height=f"{height:.1f}",
        middle=f"{left + _STEP / 2:.0f}",
        count=f"{number:,}" if number else "",
        count_y=f"{_AXIS_Y - height - 5:.1f}",
    )
