"""Texts fit the reader's screen: sentences break between words, and a table that is too wide becomes a list."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.creation import Outcome, Result, Verdict
from groundctl.domain.jobs.observed import Status
from groundctl.domain.tracking.progress import progress_of
from groundctl.presentation.escape import display_width
from groundctl.presentation.screen import PLAIN, Color, Screen
from groundctl.presentation.tables import Column, text_table
from groundctl.presentation.terminal.consent import consent_question
from groundctl.presentation.terminal.outcomes import applied_text
from groundctl.presentation.terminal.plan import plan_text
from groundctl.presentation.terminal.status import status_text
from support.builders import NOW, a_declaration, a_plan, an_observed_job
from support.hostile_texts import HOSTILE

NARROW, USUAL = Screen(40), Screen(80)
POLICY = Policy(platform_fee_usd=Decimal("0.08"))
COLUMNS = (
    Column("action", leads=True, is_painted=True),
    Column("job", leads=True),
    Column("clips", right=True),
    Column("bar", is_extra=True),
)
ROWS = (("create", "rally-outcome", "1,200", "█" * 30), ("stop", "dock", "", ""))


def some_outcomes() -> list[Outcome]:
    lost = Verdict(result=Result.SEEN, evidence="the response was lost (reset), but the job exists as requested")
    refused = Verdict(result=Result.FAILED, evidence="AWS refused the request: the team is gone", hint="choose a team")
    return [
        Outcome(name="rally-outcome", path="jobs/a.yaml", verdict=lost),
        Outcome(name="dock-events", path="jobs/b.yaml", verdict=refused),
    ]


def some_jobs() -> list[str]:
    failed = an_observed_job(
        name="rally-outcome-2026-11", status=Status.FAILED, failure_reason="ClientError: the manifest cannot be read"
    )
    return [status_text([progress_of(failed, NOW)], NOW, screen=screen) for screen in (NARROW, USUAL)]


def without_color(text: str) -> str:
    return re.sub(r"\x1b\[[0-9]+m", "", text)


@pytest.mark.parametrize("screen", [NARROW, USUAL], ids=["40", "80"])
def test_a_plan_an_apply_and_a_question_fit_the_screen(screen: Screen) -> None:
    plan = a_plan(a_declaration(name="rally-outcome-of-the-whole-season-2026"))
    texts = (
        plan_text(plan, POLICY, screen=screen),
        applied_text(plan, some_outcomes(), POLICY, screen=screen),
        consent_question(plan, plan.changes, screen),
    )

    for text in texts:
        assert [line for line in text.splitlines() if display_width(line) > (screen.columns or 0)] == []


def test_the_same_words_are_shown_on_every_screen() -> None:
    plan = a_plan(a_declaration())
    wide, narrow = (applied_text(plan, some_outcomes(), POLICY, screen=screen) for screen in (PLAIN, NARROW))

    assert narrow.split() == wide.split()


def test_the_progress_of_a_job_is_a_list_where_a_table_does_not_fit() -> None:
    narrow, usual = some_jobs()

    assert narrow.splitlines()[:2] == ["rally-outcome-2026-11", "  status: Failed; labeled: 1 of 2;"]
    assert usual.splitlines()[0].split() == ["job", "status", "labeled", "created"]


def test_a_table_first_leaves_out_what_is_extra_and_then_becomes_a_list() -> None:
    assert text_table(COLUMNS, ROWS, USUAL)[0] == "action  job            clips  bar"
    assert text_table(COLUMNS, ROWS, NARROW) == [
        "action  job            clips",
        "create  rally-outcome  1,200",
        "stop    dock",
    ]
    assert text_table(COLUMNS, ROWS, Screen(24)) == ["create  rally-outcome", "  clips: 1,200", "stop  dock"]


@pytest.mark.parametrize("columns", [None, 80, 24])
def test_the_color_of_a_row_changes_no_word_and_no_blank(columns: int | None) -> None:
    colors = [Color.GREEN, Color.RED]
    plain = text_table(COLUMNS, ROWS, Screen(columns), colors=colors)
    colored = text_table(COLUMNS, ROWS, Screen(columns, colored=True), colors=colors)

    assert [without_color(line) for line in colored] == plain
    assert sum("\x1b[32mcreate\x1b[0m" in line for line in colored) == 1


def test_apply_and_status_have_color_where_it_is_wanted() -> None:
    plan, screen = a_plan(a_declaration()), Screen(colored=True)
    outcomes = [Outcome(name="a", path="a", verdict=Verdict(result=result, evidence="e")) for result in Result]
    applied = applied_text(plan, outcomes, POLICY, screen=screen)
    failed, done = (progress_of(an_observed_job(status=each), NOW) for each in (Status.FAILED, Status.COMPLETED))
    standing = status_text([failed, done], NOW, screen=screen)

    assert without_color(applied) == applied_text(plan, outcomes, POLICY)
    assert "\x1b[32mcreated\x1b[0m" in applied
    assert "\x1b[31mfailed\x1b[0m" in applied
    assert "\x1b[33mleft to a newer run\x1b[0m" in applied
    assert "\x1b[31mFailed\x1b[0m" in standing
    assert "\x1b[32mCompleted\x1b[0m" in standing
    assert without_color(standing) == status_text([failed, done], NOW)


def test_a_word_is_never_broken_so_that_it_can_be_copied() -> None:
    uri = f"s3://clips/{'a' * 60}.mp4"

    assert list(NARROW.lines(f"the clip {uri} is gone")) == ["the clip", f"  {uri}", "  is gone"]


@given(st.one_of(st.sampled_from(HOSTILE), st.text()), st.integers(min_value=1, max_value=120))
def test_a_line_is_as_harmless_after_a_break_as_before(text: str, columns: int) -> None:
    screen = Screen(columns)
    lines = list(screen.lines(f"x {text} ::error::y", first="  ", rest=""))

    assert not any(line.lstrip().startswith("::") or "##[" in line or "\x1b" in line for line in lines)
    assert not any(len(line.splitlines()) > 1 for line in lines)
