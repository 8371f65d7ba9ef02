"""What a pull request is told where there is no plan: its declarations have errors, or it touches none any more."""

from __future__ import annotations

from collections.abc import Sequence

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, errors_among, warnings_among
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.presentation.markdown.comment import (
    RANK_OF_NEEDS,
    RANK_OF_REMARKS,
    Footer,
    Point,
    composed,
    footer_line,
    points_part,
    run_link,
    sentence,
)
from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT, SUMMARY_LIMIT, Part
from groundctl.presentation.terminal.diagnostics import diagnostics_summary
from groundctl.presentation.text import count


def problems_comment(
    problems: Sequence[LocatedDiagnostic], files: int, *, footer: Footer | None, limit: int = COMMENT_LIMIT
) -> RenderedComment:
    """Write what keeps a pull request from being planned, within so many bytes."""
    head = [f"### No plan: {diagnostics_summary(problems, files)}", _standing(problems)]
    return composed(head, _lists(problems, footer), footer_line(footer), limit)


def _standing(problems: Sequence[LocatedDiagnostic]) -> str:
    if not errors_among(problems):
        return ""
    return "**Not ready to merge:** nothing is planned, and nothing will be created, while a declaration has errors."


def _lists(problems: Sequence[LocatedDiagnostic], footer: Footer | None) -> list[Part]:
    errors, warnings = errors_among(problems), warnings_among(problems)
    return [
        _list("What is wrong", errors, footer, rank=RANK_OF_NEEDS),
        _list(count(len(warnings), "warning"), warnings, footer, rank=RANK_OF_REMARKS),
    ]


def _list(heading: str, problems: Sequence[LocatedDiagnostic], footer: Footer | None, *, rank: int) -> Part:
    elsewhere = f"The log of {run_link(footer)} has all of them." if footer else "`groundctl validate` has all of them."
    needs = [
        Point(jobs=(f"{problem.path}:{problem.line}",), cause=problem.message, rule=problem.rule, step=problem.hint)
        for problem in problems
    ]
    return points_part(heading, needs, elsewhere, rank=rank)


def unchanged_comment(footer: Footer | None) -> RenderedComment:
    """Take back what an earlier run may have said: the pull request touches nothing here any more."""
    head = [
        "### Nothing to plan",
        "This pull request changes nothing under `jobs/`, `schemas/` or `terraform/` any more. Merging it creates no labeling job.",
    ]
    return composed(head, [], footer_line(footer), COMMENT_LIMIT)


def failure_comment(message: str, hint: str, *, footer: Footer | None) -> RenderedComment:
    """Say that the world kept us from planning; a pull request must not look as if nobody had tried."""
    head = [
        "### No plan: it could not be made",
        f"**Not ready to merge:** {sentence(message)}",
        f"**What now:** {sentence(hint)}",
    ]
    return composed(head, [], footer_line(footer), COMMENT_LIMIT)


def validation_summary(problems: Sequence[LocatedDiagnostic], files: int, *, is_fork: bool) -> str:
    """Write what the offline check of a pull request found, for the page of its run: a fork gets no comment."""
    fork = (
        "This pull request comes from a fork, whose runs get no credentials: nothing was planned. The plan waits for a"
        " maintainer, who can push the branch to this repository after a look at it."
    )
    head = [f"### {diagnostics_summary(problems, files)}", _standing(problems), fork if is_fork else ""]
    return composed(head, _lists(problems, None), "", SUMMARY_LIMIT).content + "\n"
