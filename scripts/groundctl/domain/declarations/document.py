"""A file with one well-formed mapping, and the positions of its values."""

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
    """A file's text and data; positions are computed on first use, which only files with problems need."""

    path: str
    text: str
    data: dict[str, Any]
    find_positions: Callable[[str], Positions]

    def positions(self) -> Positions:
        """Find the position of each value."""
        return self.find_positions(self.text)
