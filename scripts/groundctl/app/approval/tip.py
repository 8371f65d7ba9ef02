"""Lets a run act only while its commit is what the default branch says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from threading import Lock

from groundctl.domain.approval.tip import Tip, TipState, tip_state
from groundctl.domain.jobs.creation import CreateResponse, NotSent, Result
from groundctl.domain.jobs.observed import AwsResponse, ObservedJob
from groundctl.errors import ExternalError
from groundctl.ports import ApprovalFacts, LabelingJobs

_ASK_AGAIN = "nothing was done; run it again when GitHub answers"
_NEWER_RUN = "nothing to do here: the run of the newer commit takes up what is left"
_REWRITTEN = "find out who rewrote the branch; nothing was done"


class TipGuard:
    """Compares a run's commit with the tip of the default branch, each time that it is asked."""

    def __init__(self, facts: ApprovalFacts, *, branch: str, commit: str) -> None:
        self._facts = facts
        self._branch = branch
        self._commit = commit
        self._obstacle: NotSent | None = None
        self._asking = Lock()
        # Questions to GitHub: how many were begun, and the last one that was answered.
        self._begun = self._answered = 0

    def look(self) -> Tip:
        """Ask GitHub for the tip."""
        tip = self._facts.tip(self._branch)
        if tip == self._commit:
            return Tip(branch=self._branch, commit=tip, state=TipState.CURRENT)
        is_ancestor = self._facts.is_ancestor(self._commit, of=tip)
        ours, theirs = (self._facts.top_level(commit) for commit in (self._commit, tip)) if is_ancestor else ({}, {})
        return Tip(
            branch=self._branch,
            commit=tip,
            state=tip_state(is_ancestor=is_ancestor, ours=ours, theirs=theirs),
        )

    @property
    def obstacle(self) -> NotSent | None:
        """Return why this run must not act, as it was last seen. A branch that has moved on does not come back."""
        return self._obstacle

    def ask(self) -> NotSent | None:
        """Ask GitHub, and return why this run must not act; None if it may.

        Those who wait while another question is under way share the next one, which begins after each of them has come.
        """
        begun_before = self._begun
        with self._asking:
            if self._obstacle is None and self._answered <= begun_before:
                self._begun += 1
                self._obstacle = self._asked()
                self._answered = self._begun
            return self._obstacle

    def _asked(self) -> NotSent | None:
        try:
            tip = self.look()
        except ExternalError as error:
            message = f"whether this run is at the tip of {self._branch} could not be checked: {error.message}"
            return NotSent(message=message, hint=_ASK_AGAIN, result=Result.NOT_STARTED)
        match tip.state:
            case TipState.CURRENT:
                return None
            case TipState.SUPERSEDED:
                return NotSent(message=tip.sentence, hint=_NEWER_RUN, result=Result.SUPERSEDED)
            case TipState.REWRITTEN:
                return NotSent(message=tip.sentence, hint=_REWRITTEN, result=Result.NOT_STARTED)


class JobsAtTip:
    """Labeling jobs that are created only by a run at the tip: the branch is asked right before each create call."""

    def __init__(self, jobs: LabelingJobs, guard: TipGuard) -> None:
        self._jobs = jobs
        self._guard = guard

    def list_jobs(self) -> Iterator[ObservedJob]:
        """Yield every labeling job, 100 per call."""
        return self._jobs.list_jobs()

    def describe(self, name: str) -> AwsResponse | None:
        """Read one job as AWS describes it; None if there is none."""
        return self._jobs.describe(name)

    def create_once(self, request: AwsResponse, *, signed_until: datetime) -> CreateResponse:
        """Send the create call once, unless the branch has moved on."""
        return self._guard.ask() or self._jobs.create_once(request, signed_until=signed_until)

    def stop(self, name: str) -> None:
        """Stop a job; apply has asked the guard."""
        self._jobs.stop(name)
