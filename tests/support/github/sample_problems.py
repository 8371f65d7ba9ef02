"""Samples of the comments where there is no plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from groundctl.domain.adoption.doctor.finding import CheckResult, Diagnosis, Section, cannot_see, warning, wrong
from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, Severity
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.presentation.markdown.comment import Footer
from groundctl.presentation.markdown.doctor import doctor_markdown, with_set_up
from groundctl.presentation.markdown.problems_comment import failure_comment, problems_comment, validation_summary
from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT
from support.builders import a_run


def _problem(line: int, rule: str, pointer: str, message: str, hint: str, **more: Any) -> LocatedDiagnostic:
    members = {"path": "jobs/sports-data/rally-outcome-2026-11.yaml", "column": 3, **more}
    return LocatedDiagnostic(line=line, rule=rule, pointer=pointer, message=message, hint=hint, **members)


_PROBLEMS: Final = (
    _problem(
        12,
        "GT106",
        "/task/labels/2",
        "task.labels[2] is true/false, not text",
        'YAML reads a bare `no` that way: write "no"',
    ),
    _problem(14, "GT202", "/task/labels/3", '"winner" is listed twice', "keep one of them, or reword it"),
    _problem(
        2,
        "GT212",
        "/name",
        'name is "dock-events" in a file named "dock-events-2026-11"',
        "rename the file to dock-events.yaml, or write name: dock-events-2026-11",
        path="jobs/warehouse/dock-events-2026-11.yaml",
        column=7,
    ),
    _problem(
        21,
        "GT224",
        "/workforce/workers_per_object",
        "workforce.workers_per_object is 1: AWS then computes no confidence and writes 0.00",
        "use 3 or more where quality matters",
        severity=Severity.WARNING,
    ),
)


def problems() -> RenderedComment:
    return problems_comment(_PROBLEMS, 14, footer=Footer(run=a_run()))


def a_thousand_problems() -> RenderedComment:
    many = [
        replace(_PROBLEMS[number % 3], path=f"jobs/sports-data/rally-{number:04}.yaml", line=number % 30 + 1)
        for number in range(1_000)
    ]
    return problems_comment(many, 1_000, footer=Footer(run=a_run()))


def no_plan() -> RenderedComment:
    comment = failure_comment(
        "AWS does not know the security token: ExpiredTokenException when calling ListLabelingJobs.",
        "run the workflow again; if it stays, look at the trust of the role that `AWS_PLAN_ROLE` names",
        footer=Footer(run=a_run()),
    )
    return with_set_up(lambda _: comment, doctor_markdown(_SET_UP))(COMMENT_LIMIT)


_SET_UP: Final = Diagnosis(
    results=tuple(
        CheckResult(check=check, section=section, title=check, environment=environment, findings=(finding,))
        for check, section, environment, finding in (
            (
                "lock",
                Section.HERE,
                "",
                warning("the files here were written by groundctl 0.0.9", "groundctl init --upgrade"),
            ),
            (
                "environment-files",
                Section.HERE,
                "staging.eu-west-1",
                wrong("its .tfvars file does not exist", "groundctl init"),
            ),
            (
                "github-reviews",
                Section.GITHUB,
                "",
                wrong("main asks for 0 approvals", "https://github.com/acme/labels/settings/rules"),
            ),
            ("github-variables", Section.GITHUB, "", cannot_see("the token may not read variables")),
        )
    )
)


def from_a_fork() -> RenderedComment:
    return RenderedComment(content=validation_summary(_PROBLEMS, 14, is_fork=True).rstrip(), footer="")
