"""The decision table."""

from __future__ import annotations

from typing import Final

from decision_table import approved
from decision_table.rows import Row

TABLE: Final[tuple[Row, ...]] = (*approved.ROWS,)
