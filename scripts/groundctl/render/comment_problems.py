"""What a pull request is told where there is no plan: its declarations have errors, or it touches none any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from groundctl.core.problem import Problem, errors_among, warnings_among
from groundctl.render.budget import COMMENT_LIMIT, SUMMARY_LIMIT, Part
from groundctl.render.comment import (
    RANK_OF_NEEDS,
    RANK_OF_REMARKS,
    Foot,
    Words,
    composed,
    foot_line,
    run_link,
    sentence,
)
from groundctl.render.escape import for_markdown_code
from groundctl.render.problems import verdict
from groundctl.render.table import Column, markdown_head, markdown_row
from groundctl.render.words import count

_COLUMNS: Final = (Column("Where"), Column("Rule"), Column("What"), Column("What now"))
_MOST_OF_A_PLACE: Final = 300


def problems_words(problems: Sequence[Problem], files: int, *, foot: Foot | None, limit: int = COMMENT_LIMIT) -> Words:
    """Write what keeps a pull request from being planned, within so many bytes."""
    errors = errors_among(problems)
    warnings = warnings_among(problems)
    head = [f"### No plan: {verdict(problems, files)}", _standing(errors)]
    parts = [
        _table("", errors, foot, rank=RANK_OF_NEEDS),
        _table(f"#### {count(len(warnings), 'warning')}\n\n", warnings, foot, rank=RANK_OF_REMARKS),
    ]
    return composed(head, parts, foot_line(foot), limit)


def _standing(errors: Sequence[Problem]) -> str:
    if not errors:
        return "There are warnings only; the run says why there is no plan."
    return "**Not ready to merge:** nothing is planned, and nothing will be created, while a declaration has errors."


def _table(heading: str, problems: Sequence[Problem], foot: Foot | None, *, rank: int) -> Part:
    elsewhere = f"The log of {run_link(foot)} has all of them." if foot else "`groundctl validate` has all of them."

    def rest(taken: int) -> str:
        missing = Counter(problem.rule for problem in problems[taken:])
        rules = ", ".join(f"{rule} {number:,} times" for rule, number in sorted(missing.items()))
        return f"\n**Not shown here:** {len(problems) - taken:,} more, {rules}. {elsewhere}\n\n"

    return Part(
        pieces=map(_row, problems),
        total=len(problems),
        rest=rest,
        rank=rank,
        opening=heading + markdown_head(_COLUMNS),
        closing="\n",
    )


def _row(problem: Problem) -> str:
    place = for_markdown_code(f"{problem.path}:{problem.line}", _MOST_OF_A_PLACE)
    return markdown_row([place, for_markdown_code(problem.rule), sentence(problem.message), sentence(problem.hint)])


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
