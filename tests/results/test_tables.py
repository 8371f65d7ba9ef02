"""Tables for other tools: nothing is lost, and no untrusted text becomes a formula."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundctl.domain.results.agreement import read_answers
from groundctl.domain.results.output_line import NoLabelReason
from groundctl.domain.results.output_manifest import LabeledObject, read_objects
from groundctl.presentation.machine.results_json import results_json
from groundctl.presentation.machine.results_tables import (
    csv_lines,
    escape_formula,
    jsonl_lines,
    own_keys,
)
from results.formulas import CLASSES, DROPPED, SIGNS, SPLIT, as_written, first_seen
from results.manifests import a_labeled_job, a_line, a_request, some_results, written
from support.builders import NOW


def as_csv(*objects: LabeledObject) -> str:
    return "".join(csv_lines(objects, own_keys(objects)))


def is_ordinary(text: str) -> bool:
    """Say whether a text begins with something to see that is no sign or apostrophe, and has no semicolon."""
    return first_seen(text) == text[:1] not in {*SIGNS, "'"} and ";" not in text


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
formulas = st.text(st.sampled_from("=+-@'; \t\r\n＝x1\u200b\u0301\u2800"), max_size=8)  # noqa: RUF001
texts = words | formulas
objects = st.builds(
    LabeledObject,
    position=st.integers(0, 9),
    source_ref=texts,
    label=st.none() | texts,
    confidence=st.none() | st.floats(0.01, 1),
    labeled_at=st.none() | texts,
    labeled_by=st.none() | texts,
    own=st.dictionaries(texts, texts | st.integers() | st.booleans() | st.lists(texts, max_size=2), max_size=3),
)


def test_a_table_has_the_teams_own_keys_as_columns() -> None:
    lines = written(a_line(1, "winner", 0.9, door=2), a_line(2, None, camera={"id": 7}))
    found = list(read_objects(lines, a_labeled_job()))

    assert as_csv(*found).replace("\r\n", "\n") == (
        """\
source_ref,label,confidence,labeled_at,labeled_by,why_no_label,door,camera
s3://clips/rally-1.mp4,winner,0.9,2026-11-20T09:14:02.511874Z,Rally-2026,,2,
s3://clips/rally-2.mp4,,,,,"no usable answer: workers declined it, its time ran out, or the clip could not be shown",,"{""id"":7}"
"""
    )


def test_json_lines_keep_the_teams_own_keys_apart() -> None:
    [found] = read_objects(written(a_line(1, "winner", 0.9) | {"label": "mine"}), a_labeled_job())

    [line] = jsonl_lines([found])

    assert line == (
        b'{"source_ref":"s3://clips/rally-1.mp4","label":"winner","confidence":0.9,'
        b'"labeled_at":"2026-11-20T09:14:02.511874Z","labeled_by":"Rally-2026","why_no_label":null,"own":{"label":"mine"}}\n'
    )


def test_own_keys_that_clash_with_a_column_get_a_name_of_their_own() -> None:
    found = LabeledObject(position=0, source_ref="a", own={"label": 1, "own_label": 2, "door": 3})

    assert as_csv(found).split("\r\n")[0].endswith("why_no_label,own_label,own_own_label,door")


def test_answers_are_a_column_when_they_are_known() -> None:
    answers = read_answers([a_request({0: ["winner", "winner", "let"]})])
    found = list(read_objects(written(a_line(0), a_line(1)), a_labeled_job(), answers))

    rows = list(csv.DictReader(io.StringIO("".join(csv_lines(found, (), with_answers=True)))))

    assert [row["answers"] for row in rows] == ["winner 2, let 1", ""]
    assert json.loads(next(jsonl_lines(found)))["answers"] == {"winner": 2, "let": 1}


def in_a_csv(text: str) -> str:
    """Write a text as a label, and read it back with a real parser."""
    label = LabeledObject(position=0, source_ref="a", label=text)

    [_, row] = csv.reader(io.StringIO(as_csv(label), newline=""))

    return row[1]


def runs_nothing(cell: str) -> bool:
    """Say whether no piece of a cell starts a formula, whatever a spreadsheet drops before it, and no cell starts with a drop."""
    return first_seen(cell) not in {*DROPPED} and not any(first_seen(piece) in {*SIGNS} for piece in SPLIT.split(cell))


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", " =1", "\t=1", "\r\n=1", "a;=1", "a\n-1", "';=1", "a\u2028=1", "a\x85=1"],  # noqa: RUF001
)
def test_no_cell_is_a_formula_not_even_where_a_spreadsheet_splits_at_semicolons(cell: str) -> None:
    assert runs_nothing(in_a_csv(cell))
    assert as_written(in_a_csv(cell)) == cell


@pytest.mark.parametrize("sign", [*SIGNS, *DROPPED], ids=lambda sign: f"U+{ord(sign):04X}")
@pytest.mark.parametrize("category", CLASSES)
def test_no_formula_hides_behind_what_no_reader_sees(category: str, sign: str) -> None:
    for hidden in CLASSES[category]:
        cell = f"{hidden}{sign}cmd|' /C calc'!A0"
        shown = escape_formula(cell)

        assert runs_nothing(shown), repr(cell)
        assert as_written(shown) == cell


@pytest.mark.parametrize("sign", ["=", "@", "\t", "\uff1d"], ids=lambda sign: f"U+{ord(sign):04X}")
def test_no_formula_hides_behind_all_of_them_at_once(sign: str) -> None:
    cell = "".join(hidden for category in CLASSES.values() for hidden in category) + f"{sign}cmd()"

    assert runs_nothing(in_a_csv(cell))
    assert as_written(in_a_csv(cell)) == cell


@pytest.mark.parametrize("category", ["Cn", "Co", "Cs"])
def test_no_formula_hides_behind_a_character_without_a_form(category: str) -> None:
    points = [chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) == category]
    # Each is at the start of a piece of its own: a cell for each would take a minute.
    cell = ";".join(f"{hidden}=x" for hidden in points)

    shown = escape_formula(cell)

    assert shown == ";".join(f"{hidden}'=x" for hidden in points)


@pytest.mark.parametrize(
    "cell",
    ["e\u0301=1", "1\ufe0f\u20e3-1", "\u0915\u093f=1", "\u2764\ufe0f+1", "\u0628\u064e-1", "x\u200d=1", "\u3042-1"],
    ids=["accent", "keycap", "Devanagari", "heart", "Arabic", "joiner", "kana"],
)
def test_a_mark_on_a_letter_is_part_of_a_text(cell: str) -> None:
    assert in_a_csv(cell) == cell


def test_a_long_cell_takes_no_longer_for_each_character() -> None:
    cell = "=" + ";\u200b'=" * 100_000

    assert as_written(escape_formula(cell)) == cell


@pytest.mark.parametrize("cell", ["winner", "a-b", "it's", "s3://clips/a=b+c.mp4", "x; y", "2026-11-23", "", "-"[1:]])
def test_harmless_cells_are_written_as_they_are(cell: str) -> None:
    assert escape_formula(cell) == cell


def test_a_negative_number_stays_a_number() -> None:
    assert as_csv(LabeledObject(position=0, source_ref="a", own={"score": -3.5})).endswith(",-3.5\r\n")


def test_a_formula_as_the_name_of_a_key_is_no_formula_either() -> None:
    assert "'=cmd()" in as_csv(LabeledObject(position=0, source_ref="a", own={"=cmd()": 1})).split("\r\n")[0]


@settings(deadline=None)  # a busy machine is slow
@given(texts)
def test_an_escaped_formula_can_be_read_back(text: str) -> None:
    assert as_written(escape_formula(text)) == text
    assert runs_nothing(escape_formula(text))


@settings(deadline=None)  # a busy machine is slow
@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=12).filter(is_ordinary))
def test_an_ordinary_text_is_written_as_it_is(text: str) -> None:
    assert in_a_csv(text) == text
    assert next(jsonl_lines([LabeledObject(position=0, source_ref="a", label=text)])) == (
        b'{"source_ref":"a","label":' + json.dumps(text, ensure_ascii=False).encode() + b',"confidence":null,'
        b'"labeled_at":null,"labeled_by":null,"why_no_label":null,"own":{}}\n'
    )


@pytest.mark.parametrize("category", ["Cc", "Cf", "Zl", "Zp", "Co", "Cn"])
def test_json_lines_hold_no_character_that_a_program_obeys_or_no_reader_sees(category: str) -> None:
    text = "".join(chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) == category)

    [line] = jsonl_lines([LabeledObject(position=0, source_ref="a", label=text, own={text[:9]: text[-9:]})])

    assert line.isascii()
    assert json.loads(line)["label"] == text


@settings(deadline=None)  # a busy machine is slow
@given(st.lists(objects, max_size=4))
def test_every_cell_of_a_csv_can_be_read_back(found: list[LabeledObject]) -> None:
    keys = own_keys(found)

    header, *rows = csv.reader(io.StringIO("".join(csv_lines(found, keys)), newline=""))

    assert len({*header}) == len(header)
    assert len(rows) == len(found)
    for row, one in zip(rows, found, strict=True):
        cells = [as_written(cell) for cell in row]
        assert cells[:2] == [one.source_ref, one.label or ""]
        assert cells[2] == ("" if one.confidence is None else repr(one.confidence))
        assert cells[6:] == [_as_cell(one.own.get(key)) for key in keys]


@settings(deadline=None)  # a busy machine is slow
@given(st.lists(objects, max_size=4))
def test_every_line_of_json_lines_can_be_read_back(found: list[LabeledObject]) -> None:
    lines = [json.loads(line) for line in jsonl_lines(found)]

    assert [(line["source_ref"], line["label"], line["confidence"], line["own"]) for line in lines] == [
        (one.source_ref, one.label, one.confidence, one.own) for one in found
    ]


def test_a_summary_for_other_tools() -> None:
    broken = {**a_line(2, None), "rally-outcome-metadata": {"failure-reason": "ClientError"}}
    answers = read_answers([a_request({0: ["winner"] * 3, 1: ["winner", "winner", "forced error"]})], {"0", "1", "2"})

    summary = results_json(some_results(a_line(0), a_line(1, confidence=0.5), broken, answers=answers), NOW)

    assert summary["labels"][:2] == [
        {"label": "winner", "count": 2, "share": 1.0, "mean_confidence": 0.7, "declared": True},
        {"label": "forced error", "count": 0, "share": 0.0, "mean_confidence": None, "declared": True},
    ]
    assert summary["reasons_for_no_label"] == [
        {
            "reason": str(NoLabelReason.TOO_FEW),
            "aws_says": "ClientError",
            "count": 1,
            "examples": ["s3://clips/rally-2.mp4"],
        }
    ]
    assert summary["confidence"] == {"computed": 2, "histogram": [0, 0, 0, 0, 0, 1, 0, 0, 0, 1]}
    assert (summary["objects"], summary["labeled"], summary["without_label"]) == (3, 2, 1)
    assert json.loads(json.dumps(summary)) == summary


def _as_cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool() | list():
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        case _:
            return repr(value)
