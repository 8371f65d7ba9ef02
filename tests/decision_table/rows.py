"""The rows of the decision table: what happens, and what must follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from decision_table.stage import CLIPS, JOB, Stage
from github_emulator.runner.repository import PullRequest

NOTHING: Mapping[str, tuple[str, ...]] = {}
THE_CLIPS: Mapping[str, tuple[str, ...]] = {JOB: CLIPS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The pull request that a row is about, and the commit whose check counts."""

    pull: PullRequest
    commit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row: its words, its deeds, and what AWS and GitHub must show after them.

    bought holds the clips of each job that AWS has at the end, and refused counts create calls beyond these. check is the
    conclusion of `groundctl apply` on the commit, and planned that of `groundctl plan` on the head. says is what the
    comment contains after the run, and before what it contained right before the merge; there, TIME stands for a time
    and SHA for a commit. The workflow files decide a row with in_files.
    """

    words: str
    play: Callable[[Stage], Ended]
    bought: Mapping[str, tuple[str, ...]]
    check: str = "success"
    check_says: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    says_not: tuple[str, ...] = ()
    planned: str = "success"
    before: tuple[str, ...] = ()
    before_not: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    refused: int = 0
    files: Mapping[str, str | bytes | None] = field(default_factory=dict)  # of the repository at the start
    in_files: bool = False
    slow: bool = False
