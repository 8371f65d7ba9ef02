"""Patterns for S3 keys: `*` matches anything except a slash, `**` matches anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache


def matches(key: str, patterns: Sequence[str]) -> bool:
    """Return whether a key matches one of some patterns; only the case of a file ending is ignored."""
    return any(_pattern(pattern).fullmatch(key) for pattern in patterns)


def matches_named(key: str, patterns: Sequence[str]) -> bool:
    """Return whether a whole key matches one of some patterns; one without a slash is for the file name."""
    name = key.rpartition("/")[2]
    return any(_pattern(pattern).fullmatch(key if "/" in pattern else name) for pattern in patterns)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    """Write a pattern as a regular expression that does not try every place for every wildcard, which could take hours.

    A text after a wildcard is looked for at its first place only, if the same or a wider wildcard follows: that matches
    whatever is between the first place and any other. Only what stands last tries more places.
    """
    *chunks, last = _chunks(pattern)
    if not chunks:
        return re.compile(_at_the_end(last), re.DOTALL)
    first, *others = chunks
    middle = "".join(f"(?>.*?{_at_first(each)})" for each in others)
    return re.compile(f"{_at_first(first)}{middle}.*{_at_the_end(last)}", re.DOTALL)


def _chunks(pattern: str) -> list[list[str]]:
    """Return the expressions of the texts between wildcards: a list for each part between two `**`."""
    start, dot, ending = pattern.rpartition(".")
    # A camera that writes A.MP4 has written a clip: what follows the last dot of a name is compared ignoring case.
    length = len(start + dot) if dot and "/" not in ending else len(pattern)
    chunks, place = [[""]], 0
    for piece in re.split(r"(\*\*|\*|\?)", pattern):
        if piece == "**":
            chunks.append([""])
        elif piece == "*":
            chunks[-1].append("")
        elif piece:
            same, any_case = piece[: max(length - place, 0)], piece[max(length - place, 0) :]
            chunks[-1][-1] += "[^/]" if piece == "?" else re.escape(same) + f"(?i:{re.escape(any_case)})"
        place += len(piece)
    return chunks


def _at_first(texts: Sequence[str]) -> str:
    return texts[0] + "".join(f"(?>[^/]*?{text})" for text in texts[1:])


def _at_the_end(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{_at_first(texts[:-1])}[^/]*{texts[-1]}"
