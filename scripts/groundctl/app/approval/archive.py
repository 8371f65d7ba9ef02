"""Reads the pull requests of this branch's commits: who approved them, and which recorded plan they saw."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from groundctl.domain.approval.coverage import PlanContent, is_as_written
from groundctl.domain.approval.recorded_plan import is_of
from groundctl.domain.approval.reviewed_plan import NotReviewed, Reviewed, find_reviewed_plan
from groundctl.domain.approval.reviews import Approvals, approvals_of
from groundctl.domain.canonical_json import parse_json
from groundctl.domain.declarations.policy import POLICY_PATH, reviews_asked
from groundctl.domain.tracking.pull_request import PullRequest
from groundctl.errors import ExternalError, RefusedByGitHub
from groundctl.ports import ApprovalFacts, Clock, GitHistory, PullRequests, RecordedPlans

# GitHub may not name the pull request of a commit that is younger than this.
YOUNG = timedelta(minutes=10)
# Seconds to wait before the pull request of a young commit is asked for again.
ASK_AGAIN_AFTER = (20, 40)
_NOT_FOUND = 404
# How GitHub names the pull request in the first line of a merge or a squash. People write others there too, as in a
# revert; each costs questions to GitHub, so only the last ones are asked about.
_NAMED = re.compile(r"\(#([1-9][0-9]{0,8})\)|^Merge pull request #([1-9][0-9]{0,8})\b")
_MAX_NAMED = 3

# Returns whether untrusted data has the shape of a plan.
IsPlan = Callable[[Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotKnown:
    """What could not be found out now; nothing is done, and a later run asks again."""

    reason: str
    hint: str = "nothing was done; the next run asks again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a commit comes from: its pull request, if there is one, and whether that was reviewed.

    plan is the content of the reviewed plan.
    """

    verdict: Reviewed | NotReviewed | NotKnown
    pull_request: PullRequest | None = None
    plan: PlanContent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Reads commits, pull requests, their reviews, and their plans, each once.

    branch is the default branch. needed is the number of approvals that the policy of this run's commit asks for.
    """

    repository: str
    repository_id: int
    branch: str
    needed: int
    now: datetime
    pull_requests: PullRequests
    facts: ApprovalFacts
    recorded: RecordedPlans
    history: GitHistory
    is_plan: IsPlan
    clock: Clock
    _last_changes: dict[tuple[str, ...], str | None] = field(default_factory=dict)
    _changes: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = field(default_factory=dict)
    _sources: dict[str, Source] = field(default_factory=dict)
    _writers: dict[str, bool] = field(default_factory=dict)
    # All young commits of a run share the pauses: a job of a workflow has a time limit.
    _pauses: list[int] = field(default_factory=lambda: list(ASK_AGAIN_AFTER))

    def source_of(self, commit: str) -> Source:
        """Find the pull request that brought a commit to this branch, and its reviewed plan."""
        if commit not in self._sources:
            self._sources[commit] = self._source_of(commit)
        return self._sources[commit]

    def last_change(self, paths: tuple[str, ...]) -> str | None:
        """Find the newest commit of this branch that changed one of the paths."""
        if paths not in self._last_changes:
            self._last_changes[paths] = self.history.last_change(paths)
        return self._last_changes[paths]

    def changes_since(self, commit: str, paths: tuple[str, ...]) -> tuple[str, ...]:
        """List the commits after one that changed one of the paths, the newest first."""
        if (commit, paths) not in self._changes:
            self._changes[commit, paths] = self.history.changes(paths, since=commit)
        return self._changes[commit, paths]

    def approvals(self, pull_request: PullRequest) -> Approvals:
        """List the approvals of a pull request that count."""
        approvals = approvals_of(pull_request, self.facts.reviews(pull_request.number))
        for approval in approvals.counted:
            if approval.login not in self._writers:
                self._writers[approval.login] = self.facts.may_write(approval.login)
        return approvals.only_from({login for login, may in self._writers.items() if may})

    def read_plan(self, reviewed: Reviewed) -> PlanContent | None:
        """Read a recorded plan; None if it does not say what its name says."""
        content = _json(self.recorded.read(reviewed.plan))
        if not self.is_plan(content) or not is_as_written(content):
            return None
        return content if is_of(content, reviewed.plan, repository=self.repository) else None

    def _source_of(self, commit: str) -> Source:
        merged: list[PullRequest] = []
        try:
            merged = self._merged_with(commit)
            if not merged:
                return Source(verdict=self._why_none(commit))
            sources = [self._source_from(each) for each in merged]
        except ExternalError as error:
            # The pull request, where it is known, is where people look for the reason.
            verdict = NotKnown(reason=f"could not be checked: {error.message}")
            return Source(verdict=verdict, pull_request=merged[0] if merged else None)
        return next((source for source in sources if isinstance(source.verdict, Reviewed)), sources[0])

    def _merged_with(self, commit: str) -> list[PullRequest]:
        # Directly after a merge, GitHub may not know the pull request of the new commit yet.
        pauses = self._pauses if self._is_young(commit) else []
        while True:
            listed = tuple(self._listed(commit))
            found = filter(None, map(self._read, dict.fromkeys((*listed, *self._named(commit)))))
            merged = [each for each in found if self._brought(each, commit, is_listed=each.number in listed)]
            if merged or not pauses:
                return merged
            self.clock.sleep(pauses.pop(0))

    def _listed(self, commit: str) -> Iterator[int]:
        yield from (found.number for found in self.pull_requests.pull_requests_of(commit))

    def _named(self, commit: str) -> Iterator[int]:
        subject = self.history.message(commit).partition("\n")[0]
        for squashed, merged in _NAMED.findall(subject)[-_MAX_NAMED:]:
            yield int(squashed or merged)

    def _read(self, number: int) -> PullRequest | None:
        try:
            return self.pull_requests.pull_request(number)
        except RefusedByGitHub as refusal:
            if refusal.status == _NOT_FOUND:
                return None
            raise

    def _brought(self, found: PullRequest, commit: str, *, is_listed: bool) -> bool:
        """Return whether a pull request into this branch was merged as a commit, or as the last of rebased ones with it.

        GitHub also lists those that were merged into the pull request's branch, and marks a pull request as merged whose
        commits got into the branch in some other way. A message is no evidence that a commit is one of rebased ones:
        anybody can write it, and what was pushed before a squash looks the same.
        """
        if found.merged_at is None or found.merged_as is None:
            return False
        if (found.base_branch, found.base_repository) != (self.branch, self.repository_id):
            return False
        if commit == found.merged_as:
            return True
        return is_listed and commit in self.history.first_parents(found.merged_as, found.commits)

    def _is_young(self, commit: str) -> bool:
        # The committer chooses the time: one in the future would be young permanently.
        return abs(self.now - self.history.committed_at(commit)) < YOUNG

    def _why_none(self, commit: str) -> NotReviewed | NotKnown:
        if self._is_young(commit):
            return NotKnown(reason=f"GitHub does not name the pull request of commit {commit[:7]} yet")
        reason = f"commit {commit[:7]} came to {self.branch} without a pull request, so no plan was reviewed"
        return NotReviewed(reason=reason)

    def _source_from(self, merged: PullRequest) -> Source:
        approvals, needed = self.approvals(merged), self._needed(merged)
        plans = self.recorded.list(merged.number, merged.head)
        is_silent = not needed and not approvals.counted
        requested = self.facts.merge_requested_at(merged.number) if is_silent else None
        verdict = find_reviewed_plan(merged, approvals, plans, needed=needed, merge_requested_at=requested)
        if not isinstance(verdict, Reviewed):
            return Source(verdict=verdict, pull_request=merged)
        plan = self.read_plan(verdict)
        if plan is None:
            malformed = NotReviewed(reason=f"the recorded plan of run {verdict.plan.name.run_id} is malformed")
            return Source(verdict=malformed, pull_request=merged)
        return Source(verdict=verdict, pull_request=merged, plan=plan)

    def _needed(self, merged: PullRequest) -> int:
        """Count the approvals that the policy asks for: a pull request cannot lower the number for itself."""
        # A merge by rebasing adds several commits, of which the first may change the policy.
        parents = self.history.first_parents(merged.merged_as or "", merged.commits + 1)[1:]
        before = {*parents[:1], *parents[-1:]}
        # After the branch was rewritten, GitHub may name a base that is gone.
        if merged.base_commit and self.history.has(merged.base_commit):
            before.add(merged.base_commit)
        asked = (reviews_asked(self.history.read_file(commit, POLICY_PATH)) for commit in before)
        return max([self.needed, *asked])


def _json(raw: bytes) -> Any:
    try:
        return parse_json(raw)
    except ValueError:
        return None
