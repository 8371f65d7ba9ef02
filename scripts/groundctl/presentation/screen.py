"""What the reader's screen can show: its columns and colors. A word never depends on its color."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from groundctl.presentation.escape import display_width, for_terminal

# Longer lines of text are hard to read, however wide the window is. A table takes the whole width.
MAX_TEXT_WIDTH = 100
MIN_WIDTH = 20


class Color(IntEnum):
    """A color by its code; a terminal's theme chooses the shade."""

    RED = 31
    GREEN = 32
    YELLOW = 33


def painted(text: str, color: Color | None, *, colored: bool) -> str:
    """Return the text in a color, or as it is."""
    return f"\x1b[{color.value}m{text}\x1b[0m" if colored and color else text


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a text is shown. Without columns it is a file, a pipe, or a log, in which each sentence stays on one line."""

    columns: int | None = None
    colored: bool = False

    def of_at_most(self, columns: int) -> Screen:
        """Return a screen of these columns, or this one if it is narrower."""
        return Screen(min(columns, self.columns or columns), colored=self.colored)

    @property
    def text_width(self) -> int:
        """Return how long a line of text becomes at most."""
        return max(min(self.columns or MAX_TEXT_WIDTH, MAX_TEXT_WIDTH), MIN_WIDTH)

    def fits(self, line: str) -> bool:
        """Return whether a line needs no second one."""
        return self.columns is None or display_width(line) <= self.columns

    def painted(self, text: str, color: Color | None) -> str:
        """Return the text in a color, if this screen has colors."""
        return painted(text, color, colored=self.colored)

    def painted_in(self, lines: Iterable[str], word: str, color: Color | None) -> Iterator[str]:
        """Paint a word where it first stands between blanks."""
        is_missing = self.colored and color is not None
        for line in lines:
            found = re.search(rf"(?<!\S){re.escape(word)}(?=\s|;|$)", line) if is_missing else None
            is_missing = is_missing and found is None
            yield f"{line[: found.start()]}{self.painted(word, color)}{line[found.end() :]}" if found else line

    def lines(self, text: str, *, first: str = "", rest: str = "  ") -> Iterator[str]:
        """Escape a sentence and break it into lines; a word is never broken, so that it can be copied."""
        whole = for_terminal(f"{first}{text}")
        if self.columns is None or display_width(whole) <= self.text_width:
            yield whole
            return
        # A break can bring to the start of a line what was harmless within it.
        yield from (for_terminal(line) for line in _broken(for_terminal(text), self.text_width, first, rest))


def _broken(text: str, width: int, first: str, rest: str) -> Iterator[str]:
    line, words = first, 0
    for word in text.split():
        glued = f"{line}{' ' * bool(words)}{word}"
        if words and display_width(glued) > width:
            yield line
            line, words = f"{rest}{word}", 1
        else:
            line, words = glued, words + 1
    yield line


PLAIN = Screen()
