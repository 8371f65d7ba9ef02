"""Colors of a terminal. A word never depends on its color: without it, the text is the same."""

from __future__ import annotations

from enum import IntEnum


class Color(IntEnum):
    """A color by its code; a terminal's theme chooses the shade."""

    RED = 31
    GREEN = 32
    YELLOW = 33


def painted(text: str, color: Color, *, colored: bool) -> str:
    """Return the text in a color, or as it is."""
    return f"\x1b[{color.value}m{text}\x1b[0m" if colored else text
