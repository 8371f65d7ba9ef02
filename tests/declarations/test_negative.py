"""Wrong declarations, each with the exact list of what is said about it. The cases are in `negative/`."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from clips.answers import ANSWERS
from clips.table import ROWS as CLIPS
from declarations.corpus import Case, Expected, all_cases, bless, found_in, problems_of, repository_of
from groundctl.domain.declarations.rules import reference
from groundctl.domain.declarations.rules.registry import sentences
from places.table import ROWS as PLACES

CASES = all_cases()
CODE = Path(reference.__file__).parents[3]
# Reached by no case: the words for a keyword that the schema does not use, which test_schemas.py invents, and links,
# which a text cannot contain (tests/unit/test_checkout.py); and the file beside all declarations (test_kept_infrastructure.py).
NEVER_HIT = {"GT100", "GT011", "GT608"}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_every_problem_is_reported_at_its_place(case: Case, tmp_path: Path):
    made = repository_of(case)

    found = found_in(problems_of(made, tmp_path))

    if os.environ.get("UPDATE_SNAPSHOTS"):
        bless(case, found)
    elif "plan" in made.settings:
        assert places(found) == places(made.expected)
    else:
        assert found == sorted(made.expected), "if this change is meant: see corpus.py on how to renew the case"


def places(expected: list[Expected]) -> list[tuple[str, int, int, str]]:
    return sorted((one.path, one.line, one.column, one.rule) for one in expected)


def test_there_are_enough_invalid_declarations():
    wrong = [case for case in CASES if repository_of(case).expected]

    assert len(wrong) >= 150


def test_titles_are_unique():
    names = [case.name for case in CASES]

    assert len(set(names)) == len(names)


def test_every_rule_in_the_code_has_a_case():
    templates = (Path(__file__).parent / "templates/hostile.cases").read_text()
    hit = {one.rule for case in CASES for one in repository_of(case).expected} | set(
        re.findall(r"[\^<0-9] (GT\d{3}) ", templates)
    )

    # What is wrong about a job's place in AWS, and about its clips, are tables of their own.
    rows = [*(row.says for row in PLACES), *(row.says for row in CLIPS), *(row.says for row in ANSWERS)]
    placed = {rule for says in rows for words in says for rule in re.findall(r"GT\d{3}", words)}

    assert rules_in_code() - hit - placed == NEVER_HIT


def test_every_rule_in_the_code_has_a_sentence_in_the_reference():
    assert rules_in_code() == {*sentences(), *reference.OTHER_RULES}


def test_every_reason_of_a_plan_has_a_sentence_in_the_reference():
    texts = (path.read_text() for path in sorted(CODE.rglob("*.py")))

    assert {rule for text in texts for rule in re.findall(r'"(P\d{3})"', text)} == {*reference.PLAN_RULES}


def test_the_rule_reference_is_up_to_date():
    written = (CODE.parents[1] / "schemas/RULES.md").read_text()

    assert written == reference.rule_reference(), "run: python tests/declarations/write_rules.py"


def test_every_message_has_a_hint():
    sentences = [one.sentence for case in CASES for one in repository_of(case).expected]

    assert [
        sentence for sentence in sentences if "see the field's description" in sentence or sentence.endswith("— ")
    ] == []


def rules_in_code() -> set[str]:
    """Find every rule id that a source file of groundctl can give to a problem."""
    texts = (path.read_text() for path in sorted(CODE.rglob("*.py")))
    return {rule for text in texts for rule in re.findall(r'"(GT\d{3})"', text)}
