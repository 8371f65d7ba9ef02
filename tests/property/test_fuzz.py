"""No file, however damaged or hostile, gets more or less than clear problems at places it has.

5,000 files in an ordinary run, the same ones every time. More, and new ones each time: GROUNDCTL_FUZZ=100000 pytest
tests/property/test_fuzz.py (spread over the kinds of files).
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from declarations.generated import Maker, mutated_files, noisy_files, random_yaml
from declarations.layouts import written
from declarations.test_templates import AFTER, BEFORE
from groundctl.cli.main import main
from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, errors_among, warnings_among
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.template_lint import lint_template
from groundctl.domain.declarations.validator import Validator
from groundctl.presentation.diagnostic_formats import DiagnosticFormat, write_diagnostics
from groundctl.presentation.machine.annotations import MAX_ANNOTATIONS
from support.builders import CHECKOUT, DECLARATIONS, a_policy

ASKED_FOR = int(os.environ.get("GROUNDCTL_FUZZ", "0"))
FILES = ASKED_FOR or 5_000
SLOWEST = 2.0
TEXTS = {
    "own.html": BEFORE + AFTER,
    "pages/own.liquid": BEFORE + AFTER,
    "rally-short.md": "Watch.",
    "rally-full.md": "Watch.",
}
VALIDATOR = Validator(
    schema=SchemaCheck(CHECKOUT.schema("labeling-job")),
    policy=a_policy(required_tags=("cost-center",)),
    read_text=lambda path, name: TEXTS.get(name) or DECLARATIONS.read_text_beside(path, name),
)
PATH = "jobs/sports-data/rally.yaml"


def run_of(share: float) -> settings:
    """Give a kind of files its share of all."""
    return settings(
        max_examples=int(FILES * share),
        derandomize=not ASKED_FOR,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@run_of(0.35)
@given(noisy_files())
def test_random_bytes_are_refused_with_a_message(raw: bytes):
    assert_told_well(raw)


@run_of(0.45)
@given(mutated_files())
def test_damaged_declarations_are_refused_with_a_message(raw: bytes):
    assert_told_well(raw)


@run_of(0.20)
@given(random_yaml())
def test_yaml_of_any_shape_is_refused_with_a_message(raw: bytes):
    assert_told_well(raw)


def assert_told_well(raw: bytes) -> None:
    begun = time.process_time()
    checked = VALIDATOR.check(PATH, raw)
    took = time.process_time() - begun

    assert took <= SLOWEST
    assert checked.declaration or checked.problems, "refused without a word"
    for problem in checked.problems:
        if problem.path == PATH:
            assert_inside(problem, raw)
        assert problem.message
        assert len(problem.hint) > 5
    assert_every_renderer_takes(list(checked.problems))


def assert_inside(problem: LocatedDiagnostic, raw: bytes) -> None:
    lines = raw.decode(errors="replace").removeprefix("\ufeff").split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    assert 1 <= problem.line <= len(lines), (problem, len(lines))
    assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1, problem


def assert_every_renderer_takes(problems: list[LocatedDiagnostic]) -> None:
    texts = {str(form): write_diagnostics(form, problems, files=1) for form in DiagnosticFormat}
    assert len(texts["text"].split("\n")) == len(problems) + 1
    # Where there are more of a kind than GitHub shows, a line says how many.
    more = sum(len(ones) > MAX_ANNOTATIONS for ones in (errors_among(problems), warnings_among(problems)))
    assert len(texts["github"].split("\n")) == len(problems) + more + 1
    assert texts["text"].encode(), "a surrogate would break the terminal"
    assert "\x1b" not in texts["text"] + texts["github"]
    told = json.loads(texts["json"])
    assert len(told["problems"]) + len(told["warnings"]) == len(problems)
    assert len(json.loads(texts["sarif"])["runs"][0]["results"]) == len(problems)


PIECES = ("<", ">", "{{", "}}", "{%", "%}", "<!--", "-->", "</", "/>", "'", '"', " ", "\n", "if x", "endif", "raw", "script",
          "video", "crowd-form", "src=", "|", "<![", "<?", "&#", "é", "a")  # fmt: skip


@run_of(0.05)
@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_templates_of_any_shape_are_refused_with_a_message(pieces: list[str]):
    text = BEFORE + "".join(pieces) + AFTER

    problems = lint_template("own.html", text)

    assert all(
        1 <= problem.line <= text.count("\n") + 1 and problem.column >= 1 and problem.hint for problem in problems
    )


SLOW = {
    "unknown fields": "".join(f"strange_field_{number}: 1\n" for number in range(9_000)),
    "long unknown fields": "".join(f"{'owner' * 40}{number}: 1\n" for number in range(1_200)),
    "repeated mappings in a list of different ones": "input: {prefix: s3://clips/, match: [" + "{}, " * 9_000 + "]}",
    "labels that are none of both": "task: {labels: [" + "1.5, " * 9_000 + "]}",
    "objects that are none of both": "input: {objects: [" + "{a: }, " * 4_000 + "]}",
    "wrong tags": "tags: {" + ", ".join(f"k{number}: [x]" for number in range(4_900)) + "}",
    "aliases": "notify: [" + "*a, " * 9_000 + "]",
    "invisible characters": "notes: " + "\u200b" * 80_000,
    "lines with invisible characters": "# \u200b\n" * 40_000,
    "carriage returns": "a\r" * 120_000,
    "brackets": "[" * 250_000,
    "braces": "{" * 250_000,
    "questions": "? " * 120_000,
    "dashes": "- " * 120_000,
    "quotes": "'" * 250_001,
    "double quotes": '"\\' * 120_000,
    "colons": ":" * 250_000,
    "colons with blanks": "a: " * 80_000,
    "a long text": "notes: " + "a" * 250_000,
    "a long key": "a" * 250_000 + ": 1",
    "a folded text": "notes: >\n" + "  a\n" * 60_000,
    "blank lines": "\n" * 250_000,
    "comments": "#\n" * 120_000,
    "comments below a file": "owner: x\n" + "#\n" * 120_000,
    "cut labels": "task:\n  labels:\n" + "  - a #1\n" * 9_900,
    "cut labels between brackets": "task: {labels: [" + "a #1\n,\n" * 9_900 + "]}",
    "comments between entries": "task: {labels: [a,\n" + "#1,\n" * 60_000 + "]}",
    "comments between fields": "owner: x\n" + "#1\n" * 80_000 + "notes: x\n",
    "blank lines before a comment": "tags:\n"
    + "".join(f"  a{number}: x\n" for number in range(4_900))
    + "\n" * 150_000
    + " #",
    "number signs": "owner: x" + " #" * 120_000,
    "number signs in brackets": "notify: [" + " #" * 120_000,
    "tags of one letter": "a: " + "!" * 200_000,
    "anchors": "".join(f"- &a{number} x\n" for number in range(9_000)),
    "percent signs": "%" * 200_000,
    "pattern food": "name: " + "a-" * 100_000 + "!",
    "more pattern food": "input: {prefix: 's3://" + "a/" * 100_000 + "?'}",
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW.keys())
def test_no_file_is_slow(text: str):
    assert_told_well(text.encode())


SLOW_TEXTS = {
    "tags": "<a " * 900,
    "attributes": "<a " + "b " * 60_000,
    "comments": "<!--" * 900,
    "quotes": "<a href='" * 900 + "x" * 100_000,
    "braces": "{{" * 60_000,
    "half tags": "{%" * 400 + "%" * 100_000,
    "nested conditions": "{% if 1 %}" * 900,
    "filters": "{{ a | " + "b|" * 60_000 + "}}",
}


@pytest.mark.parametrize("text", SLOW_TEXTS.values(), ids=SLOW_TEXTS.keys())
def test_no_template_is_slow(text: str):
    begun = time.process_time()

    problems = lint_template("own.html", text)

    assert problems
    assert time.process_time() - begun <= SLOWEST


SLOW_INSTRUCTIONS = {
    "tags": "<" * 60_000,
    "brackets": "[ " * 30_000,
    "pictures": "![[" * 20_000,
    "a table": "|a" * 4_000 + "\n" + "|-" * 4_000 + "\n" + "a\n" * 20_000,
    "an address named often": "[a]: s3://x/" + "b" * 20_000 + "\n" + "[a]" * 10_000,
}


@pytest.mark.parametrize("text", SLOW_INSTRUCTIONS.values(), ids=SLOW_INSTRUCTIONS.keys())
def test_no_instructions_are_slow(text: str):
    data = {
        **Maker(1).declaration(),
        "task": {"title": "a", "description": "a", "labels": ["a", "b"], "instructions": {"full": text}},
    }

    assert_told_well(written(data).encode())


def test_hundreds_of_invalid_files_are_reported_in_every_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    for number in range(300):
        file = tmp_path / f"jobs/team-{number % 7}/job-{number}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(mutated(number))
    monkeypatch.chdir(tmp_path)

    codes = {form: main(["validate", "--format", form]) for form in DiagnosticFormat}

    assert set(codes.values()) == {1}
    assert "300 declarations" in capsys.readouterr().out


def mutated(number: int) -> bytes:
    data = Maker(number).declaration()
    data["owner"] = number
    return written(data, number).encode()
