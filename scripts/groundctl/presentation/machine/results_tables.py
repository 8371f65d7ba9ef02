"""Labels object by object as CSV, in which no cell is a formula, and as JSON Lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import Any

import msgspec

from groundctl.domain.results.output_manifest import LabeledObject
from groundctl.presentation.characters import escape_json, is_hidden
from groundctl.presentation.results_sentences import reason_text, votes_text


def jsonl_lines(objects: Iterable[LabeledObject]) -> Iterator[bytes]:
    """Write objects as JSON Lines; the team's own keys are in `own`, where they cannot clash with ours."""
    for labeled_object in objects:
        line: dict[str, Any] = {
            "source_ref": labeled_object.source_ref,
            "label": labeled_object.label,
            "confidence": labeled_object.confidence,
            "labeled_at": labeled_object.labeled_at,
            "labeled_by": labeled_object.labeled_by,
            "why_no_label": _reason(labeled_object),
            "own": labeled_object.own,
        }
        if labeled_object.answers:
            line["answers"] = dict(labeled_object.answers)
        yield _safe(msgspec.json.encode(line)) + b"\n"


def _safe(line: bytes) -> bytes:
    return line if line.isascii() and b"\x7f" not in line else escape_json(line.decode()).encode()


_COLUMNS = ("source_ref", "label", "confidence", "labeled_at", "labeled_by", "why_no_label")


def own_keys(objects: Iterable[LabeledObject]) -> tuple[str, ...]:
    """Return the team's own keys in the order of their first occurrence."""
    return tuple(dict.fromkeys(key for labeled_object in objects for key in labeled_object.own))


def csv_lines(objects: Iterable[LabeledObject], keys: Sequence[str], *, with_answers: bool = False) -> Iterator[str]:
    """Write objects as CSV with the team's own keys as columns; no cell is a formula in a spreadsheet."""
    # With any other line ending, Python's writer does not quote a carriage return in a cell, which would split the row.
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    fixed = (*_COLUMNS, *(("answers",) if with_answers else ()))
    yield writer.writerow([*fixed, *(escape_formula(name) for name in _column_names(keys, fixed))])
    for labeled_object in objects:
        cells = [
            labeled_object.source_ref,
            labeled_object.label,
            labeled_object.confidence,
            labeled_object.labeled_at,
            labeled_object.labeled_by,
            _reason(labeled_object),
            *((votes_text(labeled_object.answers),) if with_answers else ()),
            *(labeled_object.own.get(key) for key in keys),
        ]
        yield writer.writerow([_cell(cell) for cell in cells])


def _reason(labeled_object: LabeledObject) -> str | None:
    return reason_text(labeled_object.reason, labeled_object.aws_reason) if labeled_object.reason else None


class _Echo:
    """A file whose write() returns the row."""

    def write(self, text: str) -> str:
        """Return one row."""
        return text


def _column_names(keys: Sequence[str], taken: Sequence[str]) -> list[str]:
    names = list(taken)
    for key in keys:
        name = key
        while name in names:
            name = f"own_{name}"
        names.append(name)
    return names[len(taken) :]


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return escape_formula(value)
        case bool() | Mapping() | list():
            return escape_formula(msgspec.json.encode(value).decode())
        case int() | float():
            return repr(value)
        case _:
            return escape_formula(str(value))


# What a spreadsheet takes for the start of a formula, also in full width and in small forms.
SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
# Where a cell starts besides at its beginning: in a spreadsheet that splits at semicolons, tabs or any line break.
BREAKS = ";\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029"
# Some spreadsheets drop these at the beginning of a cell, and some take them for the start of a formula themselves.
DROPPED = "\t\r\n"
_SIGN = re.compile(f"[{re.escape(SIGNS)}]")
_BREAK = re.compile(f"[{BREAKS}]")
_ASCII_WORD = re.compile(r"[A-Za-z0-9]")


class _Place(Enum):
    """Where in a cell a character is: at its start, after an apostrophe there, or after something that a reader sees."""

    START = auto()
    APOSTROPHE = auto()
    INSIDE = auto()


def escape_formula(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run; removing one apostrophe restores the text."""
    # Nearly all cells are harmless; these checks are cheap.
    if not text or (_is_harmless(text[0]) and not (_BREAK.search(text) and _SIGN.search(text))):
        return text
    written, place, dropped = [], _Place.START, _dropped_first(text)
    for number, character in enumerate(text):
        starts_formula = place is not _Place.INSIDE and character in SIGNS
        if starts_formula or number == dropped:
            written.append("'")
        written.append(character)
        place = _Place.INSIDE if starts_formula else _after(character, place)
    return "".join(written)


def _is_harmless(first: str) -> bool:
    """Return whether a first character is seen by a reader and starts no formula."""
    return _ASCII_WORD.match(first) is not None or not (first in SIGNS or first == "'" or is_hidden(first))


def _after(character: str, place: _Place) -> _Place:
    if _BREAK.match(character):
        return _Place.START
    if character == "'" and place is not _Place.INSIDE:
        return _Place.APOSTROPHE
    return _Place.START if place is _Place.START and is_hidden(character) else _Place.INSIDE


def _dropped_first(text: str) -> int | None:
    """Return where the first character is that is dropped at the beginning of a cell, if nothing is seen before it."""
    place = next((number for number, each in enumerate(text) if each in DROPPED or not is_hidden(each)), len(text))
    while text[place : place + 1] == "'":
        place += 1
    return place if text[place : place + 1] in set(DROPPED) else None
