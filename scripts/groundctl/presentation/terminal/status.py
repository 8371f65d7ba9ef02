"""The progress of jobs as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from groundctl.domain.jobs.ledger.refusals import refusal_hint
from groundctl.domain.planning.wording import refusal_text
from groundctl.domain.tracking.progress import Progress
from groundctl.domain.tracking.refused_before import RefusedJob
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.tables import Column, text_table
from groundctl.presentation.text import ago, count, moment


def status_text(jobs: Sequence[Progress], now: datetime, refused: Sequence[RefusedJob] = ()) -> str:
    """Write a table of jobs, the advice for them, what AWS refused, and a summary."""
    if refused:
        lines = [line for job in refused for line in _refused_lines(job)]
        return "\n".join([status_text(jobs, now), "", f"AWS refused to create {count(len(refused), 'job')}:", *lines])
    if not jobs:
        return "No labeling jobs yet. `groundctl plan` shows what would be created."
    columns = [
        Column("job"),
        Column("status"),
        Column("labeled", right=True),
        Column("no label", right=True),
        Column("rate", right=True),
        Column("expected end"),
        Column("created"),
    ]
    rows = [[for_terminal(cell) for cell in _cells(progress, now)] for progress in jobs]
    advice = [for_terminal(f"  {progress.job.name}: {progress.advice}") for progress in jobs if progress.advice]
    return "\n".join([*text_table(columns, rows), *([""] if advice else []), *advice, "", _summary(jobs)])


def _refused_lines(job: RefusedJob) -> tuple[str, str]:
    said, hint = refusal_text(job.refusal), refusal_hint(job.refusal)
    return for_terminal(f"  {job.name}: {said}"), for_terminal(f"    hint: {hint}")


def _cells(progress: Progress, now: datetime) -> list[str]:
    job = progress.job
    return [
        job.name,
        str(job.status),
        f"{job.counters.labeled:,} of {progress.total:,}" if progress.total else "",
        f"{job.counters.failed:,}" if job.counters.failed else "",
        f"{progress.rate:,.0f}/h" if progress.rate else "",
        moment(progress.expected_end) if progress.expected_end else "",
        ago(job.created, now),
    ]


def _summary(jobs: Sequence[Progress]) -> str:
    statuses = [str(progress.job.status) for progress in jobs]
    parts = [f"{statuses.count(status)} {status}" for status in dict.fromkeys(statuses)]
    return f"{count(len(jobs), 'job')}: {', '.join(parts)}"
