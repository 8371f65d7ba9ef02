"""What every comment on a pull request is made of: a head, parts as far as there is room, and a footer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.domain.tracking.run_context import RunContext
from groundctl.presentation.markdown.environment import render, render_around, without_extra_blank_lines
from groundctl.presentation.markdown.size_limit import MARKER_ROOM, Fold, Part, fit, size
from groundctl.presentation.text import count

_JOINT: Final = "\n\n"


class Rank(IntEnum):
    """What gets its room first: the lowest rank."""

    ATTENTION = 0
    TABLE = 1
    NOTES = 2
    DETAILS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """The last line of a comment: the run that wrote it, and the plan that it is about, if any."""

    run: RunContext
    plan_digest: str = ""


def composed(head: str, parts: Sequence[Part], footer: str, limit: int) -> RenderedComment:
    """Write a head that is always there, then parts as far as there is room, within so many bytes with marker and footer."""
    room = limit - MARKER_ROOM - size(head) - size(footer) - 2 * size(_JOINT) - size("\n")
    body = without_extra_blank_lines(fit(parts, room)).strip("\n")
    return RenderedComment(content=f"{head}{_JOINT}{body}" if body else head, footer=footer)


def footer_line(footer: Footer | None, *, plan_digest: str = "", where: Sequence[str] = ()) -> str:
    """Write the last line of a comment; without a run there is the plan alone."""
    digest = footer.plan_digest if footer else plan_digest
    return render("footer", run=footer.run if footer else None, plan_digest=digest, where=where)


def elsewhere(kind: Literal["plan", "problems", "status"], footer: Footer | None, *, is_summary: bool = False) -> str:
    """Say where a reader finds what did not fit."""
    return render("elsewhere", kind=kind, run=footer.run if footer else None, is_summary=is_summary)


def not_shown(what: str, where: str = "") -> str:
    """Count what did not fit, and say where it is."""
    return f"\n{render('not_shown', what=what, elsewhere=where)}\n\n"


def folded(summary: str, *, after: int) -> Fold:
    """Fold away all but the first pieces of a part, which may not have room for all the others."""
    opening, closing = render_around("folded", summary=summary)
    return Fold(after=after, opening=f"\n{opening}", closing=closing)


def attention(jobs: int) -> str:
    """Say how many jobs need attention."""
    return f"{count(jobs, 'job')} {'needs' if jobs == 1 else 'need'} attention"
