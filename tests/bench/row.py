"""One row of the benchmark's result: a goal, its bar, and what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

# A busy machine may miss a ratio by this much before the benchmark fails.
TOLERANCE = 1.3
NOT_BUILT = "not built yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One goal. A ratio is ours by theirs, so less is better; a count (`exact`) has no tolerance."""

    goal: int
    what: str
    bar: float | None
    measured: float | None = None
    moonshot: float | None = None
    exact: bool = False
    form: str = "{:.2f}x"
    note: str = ""  # why nothing was measured

    @property
    def verdict(self) -> str:
        """Return how the measured value compares with the bar."""
        if self.measured is None:
            return self.note if self.note == NOT_BUILT else f"NOT MEASURED: {self.note}"
        if self.bar is None:
            return self.note
        if self.moonshot is not None and self.measured <= self.moonshot:
            return "met, and the moonshot"
        if self.measured <= self.bar:
            return "met"
        return "NOT MET" if self.fails else "not met, within 30%"

    @property
    def fails(self) -> bool:
        """Return whether the benchmark fails because of this row."""
        if self.measured is None or self.bar is None:
            return False
        return self.measured > self.bar * (1 if self.exact else TOLERANCE)

    @property
    def as_json(self) -> dict[str, Any]:
        """Return the row for machines."""
        return asdict(self) | {"verdict": self.verdict}


Rows = Iterator[Row]


def count(goal: int, what: str, *, bar: float, measured: float) -> Row:
    """Return a row with a count."""
    return Row(goal=goal, what=what, bar=bar, measured=measured, exact=True, form="{:,.0f}")


def not_built(goal: int, what: str) -> Row:
    """Return a row for what the product does not have yet."""
    return Row(goal=goal, what=what, bar=None, note=NOT_BUILT)


def table(rows: Iterable[Row]) -> str:
    """Format rows as a table."""
    lines = [("goal", "ratio of ours to theirs (less is better), or count", "bar", "moonshot", "measured", "verdict")]
    for row in rows:
        values = ["" if value is None else row.form.format(value) for value in (row.bar, row.moonshot, row.measured)]
        lines.append((str(row.goal), row.what, *values, row.verdict))  # type: ignore[arg-type] # three values
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
