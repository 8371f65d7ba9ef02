"""Labels object by object as CSV, in which no cell is a formula, and as JSON Lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from groundctl.domain.results.output_manifest import LabeledObject
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
        yield msgspec.json.encode(line) + b"\n"


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


# Where a cell starts, also in a spreadsheet that splits at semicolons or lines; what it may skip there because it is
# invisible; and what would start a formula then, also in full width and in small forms.
_SPLIT = re.compile(r"[;\t\r\n]")
BLANKS = (
    " \t\r\n\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f"
    "\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
)
SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
_STARTS = re.compile(f"[{BLANKS}{SIGNS}']")
_FORMULA = re.compile(f"(^|[;\\t\\r\\n])([{BLANKS}]*'*)(?=[{SIGNS}])")


def escape_formula(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run; removing one apostrophe restores the text."""
    # Nearly all cells are harmless; this check is cheap.
    if _STARTS.match(text) is None and _SPLIT.search(text) is None:
        return text
    return _FORMULA.sub(r"\1\2'", text)
