"""groundctl import: write declarations for labeling jobs that exist, and enter them into the purchase ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from enum import StrEnum
from itertools import chain
from pathlib import PurePosixPath
from typing import Annotated

from groundctl.app.adoption.import_jobs import ImportSetting, import_jobs, open_if_new, refuse_unless_openable
from groundctl.app.environments import declared_in, environment_here
from groundctl.app.gathering.gather import list_jobs
from groundctl.app.ledger import LedgerAccount
from groundctl.app.validate import load_policy, validate
from groundctl.cli.consent import ask_for_yes
from groundctl.cli.ledger.account import open_ledger_account
from groundctl.cli.options import Argument, Command, InfrastructureFile, Option
from groundctl.cli.question_name import check_question
from groundctl.composition import chosen_name, is_interactive, open_author, open_checkout
from groundctl.domain.adoption.choice import DeclaredFile
from groundctl.domain.adoption.import_result import ImportResult, ImportStatus, ImportTally
from groundctl.domain.aws.job_names import JOB_NAME, JobKey, job_key
from groundctl.domain.declarations.environments import Environment
from groundctl.domain.declarations.policy import Policy, owner_of_path
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.errors import UsageError
from groundctl.exit_codes import ExitCode
from groundctl.ports import Repository
from groundctl.presentation.adoption.imports_json import imports_json
from groundctl.presentation.adoption.imports_text import import_question, result_text, tally_text
from groundctl.presentation.escape import for_json
from groundctl.setup_composition import editor_schema, open_new_files

NOTHING_WAS_WRITTEN = "The answer was not `yes`. Nothing was written."


class ImportFormat(StrEnum):
    """How the result is printed."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """The options of `groundctl import`."""

    names: Annotated[tuple[str, ...], Argument("NAME", "a labeling job in this account and Region")] = ()
    all: Annotated[bool, Option("--all", "every video classification job of this account and Region")] = False
    since: Annotated[
        str | None, Option("--since", "every one created on or after this day, such as 2026-01-31", metavar="DATE")
    ] = None
    folder: Annotated[
        str | None,
        Option(
            "--folder",
            "where the files go; by default the folder whose work team it is in jobs/policy.yaml, else jobs/imported",
            metavar="FOLDER",
        ),
    ] = None
    question: Annotated[
        str | None,
        Option(
            "--question", "the name of the question that all of them ask, as in `task.question`", metavar="QUESTION"
        ),
    ] = None
    dry_run: Annotated[bool, Option("--dry-run", "say what would be written, and write nothing")] = False
    auto_approve: Annotated[bool, Option("--auto-approve", "do not ask at a terminal")] = False
    format: Annotated[ImportFormat, Option("--format", "text (default); json: for programs")] = ImportFormat.TEXT
    infrastructure: InfrastructureFile = None

    def __post_init__(self) -> None:
        """Reject names that no job can have, and a day that is none."""
        for name in self.names:
            if not JOB_NAME.fullmatch(name):
                raise UsageError(f"{name} is not a valid job name", hint="give the name alone, as AWS shows it")
        if self.since is not None and _day(self.since) is None:
            raise UsageError(f"--since {self.since} is no day", hint="write a day such as 2026-01-31")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def run(options: ImportOptions) -> ExitCode:
    """Import jobs; exit 1 if something is left to do about one of them."""
    if options.question is not None:
        check_question(options.question)
    checkout = open_checkout()
    account = open_ledger_account(options.infrastructure)
    policy = load_policy(checkout)[0]
    environment = environment_here(policy, account.infrastructure, chosen_name())
    folder = _folder(options.folder, checkout)
    _refuse_folder_elsewhere(folder, environment, policy)
    declared = _declared(checkout, account.infrastructure, policy)
    observed = list_jobs(account.jobs)
    chosen, missing = _choose(options, observed)
    author = open_author()
    writer = account.open_writer(author)
    refuse_unless_openable(writer, account, observed)
    if not options.dry_run and chosen:
        if (refused := _consent(options, chosen, account)) is not None:
            return refused
        open_if_new(writer, account, observed)
    setting = ImportSetting(
        account=account,
        files=open_new_files(checkout),
        policy=policy,
        declared=declared,
        schema=SchemaCheck(checkout.schema("labeling-job")),
        editor_schema=editor_schema(checkout),
        by=author.person or author.repository or "",
        environment=environment,
        folder=folder,
        question=options.question,
        is_rehearsal=options.dry_run,
        keys_named=frozenset(map(job_key, options.names)),
    )
    results = _shown(options, chain(missing, import_jobs(chosen, observed, setting, writer)))
    return _end(options, results, account)


def _choose(
    options: ImportOptions, observed: Mapping[JobKey, ObservedJob]
) -> tuple[tuple[ObservedJob, ...], tuple[ImportResult, ...]]:
    """Select the jobs that are asked for, the oldest first; what does not exist is a result of its own."""
    jobs = sorted(observed.values(), key=lambda job: (job.created, job.name))
    if options.names:
        keys = {job_key(name): name for name in options.names}
        missing = (name for key, name in keys.items() if key not in observed)
        hint = "`groundctl status --all` lists all jobs of this account and Region"
        return tuple(job for job in jobs if job.key in keys), tuple(
            ImportResult(name=name, status=ImportStatus.NOT_IMPORTED, why="there is no such labeling job", hint=hint)
            for name in missing
        )
    since = _day(options.since) if options.since else None
    return tuple(job for job in jobs if since is None or job.created.astimezone(UTC).date() >= since), ()


def _declared(checkout: Repository, infrastructure: Infrastructure, policy: Policy) -> dict[JobKey, DeclaredFile]:
    """Find the file of each job that is declared for an infrastructure; one with problems has the name of its job as well."""
    try:
        paths = checkout.declarations()
    except UsageError:
        return {}  # a repository without jobs/ yet
    here = declared_in(infrastructure, paths, policy)
    files = {job_key(PurePosixPath(path).stem): DeclaredFile(path=path) for path in here}
    for each in validate(checkout).declarations:
        if each.path in here:
            files[each.spec.key] = DeclaredFile(path=each.path, imported=each.spec.imported)
    return files


def _refuse_folder_elsewhere(folder: str | None, environment: Environment | None, policy: Policy) -> None:
    """Refuse a folder of another environment: a plan would look for the jobs in another account or Region."""
    if folder is None or environment is None:
        return
    owner = owner_of_path(f"{folder}/NAME.yaml", policy)
    if owner != environment:
        whose = f"belongs to environment {owner.name}" if owner else "belongs to no environment"
        hint = f"choose a folder of {environment.name}, or give the infrastructure of the other environment"
        raise UsageError(f"--folder {folder} {whose}, and the jobs are in {environment.name}", hint=hint)


def _folder(given: str | None, checkout: Repository) -> str | None:
    """Return the folder as a path from the root of the repository; it must be below jobs/."""
    if given is None:
        return None
    folder = PurePosixPath(given.rstrip("/"))
    inside = (
        folder.relative_to(checkout.root) if folder.is_absolute() and folder.is_relative_to(checkout.root) else folder
    )
    is_hidden = any(part.startswith(".") or not part.isprintable() for part in inside.parts)
    if inside.parts[:1] != ("jobs",) or ".." in inside.parts or is_hidden:
        hint = "name a folder of this repository as seen from its root, such as jobs/imported"
        raise UsageError(f"--folder {given} is not below jobs/", hint=hint)
    return inside.as_posix()


def _consent(options: ImportOptions, chosen: Sequence[ObservedJob], account: LedgerAccount) -> ExitCode | None:
    if options.auto_approve or not chosen or options.format is ImportFormat.JSON or not is_interactive():
        return None
    shown, question = import_question(len(chosen), account.infrastructure)
    return ask_for_yes(shown, question, otherwise=NOTHING_WAS_WRITTEN)


def _shown(options: ImportOptions, results: Iterable[ImportResult]) -> list[ImportResult]:
    """Say what became of each job as soon as it is known."""
    known = []
    for result in results:
        known.append(result)
        if options.format is ImportFormat.TEXT:
            print(result_text(result, is_rehearsal=options.dry_run), flush=True)
    return known


def _end(options: ImportOptions, results: Sequence[ImportResult], account: LedgerAccount) -> ExitCode:
    tally = ImportTally.of(results)
    if options.format is ImportFormat.JSON:
        print(for_json(imports_json(results, account.infrastructure, is_rehearsal=options.dry_run)))
    else:
        print(f"\n{tally_text(tally, account.infrastructure, is_rehearsal=options.dry_run)}")
    return ExitCode.PROBLEMS if tally.problems else ExitCode.OK


COMMAND = Command(
    description="Write declarations for labeling jobs that were made elsewhere: in AWS's console, with an SDK, or with"
    " Terraform. Each has the job's values from AWS, its worker template beside it, and comments where a declaration"
    " cannot say what AWS has. The jobs are entered into the purchase ledger, so that their clips are not bought again."
    " Plans then say that they exist. No labeling job is created, changed, or stopped; no file is overwritten; a second"
    " run changes nothing. Jobs of other task types are named and not imported.",
    examples=(
        "groundctl import --all --dry-run",
        "groundctl import season-pilot cup-final",
        "groundctl import --since 2026-01-01 --folder jobs/sports-data",
    ),
    options=ImportOptions,
    one_of=(("names", "all", "since"),),
    run=run,
)
