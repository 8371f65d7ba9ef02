"""What a merged pull request is told of its jobs: created, labeling, finished, and what needs a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from groundctl.domain.jobs.creation import Outcome, Result, Verdict
from groundctl.domain.jobs.estimate import NOTHING, Estimate
from groundctl.domain.jobs.observed import Status
from groundctl.domain.planning.plan import Action
from groundctl.domain.tracking.progress import Progress
from groundctl.domain.tracking.pull_request_status import JobStatus, PullRequestStatus
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.presentation.escape import on_one_line
from groundctl.presentation.markdown.comment import (
    Footer,
    Rank,
    attention,
    composed,
    elsewhere,
    footer_line,
    not_shown,
)
from groundctl.presentation.markdown.environment import render, render_around
from groundctl.presentation.markdown.filters import MAX_NAME_LENGTH, code, money, text
from groundctl.presentation.markdown.jobs_table import jobs_part, unbroken
from groundctl.presentation.markdown.points import Point, grouped, points_part
from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT, Part
from groundctl.presentation.plan_summary import ACTION_WORDS
from groundctl.presentation.tables import Column
from groundctl.presentation.text import count, moment


class Phase(StrEnum):
    """How far a merged pull request's jobs are, all taken together."""

    MERGED = "merged"
    APPLIED = "applied"
    LABELING = "labeling"
    FINISHED = "finished"


_STATUS_WORDS: Final = {
    Status.INITIALIZING: "starting",
    Status.IN_PROGRESS: "labeling",
    Status.COMPLETED: "finished",
    Status.FAILED: "failed",
    Status.STOPPING: "stopping",
    Status.STOPPED: "stopped",
    Status.UNKNOWN: "in a state that groundctl does not know",
}
_RESULT_WORDS: Final = {
    Result.CREATED: "created",
    Result.EXISTED: "already there",
    Result.UNKNOWN: "unknown",
    Result.FAILED: "not created",
    Result.HELD: "held",
    Result.STOPPING: "stopping",
}


# A job that is not done when its life ends fails; so long before that people are told.
ENDS_SOON: Final = timedelta(days=3)


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


def status_comment(
    status: PullRequestStatus, now: datetime, *, footer: Footer | None, limit: int = COMMENT_LIMIT
) -> RenderedComment:
    """Write the status of a merged pull request's jobs, within so many bytes."""
    jobs = sorted(status.jobs, key=lambda job: not job.needs_attention)
    points = grouped(point for job in jobs for point in _points(job, status.plan_digest))
    notes = grouped(note for job in jobs for note in _notes(job, now))
    where = elsewhere("status", footer)
    parts = [
        _table(status, jobs, where),
        points_part(_attention(status), points, where, rank=Rank.ATTENTION),
        points_part("Worth knowing", notes, where, rank=Rank.NOTES),
        _details(jobs, where),
    ]
    footer_text = footer_line(footer, plan_digest=status.plan_digest, where=[status.target])
    return composed(render("status", status=_head(status)), parts, footer_text, limit)


def status_title(status: PullRequestStatus) -> str:
    """Say the status of a merged pull request's jobs in one line."""
    environment = on_one_line(_environment(status), MAX_NAME_LENGTH)
    return f"{_VERBS[phase_of(status)]} {environment}: {_facts(status)}"


def phase_of(status: PullRequestStatus) -> Phase:
    """Say how far a status is: by what this run has done, else by what AWS tells of the jobs."""
    if any(job.outcome for job in status.jobs):
        return Phase.APPLIED
    running = [job for job in status.jobs if job.progress]
    if not running:
        return Phase.MERGED
    return Phase.FINISHED if all(job.is_finished for job in running) else Phase.LABELING


def _environment(status: PullRequestStatus) -> str:
    return status.target.rpartition(" (")[0]


def _head(status: PullRequestStatus) -> StatusHead:
    begun = [job for job in status.jobs if job.cost and job.progress and not job.outcome]
    return StatusHead(
        verb=_VERBS[phase_of(status)],
        environment=_environment(status),
        facts=_facts(status),
        phase=phase_of(status),
        phases=tuple(Phase),
        spent=sum((_spent_on(job) for job in begun), NOTHING) if begun else None,
        estimate=sum((job.cost or NOTHING for job in begun), NOTHING),
        all_ended=all(job.is_finished for job in begun),
        has_labels=any(job.progress and job.progress.job.status is Status.COMPLETED for job in status.jobs),
    )


_VERBS: Final = {
    Phase.MERGED: "Merged for",
    Phase.APPLIED: "Applied to",
    Phase.LABELING: "Labeling in",
    Phase.FINISHED: "Finished in",
}


def _facts(status: PullRequestStatus) -> str:
    match phase_of(status):
        case Phase.LABELING:
            facts = _progress_of_all(status)
        case Phase.FINISHED:
            facts = _end_of_all(status)
        case _:
            facts = _in_states(status.jobs)
    return f"{facts}; {_attention(status)}" if status.needs_attention else facts


def _attention(status: PullRequestStatus) -> str:
    return attention(sum(job.needs_attention for job in status.jobs))


def _in_states(jobs: Sequence[JobStatus]) -> str:
    states = Counter(_state(job) for job in jobs)
    return ", ".join(f"{number:,} {state}" for state, number in states.most_common()) or "no jobs"


def _progress_of_all(status: PullRequestStatus) -> str:
    running = [job.progress for job in status.jobs if job.progress]
    labeled, total = sum(one.job.counters.labeled for one in running), sum(one.total for one in running)
    open_jobs = [one for one in running if not one.job.status.is_terminal]
    rate = sum(one.rate or 0 for one in open_jobs)
    parts = [f"{labeled:,} of {count(total, 'clip')}"]
    if rate:
        parts.append(f"{rate:,.0f} an hour" if rate >= 1 else "less than one an hour")
    ends = [one.expected_end for one in open_jobs if one.expected_end]
    if ends and len(ends) == len(open_jobs):
        who = "" if len(open_jobs) == len(running) else "the rest "
        parts.append(f"{who}done about {_to_the_hour(max(ends))}")
    return ", ".join(parts)


def _end_of_all(status: PullRequestStatus) -> str:
    running = [job.progress for job in status.jobs if job.progress]
    labeled = sum(one.job.counters.labeled for one in running)
    without = sum(one.total - one.job.counters.labeled for one in running)
    states = "" if all(one.job.status is Status.COMPLETED for one in running) else f"{_in_states(status.jobs)}, "
    return f"{states}{count(labeled, 'clip')} labeled" + (f", {without:,} without a label" if without else "")


def _to_the_hour(when: datetime) -> str:
    """Round an expected end: it is not known to the minute, and a comment is not to change with every look at it."""
    return moment((when + timedelta(minutes=30)).replace(minute=0, second=0, microsecond=0))


def _spent_on(job: JobStatus) -> Estimate:
    return job.cost.spent(job.progress.job.counters.labeled) if job.cost and job.progress else NOTHING


def _state(job: JobStatus) -> str:
    """Say in a word how a job is: what this run did to it, else what AWS tells of it, else what is planned."""
    if job.outcome:
        return _RESULT_WORDS[job.outcome.result]
    if job.progress:
        return _STATUS_WORDS[job.progress.job.status]
    if job.held:
        return _RESULT_WORDS[Result.HELD]
    return "not created yet" if job.action is Action.CREATE else ACTION_WORDS[job.action]


_COLUMNS: Final = (
    Column("Job"),
    Column("State"),
    Column("Labeled", right=True),
    Column("No label", right=True),
    Column("Rate", right=True),
    Column("Ends (UTC)"),
    Column("Spent", right=True),
)
_COLUMNS_BEFORE: Final = (
    Column("Job"),
    Column("State"),
    Column("Team"),
    Column("Clips", right=True),
    Column("Estimate", right=True),
)


def _table(status: PullRequestStatus, jobs: Sequence[JobStatus], where: str) -> Part:
    if phase_of(status) in {Phase.LABELING, Phase.FINISHED}:
        return jobs_part(jobs, _COLUMNS, _row, where)
    return jobs_part(jobs, _COLUMNS_BEFORE, _row_before, where)


def _row_before(job: JobStatus) -> tuple[str, ...]:
    return (
        code(job.name),
        f"**{_state(job)}**",
        text(job.team),
        "" if job.clips is None else f"{job.clips:,}",
        money(job.cost) if job.cost else "",
    )


def _row(job: JobStatus) -> tuple[str, ...]:
    name, state = code(job.name), f"**{_state(job)}**"
    if job.progress is None:
        return name, state, "", "", "", "", ""
    one, counters = job.progress, job.progress.job.counters
    return (
        name,
        state,
        unbroken(f"{counters.labeled:,} of {one.total:,}") if one.total else "",
        f"{counters.failed:,}" if counters.failed else "",
        f"{one.rate:,.0f}/h" if one.rate and one.rate >= 1 and not job.is_finished else "",
        _end(one).removesuffix(" UTC"),
        money(_spent_on(job)) if job.cost else "",
    )


def _end(one: Progress) -> str:
    if one.job.status.is_terminal:
        return f"ended {moment(one.job.modified)}"
    if one.expected_end:
        return f"about {_to_the_hour(one.expected_end)}"
    return f"by {moment(one.expires)}"


def _points(job: JobStatus, plan_digest: str) -> Iterator[Point]:
    if not job.needs_attention:
        return
    owners = (job.owner,) if job.owner else ()
    if told := _trouble(job, plan_digest):
        cause, step = told
        yield Point(jobs=(job.name,), cause=cause, owners=owners, step=step)
    if job.action.requires_attention:
        yield from (
            Point(
                jobs=(job.name,),
                cause=reason.message,
                rule=reason.rule,
                fields=job.fields,
                owners=owners,
                step=reason.hint,
            )
            for reason in job.reasons
        )


def _trouble(job: JobStatus, plan_digest: str) -> tuple[str, str] | None:
    """Say what went wrong with a job, and the next step; None where only the plan has something to say."""
    match job.outcome:
        case Outcome(verdict=Verdict(result=Result.HELD, evidence=evidence)):
            return f"held: {evidence}", _how_to_go_on(plan_digest)
        case Outcome(verdict=Verdict(result=Result.FAILED, evidence=evidence, hint=hint)):
            return f"was not created, or failed at once: {evidence}", hint or _SEE_THE_LOG
        case Outcome(verdict=Verdict(result=Result.UNKNOWN, evidence=evidence, hint=hint)):
            return f"may or may not have been created: {evidence}", hint or _SEE_THE_LOG
    if job.progress:
        return (_failure(job.progress), _AFTER_A_FAILURE) if job.progress.job.status is Status.FAILED else None
    return (f"held: {job.held}", _how_to_go_on(plan_digest)) if job.held and not job.outcome else None


_SEE_THE_LOG: Final = "see the log of the run"
_AFTER_A_FAILURE: Final = (
    "mend the cause, then declare the rest under a new name, as this one is used up;"
    " `groundctl results NAME` has the labels made so far"
)


def _failure(one: Progress) -> str:
    reason = one.job.failure_reason or "AWS gave no reason"
    return f"failed with {one.job.counters.labeled:,} of {count(one.total, 'clip')} labeled: {reason}"


def _how_to_go_on(plan_digest: str) -> str:
    return (
        "open a new pull request that touches its file, so that this plan is reviewed; or let everything in this plan through"
        f" as it stands: run the workflow `apply` by hand with `approve` set to `{plan_digest}`"
    )


def _notes(job: JobStatus, now: datetime) -> Iterator[Point]:
    if job.progress and job.progress.job.status is not Status.FAILED:
        if job.progress.advice:
            yield Point(jobs=(job.name,), cause=job.progress.advice)
        elif not job.is_finished and job.progress.expires - now < ENDS_SOON:
            end = moment(job.progress.expires)
            yield Point(jobs=(job.name,), cause=f"AWS fails it on {end}, whatever is labeled by then")
    if not job.action.requires_attention and not (job.progress and job.progress.job.status is Status.FAILED):
        for reason in job.reasons:
            yield Point(jobs=(job.name,), cause=reason.message, rule=reason.rule, step=reason.hint)
    if job.action is Action.CREATE and not (job.outcome or job.held or job.progress):
        yield Point(jobs=(job.name,), cause="not created yet: the next run of the workflow `apply` does it")


def _details(jobs: Sequence[JobStatus], where: str) -> Part:
    opening, closing = render_around("folded", summary=f"Details of {count(len(jobs), 'job')}")
    return Part(
        pieces=(f"{render('status_detail', job=job)}\n" for job in jobs),
        total=len(jobs),
        rest=lambda taken: not_shown(f"the details of {count(len(jobs) - taken, 'job')}", where),
        rank=Rank.DETAILS,
        opening=opening,
        closing=closing,
    )
