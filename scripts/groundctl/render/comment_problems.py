"""What a pull request is told where there is no plan: its declarations have errors, or it touches none any more."""

from __future__ import annotations

from collections.abc import Sequence

from groundctl.core.problem import Problem, errors_among, warnings_among
from groundctl.render.budget import COMMENT_LIMIT, SUMMARY_LIMIT, Part
from groundctl.render.comment import (
    RANK_OF_NEEDS,
    RANK_OF_REMARKS,
    Foot,
    Need,
    Words,
    composed,
    foot_line,
    needs_part,
    run_link,
    sentence,
)
from groundctl.render.problems import verdict
from groundctl.render.words import count


def problems_words(problems: Sequence[Problem], files: int, *, foot: Foot | None, limit: int = COMMENT_LIMIT) -> Words:
    """Write what keeps a pull request from being planned, within so many bytes."""
    errors = errors_among(problems)
    warnings = warnings_among(problems)
    head = [f"### No plan: {verdict(problems, files)}", _standing(errors)]
    parts = [
        _list("What is wrong", errors, foot, rank=RANK_OF_NEEDS),
        _list(count(len(warnings), "warning"), warnings, foot, rank=RANK_OF_REMARKS),
    ]
    return composed(head, parts, foot_line(foot), limit)


def _standing(errors: Sequence[Problem]) -> str:
    if not errors:
        return "There are warnings only; the run says why there is no plan."
    return "**Not ready to merge:** nothing is planned, and nothing will be created, while a declaration has errors."


def _list(heading: str, problems: Sequence[Problem], foot: Foot | None, *, rank: int) -> Part:
    elsewhere = f"The log of {run_link(foot)} has all of them." if foot else "`groundctl validate` has all of them."
    needs = [
        Need(jobs=(f"{problem.path}:{problem.line}",), cause=problem.message, rule=problem.rule, step=problem.hint)
        for problem in problems
    ]
    return needs_part(heading, needs, elsewhere, rank=rank)


def untouched_words(foot: Foot | None) -> Words:
    """Take back what an earlier run may have said: the pull request touches nothing here any more."""
    head = [
        "### Nothing to plan",
        "This pull request changes nothing under `jobs/`, `schemas/` or `terraform/` any more. Merging it creates no labeling job.",
    ]
    return composed(head, [], foot_line(foot), COMMENT_LIMIT)


def failure_words(message: str, hint: str, *, foot: Foot | None) -> Words:
    """Say that the world kept us from planning; a pull request must not look as if nobody had tried."""
    head = [
        "### No plan: it could not be made",
        f"**Not ready to merge:** {sentence(message)}",
        f"**What now:** {sentence(hint)}",
    ]
    return composed(head, [], foot_line(foot), COMMENT_LIMIT)


def validation_summary(problems: Sequence[Problem], files: int, *, is_fork: bool) -> str:
    """Write what the offline check of a pull request found, for the page of its run: a fork gets no comment."""
    lines = [f"### {verdict(problems, files)}"]
    if is_fork:
        lines.append(
            "This pull request comes from a fork, whose runs get no credentials: nothing was planned. The plan waits for a"
            " maintainer, who can push the branch to this repository after a look at it."
        )
    if problems:
        lines.append(problems_words(problems, files, foot=None, limit=SUMMARY_LIMIT).content)
    return "\n\n".join(lines) + "\n"
