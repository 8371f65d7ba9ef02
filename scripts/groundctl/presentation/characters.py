"""What kind of character it is, by its Unicode category: what no reader sees, and what JSON must escape."""

from __future__ import annotations

import unicodedata

# Visible by their category, and blank all the same: fillers of Hangul, Egyptian and CJK, an empty Braille cell, an empty
# note head, and the place of an embedded object.
_BLANK = frozenset("\u115f\u1160\u2800\u303f\u3164\uffa0\ufffc\U00013441\U00013442\U0001d159")
# Control and format characters, private use, lone surrogates, unassigned ones, and the two line separators.
_UNSAFE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


def is_hidden(character: str) -> bool:
    """Return whether a reader sees nothing of a character at the start of a text: no letter, number, mark of punctuation or symbol.

    A combining mark counts, because there is no character before it that it could combine with.
    """
    return unicodedata.category(character)[0] in "CMZ" or character in _BLANK


def escape_json(written: str) -> str:
    """Escape every character in JSON that a program may obey or a reader cannot see; its meaning stays the same."""
    if written.isascii() and "\x7f" not in written:
        return written
    # A line break outside of texts is layout; in a text it is escaped already.
    unsafe = (each for each in set(written) if each != "\n" and unicodedata.category(each) in _UNSAFE)
    return written.translate({ord(each): _escaped(each) for each in unsafe})


def _escaped(character: str) -> str:
    """Write a character as JSON does: in UTF-16, so that one beyond the first 65,536 has two escapes."""
    digits = character.encode("utf-16-be", errors="surrogatepass").hex()
    return "".join(f"\\u{digits[place : place + 4]}" for place in range(0, len(digits), 4))
