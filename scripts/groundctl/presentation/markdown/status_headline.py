"""How far the jobs of a merged pull request are: the title of its comment and check, and the head of the comment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from groundctl.domain.jobs.creation import Result
from groundctl.domain.jobs.estimate import NOTHING, Estimate
from groundctl.domain.jobs.observed import Status
from groundctl.domain.planning.plan import Action
from groundctl.domain.tracking.progress import Progress
from groundctl.domain.tracking.pull_request_status import JobStatus, PullRequestStatus
from groundctl.presentation.escape import on_one_line
from groundctl.presentation.markdown.comment import attention
from groundctl.presentation.markdown.filters import MAX_NAME_LENGTH
from groundctl.presentation.plan_summary import ACTION_WORDS
from groundctl.presentation.text import count, moment


class Phase(StrEnum):
    """How far the jobs of a merged pull request are, taken together."""

    MERGED = "merged"
    APPLIED = "applied"
    LABELING = "labeling"
    FINISHED = "finished"


_VERBS: Final = {
    Phase.MERGED: "Merged for",
    Phase.APPLIED: "Applied to",
    Phase.LABELING: "Labeling in",
    Phase.FINISHED: "Finished in",
}
_STATUS_WORDS: Final = {
    Status.INITIALIZING: "starting",
    Status.IN_PROGRESS: "labeling",
    Status.COMPLETED: "finished",
    Status.FAILED: "failed",
    Status.STOPPING: "stopping",
    Status.STOPPED: "stopped",
    Status.UNKNOWN: "in an unknown state",
}
_RESULT_WORDS: Final = {
    Result.CREATED: "created",
    Result.SEEN: str(Result.SEEN),
    Result.EXISTED: "already existed",
    Result.UNKNOWN: "unknown",
    Result.FAILED: "not created",
    Result.HELD: "held",
    Result.STOPPING: "stopping",
    Result.NOT_STARTED: "not started",
    Result.SUPERSEDED: "left to a newer run",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusHead:
    """What the template shows of a merged pull request's jobs taken together; spent is None before labeling begins."""

    verb: str
    environment: str
    facts: str
    phase: Phase
    phases: tuple[Phase, ...]
    spent: Estimate | None
    estimate: Estimate
    all_ended: bool
    has_labels: bool


def status_title(status: PullRequestStatus) -> str:
    """Write the status of a merged pull request's jobs in one line."""
    environment = on_one_line(_environment(status), MAX_NAME_LENGTH)
    return f"{_VERBS[phase_of(status)]} {environment}: {_facts(status)}"


def phase_of(status: PullRequestStatus) -> Phase:
    """Return the phase: applied if this run acted on a job, else what AWS reports of the jobs."""
    if any(job.outcome for job in status.jobs):
        return Phase.APPLIED
    running = [job for job in status.jobs if job.progress]
    if not running:
        return Phase.MERGED
    return Phase.FINISHED if all(job.is_finished for job in running) else Phase.LABELING


def _environment(status: PullRequestStatus) -> str:
    return status.target.rpartition(" (")[0]


def status_head(status: PullRequestStatus) -> StatusHead:
    """Summarize the jobs for the head of the comment."""
    begun = [job for job in status.jobs if job.cost and job.progress and not job.outcome]
    return StatusHead(
        verb=_VERBS[phase_of(status)],
        environment=_environment(status),
        facts=_facts(status),
        phase=phase_of(status),
        phases=tuple(Phase),
        spent=sum((spent_on(job) for job in begun), NOTHING) if begun else None,
        estimate=sum((job.cost or NOTHING for job in begun), NOTHING),
        all_ended=all(job.is_finished for job in begun),
        has_labels=any(job.progress and job.progress.job.status is Status.COMPLETED for job in status.jobs),
    )


def _facts(status: PullRequestStatus) -> str:
    match phase_of(status):
        case Phase.LABELING:
            facts = _progress_of_all(status)
        case Phase.FINISHED:
            facts = _end_of_all(status)
        case _:
            facts = _in_states(status.jobs)
    return f"{facts}; {attention_title(status)}" if status.needs_attention else facts


def attention_title(status: PullRequestStatus) -> str:
    """Say how many jobs need attention."""
    return attention(sum(job.needs_attention for job in status.jobs))


def _in_states(jobs: Sequence[JobStatus]) -> str:
    states = Counter(state_of(job) for job in jobs)
    return ", ".join(f"{number:,} {state}" for state, number in states.most_common()) or "no jobs"


def _progress_of_all(status: PullRequestStatus) -> str:
    running = [job.progress for job in status.jobs if job.progress]
    labeled, total = _labeled(running), sum(progress.total for progress in running)
    open_jobs = [progress for progress in running if not progress.job.status.is_terminal]
    rate = sum(progress.rate or 0 for progress in open_jobs)
    parts = [f"{labeled:,} of {count(total, 'clip')}"]
    if rate:
        parts.append(f"{rate:,.0f} per hour" if rate >= 1 else "less than one per hour")
    ends = [progress.expected_end for progress in open_jobs if progress.expected_end]
    if ends and len(ends) == len(open_jobs):
        which = "" if len(open_jobs) == len(running) else "the rest "
        parts.append(f"{which}done around {to_the_hour(max(ends))}")
    return ", ".join(parts)


def _labeled(jobs: Sequence[Progress]) -> int:
    return sum(progress.job.counters.labeled for progress in jobs)


def _end_of_all(status: PullRequestStatus) -> str:
    running = [job.progress for job in status.jobs if job.progress]
    labeled = _labeled(running)
    without = sum(progress.total for progress in running) - labeled
    states = (
        "" if all(progress.job.status is Status.COMPLETED for progress in running) else f"{_in_states(status.jobs)}, "
    )
    return f"{states}{count(labeled, 'clip')} labeled" + (f", {without:,} without a label" if without else "")


def to_the_hour(when: datetime) -> str:
    """Write an expected end, rounded: it is a guess, and a comment should not change with every run."""
    return moment((when + timedelta(minutes=30)).replace(minute=0, second=0, microsecond=0))


def spent_on(job: JobStatus) -> Estimate:
    """Return what the labels made so far cost by the reviewed estimate."""
    return job.cost.spent(job.progress.job.counters.labeled) if job.cost and job.progress else NOTHING


def _outcome_state(result: Result, job: JobStatus) -> str:
    """Return what this run did to a job; a failed stop leaves the job running, and AWS may fail a job that it accepted."""
    if result is not Result.FAILED:
        return _RESULT_WORDS[result]
    if job.action is Action.STOP:
        return "not stopped"
    return _STATUS_WORDS[Status.FAILED] if job.progress else _RESULT_WORDS[result]


def state_of(job: JobStatus) -> str:
    """Return the state of a job in a word: what this run did, else what AWS reports, else what is planned."""
    if job.is_refused:
        return "refused by AWS"
    if job.outcome:
        return _outcome_state(job.outcome.result, job)
    if job.progress:
        return _STATUS_WORDS[job.progress.job.status]
    if job.held:
        return _RESULT_WORDS[Result.HELD]
    return "not created yet" if job.action is Action.CREATE else ACTION_WORDS[job.action]
