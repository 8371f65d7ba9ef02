"""Whether a run's commit is still what the default branch says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

# What plans and the workflows read. A commit that changes nothing of it says the same as the one before.
WHAT_RUNS_READ = (
    "jobs",
    "schemas",
    "terraform",
    "scripts",
    ".github",
    "Makefile",
    "pyproject.toml",
    "requirements.lock",
)


class TipState(StrEnum):
    """How a run's commit relates to the tip of the default branch."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """The tip of a branch as it was looked at, and how a run's commit relates to it."""

    branch: str
    commit: str
    state: TipState

    @property
    def is_current(self) -> bool:
        """Return whether the run may act."""
        return self.state is TipState.CURRENT

    @property
    def needs_attention(self) -> bool:
        """Return whether a person must act: after a rewrite, no newer run takes up what this one leaves."""
        return self.state is TipState.REWRITTEN

    @property
    def sentence(self) -> str:
        """Say why the run does not act."""
        match self.state:
            case TipState.CURRENT:
                return f"{self.branch} is at {self.commit[:7]}, as this run is"
            case TipState.SUPERSEDED:
                return f"{self.branch} has moved on to {self.commit[:7]}: its run does it"
            case TipState.REWRITTEN:
                return (
                    f"{self.branch} was rewritten: it is at {self.commit[:7]}, which does not contain this run's commit"
                )


def tip_state(*, is_ancestor: bool, ours: Mapping[str, str], theirs: Mapping[str, str]) -> TipState:
    """Decide what a commit that is not the tip may do; ours and theirs are the Git objects at the root of both commits.

    In a repository with other traffic, a run that waits for its reviewer would never be at the tip. So a commit counts as
    the tip if the branch has changed nothing since that a run reads.
    """
    if not is_ancestor:
        return TipState.REWRITTEN
    same = all(ours.get(name) == theirs.get(name) for name in WHAT_RUNS_READ)
    return TipState.CURRENT if same else TipState.SUPERSEDED
