"""The status of the jobs that each merged pull request declared, put together from a plan and from what AWS reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.jobs.creation import Hold, Outcome, Result
from groundctl.domain.jobs.differences import FieldChange
from groundctl.domain.jobs.estimate import Estimate
from groundctl.domain.jobs.ledger.purchases import Refusal
from groundctl.domain.jobs.observed import ObservedJob, Status
from groundctl.domain.planning.plan import (
    Action,
    Change,
    Plan,
    changes_of,
    clips_of,
    cost_of,
    observed_of,
    refusal_before,
)
from groundctl.domain.tracking.mentions import unique_mentions
from groundctl.domain.tracking.progress import Progress, progress_of
from groundctl.domain.tracking.provenance import Provenance

_NONE: Mapping[JobKey, Any] = MappingProxyType({})
# A job lives for 30 days, and other jobs of its pull request may have started later.
REPORTED_FOR = timedelta(days=45)
# Reports go on for this long after a job ended, so that a later run replaces a report that was lost.
REPORTED_AFTER_END = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """One job of a merged pull request.

    action, reasons and changed come from a plan made now. clips and cost are the reviewed ones if the job has a provenance,
    else the planned ones. Only the run that applies has an outcome; only a job that exists has progress. held says why
    apply would not act on the job, agreed who approved what it did, and arrived how many clips came after the approved plan
    and are not bought; refused is AWS's answer to its request, which no run sends again by itself. notify names the users
    and teams that its declaration lists now.
    """

    name: str
    path: str
    owner: str
    team: str
    action: Action
    clips: int | None = None
    cost: Estimate | None = None
    reasons: tuple[Diagnostic, ...] = ()
    changed: tuple[FieldChange, ...] = ()
    notify: tuple[str, ...] = ()
    held: Hold | None = None
    agreed: str = ""
    arrived: int = 0
    refused: Refusal | None = None
    outcome: Outcome | None = None
    progress: Progress | None = None

    @property
    def is_finished(self) -> bool:
        """Return whether the job has ended: completed, failed, or stopped."""
        return self.progress is not None and self.progress.job.status.is_terminal

    @property
    def is_refused(self) -> bool:
        """Return whether AWS's refusal is what keeps the job from being created: nothing else does, and no run has tried again."""
        tried = self.outcome is not None and self.outcome.result is not Result.HELD
        return self.refused is not None and not (self.held or self.progress or tried)

    @property
    def failed_to_start(self) -> bool:
        """Return whether the job could not be created; a stop that fails leaves the job running."""
        return self.is_refused or (
            self.outcome is not None and self.outcome.result is Result.FAILED and self.action is not Action.STOP
        )

    @property
    def needs_attention(self) -> bool:
        """Return whether the job's owner must act."""
        if self.outcome and self.outcome.result.needs_attention:
            return True
        if self.progress:
            return self.progress.job.status is Status.FAILED or self.action.requires_attention
        return self.action.requires_attention or self.held is not None or self.is_refused


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestStatus:
    """The jobs that one merged pull request declared; plan_digest is the digest of a plan of all that is there now.

    pull_request is None for jobs that were declared without one, such as by a push, and that need attention.
    """

    pull_request: int | None
    target: str
    plan_digest: str
    jobs: tuple[JobStatus, ...]

    @property
    def needs_attention(self) -> bool:
        """Return whether a check on these jobs must fail."""
        return any(job.needs_attention for job in self.jobs)

    @property
    def mentions(self) -> tuple[str, ...]:
        """Name the users and teams to mention, each once: those that follow a job which ended or failed."""
        return unique_mentions(
            name for job in self.jobs if job.is_finished or job.failed_to_start for name in job.notify
        )


def jobs_to_report(plan: Plan, now: datetime) -> tuple[ObservedJob, ...]:
    """Select the existing jobs whose pull requests may need an update."""
    jobs = (observed_of(change) for change in plan.changes if change.action is not Action.FOREIGN)
    return tuple(job for job in jobs if job and (not job.status.is_terminal or now - job.created < REPORTED_FOR))


def pull_request_statuses(
    plan: Plan,
    now: datetime,
    *,
    plan_digest: str,
    provenance: Mapping[JobKey, Provenance],
    source_pull_requests: Mapping[JobKey, int],
    held: Mapping[JobKey, Hold],
    notify: Mapping[JobKey, tuple[str, ...]],
    agreed: Mapping[JobKey, str] = _NONE,
    arrived: Mapping[JobKey, int] = _NONE,
    outcomes: Iterable[Outcome] = (),
) -> tuple[PullRequestStatus, ...]:
    """Make the status of each pull request that has a job which has not ended, or ended recently.

    Mappings go by the job's key. A job belongs to the pull request that its provenance names, else to the one that last
    changed its file. A job without a pull request is reported if it needs attention.
    """
    outcome_of = {outcome.key: outcome for outcome in outcomes}
    by_pull_request: dict[int | None, list[JobStatus]] = defaultdict(list)
    for change in plan.changes:
        source, hold = provenance.get(change.key), held.get(change.key)
        number = (source and source.pull_request) or source_pull_requests.get(change.key)
        if number is not None or hold or refusal_before(change) or change.action.requires_attention:
            status = _job_status(
                change, source, now, held=hold, agreed=agreed, arrived=arrived, notify=notify, outcomes=outcome_of
            )
            by_pull_request[number].append(status)
    target, ordered = plan.infrastructure.target, sorted(by_pull_request.items(), key=lambda entry: entry[0] or 0)
    return tuple(
        PullRequestStatus(pull_request=number, target=target, plan_digest=plan_digest, jobs=tuple(jobs))
        for number, jobs in ordered
        if any(_is_current(job, now) for job in jobs)
    )


def _job_status(
    change: Change,
    source: Provenance | None,
    now: datetime,
    *,
    held: Hold | None,
    agreed: Mapping[JobKey, str],
    arrived: Mapping[JobKey, int],
    notify: Mapping[JobKey, tuple[str, ...]],
    outcomes: Mapping[JobKey, Outcome],
) -> JobStatus:
    job = observed_of(change)
    return JobStatus(
        name=change.name,
        path=change.path or (source.path if source else ""),
        owner=change.owner or (source.owner if source else ""),
        team=change.team or (source.team if source else ""),
        action=change.action,
        clips=source.clips if source else clips_of(change),
        cost=source.cost if source else cost_of(change),
        reasons=change.reasons,
        changed=changes_of(change),
        notify=notify.get(change.key, ()),
        held=held,
        agreed=agreed.get(change.key, ""),
        arrived=arrived.get(change.key, 0),
        refused=refusal_before(change),
        outcome=outcomes.get(change.key),
        progress=_progress(job, now) if job and change.action is not Action.FOREIGN else None,
    )


def _progress(job: ObservedJob, now: datetime) -> Progress:
    # A job cannot have changed in the future: if this machine's clock is behind, use AWS's time.
    return progress_of(job, max(now, job.modified))


def _is_current(status: JobStatus, now: datetime) -> bool:
    if status.progress is None or not status.is_finished or status.action.requires_attention:
        return True
    return now - status.progress.job.modified < REPORTED_AFTER_END
