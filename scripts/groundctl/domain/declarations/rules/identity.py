"""Rules about the job's name and Region, and about the jobs it refers to."""

import re
from collections.abc import Iterator

from groundctl.domain.aws.regions import BUILT_IN_LAMBDA_ACCOUNTS
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.rules.registry import Case, error, rule
from groundctl.domain.declarations.sources import ChainedInput
from groundctl.domain.declarations.spec import Imported, Rerun


@rule("GT212", reads=("/name",), of_imported=True)
def file_has_the_name_of_the_job(case: Case) -> Iterator[Diagnostic]:
    """A review lists file names, so a file has the name of its job, which can never be used again."""
    stem = re.sub(r"[.]ya?ml\Z", "", case.path.rsplit("/", 1)[-1])
    if stem != case.spec.name:
        yield error(
            "GT212",
            "/name",
            f'is "{case.spec.name}", but the file is named "{stem}"',
            f"rename the file to {case.spec.name}.yaml, or write name: {stem}",
        )


@rule("GT241", reads=("/name", "/imported/job"), of_imported=True)
def imported_job_has_the_name_of_the_file(case: Case) -> Iterator[Diagnostic]:
    """A file that describes a job that exists describes the job of its name."""
    imported = case.spec.imported
    # It is at fault, and no Imported, where another member of it does not fit.
    if isinstance(imported, Imported) and imported.job.rpartition("/")[2].lower() != case.spec.key:
        yield error(
            "GT241",
            "/imported/job",
            f"is another job than {case.spec.name}",
            "for a new job, remove `imported`: `groundctl clone` copies a file so; else import the job again",
        )


@rule("GT219", reads=("/region",))
def region_has_the_built_in_functions(case: Case) -> Iterator[Diagnostic]:
    """AWS runs the built-in functions for video classification in 12 Regions only."""
    if case.spec.region and case.spec.region not in BUILT_IN_LAMBDA_ACCOUNTS:
        yield error(
            "GT219",
            "/region",
            f"{case.spec.region} has no built-in functions for video classification",
            f"choose one of {', '.join(sorted(BUILT_IN_LAMBDA_ACCOUNTS))}",
        )


@rule("GT225", reads=("/name", "/input/from_job"))
def job_does_not_continue_itself(case: Case) -> Iterator[Diagnostic]:
    """A job does not continue or repeat itself."""
    continued = case.source(ChainedInput)
    if continued and continued.job.lower() == case.spec.key:
        yield error("GT225", "/input/from_job", "names this job itself", "name the job whose output you want to use")


@rule("GT225", reads=("/name", "/rerun_of/job"))
def job_does_not_repeat_itself(case: Case) -> Iterator[Diagnostic]:
    """A job is not a rerun of itself."""
    rerun = case.spec.rerun_of
    # It is at fault, and no Rerun, where only its reason was found at another place of the file.
    if isinstance(rerun, Rerun) and rerun.job.lower() == case.spec.key:
        yield error("GT225", "/rerun_of/job", "names this job itself", "name the job that already bought these labels")
