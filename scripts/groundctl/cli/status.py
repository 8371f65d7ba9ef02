"""groundctl status: how jobs are getting on, from the list of jobs alone."""

import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import PurePosixPath

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.gather import list_jobs
from groundctl.app.validate import validate
from groundctl.composition import open_aws, open_checkout, open_infrastructure
from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.jobs.observed import ObservedJob, Status
from groundctl.domain.tracking.progress import progress_of
from groundctl.errors import UsageError
from groundctl.presentation.escape import for_json
from groundctl.presentation.machine.status_json import status_json
from groundctl.presentation.terminal.status import status_text
from groundctl.presentation.text import count


def run(options: Namespace) -> int:
    """Print a table of jobs; exit 1 if one of them failed."""
    checkout = open_checkout()
    infrastructure = open_infrastructure(checkout, options.infrastructure)
    aws = open_aws(infrastructure)
    aws.check_account()
    observed = list_jobs(aws.jobs)
    if options.names:
        chosen = [_named(name, observed) for name in options.names]
    elif options.all:
        chosen = list(observed.values())
    else:
        declared = _declared(checkout)
        chosen = [job for key, job in observed.items() if key in declared]
    # A job cannot have changed in the future: where this machine's clock is behind, AWS's is right.
    now = max([datetime.now(UTC), *(job.modified for job in observed.values())])
    standing = [progress_of(job, now) for job in chosen]
    print(for_json(status_json(standing)) if options.format == "json" else status_text(standing, now))
    return 1 if any(job.status is Status.FAILED for job in chosen) else 0


def _declared(checkout: Checkout) -> set[JobKey]:
    """Name the declared jobs by their files, so that a fault in a file does not hide the job that runs from it."""
    faulty = {problem.path for problem in errors_among(validate(checkout, keep=False).problems)}
    if faulty:
        print(f"{count(len(faulty), 'file')} with problems: `groundctl validate` tells them", file=sys.stderr)
    return {job_key(PurePosixPath(path).stem) for path in checkout.declarations()}


def _named(name: str, observed: dict[JobKey, ObservedJob]) -> ObservedJob:
    try:
        return observed[job_key(name)]
    except KeyError:
        raise UsageError(
            f"there is no labeling job {name}", hint="`groundctl status --all` lists those there are"
        ) from None
