"""What is said beside a commit: checks, their annotations, and the one line of a commit's status."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from groundctl.core.change import Action, Plan
from groundctl.core.ground import GroundPlan
from groundctl.core.policy import Policy
from groundctl.core.problem import Problem, Severity, errors_among
from groundctl.core.pull_request import Annotation, Check, Conclusion, Level
from groundctl.core.story import Story
from groundctl.render.budget import COMMENT_LIMIT
from groundctl.render.comment import Foot
from groundctl.render.comment_merged import story_title, story_words
from groundctl.render.comment_plan import plan_words
from groundctl.render.comment_problems import failure_words, problems_words, untouched_words
from groundctl.render.escape import for_markdown, on_one_line, visible
from groundctl.render.problems import verdict
from groundctl.render.verdict import counts_of
from groundctl.render.words import count, usd_range

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
    foot: Foot | None,
    ground: GroundPlan | None = None,
    annotations: Sequence[Annotation] = (),
) -> Check:
    """Say whether a plan may be merged."""
    words = plan_words(plan, policy, foot=foot, ground=ground, limit=COMMENT_LIMIT)
    creates = plan.with_action(Action.CREATE)
    money = f", {usd_range(plan.cost.low, plan.cost.high)}" if creates and not plan.open_ended else ""
    return Check(
        title=_title(f"{counts_of(plan)}{money}"),
        summary=words.text,
        conclusion=Conclusion.FAILURE if plan.fails else Conclusion.SUCCESS,
        annotations=tuple(annotations),
    )


def problems_check(problems: Sequence[Problem], files: int, *, foot: Foot | None) -> Check:
    """Say what is wrong with declarations, on their lines."""
    return Check(
        title=_title(verdict(problems, files)),
        summary=problems_words(problems, files, foot=foot).text,
        conclusion=Conclusion.FAILURE if errors_among(problems) else Conclusion.SUCCESS,
        annotations=annotations_of(problems),
    )


def untouched_check(foot: Foot | None) -> Check:
    """Say that there is nothing to plan, so that whoever waits for the check is not kept waiting."""
    return Check(
        title="nothing to plan: no declaration, schema or infrastructure is changed",
        summary=untouched_words(foot).text,
        conclusion=Conclusion.SUCCESS,
    )


def story_check(story: Story, now: datetime, *, foot: Foot | None) -> Check:
    """Say how a merged pull request's jobs are getting on."""
    return Check(
        title=_title(story_title(story)),
        summary=story_words(story, now, foot=foot).text,
        conclusion=Conclusion.FAILURE if story.needs_a_person else Conclusion.SUCCESS,
    )


def annotations_of(problems: Iterable[Problem]) -> tuple[Annotation, ...]:
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


def failure_check(message: str, hint: str, *, foot: Foot | None) -> Check:
    """Say that there is no plan, and why."""
    return Check(
        title=_title(f"no plan: {message}"),
        summary=failure_words(message, hint, foot=foot).text,
        conclusion=Conclusion.FAILURE,
    )


def stories_check(stories: Sequence[Story], now: datetime, *, foot: Foot | None) -> Check:
    """Say on a commit of the default branch what has become of everything that was asked for and is not long done."""
    if len(stories) == 1:
        return story_check(stories[0], now, foot=foot)
    in_need = any(story.needs_a_person for story in stories)
    title = stories_title(stories)
    return Check(
        title=_title(title),
        summary="".join(map(story_line, stories[:MOST_PULL_REQUESTS])).rstrip("\n") or f"{title.capitalize()}.",
        conclusion=Conclusion.FAILURE if in_need else Conclusion.SUCCESS,
    )


def origin_of(story: Story) -> str:
    """Name where jobs came from."""
    return f"Pull request {story.pull_request}" if story.pull_request is not None else "By no pull request"


def story_line(story: Story) -> str:
    """Say in one point of a list how the jobs of a pull request are getting on."""
    return f"- {origin_of(story)}: {for_markdown(story_title(story))}\n"


def stories_title(stories: Sequence[Story]) -> str:
    """Say in one line how many pull requests have jobs to tell of."""
    if not stories:
        return "nothing to do: every declared job is there already"
    in_need = sum(story.needs_a_person for story in stories)
    told = f"; {in_need:,} {'needs' if in_need == 1 else 'need'} a person" if in_need else ""
    return f"jobs of {count(sum(story.pull_request is not None for story in stories), 'pull request')}{told}"
