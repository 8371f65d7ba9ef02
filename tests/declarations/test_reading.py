"""What becomes of a good file: plain values, their places, and a JobSpec with seconds and exact money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declarations.generated import HOSTILE, Maker
from declarations.layouts import WAYS, written
from groundctl.domain.declarations.diagnostics import Diagnostic, locate
from groundctl.domain.declarations.document import Document, pointer_to
from groundctl.domain.declarations.sources import ChainedInput, ManifestInput, ObjectsInput, PrefixInput
from groundctl.domain.declarations.spec import Label, is_file_name, parse_spec, seconds
from groundctl.domain.declarations.texts.unfinished import text_files
from groundctl.domain.declarations.worker_template import _indented, longest_html, markdown_to_html
from groundctl.domain.declarations.yaml_loader import MAX_BYTES, load_document
from support.builders import some_data


def document(text: str) -> Document:
    loaded = load_document("rally.yaml", text.encode())
    assert isinstance(loaded, Document), loaded
    return loaded


def value(text: str) -> Any:
    return document(f"value: {text}").data["value"]


OLDER_YAML = (
    "no", "yes", "on", "off", "y", "n", "No", "010", "1_000", "0x1F", "0o17", "1e3", ".inf", "-.inf", ".nan", "+", ".", "1.", "1:30",
    "12:30:00", "2026-11-22", "1.2.3", "0b1", "--1", "=", "tRue", "nUll",
)  # fmt: skip


# -- values --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", OLDER_YAML)
def test_values_that_yaml_1_1_would_convert_stay_text(text: str):
    assert value(text) == text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("0", 0),
        ("-7", -7),
        ("+7", 7),
        ("999999999999999", 999_999_999_999_999),
        ("0.5", 0.5),
        (".5", 0.5),
        ("-0.25", -0.25),
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'7'", "7"),
        ('"true"', "true"),
        ("'~'", "~"),
        ("|\n  a\n  b", "a\nb"),
        (">-\n  a\n  b", "a b"),
    ],
)
def test_a_value_is_read_by_the_core_rules_of_yaml_1_2(text: str, read: Any):
    assert value(text) == read
    assert type(value(text)) is type(read)


@pytest.mark.parametrize("text", ["é漢字🏆", "می\u200cشود", "👩\u200d💻", "a\u00a0b", "\ud7ff\ue000"])
def test_letters_of_every_script_are_read(text: str):
    assert value(f'"{text}"') == text


def test_a_file_of_exactly_the_limit_is_read():
    text = "notes: " + "a" * (MAX_BYTES - 7)

    assert len(document(text).data["notes"]) == MAX_BYTES - 7


def test_a_written_declaration_is_read_back_unchanged():
    for seed in range(50):
        data = Maker(seed).declaration()

        assert document(written(data, seed)).data == data


# -- places --------------------------------------------------------------------------------------------


def test_every_field_and_entry_has_its_place():
    places = document(
        "name: rally\ntask:\n  labels:\n    - winner\n    - {name: error, hint: Net.}\ntags:\n  a/b: x\n  c~d:\n"
    ).positions()

    assert places == {
        "/name": ((1, 1), (1, 7)),
        "/task": ((2, 1), (3, 3)),
        "/task/labels": ((3, 3), (4, 5)),
        "/task/labels/0": ((4, 7), (4, 7)),
        "/task/labels/1": ((5, 7), (5, 7)),
        "/task/labels/1/name": ((5, 8), (5, 14)),
        "/task/labels/1/hint": ((5, 21), (5, 27)),
        "/tags": ((6, 1), (7, 3)),
        "/tags/a~1b": ((7, 3), (7, 8)),
        "/tags/c~0d": ((8, 3), (8, 7)),
    }


def test_columns_count_characters_and_not_bytes():
    places = document('tags: {"é🏆": x, b: y}\n').positions()

    assert places["/tags/b"] == ((1, 17), (1, 20))


def test_a_diagnostic_without_a_place_is_located_at_the_nearest_enclosing_field():
    [problem] = locate(
        document("name: rally\noutput: {}\n"),
        [Diagnostic(rule="GT999", pointer="/output/topic", message="is odd", hint="x")],
    )

    assert (problem.line, problem.column, problem.message) == (2, 9, "output.topic is odd")


def test_a_diagnostic_about_the_whole_file_is_located_at_its_first_field():
    [problem] = locate(
        document("# A comment\n\nname: rally\n"), [Diagnostic(rule="GT999", pointer="", message="is odd", hint="x")]
    )

    assert (problem.line, problem.column) == (3, 1)


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(st.integers(0, 10**6), WAYS)
def test_the_position_of_a_value_is_where_it_is_written(seed: int, way: int):
    data = Maker(seed).declaration()
    text = written(data, way)
    lines = text.split("\n")

    for pointer, (key, _) in document(text).positions().items():
        step = pointer.rsplit("/", 1)[1].replace("~1", "/").replace("~0", "~")
        if step.isascii() and step.isalpha():
            assert lines[key[0] - 1][key[1] - 1 :].lstrip('"').startswith(step)


# -- durations and money -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [("30s", 30), ("1s", 1), ("10m", 600), ("8h", 28_800), ("10d", 864_000), ("9999999d", 863_999_913_600)],
)
def test_a_duration_is_counted_in_seconds(text: str, count: int):
    assert seconds(text) == count


@pytest.mark.parametrize("amount", ["0.012", "0.036", "1.2", "400", "30.50", "0.1", "123456789.12345", "0.00001"])
def test_money_is_exactly_what_was_written(amount: str):
    spec = parse_spec(some_data(budget={"usd": value(amount)}))

    assert spec.budget_usd == Decimal(amount)


def test_omitted_times_are_none_and_others_are_seconds():
    workforce = {**some_data()["workforce"], "task_availability": "10d"}

    assert parse_spec(some_data()).task_availability is None
    assert parse_spec(some_data(workforce=workforce)).task_availability == 864_000


# -- the spec ------------------------------------------------------------------------------------------


def test_whitespace_around_title_and_description_is_removed():
    spec = parse_spec(some_data(task={**some_data()["task"], "title": " How?\n", "description": "Watch.\n"}))

    assert (spec.title, spec.description) == ("How?", "Watch.")


def test_labels_are_texts_or_mappings_in_the_order_given():
    spec = parse_spec(
        some_data(task={**some_data()["task"], "labels": ["a", {"name": "b"}, {"name": "c", "hint": "d"}]})
    )

    assert spec.labels == (Label(name="a"), Label(name="b"), Label(name="c", hint="d"))


def test_the_label_attribute_is_the_name_unless_given():
    assert parse_spec(some_data()).label_attribute == "rally-outcome"
    assert parse_spec(some_data(output={"label_attribute": "end"})).label_attribute == "end"


def test_every_kind_of_input_has_its_type():
    source = {
        "prefix": "s3://clips/",
        "manifest": "s3://clips/m",
        "objects": ["s3://clips/a.mp4"],
        "from_job": "earlier",
        "topic": "new",
    }
    spec = parse_spec(some_data(input=source))

    assert [type(way) for way in spec.sources] == [PrefixInput, ManifestInput, ObjectsInput, ChainedInput]
    assert spec.source is spec.sources[0]
    assert spec.is_streaming


def test_a_job_with_only_a_topic_has_no_source():
    spec = parse_spec(some_data(input={"topic": "new-clips"}))

    assert spec.source is None
    assert spec.is_streaming


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a.md", True),
        (" a.md\n", True),
        ("help/a.md", True),
        ("a b.md", False),
        ("a.txt", False),
        ("See a.md\nb.md", False),
    ],
)
def test_a_markdown_file_name_is_distinguished_from_markdown(text: str, named: bool):
    assert is_file_name(text) is named


def test_the_files_of_a_declaration_come_with_the_fields_that_name_them():
    task = {
        "title": "a",
        "description": "a",
        "labels": ["a"],
        "instructions": {"short": "a.md", "full": "Read **this**."},
        "template": "b.html",
    }

    assert list(text_files(parse_spec(some_data(task=task)))) == [
        ("/task/instructions/short", "a.md"),
        ("/task/template", "b.html"),
    ]


def test_a_pointer_escapes_its_separators():
    assert pointer_to("tags", "a/b~c", 3) == "/tags/a~1b~0c/3"


# -- the page's size -----------------------------------------------------------------------------------

MARKDOWN = (
    "a", "b ", "\n", "\n\n", "- ", "* ", "+ ", "1. ", "2) ", "> ", "#", "`", "**", "_", "[", "]", "](", ")", "<", "![", "s3://abc/d",
    "|", "|-", "\\", "&", "{", "}", '"', "'", "é", "漢", "🏆", "%", "[a]: https://x.y/z\n", "[a]", "    ", "\t", "~", "=", "---",
    "<http://x>", "```", *HOSTILE[:40],
)  # fmt: skip


@settings(max_examples=400, derandomize=True, database=None, deadline=None)
@given(st.lists(st.sampled_from(MARKDOWN), min_size=1, max_size=5), st.lists(st.integers(0, 4), max_size=200))
def test_no_page_is_larger_than_its_calculated_bound(pieces: list[str], order: list[int]):
    text = "".join(pieces[index % len(pieces)] for index in order)

    assert len(_indented(markdown_to_html(text))) <= longest_html(text) + 10
