"""The files of `groundctl results --out`: two tables, the summary, and the page, each named after the job."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from groundctl.domain.results.output_manifest import LabeledObject
from groundctl.domain.results.results import Results
from groundctl.presentation.escape import for_json
from groundctl.presentation.html.results_page import ClipUrl, results_page
from groundctl.presentation.machine.results_json import results_json
from groundctl.presentation.machine.results_tables import csv_lines, jsonl_lines, own_keys


def results_files(
    results: Results,
    objects: Callable[[], Iterable[LabeledObject]],
    *,
    now: datetime,
    clip_url: ClipUrl | None = None,
) -> dict[str, Iterable[str | bytes]]:
    """Return the parts of NAME.csv, NAME.jsonl, NAME.summary.json, and NAME.html; `objects` starts a new pass over the labels."""
    name = results.labeled_job.job.name
    with_answers = results.agreement is not None
    return {
        f"{name}.csv": csv_lines(objects(), own_keys(objects()), with_answers=with_answers),
        f"{name}.jsonl": jsonl_lines(objects()),
        f"{name}.summary.json": [summary(results, now)],
        f"{name}.html": [results_page(results, objects(), now=now, clip_url=clip_url)],
    }


def summary(results: Results, now: datetime) -> str:
    """Write the summary as indented JSON."""
    return for_json(results_json(results, now)) + "\n"
