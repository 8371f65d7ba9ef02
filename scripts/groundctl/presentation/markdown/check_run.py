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
from groundctl.presentation.markdown.merged_comment import story_title, story_words
from groundctl.presentation.markdown.plan_comment import plan_words
from groundctl.presentation.markdown.problems_comment import failure_words, problems_words, untouched_words
from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT
from groundctl.presentation.plan_summary import counts_of
from groundctl.presentation.terminal.diagnostics import diagnostics_summary
from groundctl.presentation.text import count, usd_range

# A title is the description of the commit's status too, which holds so many characters.
MOST_OF_A_TITLE: Final = 140
# What GitHub takes of an annotation: 255 characters of title, 64 KB of message.
MOST_OF_AN_ANNOTATION: Final = 60_000  # bytes
MOST_OF_ITS_TITLE: Final = 255
# A line each is far below what a check's summary holds.
MOST_PULL_REQUESTS: Final = 200


def plan_check(
    plan: Plan,
    policy: Policy,
    *,
    footer: Footer | None,
    ground: TerraformPlanSummary | None = None,
    annotations: Sequence[Annotation] = (),
) -> Check:
    """Say whether a plan may be merged."""
    words = plan_words(plan, policy, footer=footer, ground=ground, limit=COMMENT_LIMIT)
    creates = plan.with_action(Action.CREATE)
    money = f", {usd_range(plan.cost.low, plan.cost.high)}" if creates and not plan.open_ended else ""
    return Check(
        title=_title(f"{counts_of(plan)}{money}"),
        summary=words.text,
        conclusion=Conclusion.FAILURE if plan.fails else Conclusion.SUCCESS,
        annotations=tuple(annotations),
    )


def problems_check(problems: Sequence[LocatedDiagnostic], files: int, *, footer: Footer | None) -> Check:
    """Say what is wrong with declarations, on their lines."""
    return Check(
        title=_title(diagnostics_summary(problems, files)),
        summary=problems_words(problems, files, footer=footer).text,
        conclusion=Conclusion.FAILURE if errors_among(problems) else Conclusion.SUCCESS,
        annotations=annotations_of(problems),
    )


def untouched_check(footer: Footer | None) -> Check:
    """Say that there is nothing to plan, so that whoever waits for the check is not kept waiting."""
    return Check(
        title="nothing to plan: no declaration, schema or infrastructure is changed",
        summary=untouched_words(footer).text,
        conclusion=Conclusion.SUCCESS,
    )


def story_check(story: PullRequestStatus, now: datetime, *, footer: Footer | None) -> Check:
    """Say how a merged pull request's jobs are getting on."""
    return Check(
        title=_title(story_title(story)),
        summary=story_words(story, now, footer=footer).text,
        conclusion=Conclusion.FAILURE if story.needs_attention else Conclusion.SUCCESS,
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
            title=on_one_line(f"groundctl {problem.rule}", MOST_OF_ITS_TITLE),
            message=_cut(visible(f"{problem.message} — {problem.hint}")),
        )
        for problem in ordered
    )


def _title(text: str) -> str:
    return on_one_line(text, MOST_OF_A_TITLE)


def _cut(text: str) -> str:
    raw = text.encode()
    return text if len(raw) <= MOST_OF_AN_ANNOTATION else raw[: MOST_OF_AN_ANNOTATION - 3].decode(errors="ignore") + "…"


def failure_check(message: str, hint: str, *, footer: Footer | None) -> Check:
    """Say that there is no plan, and why."""
    return Check(
        title=_title(f"no plan: {message}"),
        summary=failure_words(message, hint, footer=footer).text,
        conclusion=Conclusion.FAILURE,
    )


def stories_check(stories: Sequence[PullRequestStatus], now: datetime, *, footer: Footer | None) -> Check:
    """Say on a commit of the default branch what has become of everything that was asked for and is not long done."""
    if len(stories) == 1:
        return story_check(stories[0], now, footer=footer)
    in_need = any(story.needs_attention for story in stories)
    title = stories_title(stories)
    return Check(
        title=_title(title),
        summary="".join(map(story_line, stories[:MOST_PULL_REQUESTS])).rstrip("\n") or f"{title.capitalize()}.",
        conclusion=Conclusion.FAILURE if in_need else Conclusion.SUCCESS,
    )


def origin_of(story: PullRequestStatus) -> str:
    """Name where jobs came from."""
    return f"Pull request {story.pull_request}" if story.pull_request is not None else "By no pull request"


def story_line(story: PullRequestStatus) -> str:
    """Say in one point of a list how the jobs of a pull request are getting on."""
    return f"- {origin_of(story)}: {for_markdown(story_title(story))}\n"


def stories_title(stories: Sequence[PullRequestStatus]) -> str:
    """Say in one line how many pull requests have jobs to tell of."""
    if not stories:
        return "nothing to do: every declared job is there already"
    in_need = sum(story.needs_attention for story in stories)
    told = f"; {in_need:,} {'needs' if in_need == 1 else 'need'} a person" if in_need else ""
    return f"jobs of {count(sum(story.pull_request is not None for story in stories), 'pull request')}{told}"
