"""Problems of a file's text: characters that a reader cannot see, and errors of YAML's parser."""

import re
from collections.abc import Iterator
from itertools import islice

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic

# Characters a reader cannot see: controls, bidirectional overrides and marks, zero-width spaces, fillers, tags, and the
# line breaks that only some editors show. A reviewer would approve one text, and the worker or the terminal would get
# another. Joiners (200C, 200D) stay: several scripts need them.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_INVISIBLE_IN_ASCII = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# At most one is reported per line, and at most this many per file.
MAX_INVISIBLE = 100


def invisible_characters(path: str, text: str) -> Iterator[LocatedDiagnostic]:
    """Find the characters of a text that a reviewer cannot see."""
    # A quick test is enough for most texts.
    if not (_INVISIBLE_IN_ASCII if text.isascii() else INVISIBLE).search(text) and "\r" not in text:
        return
    # A carriage return at the end of a line belongs to its line break.
    on_line = re.compile(f"{INVISIBLE.pattern}|\r(?!\\Z)")
    matches = ((number, on_line.search(line)) for number, line in enumerate(text.split("\n"), start=1))
    for number, first in islice(((number, first) for number, first in matches if first), MAX_INVISIBLE):
        message, hint = _invisible_character(first.group())
        yield LocatedDiagnostic(
            path=path, line=number, column=first.start() + 1, rule="GT010", pointer="", message=message, hint=hint
        )


def _invisible_character(character: str) -> tuple[str, str]:
    if character == "\r":
        return "contains a carriage return in the middle of a line", "save the file with Unix or Windows line endings"
    message = f"contains the invisible character U+{ord(character):04X}"
    return message, "remove it; if you cannot find it, retype the line"


TAB = ("is indented with a tab", "indent with spaces")
# A part of libyaml's message, our message, and a hint; the first match applies.
_SYNTAX: tuple[tuple[str, str | None, str], ...] = (
    ("a tab character", *TAB),
    ("mapping values are not allowed", "has a `: ` where none is allowed", "put text with `: ` in quotes; check indentation and the line above"),
    ("could not find expected ':'", "is not a `field: value` line", "end the field's name with `:`, here or on the line above"),
    ("end of stream while scanning a quoted", "has a quote that is never closed", "close it, or remove it"),
    ("document indicator while scanning a quoted", "has a quote that is never closed", "close it, or remove it"),
    ("cannot start any token", None, "put text that starts with %, @ or ` in quotes"),
    ("a quoted scalar", None, "write a backslash twice, or use single quotes instead of double quotes"),
    ("did not find expected key while parsing a block", "cannot start a field here", "check the indentation, and where quotes close"),
    ("did not find expected '-'", "does not continue the list above", "start every entry of the list with `- `, all with the same indentation"),
    ("did not find expected ','", "has a bracket that is not closed, or a missing comma", "close the bracket, and put a comma between entries"),
    ("did not find expected node content", "has no value where one is needed", "write the value, or remove the comma or bracket"),
    ("did not find expected <document start>", "cannot start a field here", "start every field in one column, and write nothing after `...`"),
    ("directive", None, "remove the line that starts with `%`"),
    ("incompatible YAML", None, "remove the line that starts with `%`"),
    ("alphabetic or numeric", "has text that starts with * or &", "put the text in quotes: both characters have a meaning in YAML"),
    ("comment or line break", "has text next to `|` or `>`", "start the text on the next line, with more indentation"),
    ("block sequence entries", "has a list on the same line as its field", "start the list on a new line below the field's name"),
    ("unexpected ':'", "has a `:` that YAML cannot interpret", "write a space after it, or put the text in quotes"),
)  # fmt: skip


def syntax_message(problem: str, context: str) -> tuple[str, str]:
    """Convert an error of YAML's parser into a message and a hint."""
    for sign, message, hint in _SYNTAX:
        if sign in f"{problem} {context}":
            return message or f"cannot be read as YAML: {problem}", hint
    message = f"cannot be read as YAML: {problem}{f' ({context})' if context else ''}"
    return message, "check indentation and quotes on this line, or put the text in quotes"
