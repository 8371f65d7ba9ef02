"""A stranger's text is text: in comments, checks, summaries, annotations, logs and outputs nothing of it is live."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from groundctl.adapters.github.workflow_run import WorkflowRun
from groundctl.cli.ci.reporter import print_log
from groundctl.cli.main import report_crash, report_error
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.creation import Outcome, Result, Verdict
from groundctl.domain.tracking.progress import progress_of
from groundctl.domain.tracking.pull_request_status import PullRequestStatus
from groundctl.domain.tracking.refused_before import RefusedJob
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.errors import ExternalError
from groundctl.presentation.escape import for_json, for_terminal, on_one_line, visible
from groundctl.presentation.machine.annotations import github_annotations
from groundctl.presentation.machine.diagnostics_json import diagnostics_json
from groundctl.presentation.machine.outcomes_json import applied_json
from groundctl.presentation.machine.plan_json import plan_json
from groundctl.presentation.machine.sarif import sarif
from groundctl.presentation.machine.status_json import status_json
from groundctl.presentation.markdown.check_run import (
    failure_check,
    plan_check,
    problems_check,
    status_check,
    statuses_check,
)
from groundctl.presentation.markdown.comment import Footer, footer_line
from groundctl.presentation.markdown.merged_comment import status_comment
from groundctl.presentation.markdown.plan_comment import plan_comment, plan_markdown, terraform_comment
from groundctl.presentation.markdown.problems_comment import failure_comment, problems_comment, validation_summary
from groundctl.presentation.markdown.run_summary import run_summary
from groundctl.presentation.markdown.size_limit import MARKER_ROOM, SUMMARY_LIMIT, size
from groundctl.presentation.terminal.consent import consent_question
from groundctl.presentation.terminal.diagnostics import diagnostics_text
from groundctl.presentation.terminal.outcomes import applied_text
from groundctl.presentation.terminal.plan import plan_text
from groundctl.presentation.terminal.status import status_text
from groundctl.presentation.terminal.terraform_plan import terraform_plan_text
from support.builders import NOW, a_run, an_observed_job
from support.github.markdown import read
from support.github.runner_files import Command, commands_in, outputs_in
from support.hostile_texts import HOSTILE
from support.untrusted_inputs import (
    a_plan_of,
    a_refusal_of,
    a_standing_of,
    a_status_of,
    a_terraform_plan_of,
    places_of,
    problems_of,
)

FOOT = Footer(run=a_run(attempt=2), plan_digest="d53eefdb7b714f43839ef6addb83ffe7")
PLAIN = "quiet"
POLICY = Policy()
ONE_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]*")


@dataclass(frozen=True)
class Place:
    """Somewhere in Markdown that texts go to."""

    name: str
    write: Callable[[str, int], RenderedComment]
    limits: tuple[int, ...] = (60_000, 20_000)
    room: int = SUMMARY_LIMIT  # in which nothing is cut


def eleven_statuses_of(text: str) -> list[PullRequestStatus]:
    """Return more statuses than are shown in full; few have a job, which keeps parsing fast."""
    status = a_status_of(text, applied=True)
    return [replace(status, jobs=())] * 9 + [replace(status, jobs=status.jobs[:1])] * 2


PLACES = (
    Place(
        "plan",
        lambda text, limit: plan_comment(
            a_plan_of(text), POLICY, footer=FOOT, standing=a_standing_of(text), places=places_of(text), limit=limit
        ),
    ),
    Place("terraform", lambda text, limit: terraform_comment(a_terraform_plan_of(text), footer=FOOT, limit=limit)),
    Place("problems", lambda text, limit: problems_comment(problems_of(text), 2, footer=FOOT, limit=limit)),
    Place("no plan", lambda text, _: failure_comment(text, f"write `{text}` or {text}", footer=FOOT), limits=(60_000,)),
    Place(
        "validated",
        lambda text, _: RenderedComment(
            content=validation_summary(problems_of(text), 2, is_fork=True), footer=footer_line(FOOT)
        ),
        limits=(SUMMARY_LIMIT,),
    ),
    Place(
        "run",
        # The first ten are shown in full, the others on a line each.
        lambda text, limit: run_summary(eleven_statuses_of(text), NOW, footer=FOOT, limit=limit),
        room=3 * SUMMARY_LIMIT,
    ),
    Place(
        "applied", lambda text, limit: status_comment(a_status_of(text, applied=True), NOW, footer=FOOT, limit=limit)
    ),
    Place(
        "labeling", lambda text, limit: status_comment(a_status_of(text, applied=False), NOW, footer=FOOT, limit=limit)
    ),
)


def test_there_are_enough_hostile_texts_and_no_two_are_alike():
    assert len(set(HOSTILE)) == len(HOSTILE) >= 200


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_every_text_stays_text_in_a_comment_and_none_is_lost(place: Place):
    plain = read(place.write(PLAIN, place.room).text)
    often = plain.text.count(PLAIN)

    for text in HOSTILE:
        written = place.write(text, place.room).text
        seen = read(written)

        assert seen.live == (), text
        assert all(ONE_LINE.fullmatch(line.replace("\u2060", "")) for line in written.split("\n")), text
        if text.strip():  # of nothing there is nothing to show
            assert seen.skeleton == plain.skeleton, text
            # What is long is cut, but its beginning is there each time; a pair of backticks may have become code.
            beginning = on_one_line(text)[:20].replace("`", "").strip()
            assert seen.text.replace("`", "").count(beginning) >= often, text


@pytest.mark.parametrize(
    ("place", "limit"), [pytest.param(one, limit, id=f"{one.name} {limit}") for one in PLACES for limit in one.limits]
)
def test_no_text_exceeds_the_limit_of_a_comment(place: Place, limit: int):
    for text in (text for text in HOSTILE if len(text) > 100):
        written = place.write(text, limit).text

        assert size(written) <= limit - MARKER_ROOM, text[:60]
        assert read(written).live == (), text[:60]


def test_plain_comments_have_nothing_live_except_links_to_the_run_and_to_lines_of_files():
    for place in PLACES:
        seen = read(place.write(PLAIN, place.room).text)

        assert seen.live == ()
        links = {tag for tag in seen.tags if tag.startswith("<a")}
        lines = f"<a href=https://github.com/acme/labeling/blob/{FOOT.run.head_commit}/"
        assert f"<a href={FOOT.run.run_url}>" in links
        assert [link for link in links if link != f"<a href={FOOT.run.run_url}>" and not link.startswith(lines)] == []
        assert not {tag for tag in seen.tags if re.match("<(img|input|del|em|hr|pre|blockquote|section)", tag)}


def test_checks_and_their_annotations_are_plain():
    for text in HOSTILE:
        checks = (
            plan_check(a_plan_of(text), POLICY, footer=FOOT, places=places_of(text)),
            problems_check(problems_of(text), 2, footer=FOOT),
            status_check(a_status_of(text, applied=True), NOW, footer=FOOT),
            status_check(a_status_of(text, applied=False), NOW, footer=FOOT),
            statuses_check([a_status_of(text, applied=True), a_status_of(text, applied=False)], NOW, footer=FOOT),
            failure_check(text, text, footer=FOOT),
        )

        for check in checks:
            assert ONE_LINE.fullmatch(check.title), text
            assert len(check.title) <= 140
            assert len(check.summary) < 65_535
            for one in check.annotations:
                assert ONE_LINE.fullmatch(one.title), text
                assert len(one.title) <= 255
                assert size(one.message) <= 64_000
                assert all(ONE_LINE.fullmatch(line) for line in re.split("[\n\t]", one.message)), text


def test_annotations_in_the_log_are_groundctls_and_contain_the_text():
    for text in HOSTILE:
        error, warning = problems_of(text)

        found = commands_in(github_annotations([error, warning], 2))

        assert [command.name for command in found] == ["error", "warning"], text
        for command, problem in zip(found, (error, warning), strict=True):
            assert command == Command(
                name=str(problem.severity),
                properties={
                    **({"file": told} if (told := as_told(text)) else {}),
                    "line": "100",
                    "col": "7",
                    "title": f"groundctl {problem.rule}",
                },
                data=as_told(f"{problem.message} — {problem.hint}"),
            ), text


def as_told(text: str) -> str:
    """What GitHub shows of a text: its lines, with what cannot be seen written as a number."""
    return visible(text.replace("\r\n", "\n"))


def end_by_a_fault(text: str) -> None:
    """End a command as the world ends it."""
    report_error(ExternalError(text, hint=text))


def end_by_a_crash(text: str) -> None:
    """End a command with an unexpected error; Python prints each of its notes on separate lines."""
    error = RuntimeError(text)
    error.add_note(text)
    report_crash(RuntimeError, error, None)


@pytest.mark.parametrize(
    "write",
    [
        lambda text: plan_markdown(a_plan_of(text), POLICY),
        lambda text: plan_text(a_plan_of(text), POLICY),
        lambda text: plan_json(a_plan_of(text)),
        lambda text: diagnostics_text(problems_of(text), 2),
        lambda text: diagnostics_json(problems_of(text), 2),
        lambda text: sarif(problems_of(text)),
        lambda text: applied_text(a_plan_of(text), outcomes_of(text), POLICY),
        lambda text: consent_question(a_plan_of(text), a_plan_of(text).changes),
        lambda text: for_json(applied_json(a_plan_of(text), outcomes_of(text))),
        lambda text: terraform_plan_text(a_terraform_plan_of(text)),
        lambda text: for_json(status_json([progress_of(an_observed_job(name=text, failure_reason=text), NOW)])),
        lambda text: status_text([progress_of(an_observed_job(name=text, failure_reason=text), NOW)], NOW),
        lambda text: for_json(status_json([], [RefusedJob(name=text, refusal=a_refusal_of(text))])),
        lambda text: status_text([], NOW, [RefusedJob(name=text, refusal=a_refusal_of(text))]),
        lambda text: for_terminal(text),
        lambda text: for_json({"text": text, text: [text]}),
    ],
    ids=[
        "plan.md",
        "plan",
        "plan.json",
        "problems",
        "problems.json",
        "sarif",
        "applied",
        "question",
        "applied.json",
        "ground",
        "status.json",
        "status",
        "refused.json",
        "refused",
        "line",
        "json",
    ],
)
def test_the_runner_finds_no_command_in_standard_output(write: Callable[[str], str]):
    for text in HOSTILE:
        written = write(text)

        assert commands_in(written) == [], text
        written.encode()  # what cannot be written would end the run
        assert "\x1b" not in written


@pytest.mark.parametrize("write", [print_log, end_by_a_fault, end_by_a_crash], ids=["reporting", "fault", "crash"])
def test_the_runner_finds_no_command_in_standard_error(
    write: Callable[[str], None], capsys: pytest.CaptureFixture[str]
):
    for text in HOSTILE:
        write(text)

        written = capsys.readouterr().err
        assert commands_in(written) == [], text
        assert "\x1b" not in written


def outcomes_of(text: str) -> list[Outcome]:
    return [
        Outcome(name=text, path=text, verdict=Verdict(result=result, evidence=text, hint=text)) for result in Result
    ]


def test_json_that_is_safe_to_print_is_still_the_same_json():
    for text in HOSTILE:
        value = {"text": text, text: [text]}

        assert json.loads(for_json(value)) == json.loads(json.dumps(value)), text


def test_an_output_is_read_back_as_it_was_written(tmp_path: Path):
    file = tmp_path / "output"
    run = WorkflowRun({"GITHUB_OUTPUT": str(file)})

    for text in (text for text in HOSTILE if text.isprintable() or "\n" in text):
        file.unlink(missing_ok=True)
        run.set_outputs({"before": "1", "text": text, "after": "2"})

        found = outputs_in(file.read_bytes().decode())
        assert found == {"before": "1", "text": text, "after": "2"}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("::error::x", "error"),
        ("  ::add-mask::x", "add-mask"),
        ("\u00a0::stop-commands::x", "stop-commands"),
        ("what ##[error]x", "error"),
        ("a\r::error::x", "error"),
    ],
)
def test_the_command_parser_sees_commands(line: str, name: str):
    assert [command.name for command in commands_in(line)] == [name]


@pytest.mark.parametrize(
    "text", ["@octocat", "a #1", "GH-12", "4f0c2a9", ":smile:", "$a$", "<!-- x -->", "<b>x", "`#ff0000`"]
)
def test_the_comment_reader_sees_what_is_live(text: str):
    assert read(f"{text}\n").live


@pytest.mark.parametrize(
    "text",
    [
        "# x",
        "**x**",
        "[x](y)",
        "![x](y)",
        "https://x.y",
        "www.x.y",
        "a@x.y",
        "- x",
        "1. x",
        "- [ ] x",
        "<b>x</b>",
        "~~x~~",
    ],
)
def test_the_comment_reader_sees_another_structure(text: str):
    assert read(f"{text}\n").skeleton != read(f"{PLAIN}\n").skeleton


def test_the_comment_reader_sees_another_row_of_a_table():
    head = "| a | b |\n|---|---|\n"

    assert read(f"{head}| x | y |\n| z | w |\n").skeleton != read(f"{head}| x | y |\n").skeleton
