"""groundctl results: summarize the labels of a job, and write them as tables and as a page."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Annotated

from groundctl.app.results import fetch_results
from groundctl.cli.options import Argument, Command, Given, InfrastructureFile, Option
from groundctl.cli.streams import screen
from groundctl.composition import open_aws, open_checkout, open_infrastructure, open_output_folder
from groundctl.domain.aws.job_names import job_key
from groundctl.domain.jobs.observed import Status
from groundctl.exit_codes import ExitCode
from groundctl.presentation.machine.results_files import results_files, summary
from groundctl.presentation.terminal.progress_bar import progress
from groundctl.presentation.terminal.results import results_text


class ResultsFormat(StrEnum):
    """How the summary of the labels is printed."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsOptions:
    """The options of `groundctl results`."""

    name: Annotated[str, Argument("NAME", "the name of a labeling job")]
    out: Annotated[
        str | None,
        Option(
            "--out", "write NAME.csv, NAME.jsonl, NAME.summary.json, and NAME.html to this folder", metavar="FOLDER"
        ),
    ] = None
    answers: Annotated[
        bool,
        Option(
            "--answers", "also read the answers of each worker, to show how far they agree and which clips to review"
        ),
    ] = False
    clips: Annotated[
        str | None,
        Option(
            "--clips",
            "a folder or web address that holds the clips, so that they play in NAME.html; only with --out",
            metavar="PLACE",
            needs=(Given("out"),),
        ),
    ] = None
    format: Annotated[
        ResultsFormat, Option("--format", "text: a summary (default); json: the summary for programs")
    ] = ResultsFormat.TEXT
    infrastructure: InfrastructureFile = None


def run(options: ResultsOptions) -> ExitCode:
    """Print a summary of the labels and write what --out asks for; exit 1 if the job failed."""
    checkout = open_checkout()
    aws = open_aws(open_infrastructure(checkout, options.infrastructure))
    declared = {job_key(PurePosixPath(path).stem): path for path in checkout.declarations()}
    fetched = fetch_results(
        options.name,
        aws.jobs,
        aws.objects,
        with_answers=options.answers,
        declared_in=declared.get(job_key(options.name)),
        progress=progress,
    )
    results, now = fetched.results, aws.now()
    as_json = options.format is ResultsFormat.JSON
    print(summary(results, now) if as_json else f"{results_text(results, now, screen())}\n", end="")
    if options.out:
        folder = open_output_folder(options.out)
        clip_url = folder.clips_at(options.clips) if options.clips else None
        written = folder.write(results_files(results, fetched.objects, now=now, clip_url=clip_url))
        # With --format json, standard output is JSON only.
        print("", *(f"wrote {path}" for path in written), sep="\n", file=sys.stderr if as_json else sys.stdout)
    return ExitCode.PROBLEMS if results.labeled_job.job.status is Status.FAILED else ExitCode.OK


COMMAND = Command(
    description="Fetch and summarize the labels of a job: counts, confidence, agreement, and what is missing."
    " Reads from AWS and changes nothing there.",
    examples=(
        "groundctl results rally-outcome-2026-11",
        "groundctl results rally-outcome-2026-11 --answers --out results",
        "groundctl results rally-outcome-2026-11 --out results --clips clips/",
    ),
    options=ResultsOptions,
    run=run,
)
