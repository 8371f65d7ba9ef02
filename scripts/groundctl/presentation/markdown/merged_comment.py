"""The comment on a merged pull request: the status of its jobs, what needs attention, notes, details."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from groundctl.domain.jobs.creation import Outcome, Result, Verdict
from groundctl.domain.jobs.ledger.refusals import refusal_hint
from groundctl.domain.jobs.observed import Status
from groundctl.domain.planning.plan import Action
from groundctl.domain.planning.wording import refusal_text
from groundctl.domain.tracking.progress import Progress
from groundctl.domain.tracking.pull_request_status import JobStatus, PullRequestStatus
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.presentation.markdown.comment import (
    Footer,
    Rank,
    composed,
    elsewhere,
    footer_line,
    not_shown,
)
from groundctl.presentation.markdown.environment import render, render_around
from groundctl.presentation.markdown.filters import code, money, text
from groundctl.presentation.markdown.jobs_table import jobs_part, unbroken
from groundctl.presentation.markdown.points import Point, grouped, points_part
from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT, Part
from groundctl.presentation.markdown.status_headline import (
    Phase,
    attention_title,
    phase_of,
    spent_on,
    state_of,
    status_head,
    to_the_hour,
)
from groundctl.presentation.tables import Column
from groundctl.presentation.text import count, moment, not_part_of_it

# AWS sets a job to failed if it is not finished in time. The comment notes it this long before.
ENDS_SOON: Final = timedelta(days=3)


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
        points_part(attention_title(status), points, where, rank=Rank.ATTENTION),
        points_part("Notes", notes, where, rank=Rank.NOTES),
        _details(jobs, where),
    ]
    footer_text = footer_line(footer, plan_digest=status.plan_digest, where=[status.target])
    return composed(render("status", status=status_head(status)), parts, footer_text, limit)


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
        f"**{state_of(job)}**",
        text(job.team),
        "" if job.clips is None else f"{job.clips:,}",
        money(job.cost) if job.cost else "",
    )


def _row(job: JobStatus) -> tuple[str, ...]:
    name, state = code(job.name), f"**{state_of(job)}**"
    if job.progress is None:
        return name, state, "", "", "", "", ""
    progress, counters = job.progress, job.progress.job.counters
    return (
        name,
        state,
        unbroken(f"{counters.labeled:,} of {progress.total:,}") if progress.total else "",
        f"{counters.failed:,}" if counters.failed else "",
        f"{progress.rate:,.0f}/h" if progress.rate and progress.rate >= 1 and not job.is_finished else "",
        _end(progress).removesuffix(" UTC"),
        money(spent_on(job)) if job.cost else "",
    )


def _end(progress: Progress) -> str:
    if progress.job.status.is_terminal:
        return f"ended {moment(progress.job.modified)}"
    if progress.expected_end:
        return f"around {to_the_hour(progress.expected_end)}"
    return f"by {moment(progress.expires)}"


def _points(job: JobStatus, plan_digest: str) -> Iterator[Point]:
    if not job.needs_attention:
        return
    owners = (job.owner,) if job.owner else ()
    if trouble := _trouble(job, plan_digest):
        cause, step = trouble
        yield Point(jobs=(job.name,), cause=cause, owners=owners, step=step)
    if job.action.requires_attention:
        yield from (
            Point(
                jobs=(job.name,),
                cause=reason.message,
                rule=reason.rule,
                changed=job.changed,
                owners=owners,
                step=reason.hint,
            )
            for reason in job.reasons
        )


def _trouble(job: JobStatus, plan_digest: str) -> tuple[str, str] | None:
    """Return what went wrong with a job and the next step; None if only the plan has reasons."""
    if job.refused and job.is_refused:
        return refusal_text(job.refused), refusal_hint(job.refused)
    match job.outcome:
        case Outcome(verdict=Verdict(result=Result.HELD, evidence=evidence, hint=hint)):
            return f"held: {evidence}", _how_to_release(hint, plan_digest)
        case Outcome(verdict=Verdict(result=Result.FAILED, evidence=evidence, hint=hint)):
            failed = "failed" if job.action is Action.STOP else "was not created, or failed immediately"
            return f"{failed}: {evidence}", hint or _SEE_THE_LOG
        case Outcome(verdict=Verdict(result=Result.UNKNOWN, evidence=evidence, hint=hint)):
            return f"the outcome is unknown: {evidence}", hint or _SEE_THE_LOG
        case Outcome(verdict=Verdict(result=Result.NOT_STARTED, evidence=evidence)):
            return f"not started: {evidence}", "the next run of the workflow `apply` does it"
    if job.progress:
        return (_failure(job.progress), _AFTER_A_FAILURE) if job.progress.job.status is Status.FAILED else None
    if job.held and not job.outcome:
        return f"held: {job.held.reason}", _how_to_release(job.held.hint, plan_digest)
    return None


_SEE_THE_LOG: Final = "see the log of the run"
_AFTER_A_FAILURE: Final = (
    "fix the cause, then create a job with a new name for the remaining clips; job names cannot be reused."
    " To fetch the labels made so far, run `groundctl results NAME`"
)


def _failure(progress: Progress) -> str:
    reason = progress.job.failure_reason or "AWS gave no reason"
    labeled = progress.job.counters.labeled
    return f"failed with {labeled:,} of {count(progress.total, 'clip')} labeled: {reason}"


def _how_to_release(hint: str, plan_digest: str) -> str:
    return (
        f"{hint}; or let through everything in this plan as it is: merge a file `jobs/approved/{plan_digest}` by pull"
        f" request, or start the workflow `apply` with `approve` set to `{plan_digest}`, which a second person lets in"
    )


def _notes(job: JobStatus, now: datetime) -> Iterator[Point]:
    if job.outcome and job.outcome.result in {Result.CREATED, Result.SEEN, Result.STOPPING} and job.agreed:
        yield Point(jobs=(job.name,), cause=job.agreed)
    if job.arrived:
        them = "it" if job.arrived == 1 else "them"
        step = f"a next job takes {them}: add a file with the same `input` and `only_new: true`"
        yield Point(jobs=(job.name,), cause=not_part_of_it(job.arrived), step=step)
    if job.progress and job.progress.job.status is not Status.FAILED:
        if job.progress.advice:
            yield Point(jobs=(job.name,), cause=job.progress.advice)
        elif not job.is_finished and job.progress.expires - now < ENDS_SOON:
            end = moment(job.progress.expires)
            yield Point(jobs=(job.name,), cause=f"AWS sets it to failed on {end} if it is not finished by then")
    if not job.action.requires_attention and not (job.progress and job.progress.job.status is Status.FAILED):
        for reason in job.reasons:
            yield Point(jobs=(job.name,), cause=reason.message, rule=reason.rule, step=reason.hint)
    if job.action is Action.CREATE and not (job.outcome or job.held or job.refused or job.progress):
        yield Point(jobs=(job.name,), cause="not created yet; the next run of the workflow `apply` creates it")


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
