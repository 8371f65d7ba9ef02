"""How tests make reviews, permissions, protected environments, approvals of runs, and branches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from github_emulator.actors import ACTIONS_BOT, ALL_LOGINS, DEFAULT_BRANCH, MAINTAINER, REVIEWER, SECOND_REVIEWER
from github_emulator.approvals import (
    PROTECTED_ENVIRONMENTS,
    Environment,
    EnvironmentReview,
    RefusedError,
    Review,
    TimelineEntry,
)
from github_emulator.backend.git_repository import GitRepository
from github_emulator.state import Commit, State, WorkflowRun, timestamp

# Each method has an event of its own; the names are inferred from public timelines.
AUTO_MERGE_EVENTS = {"merge": "auto_merge_enabled", "squash": "auto_squash_enabled", "rebase": "auto_rebase_enabled"}


class ApprovalControls:
    """The part of the emulator with which a test arranges what was approved. Times are now, unless they are given."""

    state: State

    def review(
        self,
        number: int,
        login: str,
        state: str = "APPROVED",
        *,
        commit: str | None = None,
        body: str = "",
        at: datetime | None = None,
    ) -> int:
        """Submit a review, of the head commit unless another one is given, and return its id.

        An approval by a user who may only read is listed like any other, and so is one after the merge.
        """
        pull = self.state.pulls[number]
        if login == pull.author and state != "COMMENTED":
            what = "approve" if state == "APPROVED" else "request changes on"
            raise RefusedError(f"Review Can not {what} your own pull request")
        made = Review(
            id=next(self.state.ids),
            login=login,
            state=state,
            commit=commit or pull.head_sha,
            body=body,
            submitted_at=self._time(at),
        )
        self.state.approvals.reviews.setdefault(number, []).append(made)
        return made.id

    def dismiss(self, number: int, review: int, *, by: str = MAINTAINER, at: datetime | None = None) -> None:
        """Dismiss a review: its state changes, and its time stays."""
        [found] = [each for each in self.state.approvals.reviews[number] if each.id == review]
        if found.state not in ("APPROVED", "CHANGES_REQUESTED"):
            raise RefusedError(f"Can not dismiss a {found.state.lower()} pull request review")
        before = {"state": found.state.lower(), "review_id": review, "dismissal_message": "no longer"}
        found.state = "DISMISSED"
        self.add_event(number, "review_dismissed", by, at=at, dismissed_review=before)

    def dismiss_stale(self, number: int) -> None:
        """Dismiss the approvals of a pull request after a push, if the rules of its base ask for it."""
        rules = self.state.approvals.branch_rules.get(DEFAULT_BRANCH, {})
        if rules.get("dismiss_stale_reviews_on_push"):
            for review in self.state.approvals.reviews.get(number, []):
                if review.state == "APPROVED":
                    self.dismiss(number, review.id, by=ACTIONS_BOT)

    def may_merge(self, number: int) -> bool:
        """Return whether a pull request has the approvals that the rules of its base ask for; merge_pull does not ask."""
        rules = self.state.approvals.branch_rules.get(DEFAULT_BRANCH, {})
        needed = int(rules.get("required_approving_review_count", 0))
        return len(self.state.approvals.approvals_for_rules(number)) >= needed

    def request_review(self, number: int, login: str, *, by: str = MAINTAINER, at: datetime | None = None) -> None:
        """Ask a user for a review, perhaps again: earlier reviews stay as they are. That is inferred."""
        asked = {"review_requester": self.state.user(by), "requested_reviewer": self.state.user(login)}
        self.add_event(number, "review_requested", by, at=at, **asked)

    def enable_auto_merge(
        self, number: int, login: str = MAINTAINER, *, method: str = "squash", at: datetime | None = None
    ) -> None:
        """Ask GitHub to merge a pull request as soon as it may."""
        self.state.pulls[number].auto_merge_by = login
        self.add_event(number, AUTO_MERGE_EVENTS[method], login, at=at)

    def disable_auto_merge(self, number: int, login: str = MAINTAINER, *, at: datetime | None = None) -> None:
        """Withdraw that."""
        self.state.pulls[number].auto_merge_by = ""
        self.add_event(number, "auto_merge_disabled", login, at=at)

    def add_event(
        self, number: int, event: str, login: str = MAINTAINER, *, at: datetime | None = None, **more: Any
    ) -> None:
        """Add an event to a timeline, such as added_to_merge_queue or removed_from_merge_queue."""
        entry = TimelineEntry(event=event, login=login, at=self._time(at), more=more)
        self.state.approvals.timeline.setdefault(number, []).append(entry)

    def set_permission(self, login: str, role: str) -> None:
        """Give a user a role: admin, maintain, write, triage, read, none, or a custom one as "name:base"."""
        if login not in ALL_LOGINS:
            raise LookupError(f"{login} is not one of {ALL_LOGINS}")
        self.state.approvals.roles[login] = role

    def protect_environment(
        self,
        name: str,
        *,
        reviewers: tuple[str, ...] = (REVIEWER, SECOND_REVIEWER),
        teams: tuple[str, ...] = (),
        prevent_self_review: bool = True,
        branches: tuple[str, ...] | None = (DEFAULT_BRANCH,),
        tags: tuple[str, ...] = (),
        protected_branches: bool = False,
        admins_can_bypass: bool = False,
    ) -> None:
        """Set the protection of an environment, which it also creates; branches=None lets every branch enter."""
        self.state.approvals.environments[name.lower()] = Environment(
            id=next(self.state.ids),
            name=name,
            created_at=self.state.now(),
            reviewers=reviewers,
            teams=teams,
            prevent_self_review=prevent_self_review,
            branches=branches,
            tags=tags,
            protected_branches=protected_branches,
            admins_can_bypass=admins_can_bypass,
        )

    def protect_usual_environments(self) -> None:
        """Set the environments of groundctl's workflows up as its guide says."""
        for name in PROTECTED_ENVIRONMENTS:
            self.protect_environment(name)

    def delete_environment(self, name: str) -> None:
        """Delete an environment."""
        del self.state.approvals.environments[name.lower()]

    def enter_environment(self, name: str) -> Environment:
        """Return an environment. GitHub makes one on first use, without any protection."""
        made = Environment(id=next(self.state.ids), name=name, created_at=self.state.now())
        return self.state.approvals.environments.setdefault(name.lower(), made)

    def may_approve(self, run: WorkflowRun, environment: str, login: str) -> bool:
        """Return whether GitHub lets a user answer for an environment; members of teams are not known here."""
        found = self.enter_environment(environment)
        is_own_run = found.prevent_self_review and login == run.actor
        return (login in found.reviewers or bool(found.teams)) and not is_own_run

    def record_approval(
        self, run: WorkflowRun, environment: str, login: str, *, approved: bool = True, comment: str = ""
    ) -> None:
        """Record the answer of a reviewer to a run; an environment without reviewers has no such answers."""
        if not self.enter_environment(environment).has_reviewers:
            return
        state = "approved" if approved else "rejected"
        made = EnvironmentReview(environment=environment, login=login, state=state, comment=comment)
        self.state.approvals.environment_reviews.setdefault(run.id, []).append(made)

    def set_branch_rules(self, parameters: Mapping[str, Any] | None, *, branch: str = DEFAULT_BRANCH) -> None:
        """Set the pull request rule of a branch, such as approvals.careful_rules(); None removes it."""
        rules = self.state.approvals.branch_rules
        rules.pop(branch, None)
        if parameters is not None:
            rules[branch] = dict(parameters)

    def serve_git(self, folder: Path) -> None:
        """Serve branches, trees and commits from a bare git repository."""
        self.state.git = GitRepository(folder=folder)

    def set_branch(self, name: str, sha: str, *, tree: Mapping[str, str] | None = None) -> None:
        """Point a branch to a commit, and set what is at the root of it, where a test has no git repository."""
        self.state.commits.setdefault(sha, Commit(sha=sha))
        self.state.approvals.branches[name] = sha
        if tree is not None:
            self.state.approvals.trees[sha] = tree

    def name_pull_requests_late(self, lookups: int = 1) -> None:
        """Let the next lookups of a commit's pull requests find none, as right after a merge."""
        self.state.approvals.unnamed_lookups = lookups

    def use_clock(self, clock: Callable[[], datetime]) -> None:
        """Use a clock, such as a simulator's, for the times that GitHub gives."""
        self.state.clock = clock

    def _time(self, at: datetime | None) -> str:
        return self.state.now() if at is None else timestamp(at)
