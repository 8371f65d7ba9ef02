"""groundctl results: print a job's labels in sum, and write them as tables and as a page."""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from groundctl.adapters.local.output_folder import clips_at, write_files
from groundctl.app.results import fetch_results
from groundctl.composition import open_aws, open_checkout, open_infrastructure
from groundctl.domain.aws.job_names import job_key
from groundctl.domain.jobs.observed import Status
from groundctl.presentation.machine.results_files import results_files, summary
from groundctl.presentation.terminal.progress_bar import progress
from groundctl.presentation.terminal.results import results_text


def run(options: Namespace) -> int:
    """Print a job's labels in sum and write what --out asks for; exit 1 if the job failed."""
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
    results, now = fetched.results, datetime.now(UTC)
    as_json = options.format == "json"
    print(summary(results, now) if as_json else f"{results_text(results, now)}\n", end="")
    if options.out:
        folder = Path(options.out)
        clip_url = clips_at(options.clips, folder) if options.clips else None
        written = write_files(folder, results_files(results, fetched.objects, now=now, clip_url=clip_url))
        # With --format json standard output is for the reader that parses it.
        print("", *(f"wrote {path}" for path in written), sep="\n", file=sys.stderr if as_json else sys.stdout)
    return 1 if results.labeled_job.job.status is Status.FAILED else 0
