"""Text to Document: strict YAML, with every surprise of YAML refused before a value is built.

The only module that knows PyYAML. Values are read by the YAML 1.2 core rules, so that a bare `no` stays text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, in_reading_order, pointer_to

Value = dict[str, Any] | list[Any] | str | int | float | bool | None
Position = tuple[int, int]

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_NODES = 10_000
# More digits than a double holds would silently become another number.
MAX_DIGITS = 15

_DIGITS_HINT = "put it in quotes if it is text, or write fewer digits: the rest would be lost"

# libyaml where PyYAML was built with it (its wheels are): twenty times quicker, same events.
_Parser: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_CONSTANTS = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)?\.[0-9]+\Z")
_MAYBE_NUMBER = frozenset("+-.0123456789")
# Characters nobody sees: controls, bidirectional overrides and marks, zero-width blanks, fillers, tags, and the line
# breaks that only some editors show. A reviewer would approve one text and the worker or the terminal would get
# another. Joiners (200C, 200D) stay: several scripts need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_UNSEEN_IN_ASCII = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# The same on one line, whose own carriage return is at its end.
_UNSEEN_ON_LINE = re.compile(f"{_UNSEEN.pattern}|\r(?!\\Z)")
# One is told for each line, and no more than so many for a file.
MOST_UNSEEN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that holds one well-formed mapping."""

    path: str
    text: str
    data: dict[str, Any]


class _Unreadable(Exception):  # noqa: N818 - not an error of ours: the file ends here for us
    """Nothing after this point of the file can be trusted."""


class Link(bytes):
    """What a link holds in place of content, as git sees it: the path that it leads to."""


def load_document(path: str, raw: bytes) -> Document | tuple[LocatedDiagnostic, ...]:
    """Read one declaration, or say everything that keeps it from being read."""
    if isinstance(raw, Link):
        message = f"is a link to {_short(raw.decode(errors='backslashreplace'))}, not a file"
        hint = "put the file itself here: behind a link, a reviewer sees no change"
        return (_problem(path, (1, 1), "GT011", message, hint),)
    if len(raw) > MAX_BYTES:
        return (_problem(path, (1, 1), *_too_large(len(raw))),)
    try:
        text = raw.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        return (_problem(path, _position_of_byte(raw, error.start), "GT001", "is not UTF-8", "save the file as UTF-8"),)
    reader = _Reader(path, text)
    data = reader.read()
    if reader.problems:
        return in_reading_order(reader.problems)
    assert isinstance(data, dict)  # noqa: S101 - read() reports anything else
    return Document(path=path, text=text, data=data)


def positions(document: Document) -> dict[str, tuple[Position, Position]]:
    """Map each JSON Pointer to where its key and its value stand, as (line, column) from 1."""
    places: dict[str, tuple[Position, Position]] = {}
    _find_places(yaml.compose(document.text, Loader=_Parser), (), places)
    return places


def _find_places(node: Any, way: tuple[str | int, ...], places: dict[str, tuple[Position, Position]]) -> None:
    if isinstance(node, yaml.MappingNode):
        steps = [(key.value, key, value) for key, value in node.value]
    else:
        steps = [
            (index, item, item) for index, item in enumerate(node.value if isinstance(node, yaml.SequenceNode) else ())
        ]
    for step, key, value in steps:
        places[pointer_to(*way, step)] = (_at(key), _at(value))
        _find_places(value, (*way, step), places)


def unseen_characters(path: str, text: str) -> Iterator[LocatedDiagnostic]:
    """Find the characters in a text that no reviewer can see."""
    # Texts are mostly plain, and for these there is a quicker way to know.
    if not (_UNSEEN_IN_ASCII if text.isascii() else _UNSEEN).search(text) and "\r" not in text:
        return
    found = ((number, _UNSEEN_ON_LINE.search(line)) for number, line in enumerate(text.split("\n"), start=1))
    for number, first in islice(((number, first) for number, first in found if first), MOST_UNSEEN):
        yield _problem(path, (number, first.start() + 1), "GT010", *_unseen_character(first.group()))


def _problem(path: str, position: Position, rule: str, message: str, hint: str) -> LocatedDiagnostic:
    line, column = position
    return LocatedDiagnostic(path=path, line=line, column=column, rule=rule, pointer="", message=message, hint=hint)


def _too_large(size: int) -> tuple[str, str, str]:
    return (
        "GT002",
        f"holds {size:,} bytes; at most {MAX_BYTES:,} are allowed",
        "put long lists of clips into an input manifest on S3 and name it as input.manifest",
    )


def _position_of_byte(raw: bytes, index: int) -> Position:
    line = raw.rfind(b"\n", 0, index) + 1
    before = raw[line:index].decode().removeprefix("\ufeff")
    return raw.count(b"\n", 0, index) + 1, len(before) + 1


class _Reader:
    """Walks the parser's events once, building plain values and refusing what we do not allow."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.problems: list[LocatedDiagnostic] = []
        self.nodes = 0
        self.escapes = "\\" in text

    def read(self) -> Value:
        try:
            # Inside the try: PyYAML's own reader refuses some characters as early as here.
            self.parser = _Parser(self.text)
            self.next: Any = self.parser.get_event
            self.problems.extend(unseen_characters(self.path, self.text))
            return None if self.problems else self._stream()
        except yaml.MarkedYAMLError as error:
            self._refuse_syntax(error)
        except yaml.reader.ReaderError as error:
            self._refuse_character(error)
        except _Unreadable:
            pass
        return None

    def _stream(self) -> Value:
        self.next()  # stream start
        event = self.next()
        if isinstance(event, StreamEndEvent):
            self._refuse((1, 1), "GT005", "is empty", "start from `groundctl new`, or copy a file beside it")
            return None
        assert isinstance(event, DocumentStartEvent)  # noqa: S101 - the parser's grammar
        start = self.next()
        value = self._value(start, 0)
        self.next()  # document end
        event = self.next()
        if not isinstance(event, StreamEndEvent):
            self._refuse(
                _at(event),
                "GT006",
                "a second document starts here",
                "keep one declaration a file: move what follows `---` to a file of its own",
            )
        if not isinstance(value, dict) and not self.problems:
            self._refuse(_at(start), "GT005", "is not a mapping of fields", "write `field: value` lines, `name:` first")
        return value

    def _value(self, event: Event, depth: int) -> Value:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._refuse(
                _at(event),
                "GT008",
                f"has more than {MAX_NODES:,} values",
                "put long lists of clips into an input manifest on S3",
            )
            raise _Unreadable
        if type(event) is ScalarEvent:
            return self._scalar(event)
        if depth >= MAX_DEPTH:
            self._refuse(_at(event), "GT008", f"is nested deeper than {MAX_DEPTH} levels", "flatten this value")
            raise _Unreadable
        if type(event) is MappingStartEvent:
            return self._mapping(event, depth)
        if type(event) is SequenceStartEvent:
            return self._sequence(event, depth)
        assert isinstance(event, AliasEvent)  # noqa: S101 - the parser's grammar
        self._refuse(_at(event), "GT004", f"`*{_short(event.anchor or '')}` is an alias", "write the value out again")
        return None

    def _mapping(self, event: MappingStartEvent, depth: int) -> dict[str, Any]:
        if event.anchor is not None or event.tag is not None:
            self._refuse_marks(event)
        result: dict[str, Any] = {}
        following = self.next
        while type(key_event := following()) is not MappingEndEvent:
            key = self._key(key_event, depth)
            value_event = following()
            if key is None:
                self._value(value_event, depth + 1)
                continue
            if key in result:
                self._refuse(_at(key_event), "GT007", f"`{_short(key)}` is given twice", "keep one of them")
            result[key] = self._value(value_event, depth + 1)
        return result

    def _key(self, event: Event, depth: int) -> str | None:
        if type(event) is not ScalarEvent:
            if type(event) is not AliasEvent:
                self._refuse(_at(event), "GT004", "a field's name is a list or a mapping", "write a plain name")
            self._value(event, depth + 1)
            return None
        if event.anchor is not None or event.tag is not None:
            self._refuse_marks(event)
        name: str = event.value
        if name == "<<" and not event.style:
            self._refuse(_at(event), "GT004", "`<<` merges mappings unseen by a reviewer", "write the fields out")
            return None
        if self.escapes:
            self._refuse_unseen(name, event)
        return name

    def _sequence(self, event: SequenceStartEvent, depth: int) -> list[Any]:
        if event.anchor is not None or event.tag is not None:
            self._refuse_marks(event)
        result: list[Any] = []
        following = self.next
        while type(item := following()) is not SequenceEndEvent:
            result.append(self._value(item, depth + 1))
        return result

    def _scalar(self, event: ScalarEvent) -> Value:
        if event.anchor is not None or event.tag is not None:
            self._refuse_marks(event)
        text: str = event.value
        if event.style:
            if self.escapes:
                self._refuse_unseen(text, event)
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        return self._number_or_text(text, event) if text[0] in _MAYBE_NUMBER else text

    def _number_or_text(self, text: str, event: ScalarEvent) -> str | int | float:
        whole = _INTEGER.match(text)
        if not whole and not _DECIMAL.match(text):
            return text
        if sum(character.isdigit() for character in text) > MAX_DIGITS:
            self._refuse(_at(event), "GT009", f"`{_short(text)}` has more than {MAX_DIGITS} digits", _DIGITS_HINT)
            return text
        return int(text) if whole else float(text)

    def _refuse_unseen(self, text: str, event: Event) -> None:
        if found := _UNSEEN.search(text):
            # What stands in the file itself was found before; this comes from an escape.
            message = f"has an escape for U+{ord(found.group()):04X}, a character that cannot be seen"
            hint = "write a backslash twice if one is meant, or use single quotes"
            self._refuse(_at(event), "GT010", message, hint)

    def _refuse_marks(self, event: Any) -> None:
        if event.anchor is not None:
            self._refuse(
                _at(event), "GT004", f"`&{_short(event.anchor)}` is an anchor", "write the value out where it is used"
            )
        # A bare `!` is the only tag that means what YAML would have read anyway; nobody needs it either.
        if event.tag is not None:
            self._refuse(
                _at(event), "GT004", f"`{_short(_tag(event.tag))}` is a tag", "remove it; quote the value if it is text"
            )

    def _refuse_syntax(self, error: yaml.MarkedYAMLError) -> None:
        place = self._inside(_of_mark(error.problem_mark or error.context_mark))
        opened = self._inside(_of_mark(error.context_mark))
        context, problem = error.context or "", error.problem or "is not YAML"
        # What is never closed shows only where the next thing cannot follow, and that may be far below.
        if opened[0] < place[0] and ("quoted" in context or "flow" in context):
            place = opened
        if self._is_tab(place):
            return self._refuse(place, "GT003", *_TAB)
        for sign, message, hint in _SYNTAX:
            if sign in f"{problem} {context}":
                return self._refuse(place, "GT003", message or f"cannot be read as YAML: {problem}", hint)
        message = f"cannot be read as YAML: {problem}{f' ({context})' if context else ''}"
        return self._refuse(
            place, "GT003", message, "check indentation and quotes on this line, or put the text in quotes"
        )

    def _is_tab(self, place: Position) -> bool:
        """Tell a tab before the text of a line; libyaml says of it no more than that it cannot start anything."""
        line = self._lines[place[0] - 1]
        indentation = line[: len(line) - len(line.lstrip())]
        return "\t" in indentation and place[1] <= len(indentation) + 1

    @cached_property
    def _lines(self) -> list[str]:
        lines = self.text.split("\n")
        while len(lines) > 1 and not lines[-1].strip():
            lines.pop()
        return lines

    def _inside(self, place: Position) -> Position:
        """Keep a position on a line that exists: libyaml puts an unfinished value behind the last one."""
        last = len(self._lines)
        return place if place[0] <= last else (last, len(self._lines[-1]) + 1)

    def _refuse_character(self, error: yaml.reader.ReaderError) -> None:
        index = max(error.position, 0)
        before = (
            self.text[:index] if isinstance(_Parser, type) and _Parser is yaml.BaseLoader else _before(self.text, index)
        )
        place = (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        self._refuse(place, "GT010", "holds a character that YAML does not allow", "remove it")

    def _refuse(self, position: Position, rule: str, message: str, hint: str) -> None:
        self.problems.append(_problem(self.path, self._inside(position), rule, message, hint))


def _before(text: str, byte_index: int) -> str:
    """Cut text where libyaml stopped; it counts in bytes of UTF-8."""
    return text.encode()[:byte_index].decode(errors="ignore")


def _of_mark(mark: yaml.Mark | None) -> Position:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _at(event: Any) -> Position:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


def _unseen_character(character: str) -> tuple[str, str]:
    if character == "\r":
        return "holds a carriage return that ends no line", "save the file with the line ends of Unix or Windows"
    return f"holds U+{ord(character):04X}, a character that cannot be seen", "remove it; retype the line if in doubt"


def _tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


_TAB = ("is indented with a tab", "indent with spaces")
# A part of what libyaml says, and what people say; the first that fits is taken.
_SYNTAX: tuple[tuple[str, str | None, str], ...] = (
    ("a tab character", *_TAB),
    ("mapping values are not allowed", "has a `: ` where none can be", "put text with `: ` in quotes; check the indentation and the line above"),
    ("could not find expected ':'", "is no `field: value`", "end the field's name with `:`, here or on the line above"),
    ("end of stream while scanning a quoted", "has a quote that never closes", "close it, or remove it"),
    ("document indicator while scanning a quoted", "has a quote that never closes", "close it, or remove it"),
    ("cannot start any token", None, "put text that starts with %, @ or ` in quotes"),
    ("a quoted scalar", None, "write a backslash twice, or use single quotes instead of double ones"),
    ("did not find expected key while parsing a block", "is not where a field can start", "check the indentation, and where quotes close"),
    ("did not find expected '-'", "is not where the list goes on", "start every entry of the list with `- `, all equally far in"),
    ("did not find expected ','", "has a bracket that does not close, or lacks a comma", "close the bracket, and put a comma between entries"),
    ("did not find expected node content", "has nothing where a value should be", "write the value, or remove the comma or bracket"),
    ("did not find expected <document start>", "is not where a field can start", "start every field in one column; nothing stands after `...`"),
    ("directive", None, "remove the line that starts with `%`"),
    ("incompatible YAML", None, "remove the line that starts with `%`"),
    ("alphabetic or numeric", "has a text that starts with * or &", "put the text in quotes: both mean something in YAML"),
    ("comment or line break", "has text beside `|` or `>`", "start the text on the next line, further in"),
    ("block sequence entries", "has a list on the line of its field", "start the list on a line of its own, below the field's name"),
    ("unexpected ':'", "has a `:` that YAML cannot place", "write a blank after it, or put the text in quotes"),
)  # fmt: skip
