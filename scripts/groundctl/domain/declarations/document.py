"""A file that holds one well-formed mapping, and where its values are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# Line and column, both from 1.
Position = tuple[int, int]
# The positions of a field's name and of its value, by the value's JSON Pointer.
Positions = Mapping[str, tuple[Position, Position]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file's text and data; positions are found when they are first needed, which is where something is wrong."""

    path: str
    text: str
    data: dict[str, Any]
    find_positions: Callable[[str], Positions]

    def positions(self) -> Positions:
        """Find where each value of the data is written."""
        return self.find_positions(self.text)
