"""Checks on a commit: their titles, summaries, and annotations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from groundctl.domain.approval.standing import Standing
from groundctl.domain.declarations.diagnostics import NO_PLACES, LocatedDiagnostic, Places, Severity, errors_among
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.planning.plan import Plan
from groundctl.domain.tracking.pull_request import Annotation, Check, Conclusion, Level
from groundctl.domain.tracking.pull_request_status import PullRequestStatus
from groundctl.domain.tracking.terraform_plan import TerraformPlanSummary
from groundctl.presentation.escape import for_markdown, on_one_line, visible
from groundctl.presentation.markdown.comment import Footer
from groundctl.presentation.markdown.environment import render
from groundctl.presentation.markdown.merged_comment import status_comment
from groundctl.presentation.markdown.plan_comment import plan_comment, terraform_comment
from groundctl.presentation.markdown.problems_comment import failure_comment, problems_comment, unchanged_comment
from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT
from groundctl.presentation.markdown.status_headline import status_title
from groundctl.presentation.plan_summary import counts_of
from groundctl.presentation.terminal.diagnostics import diagnostics_summary
from groundctl.presentation.terminal.terraform_plan import terraform_plan_verdict
from groundctl.presentation.text import count, usd_range

# A title is also the description of the commit's status, which holds this many characters.
MAX_TITLE: Final = 140
# GitHub's limits of an annotation: 255 characters of title, 64 KB of message.
MAX_ANNOTATION: Final = 60_000  # bytes
MAX_ANNOTATION_TITLE: Final = 255
# With a line each, this is far below what a check's summary holds.
MAX_PULL_REQUESTS: Final = 200


def plan_check(
    plan: Plan,
    policy: Policy,
    *,
    footer: Footer | None,
    standing: Standing | None = None,
    places: Places = NO_PLACES,
    annotations: Sequence[Annotation] = (),
) -> Check:
    """Make the check on a plan: it fails if a job needs attention, or if the plan goes beyond the approved one."""
    comment = plan_comment(plan, policy, footer=footer, standing=standing, places=places, limit=COMMENT_LIMIT)
    creates = plan.creates
    beyond = standing.beyond_approval if standing else None
    cost = f", {usd_range(plan.cost.low, plan.cost.high)}" if creates and not plan.open_ended else ""
    return Check(
        title=_title(
            f"planned again after the approval: approve again; {counts_of(plan)}{cost}"
            if beyond
            else f"{counts_of(plan)}{cost}"
        ),
        summary=comment.text,
        conclusion=Conclusion.FAILURE if plan.requires_attention or beyond else Conclusion.SUCCESS,
        annotations=tuple(annotations),
    )


def problems_check(problems: Sequence[LocatedDiagnostic], files: int, *, footer: Footer | None) -> Check:
    """Make the check on declarations with problems, each annotated on its line."""
    return Check(
        title=_title(diagnostics_summary(problems, files)),
        summary=problems_comment(problems, files, footer=footer).text,
        conclusion=Conclusion.FAILURE if errors_among(problems) else Conclusion.SUCCESS,
        annotations=annotations_of(problems),
    )


def terraform_check(terraform: TerraformPlanSummary, *, footer: Footer | None) -> Check:
    """Make the check on what a pull request's own Terraform says that it would change: it informs, and blocks nothing."""
    return Check(
        title=_title(terraform_plan_verdict(terraform)),
        summary=terraform_comment(terraform, footer=footer).text,
        conclusion=Conclusion.NEUTRAL,
    )


def not_acting_check(lines: Sequence[str], *, failed: bool) -> Check:
    """Make the check of a run that must not act: the default branch has left it behind, or an environment is open."""
    return Check(
        title=_title(lines[0]),
        summary="\n".join(f"- {for_markdown(line)}" for line in lines),
        conclusion=Conclusion.FAILURE if failed else Conclusion.NEUTRAL,
    )


def unchanged_check(footer: Footer | None) -> Check:
    """Make the check that there is nothing to plan; branch protection may require it on every commit."""
    return Check(
        title="nothing to plan: no changes to declarations, schemas or infrastructure",
        summary=unchanged_comment(footer).text,
        conclusion=Conclusion.SUCCESS,
    )


def status_check(status: PullRequestStatus, now: datetime, *, footer: Footer | None) -> Check:
    """Make the check on the jobs of a merged pull request."""
    return Check(
        title=_title(status_title(status)),
        summary=status_comment(status, now, footer=footer).text,
        conclusion=Conclusion.FAILURE if status.needs_attention else Conclusion.SUCCESS,
    )


def annotations_of(problems: Iterable[LocatedDiagnostic]) -> tuple[Annotation, ...]:
    """Put problems on the lines of the pull request, errors first."""
    ordered = sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR)
    return tuple(
        Annotation(
            path=problem.path,
            line=problem.line,
            column=problem.column,
            level=Level.FAILURE if problem.severity is Severity.ERROR else Level.WARNING,
            title=on_one_line(f"groundctl {problem.rule}", MAX_ANNOTATION_TITLE),
            message=_cut(visible(f"{problem.message} — {problem.hint}")),
        )
        for problem in ordered
    )


def _title(text: str) -> str:
    return on_one_line(text, MAX_TITLE)


def _cut(text: str) -> str:
    raw = text.encode()
    return text if len(raw) <= MAX_ANNOTATION else raw[: MAX_ANNOTATION - 3].decode(errors="ignore") + "…"


def failure_check(message: str, hint: str, *, footer: Footer | None) -> Check:
    """Make the check that there is no plan, with the reason."""
    return Check(
        title=_title(f"no plan: {message}"),
        summary=failure_comment(message, hint, footer=footer).text,
        conclusion=Conclusion.FAILURE,
    )


def statuses_check(statuses: Sequence[PullRequestStatus], now: datetime, *, footer: Footer | None) -> Check:
    """Make the check on a commit of the default branch: the jobs of every merged pull request that is reported."""
    if len(statuses) == 1:
        return status_check(statuses[0], now, footer=footer)
    attention = any(status.needs_attention for status in statuses)
    title = statuses_title(statuses)
    return Check(
        title=_title(title),
        summary="".join(map(status_line, statuses[:MAX_PULL_REQUESTS])).rstrip("\n") or f"{title.capitalize()}.",
        conclusion=Conclusion.FAILURE if attention else Conclusion.SUCCESS,
    )


def origin_of(status: PullRequestStatus) -> str:
    """Name the pull request that declared jobs."""
    return f"Pull request {status.pull_request}" if status.pull_request is not None else "Without a pull request"


def status_line(status: PullRequestStatus) -> str:
    """Write the status of a pull request's jobs as one point of a list."""
    return f"{render('status_line', origin=origin_of(status), title=status_title(status))}\n"


def statuses_title(statuses: Sequence[PullRequestStatus]) -> str:
    """Say in one line how many pull requests have jobs to report."""
    if not statuses:
        return "nothing to do: every declared job already exists"
    attention = sum(status.needs_attention for status in statuses)
    failing = f"; {attention:,} {'needs' if attention == 1 else 'need'} attention" if attention else ""
    return f"jobs of {count(sum(status.pull_request is not None for status in statuses), 'pull request')}{failing}"
