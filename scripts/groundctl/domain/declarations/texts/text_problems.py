"""Problems of a file's text: invisible characters, text that YAML reads as a comment, and errors of YAML's parser."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, field_name
from groundctl.domain.declarations.document import Position, pointer_to

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
MAX_CUTS = 1_000


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


_COMMENT_AFTER_TEXT = re.compile(r"[ \t\r\n]+(#[^\r\n]*)")
# A comment that could be text: it has no space after its `#`.
_HASHED = r"(#[^ \t\r\n][^\r\n]*)"
_HASHED_AFTER_COLON = re.compile(rf"[ \t\r\n]*:[ \t\r\n]*{_HASHED}")
_HASHED_AFTER_DASH = re.compile(rf"(?:\A|\n)[ \t]*-[ \t\r\n]+{_HASHED}")
_BETWEEN_ENTRIES = re.compile(r"[\[,]|#[^\r\n]*")
_FIELD_OR_ENTRY = re.compile(r"[^:]*:(?:\s|\Z)|-(?:\s|\Z)")
_LINE_THAT_ENDS_AN_ENTRY = re.compile(r"\n[ \t]*[\]},]")
URI_HINT = "an S3 URI here cannot contain `#`: rename the object or folder; if it is a comment, start it with `# `"
CUT_HINT = "put the whole text in quotes; if it is a comment, put it on its own line above, and start it with `# `"


def may_cut_texts(text: str) -> bool:
    """Return whether a file has a comment where text could be; most files have none."""
    starts_a_line = False
    at = text.find("#", 1)
    while at > 0:
        before = text[at - 1]
        if before in " \t,[:" or (before == "\n" and text[at + 1 : at + 2].strip()):
            return True
        starts_a_line = starts_a_line or before == "\n"
        at = text.find("#", at + 1)
    # Text can continue in the first column only in brackets.
    return starts_a_line and _LINE_THAT_ENDS_AN_ENTRY.search(text) is not None


def cut_texts(
    path: str,
    text: str,
    root: Any,  # a node of PyYAML, which only the loader may import
    holds_any_text: Callable[[str], bool],
    holds_uri: Callable[[str], bool],
) -> tuple[LocatedDiagnostic, ...]:
    """Find the comments that could be part of a text, in the fields that may hold any text, or an S3 URI.

    After text without quotes, this is every comment on the same line, and one on a next line where the text could
    continue. At the start of a text, and after a URI on its line, it is only a comment without a space after its `#`.
    """
    search = _CutTexts(path=path, text=text, holds_any_text=holds_any_text, holds_uri=holds_uri)
    search.walk(root, "")
    return tuple(search.found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _CutTexts:
    """Walks the nodes of a file and checks the comments next to them."""

    path: str
    text: str
    holds_any_text: Callable[[str], bool]
    holds_uri: Callable[[str], bool]
    # By the comment's index in the text.
    found: dict[int, LocatedDiagnostic] = field(default_factory=dict)

    def walk(self, node: Any, pointer: str) -> None:
        if node.id == "mapping":
            for key, value in node.value:
                inner = f"{pointer}{pointer_to(key.value)}"
                self._after_key(key, inner, node)
                self._after_value(value, inner, node)
        elif node.id == "sequence":
            before = node.start_mark.index
            for index, value in enumerate(node.value):
                self._before_entry(before, value, f"{pointer}/{index}", node)
                self._after_value(value, f"{pointer}/{index}", node)
                before = value.end_mark.index
            if node.flow_style:
                self._between_entries(before, node.end_mark.index, f"{pointer}/{len(node.value)}")

    def _after_key(self, key: Any, pointer: str, holder: Any) -> None:
        end = key.end_mark.index
        if not key.style and (comment := _COMMENT_AFTER_TEXT.match(self.text, end)):
            self._report(comment.start(1), pointer, f'a field\'s name is read as "{_brief(key.value)}"')
        if comment := _HASHED_AFTER_COLON.match(self.text, end):
            self._report_start(comment.start(1), pointer, holder)

    def _after_value(self, value: Any, pointer: str, holder: Any) -> None:
        if value.id != "scalar":
            self.walk(value, pointer)
        elif value.value and not value.style and (found := _COMMENT_AFTER_TEXT.match(self.text, value.end_mark.index)):
            comment, what = found.start(1), f'{field_name(pointer)} is read as "{_brief(value.value)}"'
            if self._could_continue(found.start(), comment, holder) and self.holds_any_text(pointer):
                self._report(comment, pointer, what)
            elif found[1][1:2].strip() and "\n" not in self.text[found.start() : comment] and self.holds_uri(pointer):
                self._report(comment, pointer, what, URI_HINT)

    def _before_entry(self, before: int, value: Any, pointer: str, holder: Any) -> None:
        start = value.start_mark.index
        if holder.flow_style:
            self._between_entries(before, start, pointer)
        # An entry without a value is positioned directly after its dash.
        elif comment := _HASHED_AFTER_DASH.search(self.text[before : start if value.value else self._line_end(start)]):
            self._report_start(before + comment.start(1), pointer, holder)

    def _between_entries(self, start: int, stop: int, pointer: str) -> None:
        """Check the comments after a bracket or comma, where an entry of the list could be."""
        entry_expected = False
        for found in _BETWEEN_ENTRIES.finditer(self.text[start:stop]):
            entry_expected = entry_expected or found[0] in {",", "["}
            if entry_expected and found[0][0] == "#" and found[0][1:2].strip() and self.holds_any_text(pointer):
                self._report(start + found.start(), pointer, f"{field_name(pointer)} is left out")

    def _report_start(self, comment: int, pointer: str, holder: Any) -> None:
        line = self.text.rfind("\n", 0, comment) + 1
        own_line = not self.text[line:comment].strip()
        if (not own_line or self._could_continue(line - 1, comment, holder)) and self.holds_any_text(pointer):
            self._report(comment, pointer, f"{field_name(pointer)} is read without its start")

    def _could_continue(self, end: int, comment: int, holder: Any) -> bool:
        """Return whether YAML would continue the text here: on the same line, in brackets, or if indented more."""
        if holder.flow_style or "\n" not in self.text[end:comment]:
            return True
        return self._column(comment) > int(holder.start_mark.column)

    def _line_end(self, index: int) -> int:
        return end if (end := self.text.find("\n", index)) >= 0 else len(self.text)

    def _column(self, index: int) -> int:
        return index - (self.text.rfind("\n", 0, index) + 1)

    def _report(self, comment: int, pointer: str, what: str, hint: str = CUT_HINT) -> None:
        if comment in self.found or len(self.found) >= MAX_CUTS:
            return
        lost = self.text[comment : self._line_end(comment)]
        self.found[comment] = LocatedDiagnostic(
            path=self.path,
            line=self.text.count("\n", 0, comment) + 1,
            column=self._column(comment) + 1,
            rule="GT012",
            pointer=pointer,
            message=f'{what}: "{_brief(lost)}" is a comment in YAML',
            hint=hint,
        )


def comment_that_stops(text: str, end: int, rest: str | None) -> tuple[int, int, str] | None:
    """Find the comment after the last text before a syntax error: its line, its column and a message.

    The text ends at the index `end`. `rest` is the rest of the line at the error, and None in brackets.
    """
    found = _COMMENT_AFTER_TEXT.match(text, end)
    if not found:
        return None
    comment, start = found[1], found.start(1)
    if rest is None and not (comment[1:2].strip() or any(sign in comment for sign in ",]}")):
        return None
    if rest is not None and _FIELD_OR_ENTRY.match(rest):
        return None
    column = start - text.rfind("\n", 0, start)
    return text.count("\n", 0, start) + 1, column, f'the text is cut: "{_brief(comment)}" is a comment in YAML'


def _brief(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."


def too_large(size: int, limit: int) -> tuple[str, str, str]:
    """Return the rule, the message, and the hint for a file with too many bytes."""
    hint = "move long lists of clips to an input manifest on S3, and name it in input.manifest"
    return "GT002", f"has {size:,} bytes; at most {limit:,} are allowed", hint


def position_of_byte(raw: bytes, index: int) -> Position:
    """Return the line and the column of a byte that is not UTF-8."""
    line = raw.rfind(b"\n", 0, index) + 1
    before = raw[line:index].decode().removeprefix("\ufeff")
    return raw.count(b"\n", 0, index) + 1, len(before) + 1


def text_before_byte(text: str, byte_index: int) -> str:
    """Cut the text where libyaml stopped, which it counts in UTF-8 bytes."""
    return text.encode()[:byte_index].decode(errors="ignore")


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
