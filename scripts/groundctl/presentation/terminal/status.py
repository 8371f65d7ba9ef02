"""The progress of jobs as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from groundctl.domain.jobs.ledger.refusals import refusal_hint
from groundctl.domain.jobs.observed import Status
from groundctl.domain.planning.wording import refusal_text
from groundctl.domain.tracking.progress import Progress
from groundctl.domain.tracking.refused_before import RefusedJob
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.screen import PLAIN, Color, Screen
from groundctl.presentation.tables import Column, text_table
from groundctl.presentation.text import ago, count, moment

# A running or stopping job has the color of the text around it.
_COLORS: Final = {Status.COMPLETED: Color.GREEN, Status.STOPPED: Color.YELLOW, Status.FAILED: Color.RED}


def status_text(
    jobs: Sequence[Progress], now: datetime, refused: Sequence[RefusedJob] = (), screen: Screen = PLAIN
) -> str:
    """Write a table of jobs, the advice for them, what AWS refused, and a summary."""
    if refused:
        lines = [line for job in refused for line in _refused_lines(job, screen)]
        heading = screen.lines(f"AWS refused to create {count(len(refused), 'job')}:")
        return "\n".join([status_text(jobs, now, screen=screen), "", *heading, *lines])
    if not jobs:
        return "\n".join(screen.lines("No labeling jobs yet. `groundctl plan` shows what would be created."))
    columns = [
        Column("job", leads=True),
        Column("status", is_painted=True),
        Column("labeled", right=True),
        Column("no label", right=True),
        Column("rate", right=True),
        Column("expected end"),
        Column("created"),
    ]
    rows = [[for_terminal(cell) for cell in _cells(progress, now)] for progress in jobs]
    table = text_table(columns, rows, screen, colors=[_COLORS.get(progress.job.status) for progress in jobs])
    advice = [line for progress in jobs if progress.advice for line in _advice_lines(progress, screen)]
    return "\n".join([*table, *([""] if advice else []), *advice, "", *screen.lines(_summary(jobs))])


def _advice_lines(progress: Progress, screen: Screen) -> Iterator[str]:
    return screen.lines(f"{progress.job.name}: {progress.advice}", first="  ", rest="    ")


def _refused_lines(job: RefusedJob, screen: Screen) -> Iterator[str]:
    said, hint = refusal_text(job.refusal), refusal_hint(job.refusal)
    yield from screen.lines(f"{job.name}: {said}", first="  ", rest="    ")
    yield from screen.lines(f"hint: {hint}", first="    ", rest="    ")


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
