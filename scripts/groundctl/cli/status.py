"""groundctl status: the progress of labeling jobs, from the list of jobs, and what AWS refused, from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from groundctl.app.environments import check_same_place, choose_environment
from groundctl.app.gathering.gather import list_jobs
from groundctl.app.validate import start_validation
from groundctl.cli.options import Argument, Command, EnvironmentName, Given, InfrastructureFile, Option
from groundctl.cli.streams import print_note, screen
from groundctl.composition import chosen_name, open_aws, open_checkout, open_infrastructure, use_environment
from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.observed import ObservedJob, Status
from groundctl.domain.tracking.progress import progress_of
from groundctl.domain.tracking.refused_before import RefusedJob, refused_jobs
from groundctl.errors import ExternalError, UsageError
from groundctl.exit_codes import ExitCode
from groundctl.ports import Ledger, Repository
from groundctl.presentation.escape import for_json
from groundctl.presentation.machine.status_json import status_json
from groundctl.presentation.terminal.status import status_text
from groundctl.presentation.text import count


class StatusFormat(StrEnum):
    """How the progress of jobs is printed."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusOptions:
    """The options of `groundctl status`."""

    names: Annotated[
        tuple[str, ...], Argument("NAME", "the name of a labeling job; by default all jobs declared in this repository")
    ] = ()
    all: Annotated[
        bool,
        Option(
            "--all", "include jobs that are not declared in this repository; not with NAME", excludes=(Given("names"),)
        ),
    ] = False
    format: Annotated[StatusFormat, Option("--format", "text: a table (default); json: for programs")] = (
        StatusFormat.TEXT
    )
    environment: EnvironmentName = None
    infrastructure: InfrastructureFile = None


def run(options: StatusOptions) -> ExitCode:
    """Print a table of jobs; exit 1 if a job failed, or AWS refused to create it."""
    checkout, name = open_checkout(), options.environment or chosen_name()
    environment = choose_environment(checkout, name)
    if options.environment:
        use_environment(options.environment)
    infrastructure = open_infrastructure(checkout, options.infrastructure)
    if environment:
        check_same_place(environment, infrastructure)
    aws = open_aws(infrastructure)
    aws.check_account()
    observed = list_jobs(aws.jobs)
    names = options.names or sorted(_declared(checkout, environment.name if environment else name))
    missing = [name for name in names if job_key(name) not in observed]
    refused = _refused(missing, aws.ledger, infrastructure) if missing else ()
    if options.names:
        known = {job.name for job in refused}
        followed = [_named(name, observed) for name in options.names if name not in known]
    else:
        declared = frozenset(names)
        followed = [job for key, job in observed.items() if options.all or key in declared]
    # AWS's time has whole seconds, and the times of jobs have fractions.
    now = max([aws.now(), *(job.modified for job in observed.values())])
    standing = [progress_of(job, now) for job in followed]
    as_json = options.format is StatusFormat.JSON
    print(for_json(status_json(standing, refused)) if as_json else status_text(standing, now, refused, screen()))
    failed = refused or any(job.status is Status.FAILED for job in followed)
    return ExitCode.PROBLEMS if failed else ExitCode.OK


def _declared(checkout: Repository, environment: str | None) -> frozenset[JobKey]:
    """Return the declared jobs, also those of invalid files: these do not hide their running jobs."""
    validated = start_validation(checkout, keep=False, environment=environment)()
    faulty = {problem.path for problem in errors_among(validated.problems)}
    if faulty:
        print_note(f"{count(len(faulty), 'file')} with problems; `groundctl validate` shows them")
    return validated.declared


def _refused(names: Sequence[str], ledger: Ledger, infrastructure: Infrastructure) -> tuple[RefusedJob, ...]:
    """Find out which of the jobs that do not exist AWS has refused; running jobs are shown without it too."""
    try:
        return refused_jobs(names, Purchases.of(ledger.read()), infrastructure)
    except ExternalError as error:
        print_note(f"what AWS refused is not shown: {error.message}")
        return ()


def _named(name: str, observed: dict[JobKey, ObservedJob]) -> ObservedJob:
    try:
        return observed[job_key(name)]
    except KeyError:
        raise UsageError(f"there is no labeling job {name}", hint="`groundctl status --all` lists all jobs") from None


COMMAND = Command(
    description="Show the progress of labeling jobs: clips labeled, failed, and left, the rate, and the expected end;"
    " and what AWS answered where it refused to create one. Reads from AWS and changes nothing.",
    examples=(
        "groundctl status",
        "groundctl status rally-outcome-2026-11",
        "groundctl status --all --format json",
    ),
    options=StatusOptions,
    run=run,
)
