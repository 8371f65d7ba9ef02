"""A pull request's jobs from plan to labels: what was reviewed, what was created, how it is getting on."""

from __future__ import annotations

from dataclasses import dataclass

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.jobs.creation import Outcome
from groundctl.domain.jobs.estimate import Estimate
from groundctl.domain.jobs.observed import Status
from groundctl.domain.planning.plan import Action
from groundctl.domain.tracking.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """One job of a merged pull request.

    action is what a plan made now says of it; cost is what was reviewed, where that is known. An outcome is there in the
    run that applies only; progress is there for a job that exists. held says in words why apply would not create it.
    """

    name: str
    path: str
    owner: str
    team: str
    action: Action
    clips: int | None = None
    cost: Estimate | None = None
    reasons: tuple[Diagnostic, ...] = ()
    fields: tuple[str, ...] = ()
    held: str = ""
    outcome: Outcome | None = None
    progress: Progress | None = None

    @property
    def is_finished(self) -> bool:
        """Say whether nothing will happen to the job any more."""
        return self.progress is not None and self.progress.job.status.is_terminal

    @property
    def needs_attention(self) -> bool:
        """Say whether somebody has to do something about it."""
        if self.outcome and self.outcome.result.needs_attention:
            return True
        if self.progress:
            return self.progress.job.status is Status.FAILED or self.action.requires_attention
        return self.action.requires_attention or bool(self.held)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestStatus:
    """The jobs that one merged pull request asked for; plan_digest names the plan made now, which `approve` takes.

    pull_request is None for those that came another way, such as by a push, and need a person.
    """

    pull_request: int | None
    target: str
    plan_digest: str
    jobs: tuple[JobStatus, ...]

    @property
    def needs_attention(self) -> bool:
        """Say whether a check on it must not be green."""
        return any(job.needs_attention for job in self.jobs)
