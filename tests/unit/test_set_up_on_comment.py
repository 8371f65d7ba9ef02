"""What a workflow finds wrong with the set-up: handed on as JSON, and shown at the end of the comment, within its limit."""

from __future__ import annotations

import json
from typing import Any

import pytest

from groundctl.domain.adoption.doctor.finding import CheckResult, Diagnosis, Finding, Section, State
from groundctl.domain.adoption.doctor.setup import Setup
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.presentation.machine.doctor_json import doctor_json, read_doctor_json
from groundctl.presentation.markdown.doctor import MAX_BYTES, doctor_markdown, with_set_up

LIMIT = 20_000
HOSTILE = "</details>\n\n# Merged | @everyone ![x](https://evil.example/) `code` <!-- \u202e ##[group] $x$ \x00"


def a_result(environment: str = "", *, fact: str = "a fact", fix: str = "", state: State = State.WRONG) -> CheckResult:
    return CheckResult(
        check="policy",
        section=Section.HERE,
        title="t",
        environment=environment,
        findings=(Finding(state=state, fact=fact, fix=fix),),
    )


def rendered(limit: int) -> RenderedComment:
    return RenderedComment(content="x" * limit, footer="from run 7")


def test_what_was_found_is_read_back_as_it_was():
    found = Diagnosis(results=(a_result("west", fact=HOSTILE, fix="do"), a_result(state=State.CANNOT_SEE)))

    assert read_doctor_json(json.dumps(doctor_json(found, Setup(version="0.1.0")))) == found


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", "[" * 100_000),
        '{"format_version": 2, "results": []}',
        '{"format_version": 1}',
        '{"format_version": 1, "results": [{"check": "a"}]}',
        '{"format_version": 1, "results": [7]}',
        '{"format_version": 1, "results": [{"check": "a", "section": "Moon", "title": "", "environment": null}]}',
    ],
    ids=range(10),
)
def test_what_is_no_diagnosis_is_none(text: str):
    assert read_doctor_json(text) is None


@pytest.mark.parametrize(
    ("environment", "repository", "kept"),
    [
        (None, True, ["", "east", "west"]),
        ("west", True, ["", "west"]),
        ("west", False, ["west"]),
        ("north", False, []),
    ],
)
def test_an_environment_concerns_its_own_results_and_those_of_the_repository_if_asked(
    environment: str | None, repository: bool, kept: list[str]
):
    found = Diagnosis(results=tuple(map(a_result, ["", "east", "west"])))

    concerning = found.concerning(environment, repository=repository)

    assert [each.environment for each in concerning.results] == kept


def test_the_section_is_folded_between_the_plan_and_the_footer_and_the_limit_holds():
    section = doctor_markdown(Diagnosis(results=(a_result(fix="groundctl init"),)))

    comment = with_set_up(rendered, section)(LIMIT)

    assert section == (
        "<details><summary>Set-up: 1 thing to look at</summary>\n\n"
        "- wrong: `policy`: a fact → `groundctl init`\n\n</details>"
    )
    assert comment.content.endswith(f"x\n\n{section}")
    assert (len(comment.content.encode()), comment.footer) == (LIMIT, "from run 7")


def test_a_comment_stays_as_it_is_if_nothing_is_to_be_looked_at():
    assert with_set_up(rendered, doctor_markdown(Diagnosis(results=(a_result(state=State.CRASHED),)))) is rendered


def test_texts_of_a_pull_request_are_neither_markup_nor_a_flood():
    hostile: dict[str, Any] = {"fact": HOSTILE + "*" * 10_000, "fix": HOSTILE + "*" * 10_000}
    section = doctor_markdown(Diagnosis(results=tuple(a_result(HOSTILE, **hostile) for _ in range(12))))

    assert len(section.encode()) < MAX_BYTES + 300
    assert section.count("</details>") == 1 + section.count("`</details>")
    assert section.count("\n- wrong: ") + 1 == len([line for line in section.splitlines() if line.startswith("- ")])
    assert not any(line.startswith(("#", "!", ">")) for line in section.splitlines())
    assert "more: `groundctl doctor` lists them" in section
