"""Texts for people, compared whole."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, Severity
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.creation import Outcome, Result, Verdict
from groundctl.domain.jobs.observed import Counters, Status
from groundctl.domain.tracking.progress import progress_of
from groundctl.presentation.diagnostic_formats import DiagnosticFormat, write_diagnostics
from groundctl.presentation.escape import (
    for_json,
    for_markdown,
    for_markdown_code,
    for_markdown_prose,
    for_terminal,
    for_workflow_message,
    for_workflow_property,
    on_one_line,
    visible,
)
from groundctl.presentation.machine.outcomes_json import applied_json
from groundctl.presentation.machine.plan_json import plan_json
from groundctl.presentation.markdown.plan_comment import plan_markdown
from groundctl.presentation.terminal.outcomes import applied_text
from groundctl.presentation.terminal.plan import plan_text
from groundctl.presentation.terminal.status import status_text
from groundctl.presentation.text import count, duration, usd, usd_range
from support.builders import NOW, a_declaration, a_plan, an_observed_job
from support.github.markdown import read
from support.github.runner_files import commands_in
from support.hostile_texts import HOSTILE as HOSTILE_TEXTS

PROBLEM = LocatedDiagnostic(
    path="jobs/a/b.yaml",
    line=14,
    column=7,
    rule="GT103",
    pointer="/task/labels/2",
    message="task.labels[2] is empty",
    hint="write text",
)
WARNING = replace(PROBLEM, line=20, rule="GT224", severity=Severity.WARNING)


def test_problems_as_text():
    assert write_diagnostics(DiagnosticFormat.TEXT, [PROBLEM, WARNING], files=3) == (
        "jobs/a/b.yaml:14:7 GT103 task.labels[2] is empty — write text\n"
        "jobs/a/b.yaml:20:7 GT224 warning: task.labels[2] is empty — write text\n"
        "1 problem in 1 of 3 declarations, 1 warning"
    )


def test_problems_as_json_have_the_seven_members_others_build_on():
    written = json.loads(write_diagnostics(DiagnosticFormat.JSON, [PROBLEM, WARNING], files=3))

    assert written["files"] == 3
    assert written["problems"] == [
        {
            "path": "jobs/a/b.yaml",
            "line": 14,
            "column": 7,
            "rule": "GT103",
            "pointer": "/task/labels/2",
            "message": "task.labels[2] is empty",
            "hint": "write text",
        }
    ]
    assert [warning["rule"] for warning in written["warnings"]] == ["GT224"]


def test_problems_as_annotations():
    assert write_diagnostics(DiagnosticFormat.GITHUB, [PROBLEM, WARNING], files=3).splitlines() == [
        "::error file=jobs/a/b.yaml,line=14,col=7,title=groundctl GT103::task.labels[2] is empty — write text",
        "::warning file=jobs/a/b.yaml,line=20,col=7,title=groundctl GT224::task.labels[2] is empty — write text",
        "1 problem in 1 of 3 declarations, 1 warning",
    ]


def test_problems_as_sarif_name_rule_file_and_place():
    [run] = json.loads(write_diagnostics(DiagnosticFormat.SARIF, [PROBLEM], files=1))["runs"]

    [result] = run["results"]
    assert result["ruleId"] == "GT103"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 14, "startColumn": 7}


def test_no_problems_says_so():
    assert write_diagnostics(DiagnosticFormat.TEXT, [], files=1) == "1 declaration checked: no problems"


def test_a_plan_for_the_terminal():
    policy = Policy(platform_fee_usd=Decimal("0.08"))

    assert plan_text(a_plan(a_declaration()), policy).splitlines()[:6] == [
        "Plan for test (123456789012, us-east-1): 1 to create",
        "Estimated cost: $0.16 (2 clips, 6 answers). A job cannot be changed or deleted once created. Rates: jobs/policy.yaml."
        " Not included: the pay of reviewers, because jobs/policy.yaml has no rate.",
        "People's time: not known, because `workforce.seconds_per_clip` is not given.",
        "",
        "action  job            clips  workers   cost  team",
        "create  rally-outcome      2   3 each  $0.16  reviewers",
    ]


def test_outcomes_for_the_terminal():
    lost = Outcome(
        name="a",
        path="jobs/a.yaml",
        verdict=Verdict(result=Result.UNKNOWN, evidence="no answer", hint="run apply again"),
    )
    made = Outcome(name="b", path="jobs/b.yaml", verdict=Verdict(result=Result.CREATED, evidence="accepted, and there"))

    assert applied_text(a_plan(), [lost, made], Policy()) == (
        "unknown   a: no answer\n"
        "          hint: run apply again\n"
        "created   b: accepted, and there\n"
        "2 jobs: 1 created, 1 unknown"
    )


def test_a_job_that_was_seen_after_a_lost_answer_is_not_simply_called_created():
    plan = a_plan(a_declaration())
    verdict = Verdict(result=Result.SEEN, evidence="the response was lost (reset), but the job exists as requested")
    seen = Outcome(name="rally-outcome", path="jobs/a.yaml", verdict=verdict)

    text, content = applied_text(plan, [seen], Policy()), applied_json(plan, [seen])

    words = "created (seen after a lost answer, by this run or an earlier one)"
    assert f"{words} rally-outcome: the response was lost (reset)" in text
    assert f"1 job: 1 {words}\n" in text
    assert "Created: " in text
    assert "; an earlier run may have created 1 of these.\n" in text
    assert content["outcomes"][0]["result"] == words
    assert content["created"]["jobs"] == 1


def test_the_progress_of_a_running_job():
    job = an_observed_job(created=NOW - timedelta(hours=2), counters=Counters(labeled=40, unlabeled=60))

    progress = progress_of(job, NOW)

    assert progress.rate == 20
    assert progress.expected_end == NOW + timedelta(hours=3)
    assert "40 of 100" in status_text([progress], NOW)


def test_a_job_that_will_not_finish_in_time_has_advice():
    job = an_observed_job(created=NOW - timedelta(days=10), counters=Counters(labeled=10, unlabeled=1000))

    assert "add workers" in progress_of(job, NOW).advice


def test_a_completed_job_with_unlabeled_clips_is_not_reported_as_done():
    job = an_observed_job(status=Status.COMPLETED, counters=Counters(labeled=9, failed=1))

    assert "1 without a label" in progress_of(job, NOW).advice


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (3600, "1 h"), (90061, "1 d 1 h"), (86400 * 3, "3 d")],
)
def test_a_time_span_has_at_most_two_units(seconds, words):
    assert duration(seconds) == words


def test_money_and_counts():
    assert usd(Decimal("1234.5")) == "$1,234.50"
    assert usd_range(Decimal("0.001"), Decimal("0.004")) == "$0.00"
    assert count(1, "clip") == "1 clip"
    assert count(1200, "clip") == "1,200 clips"


HOSTILE = st.text(
    alphabet=st.sampled_from("abc @#`|*_[]()<>!~:/%\r\n\t&;-=\\\"'$^{}.+x\u202e\u200b\u2060\ud83d1"), max_size=40
) | st.sampled_from(HOSTILE_TEXTS)


@given(HOSTILE)
@settings(max_examples=300, deadline=None)
def test_text_in_markdown_stays_text(text: str):
    for write in (for_markdown, for_markdown_code, for_markdown_prose):
        seen = read(
            f"{write(text)}\n\n- {write(text)}.\n\n<details><summary>{for_markdown(text)}</summary>\n\nx\n\n</details>\n"
        )
        plain = read(
            f"{'quiet' if on_one_line(text) else ''}\n\n- quiet.\n\n<details><summary>quiet</summary>\n\nx\n\n</details>\n"
        )

        assert seen.live == ()
        if on_one_line(text):
            assert seen.skeleton == plain.skeleton


@given(HOSTILE)
@settings(max_examples=300, deadline=None)
def test_text_in_a_table_is_one_cell(text: str):
    table = f"| a | b | c |\n|---|---|---|\n| {for_markdown(text)} | {for_markdown_code(text)} | {for_markdown_prose(text)} |\n"

    seen = read(table)

    assert seen.live == ()
    assert seen.skeleton == read("| a | b | c |\n|---|---|---|\n| quiet | `quiet` | quiet |\n").skeleton


@given(HOSTILE)
@settings(deadline=None)
def test_text_in_a_log_is_not_a_command(text: str):
    assert commands_in(f"{for_terminal(text)}\n  {for_terminal(text)}") == []
    assert "\n" not in for_terminal(text)
    assert "\u202e" not in for_terminal(text)


@given(HOSTILE)
@settings(deadline=None)
def test_text_in_a_workflow_command_is_only_its_message_or_its_property(text: str):
    [command] = commands_in(f"::error file={for_workflow_property(text)},line=1::{for_workflow_message(text)}")

    told = visible(text.replace("\r\n", "\n"))
    assert command.data == told
    assert command.properties == ({"file": told, "line": "1"} if told else {"line": "1"})


@given(HOSTILE)
@settings(deadline=None)
def test_a_shown_text_is_unchanged(text: str):
    seen = read(f"x {for_markdown(text)} x\n")

    assert seen.text.strip() == f"x {on_one_line(text)} x"


def test_only_code_in_a_sentence_is_shown_as_code():
    assert for_markdown_prose("run `groundctl status` now") == "run `groundctl status` now"
    assert for_markdown_prose("a ` b") == "a &#96; b"
    assert for_markdown_prose("a ` b ` c") == "a &#96; b &#96; c"


def test_a_long_text_is_cut_with_an_ellipsis():
    assert for_markdown("x" * 50, 10) == "xxxxxxxxx…"


def test_ten_annotations_of_a_kind_are_all_shown():
    problems = [replace(PROBLEM, line=line) for line in range(1, 11)]

    written = write_diagnostics(DiagnosticFormat.GITHUB, problems, files=1)

    assert [command.properties["line"] for command in commands_in(written)] == [str(line) for line in range(1, 11)]


def test_of_more_than_ten_annotations_the_tenth_counts_the_rest_and_the_log_has_them():
    problems = [replace(PROBLEM, line=line) for line in range(1, 31)]
    warnings = [replace(WARNING, line=line) for line in range(1, 14)]

    written = write_diagnostics(DiagnosticFormat.GITHUB, [*warnings, *problems], files=1).splitlines()

    commands = commands_in("\n".join(written))
    assert [command.name for command in commands] == ["error"] * 10 + ["warning"] * 10
    assert commands[9].data == "and 21 more errors: the log of this step has them all"
    assert commands[19].data == "and 4 more warnings: the log of this step has them all"
    plain = [line for line in written if not line.startswith("::")]
    assert plain[:2] == [
        "jobs/a/b.yaml:10:7 GT103 task.labels[2] is empty — write text",
        "jobs/a/b.yaml:11:7 GT103 task.labels[2] is empty — write text",
    ]
    assert len(plain) == 21 + 4 + 1
    assert plain[-1] == "30 problems in 1 of 1 declaration, 13 warnings"


def test_json_for_a_terminal_has_no_raw_control_bytes_and_means_the_same():
    unsafe = "".join(map(chr, range(0x80, 0xA0))) + "\x7f\u202e\u2066\u2028\u2029\u200f"

    written = for_json({"name": f"a{unsafe}b", unsafe: ["\u00e9"]})

    assert not set(unsafe) & set(written)
    assert "\u00e9" in written
    assert json.loads(written) == {"name": f"a{unsafe}b", unsafe: ["\u00e9"]}


def test_finished_jobs_that_no_file_declares_are_a_count_and_running_ones_are_named():
    ended = [
        an_observed_job(a_declaration(name=f"old-{number}"), status=Status.COMPLETED, counters=Counters(labeled=2))
        for number in range(12)
    ]
    running = an_observed_job(a_declaration(name="forgotten"))
    plan = a_plan(observed=(*ended, running))

    text, comment = plan_text(plan, Policy()), plan_markdown(plan, Policy())

    for written in (text, comment):
        assert "12 finished jobs are not declared here." in written
        assert "1 not declared here" in written
        assert "forgotten" in written
        # Beside it, a note about the ledger names the first three of all 13.
        assert written.count("old-1") == written.count("old-0, old-1 and 10 more")
    assert sum(change["name"].startswith("old-") for change in json.loads(plan_json(plan))["changes"]) == 12
