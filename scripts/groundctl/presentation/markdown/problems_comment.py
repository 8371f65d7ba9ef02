"""The comment where there is no plan: declarations have errors, a plan could not be made, or nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, errors_among, warnings_among
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.presentation.markdown.comment import Footer, Rank, composed, elsewhere, footer_line
from groundctl.presentation.markdown.environment import render
from groundctl.presentation.markdown.points import Point, grouped, place_links, points_part
from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT, SUMMARY_LIMIT, Part
from groundctl.presentation.terminal.diagnostics import diagnostics_summary
from groundctl.presentation.text import count


def problems_comment(
    problems: Sequence[LocatedDiagnostic], files: int, *, footer: Footer | None, limit: int = COMMENT_LIMIT
) -> RenderedComment:
    """Write why a pull request cannot be planned, within so many bytes."""
    head = _head(problems, files, is_comment=True)
    return composed(head, _lists(problems, footer), footer_line(footer), limit)


def _head(problems: Sequence[LocatedDiagnostic], files: int, *, is_comment: bool, is_fork: bool = False) -> str:
    return render(
        "problems",
        summary=diagnostics_summary(problems, files),
        has_errors=bool(errors_among(problems)),
        is_comment=is_comment,
        is_fork=is_fork,
    )


def _lists(problems: Sequence[LocatedDiagnostic], footer: Footer | None) -> list[Part]:
    errors, warnings = errors_among(problems), warnings_among(problems)
    where = elsewhere("problems", footer)
    return [
        points_part(count(len(errors), "problem"), grouped(_points(errors, footer)), where, rank=Rank.ATTENTION),
        points_part(count(len(warnings), "warning"), grouped(_points(warnings, footer)), where, rank=Rank.NOTES),
    ]


def _points(problems: Sequence[LocatedDiagnostic], footer: Footer | None) -> list[Point]:
    return [
        Point(
            jobs=(),
            places=place_links([problem], footer),
            cause=problem.message,
            rule=problem.rule,
            step=problem.hint,
        )
        for problem in problems
    ]


def unchanged_comment(footer: Footer | None) -> RenderedComment:
    """Correct what an earlier run reported: the pull request no longer changes anything that a plan is made from."""
    return composed(render("nothing_to_plan"), [], footer_line(footer), COMMENT_LIMIT)


def failure_comment(message: str, hint: str, *, footer: Footer | None) -> RenderedComment:
    """Report an external failure, so that a pull request does not look as if no plan had been tried."""
    return composed(render("no_plan", message=message, hint=hint), [], footer_line(footer), COMMENT_LIMIT)


def not_acting_comment(lines: Sequence[str], *, footer: Footer | None) -> RenderedComment:
    """Say after the merge why the run of its commit does nothing."""
    return composed(render("not_acting", lines=lines), [], footer_line(footer), COMMENT_LIMIT)


def validation_summary(problems: Sequence[LocatedDiagnostic], files: int, *, is_fork: bool) -> str:
    """Write what the offline check of a pull request found, for the page of its run: a fork gets no comment."""
    head = _head(problems, files, is_comment=False, is_fork=is_fork)
    return composed(head, _lists(problems, None), "", SUMMARY_LIMIT).content + "\n"
