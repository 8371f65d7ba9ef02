"""The progress of jobs as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from groundctl.domain.tracking.progress import Progress
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.tables import Column, text_table
from groundctl.presentation.text import ago, count, moment


def status_text(jobs: Sequence[Progress], now: datetime) -> str:
    """Write a table of jobs, the advice for them, and a summary."""
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
