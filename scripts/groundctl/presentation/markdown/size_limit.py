"""Makes a text fit its place: whole pieces, the most important first, and what is left out is counted. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

COMMENT_LIMIT = 60_000  # bytes; GitHub refuses 65,536 characters, and its servers differ
SUMMARY_LIMIT = 1_000_000  # bytes; GitHub drops the summary of a step above 1 MiB
MARKER_ROOM = 300  # bytes kept for the line that a comment begins with


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Where a part stops being shown at once, and what folds away the rest of it."""

    after: int
    opening: str
    closing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a text made of whole pieces.

    Of two parts the one with the lower rank gets its room first, wherever it stands. rest says that all but the first so
    many pieces are missing, in no more words for some than for all of them. Pieces are written only as far as there is room.
    """

    pieces: Iterable[str]
    total: int
    rest: Callable[[int], str]
    rank: int = 0
    opening: str = ""
    closing: str = ""
    fold: Fold | None = None


def size(text: str) -> int:
    """Count the bytes of a text; it has no more characters than that, however they are counted."""
    return len(text.encode())


def fit(parts: Sequence[Part], room: int) -> str:
    """Write parts in their order, each as far as there is room for it by its rank."""
    kept = [part for part in parts if part.total]
    least = [size(part.rest(0)) for part in kept]
    left = room - sum(least)
    written: dict[int, str] = {}
    for index in sorted(range(len(kept)), key=lambda index: kept[index].rank):
        written[index] = _filled(kept[index], left + least[index], least[index])
        left += least[index] - size(written[index])
    return "".join(written[index] for index in range(len(kept)))


def _filled(part: Part, room: int, rest: int) -> str:
    """Write as many pieces as there is room for; a piece that is not the last needs room for the words behind it too."""
    fold = part.fold if part.fold and part.fold.after < part.total else None
    used = size(part.opening) + size(part.closing)
    taken: list[str] = []
    for piece in part.pieces:
        is_folded = fold is not None and len(taken) == fold.after
        more = size(piece) + (size(fold.opening) + size(fold.closing) if fold and is_folded else 0)
        if used + more + (rest if len(taken) + 1 < part.total else 0) > room:
            break
        used += more
        taken.append(fold.opening + piece if fold and is_folded else piece)
    count = len(taken)
    if not count:
        return part.rest(0)
    closing = (fold.closing if fold and count > fold.after else "") + part.closing
    return f"{part.opening}{''.join(taken)}{closing}{part.rest(count) if count < part.total else ''}"
