"""What people agreed to: the plans that were made for the merged pull requests behind a plan."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from groundctl.domain.aws.job_names import JobKey
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
from groundctl.ports import GitHistory, PullRequests

# What a plan is made from besides the declarations' own files.
WHAT_PLANS_READ = ("jobs", "schemas", "scripts", "terraform")

# Says whether data from outside has the shape of a plan.
IsPlan = Callable[[Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Why each create or stop may not go ahead, by the job's key; and the pull request that brought each job."""

    held: Mapping[JobKey, str] = field(default_factory=dict)
    source_pull_requests: Mapping[JobKey, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Where merged pull requests and their plans are found; each is asked for once."""

    repository: str
    pull_requests: PullRequests
    history: GitHistory
    is_plan: IsPlan
    _of_commit: dict[str, tuple[PullRequest, ...]] = field(default_factory=dict)
    _plans: dict[str, Reviewed | None] = field(default_factory=dict)

    def merged_with(self, paths: Iterable[str]) -> tuple[PullRequest, ...]:
        """Find the pull requests that last touched one of the paths."""
        commit = self.history.last_change(paths)
        if commit is None:
            return ()
        if commit not in self._of_commit:
            found = self.pull_requests.pull_requests_of(commit)
            self._of_commit[commit] = tuple(one for one in found if one.merged_as)
        return self._of_commit[commit]

    def plan_of(self, merged: PullRequest) -> Reviewed | None:
        """Read the newest plan that was made for the last state of a pull request."""
        if merged.head not in self._plans:
            self._plans[merged.head] = next(self._readable(merged), None)
        return self._plans[merged.head]

    def _readable(self, merged: PullRequest) -> Iterator[Reviewed]:
        # A run that somebody starts again after the merge makes a plan that nobody has seen.
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
    """Hold a plan against what was reviewed; `approved` is the digest of a plan that somebody let through as a whole.

    unknown are keys of jobs that exist, of which AWS does not tell who asked for them.
    """
    files = {one.spec.key: files_of(one) for one in declarations}
    asked = [
        change
        for change in plan.changes
        if change.key in files
        and (observed_of(change) is None or change.action in IRREVERSIBLE or change.key in unknown)
    ]
    brought = {change.key: archive.merged_with(files[change.key]) for change in asked}
    # Whoever merged last has seen the whole plan as it is now, also what an earlier pull request asked for.
    latest = archive.merged_with(WHAT_PLANS_READ) if any(one.action in IRREVERSIBLE for one in plan.changes) else ()
    sources = {one.number: one for ones in (*brought.values(), latest) for one in ones}
    plans = [made for one in sources.values() if (made := archive.plan_of(one)) and same_target(plan, made)]
    return Review(
        held={} if approved and approved == plan.digest else find_unapproved(plan, plans),
        source_pull_requests={key: found[0].number for key, found in brought.items() if found},
    )


def files_of(declaration: Declaration) -> tuple[str, ...]:
    """List the files a declaration is made from."""
    folder = PurePosixPath(declaration.path).parent
    return (declaration.path, *(str(folder / name) for name in declaration.texts))


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
