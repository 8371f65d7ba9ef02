"""Lists of what to know or do about jobs: those that need attention, notes, and problems of declarations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from groundctl.domain.declarations.diagnostics import LocatedDiagnostic
from groundctl.domain.jobs.differences import FieldChange
from groundctl.presentation.markdown.comment import Footer, Rank, folded
from groundctl.presentation.markdown.environment import render, render_around
from groundctl.presentation.markdown.filters import PlaceLink
from groundctl.presentation.markdown.size_limit import Part

# So many points of a list are visible at once; where there are clearly more, they fold away.
POINTS_SHOWN: Final = 30
POINTS_UNFOLDED: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Something to know or do about jobs, in texts as they were written.

    changed holds the fields of a job with both values. The owners can act; others names who else can, in words of ours.
    """

    jobs: tuple[str, ...]
    cause: str
    rule: str = ""
    places: tuple[PlaceLink, ...] = ()
    changed: tuple[FieldChange, ...] = ()
    owners: tuple[str, ...] = ()
    others: str = ""
    step: str = ""


def place_links(places: Iterable[LocatedDiagnostic], footer: Footer | None) -> tuple[PlaceLink, ...]:
    """Write the places of problems, linked to the commit that a run is about."""
    base = f"{footer.run.run_url.partition('/actions/')[0]}/blob/{footer.run.head_commit}" if footer else ""
    written = ((place, quote(place.path, errors="replace")) for place in places)
    return tuple(
        PlaceLink(text=f"{place.path}:{place.line}", url=f"{base}/{path}#L{place.line}" if base else "")
        for place, path in written
    )


def points_part(heading: str, points: Sequence[Point], where: str, *, rank: Rank) -> Part:
    """List points under a heading."""
    opening, closing = render_around("section", heading=heading)
    return Part(
        pieces=map(write_point, points),
        total=len(points),
        rest=lambda taken: _not_shown(points[taken:], where),
        rank=rank,
        opening=opening,
        closing=closing,
        fold=folded("More", after=POINTS_SHOWN) if len(points) > POINTS_UNFOLDED else None,
    )


def write_point(point: Point) -> str:
    """Write one point of a list."""
    return f"{render('point', point=point)}\n"


def _not_shown(points: Sequence[Point], where: str) -> str:
    missing = Counter[str]()
    for point in points:
        missing[point.rule] += max(len(point.jobs), len(point.places), 1)
    rules = sorted((rule or "others", times) for rule, times in missing.items())
    return f"\n{render('points_not_shown', total=sum(missing.values()), rules=rules, elsewhere=where)}\n\n"


def grouped(points: Iterable[Point]) -> tuple[Point, ...]:
    """Make one point of those that say the same about several jobs."""
    groups: dict[tuple[object, ...], list[Point]] = {}
    for point in points:
        groups.setdefault((point.rule, point.cause, point.changed, point.others, point.step), []).append(point)
    return tuple(
        replace(
            group[0],
            jobs=tuple(job for point in group for job in point.jobs),
            places=tuple(place for point in group for place in point.places),
            owners=tuple(dict.fromkeys(owner for point in group for owner in point.owners)),
        )
        for group in groups.values()
    )
