"""The decision table."""

from __future__ import annotations

from typing import Final

from decision_table import approved, by_hand, circumstances, frozen
from decision_table.rows import Row

TABLE: Final[tuple[Row, ...]] = (*approved.ROWS, *circumstances.ROWS, *by_hand.ROWS, *frozen.ROWS)
