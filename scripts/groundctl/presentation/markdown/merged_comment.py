"""What a merged pull request is told of its jobs: created, labeling, finished, and what needs a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
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
from groundctl.presentation.escape import for_markdown, for_markdown_code, on_one_line
from groundctl.presentation.markdown.comment import (
    MAX_NAME_LENGTH,
    RANK_OF_DETAILS,
    RANK_OF_NEEDS,
    RANK_OF_REMARKS,
    Footer,
    Point,
    code_name,
    composed,
    footer_line,
    grouped,
    plain,
    points_part,
    run_link,
)
from groundctl.presentation.markdown.jobs_table import jobs_part, unbroken
from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT, Part
from groundctl.presentation.plan_summary import ACTION_WORDS
from groundctl.presentation.tables import Column
from groundctl.presentation.text import count, moment, usd_range


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


def status_comment(
    status: PullRequestStatus, now: datetime, *, footer: Footer | None, limit: int = COMMENT_LIMIT
) -> RenderedComment:
    """Write how a merged pull request's jobs are getting on, within so many bytes."""
    jobs = sorted(status.jobs, key=lambda job: not job.needs_attention)
    needs = grouped(need for job in jobs for need in _needs(job, status.plan_digest))
    remarks = grouped(need for job in jobs for need in _remarks(job, now))
    elsewhere = "`groundctl status` has all of them."
    if footer:
        elsewhere = f"The summary of {run_link(footer)} has more of them, `groundctl status` all."
    head = [f"### {_headline(status, plain(_environment(status)))}", _rail(status), _spent(jobs), _labels(jobs)]
    parts = [
        _table(status, jobs, elsewhere),
        points_part(_in_need(status), needs, elsewhere, rank=RANK_OF_NEEDS),
        points_part("Worth knowing", remarks, elsewhere, rank=RANK_OF_REMARKS),
        _details(jobs, elsewhere),
    ]
    return composed(head, parts, footer_line(footer, plan_digest=status.plan_digest, where=[status.target]), limit)


def status_title(status: PullRequestStatus) -> str:
    """Say in one line how a merged pull request's jobs are getting on."""
    return _headline(status, on_one_line(_environment(status), MAX_NAME_LENGTH))


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


def _headline(status: PullRequestStatus, environment: str) -> str:
    attention = f"; {_in_need(status)}" if status.needs_attention else ""
    match phase_of(status):
        case Phase.APPLIED:
            return f"Applied to {environment}: {_in_states(status.jobs)}{attention}"
        case Phase.LABELING:
            return f"Labeling in {environment}: {_progress_of_all(status)}{attention}"
        case Phase.FINISHED:
            return f"Finished in {environment}: {_end_of_all(status)}{attention}"
        case _:
            return f"Merged for {environment}: {_in_states(status.jobs)}{attention}"


def _in_need(status: PullRequestStatus) -> str:
    number = sum(job.needs_attention for job in status.jobs)
    return f"{count(number, 'job')} {'needs' if number == 1 else 'need'} a person"


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


def _rail(status: PullRequestStatus) -> str:
    """Show the way, and where on it the jobs are."""
    here = phase_of(status)
    return " → ".join(f"**{phase}**" if phase is here else str(phase) for phase in Phase)


def _spent(jobs: Sequence[JobStatus]) -> str:
    begun = [job for job in jobs if job.cost and job.progress and not job.outcome]
    if not begun:
        return ""
    spent = sum((_spent_on(job) for job in begun), NOTHING)
    whole = sum((job.cost or NOTHING for job in begun), NOTHING)
    so_far = "" if all(job.is_finished for job in begun) else " so far"
    return (
        f"Spent{so_far}: about {for_markdown(usd_range(spent.low, spent.high))} of the"
        f" {for_markdown(usd_range(whole.low, whole.high))} that was estimated for review."
    )


def _spent_on(job: JobStatus) -> Estimate:
    return job.cost.spent(job.progress.job.counters.labeled) if job.cost and job.progress else NOTHING


def _labels(jobs: Sequence[JobStatus]) -> str:
    if not any(job.progress and job.progress.job.status is Status.COMPLETED for job in jobs):
        return ""
    return "`groundctl results NAME` fetches the labels of a finished job, and says how far workers agree."


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


def _table(status: PullRequestStatus, jobs: Sequence[JobStatus], elsewhere: str) -> Part:
    if phase_of(status) in {Phase.LABELING, Phase.FINISHED}:
        return jobs_part(jobs, _COLUMNS, _row, elsewhere)
    return jobs_part(jobs, _COLUMNS_BEFORE, _row_before, elsewhere)


def _row_before(job: JobStatus) -> tuple[str, ...]:
    return (
        code_name(job.name),
        f"**{_state(job)}**",
        plain(job.team),
        "" if job.clips is None else f"{job.clips:,}",
        for_markdown(usd_range(job.cost.low, job.cost.high)) if job.cost else "",
    )


def _row(job: JobStatus) -> tuple[str, ...]:
    name, state = code_name(job.name), f"**{_state(job)}**"
    if job.progress is None:
        return name, state, "", "", "", "", ""
    one, counters = job.progress, job.progress.job.counters
    spent = _spent_on(job)
    return (
        name,
        state,
        unbroken(f"{counters.labeled:,} of {one.total:,}") if one.total else "",
        f"{counters.failed:,}" if counters.failed else "",
        f"{one.rate:,.0f}/h" if one.rate and one.rate >= 1 and not job.is_finished else "",
        _end(one).removesuffix(" UTC"),
        for_markdown(usd_range(spent.low, spent.high)) if job.cost else "",
    )


def _end(one: Progress) -> str:
    if one.job.status.is_terminal:
        return f"ended {moment(one.job.modified)}"
    if one.expected_end:
        return f"about {_to_the_hour(one.expected_end)}"
    return f"by {moment(one.expires)}"


def _needs(job: JobStatus, plan_digest: str) -> Iterator[Point]:
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


def _remarks(job: JobStatus, now: datetime) -> Iterator[Point]:
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


def _details(jobs: Sequence[JobStatus], elsewhere: str) -> Part:
    return Part(
        pieces=map(_detail, jobs),
        total=len(jobs),
        rest=lambda taken: f"\nNot shown here: the details of {count(len(jobs) - taken, 'job')}. {elsewhere}\n\n",
        rank=RANK_OF_DETAILS,
        opening=f"<details><summary>Details of {count(len(jobs), 'job')}</summary>\n\n",
        closing="\n</details>\n\n",
    )


def _detail(job: JobStatus) -> str:
    parts = [
        for_markdown_code(job.path, 300) if job.path else "",
        f"owner {plain(job.owner)}" if job.owner else "",
        f"team {plain(job.team)}" if job.team else "",
        f"reviewed at {for_markdown(usd_range(job.cost.low, job.cost.high))}" if job.cost else "",
        f"created {moment(job.progress.job.created)}" if job.progress else "",
    ]
    return f"- {code_name(job.name)}: {'; '.join(part for part in parts if part)}\n"
