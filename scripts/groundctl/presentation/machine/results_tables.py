"""Labels object by object, as tables that other tools read: CSV, where nothing runs as a formula, and JSON Lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from groundctl.domain.results.output_manifest import LabeledObject
from groundctl.presentation.results_sentences import votes_words, why_words


def jsonl_lines(objects: Iterable[LabeledObject]) -> Iterator[bytes]:
    """Write objects as JSON Lines; the team's own keys are below `own`, where they clash with nothing."""
    for one in objects:
        line: dict[str, Any] = {
            "source_ref": one.source_ref,
            "label": one.label,
            "confidence": one.confidence,
            "labeled_at": one.labeled_at,
            "labeled_by": one.labeled_by,
            "why_no_label": why_words(one.why, one.told) if one.why else None,
            "own": one.own,
        }
        if one.answers:
            line["answers"] = dict(one.answers)
        yield msgspec.json.encode(line) + b"\n"


_COLUMNS = ("source_ref", "label", "confidence", "labeled_at", "labeled_by", "why_no_label")


def own_keys(objects: Iterable[LabeledObject]) -> tuple[str, ...]:
    """Collect the team's own keys in the order they are first met."""
    return tuple(dict.fromkeys(key for one in objects for key in one.own))


def csv_lines(objects: Iterable[LabeledObject], keys: Sequence[str], *, with_answers: bool = False) -> Iterator[str]:
    """Write objects as CSV with the team's own keys as columns; no cell is a formula to a spreadsheet."""
    # With any other line end, Python's writer leaves a carriage return inside a cell unquoted, and the row breaks there.
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    fixed = (*_COLUMNS, *(("answers",) if with_answers else ()))
    yield writer.writerow([*fixed, *(inert(name) for name in _column_names(keys, fixed))])
    for one in objects:
        cells = [
            one.source_ref,
            one.label,
            one.confidence,
            one.labeled_at,
            one.labeled_by,
            why_words(one.why, one.told) if one.why else None,
            *((votes_words(one.answers),) if with_answers else ()),
            *(one.own.get(key) for key in keys),
        ]
        yield writer.writerow([_cell(cell) for cell in cells])


class _Echo:
    """Gives back what a writer writes."""

    def write(self, text: str) -> str:
        """Give back one row."""
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
            return inert(value)
        case bool() | Mapping() | list():
            return inert(msgspec.json.encode(value).decode())
        case int() | float():
            return repr(value)
        case _:
            return inert(str(value))


# Where a cell begins, also for a spreadsheet that splits at semicolons or lines, and what would make a formula of it there.
_SPLIT = re.compile(r"[;\t\r\n]")
_STARTS = frozenset("=+-@＝＋－＠' \t\r\n")  # noqa: RUF001
_FORMULA = re.compile(r"(^|[;\t\r\n])([ \t\r\n]*'*)(?=[=+\-@＝＋－＠])")  # noqa: RUF001 - spreadsheets take the wide forms too


def inert(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run; taking one away again gives the text back."""
    # Nearly all cells are harmless, and seen to be so by a look.
    if text and text[0] not in _STARTS and _SPLIT.search(text) is None:
        return text
    return _FORMULA.sub(r"\1\2'", text)
