"""What is said beside a commit: checks, their annotations, and the one line of a commit's status."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic, Severity, errors_among
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.planning.plan import Action, Plan
from groundctl.domain.tracking.pull_request import Annotation, Check, Conclusion, Level
from groundctl.domain.tracking.pull_request_status import PullRequestStatus
from groundctl.domain.tracking.terraform_plan import TerraformPlanSummary
from groundctl.presentation.escape import for_markdown, on_one_line, visible
from groundctl.presentation.markdown.comment import Footer
from groundctl.presentation.markdown.merged_comment import status_comment, status_title
from groundctl.presentation.markdown.plan_comment import plan_comment
from groundctl.presentation.markdown.problems_comment import failure_comment, problems_comment, unchanged_comment
from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT
from groundctl.presentation.plan_summary import counts_of
from groundctl.presentation.terminal.diagnostics import diagnostics_summary
from groundctl.presentation.text import count, usd_range

# A title is the description of the commit's status too, which holds so many characters.
MAX_TITLE: Final = 140
# What GitHub takes of an annotation: 255 characters of title, 64 KB of message.
MAX_ANNOTATION: Final = 60_000  # bytes
MAX_ANNOTATION_TITLE: Final = 255
# A line each is far below what a check's summary holds.
MAX_PULL_REQUESTS: Final = 200


def plan_check(
    plan: Plan,
    policy: Policy,
    *,
    footer: Footer | None,
    terraform: TerraformPlanSummary | None = None,
    annotations: Sequence[Annotation] = (),
) -> Check:
    """Say whether a plan may be merged."""
    words = plan_comment(plan, policy, footer=footer, terraform=terraform, limit=COMMENT_LIMIT)
    creates = plan.with_action(Action.CREATE)
    money = f", {usd_range(plan.cost.low, plan.cost.high)}" if creates and not plan.open_ended else ""
    return Check(
        title=_title(f"{counts_of(plan)}{money}"),
        summary=words.text,
        conclusion=Conclusion.FAILURE if plan.requires_attention else Conclusion.SUCCESS,
        annotations=tuple(annotations),
    )


def problems_check(problems: Sequence[LocatedDiagnostic], files: int, *, footer: Footer | None) -> Check:
    """Say what is wrong with declarations, on their lines."""
    return Check(
        title=_title(diagnostics_summary(problems, files)),
        summary=problems_comment(problems, files, footer=footer).text,
        conclusion=Conclusion.FAILURE if errors_among(problems) else Conclusion.SUCCESS,
        annotations=annotations_of(problems),
    )


def unchanged_check(footer: Footer | None) -> Check:
    """Say that there is nothing to plan, so that whoever waits for the check is not kept waiting."""
    return Check(
        title="nothing to plan: no declaration, schema or infrastructure is changed",
        summary=unchanged_comment(footer).text,
        conclusion=Conclusion.SUCCESS,
    )


def status_check(status: PullRequestStatus, now: datetime, *, footer: Footer | None) -> Check:
    """Say how a merged pull request's jobs are getting on."""
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
    """Say that there is no plan, and why."""
    return Check(
        title=_title(f"no plan: {message}"),
        summary=failure_comment(message, hint, footer=footer).text,
        conclusion=Conclusion.FAILURE,
    )


def statuses_check(statuses: Sequence[PullRequestStatus], now: datetime, *, footer: Footer | None) -> Check:
    """Say on a commit of the default branch what has become of everything that was asked for and is not long done."""
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
    """Name where jobs came from."""
    return f"Pull request {status.pull_request}" if status.pull_request is not None else "By no pull request"


def status_line(status: PullRequestStatus) -> str:
    """Say in one point of a list how the jobs of a pull request are getting on."""
    return f"- {origin_of(status)}: {for_markdown(status_title(status))}\n"


def statuses_title(statuses: Sequence[PullRequestStatus]) -> str:
    """Say in one line how many pull requests have jobs to tell of."""
    if not statuses:
        return "nothing to do: every declared job is there already"
    attention = sum(status.needs_attention for status in statuses)
    told = f"; {attention:,} {'needs' if attention == 1 else 'need'} a person" if attention else ""
    return f"jobs of {count(sum(status.pull_request is not None for status in statuses), 'pull request')}{told}"
