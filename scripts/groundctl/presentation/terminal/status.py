"""The progress of jobs as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from groundctl.domain.tracking.progress import Progress
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.tables import Column, text_table
from groundctl.presentation.text import ago, count, moment


def status_text(standing: Sequence[Progress], now: datetime) -> str:
    """Write a table of jobs, and below it what somebody should do."""
    if not standing:
        return "No labeling jobs here yet: `groundctl plan` shows what would be created."
    columns = [
        Column("job"),
        Column("status"),
        Column("labeled", right=True),
        Column("no label", right=True),
        Column("rate", right=True),
        Column("expected end"),
        Column("created"),
    ]
    rows = [[for_terminal(cell) for cell in _cells(one, now)] for one in standing]
    advice = [for_terminal(f"  {one.job.name}: {one.advice}") for one in standing if one.advice]
    return "\n".join([*text_table(columns, rows), *([""] if advice else []), *advice, "", _verdict(standing)])


def _cells(one: Progress, now: datetime) -> list[str]:
    job = one.job
    return [
        job.name,
        str(job.status),
        f"{job.counters.labeled:,} of {one.total:,}" if one.total else "",
        f"{job.counters.failed:,}" if job.counters.failed else "",
        f"{one.rate:,.0f}/h" if one.rate else "",
        moment(one.expected_end) if one.expected_end else "",
        ago(job.created, now),
    ]


def _verdict(standing: Sequence[Progress]) -> str:
    statuses = [str(one.job.status) for one in standing]
    parts = [f"{statuses.count(status)} {status}" for status in dict.fromkeys(statuses)]
    return f"{count(len(standing), 'job')}: {', '.join(parts)}"
