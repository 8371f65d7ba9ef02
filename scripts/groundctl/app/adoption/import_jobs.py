"""Takes in labeling jobs that exist: reads them, writes their declarations, and enters them into the purchase ledger."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from groundctl.app.adoption.ledger_adoption import AdoptedJobs, adopt_described
from groundctl.app.concurrency import map_threads
from groundctl.app.ledger import LedgerAccount, refuse_unusable
from groundctl.app.ledger_writer import LedgerWriter
from groundctl.domain.adoption.choice import DeclaredFile, HasFile, choose, folder_for, outputs_of, owner_of
from groundctl.domain.adoption.existing_job import (
    ExistingJob,
    ImportedFile,
    ImportPlace,
    NotCopied,
    NotImported,
    StoredFile,
)
from groundctl.domain.adoption.import_result import ImportResult, ImportStatus, LedgerStatus
from groundctl.domain.adoption.imported import MAX_TEXT, import_job, missing_member, of_another_task
from groundctl.domain.adoption.new.place import Refused, refuse_path
from groundctl.domain.adoption.task_type import another_task
from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.aws.s3_address import as_s3
from groundctl.domain.declarations.environments import Environment
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.jobs.ledger.entries import IndexedRecord
from groundctl.domain.jobs.ledger.look import Present
from groundctl.domain.jobs.ledger.question import folded
from groundctl.domain.jobs.observed import AwsResponse, ObservedJob, observed_job
from groundctl.domain.planning.due_records import opening
from groundctl.domain.results.labeled_job import label_names
from groundctl.errors import ExternalError, RefusedByAws, UsageError
from groundctl.ports import FileState, NewFiles

# So many jobs are read, written, and entered at a time; the clips of no more are in memory.
BATCH_SIZE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSetting:
    """Where jobs come from and where their files go; folder is None to choose it by the team."""

    account: LedgerAccount
    files: NewFiles
    policy: Policy
    declared: Mapping[JobKey, DeclaredFile]
    schema: SchemaCheck
    editor_schema: str | None
    by: str
    environment: Environment | None = None
    folder: str | None = None
    question: str | None = None
    is_rehearsal: bool = False
    keys_named: frozenset[JobKey] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A job on its way: what AWS says of it, if it was asked, and what its declaration is."""

    name: str
    described: AwsResponse | None
    outcome: ImportedFile | HasFile | NotImported
    is_known: bool = False


def open_if_new(writer: LedgerWriter, account: LedgerAccount, observed: Mapping[JobKey, ObservedJob]) -> None:
    """Open a ledger that is new, as an apply does, and refuse one that cannot be used."""
    if records := _opening(writer, account, observed):
        writer.append(*records)
    refuse_unusable(writer.purchases, account)


def refuse_unless_openable(
    writer: LedgerWriter, account: LedgerAccount, observed: Mapping[JobKey, ObservedJob]
) -> None:
    """Refuse a ledger that cannot be used, and write nothing; a new one can be opened."""
    if not _opening(writer, account, observed):
        refuse_unusable(writer.purchases, account)


def _opening(
    writer: LedgerWriter, account: LedgerAccount, observed: Mapping[JobKey, ObservedJob]
) -> tuple[IndexedRecord, ...]:
    return tuple(opening(writer.log, observed.values(), account.infrastructure, ledger=secrets.token_hex(16)))


def import_jobs(
    chosen: Sequence[ObservedJob],
    observed: Mapping[JobKey, ObservedJob],
    setting: ImportSetting,
    writer: LedgerWriter,
) -> Iterator[ImportResult]:
    """Import jobs, some at a time; the trouble of one job keeps out no other."""
    outputs = outputs_of(observed.values())
    for start in range(0, len(chosen), BATCH_SIZE):
        some = chosen[start : start + BATCH_SIZE]
        read = map_threads(lambda job: _read(job, outputs, setting, writer), some)
        written = [_written(each, setting) for each in read]
        yield from _entered(read, written, setting, writer)


def _read(job: ObservedJob, outputs: Mapping[str, str], setting: ImportSetting, writer: LedgerWriter) -> _Read:
    """Read what a job's declaration is made from; of a job that has one, only what the ledger lacks."""
    try:
        # The list does not show who made a job on a topic.
        described = None if job.has_input else setting.account.jobs.describe(job.name)
        choice = choose(
            job if described is None else observed_job(described),
            setting.declared,
            setting.account.infrastructure,
        )
        match choice:
            case NotImported(in_ledger=False):
                return _Read(name=job.name, described=None, outcome=choice)
            case NotImported() | HasFile() if _is_known(job, setting, writer):
                return _Read(name=job.name, described=None, outcome=choice, is_known=True)
        described = described or setting.account.jobs.describe(job.name)
        if isinstance(choice, NotImported | HasFile):
            return _Read(name=job.name, described=described, outcome=choice)
        if described is None:
            gone = NotImported(name=job.name, why=_NOT_DESCRIBED, hint=_LATER)
            return _Read(name=job.name, described=None, outcome=gone)
        return _Read(name=job.name, described=described, outcome=_converted(described, outputs, setting, writer))
    except ExternalError as error:
        return _Read(
            name=job.name, described=None, outcome=NotImported(name=job.name, why=error.message, hint=error.hint)
        )


_NOT_DESCRIBED = "AWS lists it and does not describe it"
_LATER = "import it again later"


def _is_known(job: ObservedJob, setting: ImportSetting, writer: LedgerWriter) -> bool:
    identity = setting.account.infrastructure.identity_of(job.name)
    return writer.purchases.made(identity, Present.of(job)) is not None


def _converted(
    described: AwsResponse, outputs: Mapping[str, str], setting: ImportSetting, writer: LedgerWriter
) -> ImportedFile | NotImported:
    if missing := missing_member(described):
        why = f"AWS's description of it has no {missing}, which every job has"
        return NotImported(name=described["LabelingJobName"], why=why, hint=_LATER, in_ledger=True)
    if kind := another_task(described["HumanTaskConfig"].get("PreHumanTaskLambdaArn", "")):
        return of_another_task(described["LabelingJobName"], kind)
    infrastructure = setting.account.infrastructure
    folder = setting.folder or folder_for(described, setting.policy, infrastructure, setting.environment)
    if isinstance(folder, NotImported):
        return folder
    manifest = described["InputConfig"]["DataSource"].get("S3DataSource", {}).get("ManifestS3Uri", "")
    page = described["HumanTaskConfig"].get("UiConfig", {}).get("UiTemplateS3Uri")
    categories = _stored(described.get("LabelCategoryConfigS3Uri"), setting.account)
    existing = ExistingJob(
        described=described,
        labels=label_names(categories) if isinstance(categories, bytes) else categories,
        template=_stored(page, setting.account),
        follows=outputs.get(as_s3(manifest)),
    )
    place = ImportPlace(
        infrastructure=infrastructure,
        folder=folder,
        owner=owner_of(described, folder, setting.policy),
        by=setting.by,
        on=_today(writer),
        schema=_schema_from(folder, setting),
        question=setting.question,
    )
    return import_job(existing, place, setting.schema)


def _today(writer: LedgerWriter) -> date:
    return writer.aws_time.date()


def _schema_from(folder: str, setting: ImportSetting) -> str | None:
    """Return the editor schema's path as seen from a folder."""
    path = setting.editor_schema
    return None if path is None else "../" * len(folder.split("/")) + path


def _stored(uri: str | None, account: LedgerAccount) -> StoredFile | None:
    """Read a file that a job points to, not beyond the size that is copied."""
    if uri is None:
        return None
    place = as_s3(uri)
    if not place.startswith("s3://"):
        return NotCopied(why="is at an address that is none of S3's")
    try:
        content = account.objects.read_range(place, 0, MAX_TEXT + 1)
    except RefusedByAws as error:
        return NotCopied(why=f"cannot be read: {error.message}")
    return content or NotCopied(why="is empty, or not there any more")


def _written(read: _Read, setting: ImportSetting) -> ImportResult:
    """Write the files of a job: the declaration last, so that an interrupted run leaves none without its texts."""
    match read.outcome:
        case NotImported(why=why, hint=hint, expected=expected):
            is_expected = expected and job_key(read.name) not in setting.keys_named
            return ImportResult(
                name=read.name, status=ImportStatus.NOT_IMPORTED, why=why, hint=hint, expected=is_expected
            )
        case HasFile(path=path):
            return ImportResult(name=read.name, status=ImportStatus.UNCHANGED, path=path)
        case ImportedFile() as file:
            try:
                refused = _put(file, setting)
            except UsageError as error:
                refused = Refused(message=error.message, hint=error.hint)
            if refused is not None:
                return ImportResult(
                    name=file.name, status=ImportStatus.NOT_IMPORTED, why=refused.message, hint=refused.hint
                )
            return ImportResult(
                name=file.name,
                status=ImportStatus.IMPORTED,
                path=file.path,
                texts=tuple(file.texts),
                remarks=file.remarks,
            )


def _put(file: ImportedFile, setting: ImportSetting) -> Refused | None:
    """Write a job's files, or say why not; all of them are looked for first, so that no text is left without its file."""
    if refused := refuse_path(file.path):
        return refused
    contents = {**file.texts, file.path: file.content}
    for put in (setting.files.look, *([] if setting.is_rehearsal else [setting.files.add])):
        for path, content in contents.items():
            if put(path, content) is FileState.TAKEN:
                return Refused(
                    message=f"{path} is there already, with other content or in another case",
                    hint="no file is overwritten: move it away, or import into another folder with --folder",
                )
    return None


def _entered(
    read: Sequence[_Read], written: Iterable[ImportResult], setting: ImportSetting, writer: LedgerWriter
) -> Iterator[ImportResult]:
    """Enter into the ledger what it does not know yet."""
    described = [each.described for each in read if each.described is not None and _belongs_in_ledger(each)]
    written = tuple(written)
    paths = {job_key(result.name): result.path for result in written}
    adopted = _adopt(described, paths, setting, writer) if described and not setting.is_rehearsal else None
    for each, result in zip(read, written, strict=True):
        if not _belongs_in_ledger(each):
            yield result
        elif each.is_known:
            yield _known(result, setting, writer)
        elif each.described is None:
            why = f"{_NOT_DESCRIBED}; {_LATER}"
            yield replace(result, ledger=LedgerStatus.NOT_ENTERED, ledger_why=why)
        else:
            yield _with_ledger(result, each.described, adopted, setting, writer)


def _known(result: ImportResult, setting: ImportSetting, writer: LedgerWriter) -> ImportResult:
    """Say that the ledger has a job, also where its question does not have the name that was given."""
    own = writer.purchases.of_job(setting.account.infrastructure.identity_of(result.name))
    named = folded(setting.question) if setting.question else None
    if own is None or named in {None, own.question.name}:
        return replace(result, ledger=LedgerStatus.KNOWN)
    has = f"its question is `{own.question.name}` there" if own.question.name else "its question has no name there"
    remark = f"the ledger has it already, and {has}: --question names only jobs that are entered now"
    if own.question.name is None:
        remark += f"; `groundctl ledger adopt {result.name} --question {setting.question}` names it"
    return replace(result, ledger=LedgerStatus.KNOWN, remarks=(*result.remarks, remark))


def _belongs_in_ledger(read: _Read) -> bool:
    return not isinstance(read.outcome, NotImported) or read.outcome.in_ledger


def _adopt(
    described: Sequence[AwsResponse], paths: Mapping[JobKey, str], setting: ImportSetting, writer: LedgerWriter
) -> AdoptedJobs | ExternalError:
    try:
        return adopt_described(described, writer, setting.account, paths, question=setting.question, is_import=True)
    except ExternalError as error:
        return error


def _with_ledger(
    result: ImportResult,
    described: AwsResponse,
    adopted: AdoptedJobs | ExternalError | None,
    setting: ImportSetting,
    writer: LedgerWriter,
) -> ImportResult:
    if isinstance(adopted, ExternalError):
        return replace(result, ledger=LedgerStatus.NOT_ENTERED, ledger_why=adopted.message)
    if adopted is None:
        is_known = _is_known(observed_job(described), setting, writer)
        return replace(result, ledger=LedgerStatus.KNOWN if is_known else LedgerStatus.ENTERED)
    key = job_key(result.name)
    if any(job_key(each.record.job.name) == key for each in adopted.adopted):
        return replace(result, ledger=LedgerStatus.ENTERED)
    refused = next((each for each in adopted.refused if job_key(each.name) == key), None)
    if refused is None:
        return replace(result, ledger=LedgerStatus.KNOWN)
    why = f"{refused.why}; {refused.hint}"
    return replace(result, ledger=LedgerStatus.NOT_ENTERED, ledger_why=why)
