"""Puts together what each merged pull request's jobs have come to. Decides; touches nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.jobs.creation import Outcome
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.planning.plan import Action, Change, Plan, clips_of, cost_of, fields_of, observed_of
from groundctl.domain.tracking.progress import Progress, progress_of
from groundctl.domain.tracking.provenance import Provenance
from groundctl.domain.tracking.pull_request_status import JobStatus, PullRequestStatus

# A job lives for 30 days, and others of its pull request may have begun some time later.
TOLD_FOR = timedelta(days=45)
# So long after its end a job's story is still brought up to date: a report that was lost is made good by then.
MENDED_FOR = timedelta(days=7)


def needs_update(plan: Plan, now: datetime) -> tuple[ObservedJob, ...]:
    """Select the jobs whose pull requests may still want to hear of them."""
    jobs = (observed_of(change) for change in plan.changes if change.action is not Action.FOREIGN)
    return tuple(job for job in jobs if job and (not job.status.is_terminal or now - job.created < TOLD_FOR))


def stories(
    plan: Plan,
    now: datetime,
    *,
    provenance: Mapping[JobKey, Provenance],
    source_pull_requests: Mapping[JobKey, int],
    held: Mapping[JobKey, str],
    outcomes: Iterable[Outcome] = (),
) -> tuple[PullRequestStatus, ...]:
    """Tell the story of each pull request that has a job which is not done, or has not been for long.

    Mappings go by the job's key. A job belongs to the pull request that its provenance names, else to the one that brought
    its file. What came by none is told where it needs a person.
    """
    ended = {outcome.key: outcome for outcome in outcomes}
    by_pull_request: dict[int | None, list[JobStatus]] = defaultdict(list)
    for change in plan.changes:
        asked = provenance.get(change.key)
        number = (asked and asked.pull_request) or source_pull_requests.get(change.key)
        if number is not None or held.get(change.key) or change.action.requires_attention:
            told = _job_story(change, asked, now, held=held.get(change.key, ""), outcome=ended.get(change.key))
            by_pull_request[number].append(told)
    return tuple(
        PullRequestStatus(
            pull_request=number,
            target=plan.infrastructure.target,
            plan_digest=plan.digest,
            jobs=tuple(jobs),
        )
        for number, jobs in sorted(by_pull_request.items(), key=lambda one: one[0] or 0)
        if any(_is_news(job, now) for job in jobs)
    )


def _job_story(
    change: Change, asked: Provenance | None, now: datetime, *, held: str, outcome: Outcome | None
) -> JobStatus:
    job = observed_of(change)
    return JobStatus(
        name=change.name,
        path=change.path or (asked.path if asked else ""),
        owner=change.owner or (asked.owner if asked else ""),
        team=change.team or (asked.team if asked else ""),
        action=change.action,
        clips=asked.clips if asked else clips_of(change),
        cost=asked.cost if asked else cost_of(change),
        reasons=change.reasons,
        fields=fields_of(change),
        held=held,
        outcome=outcome,
        progress=_progress(job, now) if job and change.action is not Action.FOREIGN else None,
    )


def _progress(job: ObservedJob, now: datetime) -> Progress:
    # A job cannot have changed in the future: where this machine's clock is behind, AWS's is right.
    return progress_of(job, max(now, job.modified))


def _is_news(story: JobStatus, now: datetime) -> bool:
    if story.progress is None or not story.is_finished or story.action.requires_attention:
        return True
    return now - story.progress.job.modified < MENDED_FOR
