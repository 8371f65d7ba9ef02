"""Untrusted text stays text: one escaper for each place that text can go."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from groundctl.presentation.characters import escape_json

# Characters that are invisible or change the text direction (the loader refuses the same in declarations), and lone
# surrogates, which cannot be written as UTF-8.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Write invisible characters, and those that change the text direction, as their code points."""
    return _INVISIBLE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def on_one_line(text: str, most: int | None = None) -> str:
    """Write a text on one line without invisible characters, cut to a maximum length."""
    if most is not None:
        text = text[: 2 * most]  # keeps the cost of a very long text bounded
    flat = " ".join(visible(text).split())
    return flat if most is None or len(flat) <= most else flat[: most - 1] + "…"


def for_terminal(text: str) -> str:
    """Write a text on one line, without control sequences for terminals or commands for the workflow runner."""
    line = visible(text.replace("\r", " ").replace("\n", " ").replace("\t", " "))
    # The runner reads :: at the start of a line, also after blanks, and the older ##[ anywhere.
    if line.lstrip().startswith("::"):
        line = line.replace("::", "\\u003a:", 1)
    return line.replace("##[", "#\\u0023[")


def for_json(value: Any) -> str:
    """Write a value as JSON in which no text is a command for the workflow runner or for a terminal."""
    # JSON has # only within strings, where this escape means the same.
    written = json.dumps(value, indent=2, ensure_ascii=False).replace("##[", "#\\u0023[")
    # A terminal may obey the C1 bytes, and show text backwards after others; json.dumps escapes only C0.
    return escape_json(written)


def for_workflow_message(text: str) -> str:
    """Escape the message of a GitHub workflow command."""
    return visible(text.replace("\r\n", "\n")).replace("%", "%25").replace("\n", "%0A")


def for_workflow_property(text: str) -> str:
    """Escape a property of a GitHub workflow command, such as a file's name."""
    return for_workflow_message(text).replace(":", "%3A").replace(",", "%2C")


# It is invisible, and GitHub reads no name, number, or address that contains it.
_JOINER = "\u2060"
_SHOWN_JOINER = "&#8288;"
# S3 URIs stay as they are: GitHub does not link them, and people copy them.
_LIVE = re.compile(
    r"(?P<name>[@#])(?=\S)"
    r"|(?P<issue>\b[Gg][Hh])(?=-[0-9])"
    r"|(?P<emoji>:)(?=[\w+-])"
    r"|(?P<scheme>(?<!\b[Ss]3):)(?=//)"
    r"|(?P<www>[Ww]{3})(?=\.)"
    r"|(?<![0-9A-Za-z_])(?P<commit>[0-9a-fA-F]{7,40})(?![0-9A-Za-z_])"
)
_SHORTER_THAN_A_COMMIT = re.compile(r"[0-9a-fA-F]{1,6}")
# At the start of a line these make it a list, a rule or a heading; a number does when a full stop follows.
_BLOCK = re.compile(r"[-+=#]|[0-9]{1,9}(?:[.)]|\Z)")
_MARKDOWN = {character: f"&#{ord(character)};" for character in r"\`*_[]<>|~&"}
# In an element of its own, as GitHub's documentation has it: two amounts on one line would be a formula.
_MARKDOWN |= {_JOINER: _SHOWN_JOINER, "$": "<span>$</span>"}


def for_markdown(text: str, most: int | None = None) -> str:
    """Write a text into Markdown so that it cannot be anything but text, on one line, also in a table or a line of HTML.

    Entities stop what Markdown reads. GitHub looks for names, numbers, addresses and commits only after decoding them, so an
    invisible joiner goes into those.
    """
    return _no_block(_escaped(on_one_line(text, most)))


def _escaped(flat: str) -> str:
    return "".join(_MARKDOWN.get(character, character) for character in _LIVE.sub(_joined, flat))


def _joined(match: re.Match[str]) -> str:
    if match["commit"]:
        return _JOINER.join(_SHORTER_THAN_A_COMMIT.findall(match["commit"]))
    return f"{match.group()}{_JOINER}"


def _no_block(line: str) -> str:
    block = _BLOCK.match(line)
    return line if block is None else f"{line[: block.end() - 1]}&#{ord(line[block.end() - 1])};{line[block.end() :]}"


# GitHub shows a color swatch beside such code.
_COLOR = re.compile(r"#[0-9A-Fa-f]{3,8}|(?:rgb|hsl)a?\(.*\)", re.IGNORECASE)


def for_markdown_code(text: str, most: int | None = None) -> str:
    """Write a text as inline code, in a fence longer than any run of backticks in it; also inside a table."""
    flat = on_one_line(text, most) or " "
    # A table is split into cells before code is parsed, and its escape of | is not an escape elsewhere. In a log, the
    # workflow runner reads ##[ as the start of a command, also within code.
    if "|" in flat or "##[" in flat:
        return for_markdown(flat)
    if _COLOR.fullmatch(flat):
        flat = f"{flat[0]}{_JOINER}{flat[1:]}"
    longest = max((len(run) for run in re.findall(r"`+", flat)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


def for_markdown_prose(text: str, most: int | None = None) -> str:
    """Write a sentence of ours that quotes code in backticks and may contain untrusted text."""
    flat = on_one_line(text, most)
    pieces = flat.split("`")
    # An odd number of backticks, or backticks around nothing or blanks, is not our quoting.
    if len(pieces) % 2 == 0 or any(not code or code != code.strip() for code in pieces[1::2]):
        return for_markdown(flat)
    written = (for_markdown_code(piece) if index % 2 else _escaped(piece) for index, piece in enumerate(pieces))
    return _no_block("".join(written))


def display_width(text: str) -> int:
    """Count the columns a text takes on a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
