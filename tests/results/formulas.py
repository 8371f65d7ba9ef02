"""How a spreadsheet may read a cell, written down without the product: what it drops, where it splits, what it would run."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# ASCII, full width, small forms and the minus sign.
SIGNS: Final = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
DROPPED: Final = "\t\r\n"
# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt.
_IGNORABLE: Final = [
    *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
    *(*range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)),
    *(*range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B)),
    *range(0xE0000, 0xE1000),
]


def _of_category(*names: str) -> str:
    return "".join(chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) in names)


# Each character of these classes alone hides what follows it.
CLASSES: Final = {
    "control": _of_category("Cc"),
    "format": _of_category("Cf"),
    "separator": _of_category("Zs", "Zl", "Zp"),
    "mark": _of_category("Mn", "Mc", "Me"),
    "ignorable": "".join(map(chr, _IGNORABLE)),
    "blank": "\u2800\u303f\ufffc\U0001d159",
}
_BREAKS: Final = ";\t\n\x0b\x0c\r\x1c\x1d\x1e\x85\u2028\u2029"
SPLIT: Final = re.compile(f"[{_BREAKS}]")


def _hidden() -> str:
    """Return every character that hides what follows it, for a class of a regular expression."""
    points = sorted({*map(ord, _of_category("Cn", "Co", "Cs") + "".join(CLASSES.values()) + "\U00013441\U00013442")})
    starts = [point for before, point in zip([-2, *points], points, strict=False) if point != before + 1]
    ends = [point for point, after in zip(points, [*points[1:], -2], strict=True) if after != point + 1]
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in zip(starts, ends, strict=True))


_HIDDEN: Final = _hidden()
_FIRST_SEEN: Final = re.compile(f"(?![{DROPPED}])[{_HIDDEN}]*?(?=[{DROPPED}]|[^{_HIDDEN}]|\\Z)")
_BEFORE_SIGN: Final = re.compile(f"(^|[{_BREAKS}])([{_HIDDEN}]*)'('*)(?=[{re.escape(SIGNS)}])")
_BEFORE_DROPPED: Final = re.compile(f"\\A((?:(?![{DROPPED}])[{_HIDDEN}])*)'('*)(?=[{DROPPED}])")


def first_seen(text: str) -> str:
    """Return the first character of a cell that is seen, or that is dropped at its beginning; empty if there is none."""
    found = _FIRST_SEEN.match(text)
    return text[found.end() :][:1] if found else text[:1]


def as_written(text: str) -> str:
    """Undo what `escape_formula` does: one apostrophe less before each would-be formula."""
    return _BEFORE_SIGN.sub(r"\1\2\3", _BEFORE_DROPPED.sub(r"\1\2", text))
