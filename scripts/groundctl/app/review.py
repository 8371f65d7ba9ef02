"""Finds the reviewed plans of merged pull requests, and compares a plan with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.canonical_json import parse_json
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.planning.approval import (
    IRREVERSIBLE,
    Reviewed,
    find_unapproved,
    is_as_written,
    is_made_for,
    same_target,
)
from groundctl.domain.planning.plan import Plan, observed_of
from groundctl.domain.tracking.pull_request import PullRequest
from groundctl.ports import Clock, GitHistory, PullRequests

# Plan inputs besides the declarations' own files.
WHAT_PLANS_READ = ("jobs", "schemas", "scripts", "terraform")

# Seconds to wait before the pull request of this run's commit is asked for again.
ASK_AGAIN_AFTER = (1, 2, 4)

# Returns whether untrusted data has the shape of a plan.
IsPlan = Callable[[Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Why each create or stop is pending approval, and the source pull request of each job; both by the job's key."""

    held: Mapping[JobKey, str] = field(default_factory=dict)
    source_pull_requests: Mapping[JobKey, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Reads merged pull requests and their plans, each once; head_commit is the commit of this run."""

    repository: str
    head_commit: str
    pull_requests: PullRequests
    history: GitHistory
    is_plan: IsPlan
    clock: Clock
    _of_commit: dict[str, tuple[PullRequest, ...]] = field(default_factory=dict)
    _plans: dict[str, Reviewed | None] = field(default_factory=dict)

    def merged_with(self, paths: Iterable[str]) -> tuple[PullRequest, ...]:
        """Find the pull requests that last changed one of the paths, the one that was merged into this branch first."""
        commit = self.history.last_change(paths)
        if commit is None:
            return ()
        if commit not in self._of_commit:
            self._of_commit[commit] = self._merged_as(commit)
        return self._of_commit[commit]

    def why_none(self, paths: Iterable[str]) -> str:
        """Say where a pull request was looked for, if none was found."""
        commit = self.history.last_change(paths)
        if commit is None:
            return "; Git names no commit that changed its file"
        times = f", asked {len(ASK_AGAIN_AFTER) + 1} times" if commit == self.head_commit else ""
        return f"; GitHub names no merged pull request for its commit {commit[:7]}{times}"

    def _merged_as(self, commit: str) -> tuple[PullRequest, ...]:
        # Directly after a merge, GitHub may not know the pull request of the new commit yet.
        for pause in (*(ASK_AGAIN_AFTER if commit == self.head_commit else ()), None):
            candidates = self.pull_requests.pull_requests_of(commit)
            merged = [candidate for candidate in candidates if candidate.merged_as]
            if merged or pause is None:
                break
            self.clock.sleep(pause)
        # A commit also belongs to pull requests that were merged into the branch of this one, before it.
        merged.sort(key=lambda one: one.merged_at.timestamp() if one.merged_at else 0, reverse=True)
        return tuple(sorted(merged, key=lambda one: one.merged_as != commit))

    def plan_of(self, merged: PullRequest) -> Reviewed | None:
        """Read the newest plan of a pull request's last commit."""
        if merged.head not in self._plans:
            self._plans[merged.head] = next(self._readable(merged), None)
        return self._plans[merged.head]

    def _readable(self, merged: PullRequest) -> Iterator[Reviewed]:
        # A run that is repeated after the merge makes a plan that was not reviewed.
        for raw in self.pull_requests.plans_for(merged.head, until=merged.merged_at):
            plan = _json(raw)
            if (
                self.is_plan(plan)
                and is_as_written(plan)
                and is_made_for(plan, repository=self.repository, commit=merged.head)
            ):
                yield plan


def review(
    plan: Plan,
    declarations: Iterable[Declaration],
    archive: Archive,
    *,
    approved: str = "",
    unknown: Collection[JobKey] = (),
) -> Review:
    """Compare a plan with the reviewed ones; `approved` is the digest of a plan that was approved as a whole.

    unknown holds the keys of existing jobs without a recorded pull request.
    """
    files = {declaration.spec.key: files_of(declaration) for declaration in declarations}
    relevant = [
        change
        for change in plan.changes
        if change.key in files
        and (observed_of(change) is None or change.action in IRREVERSIBLE or change.key in unknown)
    ]
    merged_by_job = {change.key: archive.merged_with(files[change.key]) for change in relevant}
    # The plan of the last merged pull request covers all jobs, including those of earlier pull requests.
    is_needed = any(change.action in IRREVERSIBLE for change in plan.changes)
    latest = archive.merged_with(WHAT_PLANS_READ) if is_needed else ()
    pull_requests = {merged.number: merged for group in (*merged_by_job.values(), latest) for merged in group}
    reviewed = (archive.plan_of(merged) for merged in pull_requests.values())
    comparable = [approved_plan for approved_plan in reviewed if approved_plan and same_target(plan, approved_plan)]
    held = {} if approved and approved == plan.digest else find_unapproved(plan, comparable)
    alone = {key for key, merged in merged_by_job.items() if not merged}
    return Review(
        held={key: reason + (archive.why_none(files[key]) if key in alone else "") for key, reason in held.items()},
        source_pull_requests={key: merged[0].number for key, merged in merged_by_job.items() if merged},
    )


def files_of(declaration: Declaration) -> tuple[str, ...]:
    """List the files that a declaration consists of."""
    folder = PurePosixPath(declaration.path).parent
    return (declaration.path, *(str(folder / name) for name in declaration.texts))


def _json(raw: bytes) -> Any:
    try:
        return parse_json(raw)
    except ValueError:
        return None
