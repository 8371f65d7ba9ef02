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
class BeyondApproval:
    """A plan that goes beyond the one that was approved: who approved that, and what is new.

    is_first is true if no plan was there when it was approved.
    """

    approved: str
    changes: tuple[Create | Stop, ...]
    reasons: tuple[tuple[str, str], ...] = field(default=())
    is_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedEnvironment:
    """An environment that a pull request adds, and how many declarations it has: it has no roles yet, so no plan."""

    name: str
    declarations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A pull request's place before its merge.

    released lists the changes of other pull requests that wait for an approval, and that this one would release. left lists
    those that it leaves alone, and not_known says what could not be found out. names_plan is true if a file of the pull
    request approves everything in its plan.
    """

    released: tuple[Create | Stop, ...] = ()
    left: tuple[LeftAlone, ...] = ()
    beyond_approval: BeyondApproval | None = None
    changes_terraform: bool = False
    names_plan: bool = False
    not_known: str = ""
    added_environments: tuple[AddedEnvironment, ...] = ()
