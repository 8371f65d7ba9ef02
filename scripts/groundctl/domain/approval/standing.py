"""What merging a pull request would do to jobs of others, and whether its plan is still the one that was approved."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundctl.domain.planning.plan import Create, Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """A job of another pull request that waits for an approval; pull_request is None if it is not known."""

    name: str
    pull_request: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAnew:
    """A plan that goes beyond the one that was approved: who approved that, and what is new."""

    approved: str
    changes: tuple[Create | Stop, ...]
    reasons: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A pull request's place before its merge.

    released lists the changes of other pull requests that wait for an approval, and that this one would release. left lists
    those that it leaves alone, and not_known says what could not be found out. approves_plan: it
    adds the file that approves its own plan as a whole.
    """

    released: tuple[Create | Stop, ...] = ()
    left: tuple[LeftAlone, ...] = ()
    planned_anew: PlannedAnew | None = None
    changes_terraform: bool = False
    not_known: str = ""
    approves_plan: bool = False
