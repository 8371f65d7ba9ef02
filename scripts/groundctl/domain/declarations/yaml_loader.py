"""Parses bytes into a Document: strict YAML, which refuses every surprising feature of YAML.

Only this module imports PyYAML. Values follow the YAML 1.2 core schema, so that a bare `no` stays text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
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

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, in_reading_order
from groundctl.domain.declarations.document import Document, Position, Positions, find_places, take_out
from groundctl.domain.declarations.texts.text_problems import (
    CUT_HINT,
    INVISIBLE,
    TAB,
    comment_that_stops,
    cut_texts,
    invisible_characters,
    may_cut_texts,
    position_of_byte,
    syntax_message,
    text_before_byte,
    too_large,
)

Value = dict[str, Any] | list[Any] | str | int | float | bool | None

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_NODES = 10_000
# A number with more digits than a double holds would silently change.
MAX_DIGITS = 15

_DIGITS_HINT = "put it in quotes if it is text, or write fewer digits: the others would be lost"

# libyaml if PyYAML was built with it, as its wheels are: the same events, twenty times faster.
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
# Line breaks of YAML 1.1, as libyaml counts them, that editors do not count.
_ODD_BREAK = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
_MAYBE_NUMBER = frozenset("+-.0123456789")


# It stands for a value that is there and cannot be read.
_UNREADABLE: Any = object()


class _Unreadable(Exception):  # noqa: N818 - not an error of groundctl: it only ends the reading
    """The file cannot be read beyond this point."""


class Link(bytes):
    """The content of a symbolic link as Git stores it: the path of its target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What can be read of a file: None if nothing can be relied upon, else the document, and what is missing in it.

    unreadable holds the JSON Pointers of values that could not be read; the document has None there.
    """

    document: Document | None = None
    problems: tuple[LocatedDiagnostic, ...] = ()
    unreadable: tuple[str, ...] = ()


def load_document(path: str, raw: bytes) -> Document | tuple[LocatedDiagnostic, ...]:
    """Read one file, or report every problem that prevents it."""
    reading = read_document(path, raw)
    return reading.document if reading.document and not reading.problems else reading.problems


def read_document(path: str, raw: bytes) -> Reading:
    """Read as much of a file as can be relied upon, and report every problem of reading it."""
    if isinstance(raw, Link):
        message = f"is a link to {_short(raw.decode(errors='backslashreplace'))}, not a file"
        hint = "commit the file itself: a reviewer cannot see changes behind a link"
        return Reading(problems=(_problem(path, (1, 1), "GT011", message, hint),))
    if len(raw) > MAX_BYTES:
        return Reading(problems=(_problem(path, (1, 1), *too_large(len(raw), MAX_BYTES)),))
    try:
        text = raw.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        place = position_of_byte(raw, error.start)
        return Reading(problems=(_problem(path, place, "GT001", "is not UTF-8", "save the file as UTF-8"),))
    reader = _Reader(path, text)
    data = reader.read()
    problems = in_reading_order(reader.problems)
    if not isinstance(data, dict) or (problems and not _has_places(text)):
        return Reading(problems=problems)
    document = Document(path=path, text=text, data=data, find_positions=_find_positions)
    return Reading(
        document=document, problems=problems, unreadable=tuple(take_out(data, _UNREADABLE)) if problems else ()
    )


def _has_places(text: str) -> bool:
    try:
        return bool(_find_positions(text))
    except yaml.YAMLError:  # an anchor that is repeated, for example
        return False


def _find_positions(text: str) -> Positions:
    return find_places(yaml.compose(text, Loader=_Parser))


def find_cut_texts(
    document: Document, holds_any_text: Callable[[str], bool], holds_uri: Callable[[str], bool]
) -> tuple[LocatedDiagnostic, ...]:
    """Find texts of which YAML reads a part as a comment, in the fields that may hold any text or an S3 URI."""
    if not may_cut_texts(document.text):
        return ()
    return cut_texts(
        document.path, document.text, yaml.compose(document.text, Loader=_Parser), holds_any_text, holds_uri
    )


def _problem(path: str, position: Position, rule: str, message: str, hint: str) -> LocatedDiagnostic:
    line, column = position
    return LocatedDiagnostic(path=path, line=line, column=column, rule=rule, pointer="", message=message, hint=hint)


class _Reader:
    """Walks the parser's events once, builds plain values, and refuses disallowed features."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.problems: list[LocatedDiagnostic] = []
        self.nodes = 0
        self.escapes = "\\" in text
        self.reported: frozenset[int] = frozenset()  # lines with invisible characters
        self.is_reliable = True

    def read(self) -> Value:
        try:
            # Inside the try, because PyYAML's own reader refuses some characters here.
            self.parser = _Parser(self.text)
            self.next: Any = self.parser.get_event
            self.problems.extend(invisible_characters(self.path, self.text))
            if self.problems:
                if _ODD_BREAK.search(self.text):
                    return None  # YAML counts other lines than editors do
                # Every text is searched: a value with an invisible character is not relied upon.
                self.escapes, self.reported = True, frozenset(problem.line for problem in self.problems)
            return self._stream()
        except yaml.MarkedYAMLError as error:
            self._refuse_syntax(error)
        except yaml.reader.ReaderError as error:
            if not self.problems:
                self._refuse_character(error)
        except _Unreadable:
            pass
        return None

    def _stream(self) -> Value:
        self.next()  # stream start
        event = self.next()
        if isinstance(event, StreamEndEvent):
            self._refuse((1, 1), "GT005", "is empty", "start with `groundctl new`, or copy another declaration")
            return None
        assert isinstance(event, DocumentStartEvent)  # noqa: S101 - the parser's grammar
        start = self.next()
        value = self._value(start, 0)
        self.next()  # document end
        event = self.next()
        if not isinstance(event, StreamEndEvent):
            self.is_reliable = False  # what seems to be missing may follow
            self._refuse(
                _at(event),
                "GT006",
                "a second document starts here",
                "keep one declaration in each file: move what follows `---` to another file",
            )
        if not isinstance(value, dict) and not self.problems:
            self._refuse(
                _at(start), "GT005", "is not a mapping of fields", "write `field: value` lines, starting with `name:`"
            )
        return value if self.is_reliable else None

    def _value(self, event: Event, depth: int) -> Any:  # a Value or _UNREADABLE
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._refuse(
                _at(event),
                "GT008",
                f"has more than {MAX_NODES:,} values",
                "move long lists of clips to an input manifest on S3",
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
        self.is_reliable = False
        self._refuse(_at(event), "GT004", f"`*{_short(event.anchor or '')}` is an alias", "repeat the value")
        return None

    def _mapping(self, event: MappingStartEvent, depth: int) -> dict[str, Any]:
        if event.anchor is not None or event.tag is not None:
            self._refuse_marks(event)
        result: dict[str, Any] = {}
        is_whole = event.tag is None
        following = self.next
        while type(key_event := following()) is not MappingEndEvent:
            key = self._key(key_event, depth)
            value = self._value(following(), depth + 1)
            if key is None:
                is_whole = False
            elif key in result:
                self._refuse(_at(key_event), "GT007", f"`{_short(key)}` is given twice", "keep one of them")
                result[key] = _UNREADABLE
            else:
                result[key] = value
        return result if is_whole else _UNREADABLE

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
            self._refuse(
                _at(event), "GT004", "`<<` merges mappings, which a reviewer cannot see", "write the fields themselves"
            )
            return None
        return None if self.escapes and self._refuse_invisible(name, event) else name

    def _sequence(self, event: SequenceStartEvent, depth: int) -> list[Any]:
        if event.anchor is not None or event.tag is not None:
            self._refuse_marks(event)
        result: list[Any] = []
        following = self.next
        while type(item := following()) is not SequenceEndEvent:
            result.append(self._value(item, depth + 1))
        return result if event.tag is None else _UNREADABLE

    def _scalar(self, event: ScalarEvent) -> Any:  # a Value or _UNREADABLE
        if event.anchor is not None or event.tag is not None:
            self._refuse_marks(event)
        text: str = event.value
        if event.tag is not None or (self.escapes and self._refuse_invisible(text, event)):
            return _UNREADABLE
        if event.style:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        return self._number_or_text(text, event) if text[0] in _MAYBE_NUMBER else text

    def _number_or_text(self, text: str, event: ScalarEvent) -> Any:  # a Value or _UNREADABLE
        whole = _INTEGER.match(text)
        if not whole and not _DECIMAL.match(text):
            return text
        if sum(character.isdigit() for character in text) > MAX_DIGITS:
            self._refuse(_at(event), "GT009", f"`{_short(text)}` has more than {MAX_DIGITS} digits", _DIGITS_HINT)
            return _UNREADABLE
        return int(text) if whole else float(text)

    def _refuse_invisible(self, text: str, event: Event) -> bool:
        """Return whether a text has an invisible character, and report one that is written as an escape."""
        invisible = INVISIBLE.search(text)
        # Characters of the file itself are reported earlier.
        if invisible and self.reported.isdisjoint(_lines_of(event)):
            message = f"has an escape for the invisible character U+{ord(invisible.group()):04X}"
            hint = "write the backslash twice if you mean a backslash, or use single quotes"
            self._refuse(_at(event), "GT010", message, hint)
        return invisible is not None

    def _refuse_marks(self, event: Any) -> None:
        if event.anchor is not None:
            self._refuse(
                _at(event), "GT004", f"`&{_short(event.anchor)}` is an anchor", "write the value where it is used"
            )
        # A bare `!` has no effect, but is refused like every tag.
        if event.tag is not None:
            self._refuse(
                _at(event), "GT004", f"`{_short(_tag(event.tag))}` is a tag", "remove it; quote the value if it is text"
            )

    def _refuse_syntax(self, error: yaml.MarkedYAMLError) -> None:
        place = self._inside(_of_mark(error.problem_mark or error.context_mark))
        opened = self._inside(_of_mark(error.context_mark))
        context, problem = error.context or "", error.problem or "is not YAML"
        if cut := self._cut_before(place, opened, context):
            self._refuse(cut[:2], "GT012", cut[2], CUT_HINT)
            return
        # The parser reports something unclosed only where the next token is invalid, which may be far below.
        if opened[0] < place[0] and ("quoted" in context or "flow" in context):
            place = opened
        self._refuse(place, "GT003", *(TAB if self._is_tab(place) else syntax_message(problem, context)))

    def _cut_before(self, place: Position, opened: Position, context: str) -> tuple[int, int, str] | None:
        """Find the comment that ends a text, if the syntax error is where the text could continue."""
        in_brackets = "parsing a flow" in context
        if not in_brackets and not ("parsing a block" in context and place[1] > opened[1]):
            return None
        last: Any = None  # an event of PyYAML, whose classes differ with and without libyaml
        try:
            for event in yaml.parse(self.text, Loader=_Parser):
                last = event
        except yaml.YAMLError:
            pass
        if type(last) is not ScalarEvent or last.style:
            return None
        end = last.end_mark.index if last.end_mark else 0
        rest = None if in_brackets else self._lines[place[0] - 1][place[1] - 1 :]
        return comment_that_stops(self.text, end, rest)

    def _is_tab(self, place: Position) -> bool:
        """Return whether a tab indents the line; libyaml only reports that a tab cannot start a token."""
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
        """Move a position to an existing line: libyaml locates an unfinished value after the last line."""
        last = len(self._lines)
        return place if place[0] <= last else (last, len(self._lines[-1]) + 1)

    def _refuse_character(self, error: yaml.reader.ReaderError) -> None:
        index = max(error.position, 0)
        before = (
            self.text[:index]
            if isinstance(_Parser, type) and _Parser is yaml.BaseLoader
            else text_before_byte(self.text, index)
        )
        place = (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        self._refuse(place, "GT010", "contains a character that YAML does not allow", "remove it")

    def _refuse(self, position: Position, rule: str, message: str, hint: str) -> None:
        self.problems.append(_problem(self.path, self._inside(position), rule, message, hint))


def _of_mark(place: yaml.Mark | None) -> Position:
    return (place.line + 1, place.column + 1) if place else (1, 1)


def _at(event: Any) -> Position:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


def _lines_of(event: Any) -> range:
    return range(event.start_mark.line + 1, event.end_mark.line + 2)


def _tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
