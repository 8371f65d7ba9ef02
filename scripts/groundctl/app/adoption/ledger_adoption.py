"""Enters jobs that exist into the purchase ledger: when it is opened, and one by one later."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from groundctl.app.concurrency import map_threads
from groundctl.app.gathering.gather import list_jobs
from groundctl.app.ledger import MAX_TRIES, LedgerAccount, refuse_unusable, too_many_writers
from groundctl.app.ledger_writer import LedgerWriter
from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.clips.clip_index import ClipIndex
from groundctl.domain.jobs.ledger.adoption import (
    NO_LIST,
    NO_LIST_HINT,
    Adoption,
    Background,
    NotAdoptable,
    adopted_record,
    is_ours,
)
from groundctl.domain.jobs.ledger.look import Present
from groundctl.domain.jobs.ledger.purchases import LedgerPurchase
from groundctl.domain.jobs.ledger.records import NamedRecord, OpenedRecord, Record
from groundctl.domain.jobs.observed import AwsResponse, JobFingerprint, observed_job
from groundctl.domain.results.labeled_job import label_names
from groundctl.domain.tracking.provenance import parse_provenance, provenance_uri
from groundctl.errors import ExternalError, RefusedByAws, UsageError

# The paths of declarations by the jobs that they declare.
DeclarationPaths = Mapping[JobKey, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLedger:
    """A ledger that was opened, with the jobs that it began with. left_out are jobs that it cannot know."""

    ledger: str
    adopted: tuple[Adoption, ...]
    left_out: tuple[NotAdoptable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedJobs:
    """The jobs that were entered with one entry, those that the ledger knew, and those that it cannot know.

    named lists the known jobs whose question got its name with that entry.
    """

    entry: int | None
    adopted: tuple[Adoption, ...]
    known: tuple[LedgerPurchase, ...]
    named: tuple[LedgerPurchase, ...]
    refused: tuple[NotAdoptable, ...]


def open_ledger(writer: LedgerWriter, account: LedgerAccount, paths: DeclarationPaths) -> OpenedLedger:
    """Write entry 1 with every job of the account and Region that groundctl made."""
    _refuse_opened(writer, account)
    jobs = list_jobs(account.jobs).values()
    ours = [job for job in jobs if is_ours(job)]
    described = [each for each in map_threads(lambda job: account.jobs.describe(job.name), ours) if each]
    read = map_threads(lambda each: _read(each, account, paths, question=None), described)
    refused = tuple(each for each in read if isinstance(each, NotAdoptable))
    if refused:
        # What is left out would be bought again, and entry 1 is written once.
        names = "; ".join(f"{each.name}: {each.why}" for each in refused)
        hint = "make these files readable again, then run it again; nothing was written"
        raise ExternalError(f"jobs of groundctl cannot be entered: {names}", hint=hint)
    adopted = tuple(each for each in read if isinstance(each, Adoption))
    ledger = secrets.token_hex(16)
    opened = OpenedRecord(ledger=ledger, sources=(account.infrastructure.target,))
    number = writer.append((opened, ClipIndex()), *((each.record, each.index) for each in adopted))
    if number is None:
        _refuse_opened(writer, account)
        raise ExternalError("AWS did not confirm entry 1, and it is not there", hint="run it again")
    left_out = tuple(NotAdoptable(name=job.name, why=NO_LIST, hint=NO_LIST_HINT) for job in jobs if not job.has_input)
    return OpenedLedger(ledger=ledger, adopted=adopted, left_out=left_out)


def _refuse_opened(writer: LedgerWriter, account: LedgerAccount) -> None:
    """Refuse to open a ledger that has entries, or that the configuration expects to have some."""
    bucket, pinned = account.infrastructure.ledger_bucket, account.infrastructure.ledger_id
    if writer.purchases.ledger is not None:
        message = f"the ledger in {bucket} is open already: it is {writer.purchases.ledger}"
        raise UsageError(message, hint="`groundctl ledger adopt --ours` enters the jobs that groundctl made here")
    if writer.log.end or writer.log.strange_keys:
        refuse_unusable(writer.purchases, account)
    if pinned is not None:
        message = f"the configuration names the ledger {pinned}, and the ledger in {bucket} is empty"
        hint = (
            "correct `ledger` in the environment's tfvars file: the bucket, or leave out the id to begin a new ledger"
        )
        raise UsageError(message, hint=hint)


def adopt_jobs(
    names: Sequence[str],
    writer: LedgerWriter,
    account: LedgerAccount,
    paths: DeclarationPaths,
    *,
    question: str | None,
) -> AdoptedJobs:
    """Enter jobs that exist; one that the ledger has is left as it is, but its question can get its name."""
    once = {job_key(name): name for name in names}
    described = map_threads(lambda name: _described(name, account), list(once.values()))
    return adopt_described(described, writer, account, paths, question=question)


def adopt_described(
    described: Sequence[AwsResponse],
    writer: LedgerWriter,
    account: LedgerAccount,
    paths: DeclarationPaths,
    *,
    question: str | None,
    is_import: bool = False,
) -> AdoptedJobs:
    """Enter jobs by their descriptions.

    With is_import, also one on a topic, which counts as one clip as in a purchase; one whose input manifest is gone, by its
    output; one with lines that name no clip, by the other lines; and whatever keeps one job from being read keeps out no
    other.
    """
    read_one = _read_whatever_is_there if is_import else _read
    unknown = [each for each in described if _purchase(each, writer, account) is None]
    read = map_threads(lambda each: read_one(each, account, paths, question=question), unknown)
    for _ in range(MAX_TRIES):
        refuse_unusable(writer.purchases, account)
        known = tuple(found for each in described if (found := _purchase(each, writer, account)))
        # Another writer may have entered some of them since they were read.
        left = [result for each, result in zip(unknown, read, strict=True) if not _purchase(each, writer, account)]
        adopted = tuple(each for each in left if isinstance(each, Adoption))
        refused = tuple(each for each in left if isinstance(each, NotAdoptable))
        named = tuple(each for each in known if question is not None and each.question.name is None)
        records: list[tuple[Record, ClipIndex]] = [(each.record, each.index) for each in adopted]
        if question is not None:
            records += [(NamedRecord(purchase=each.id, question=question), ClipIndex()) for each in named]
        entry = writer.append(*records) if records else None
        if entry is not None or not records:
            return AdoptedJobs(entry=entry, adopted=adopted, known=known, named=named, refused=refused)
    raise too_many_writers()


def our_jobs(account: LedgerAccount) -> tuple[str, ...]:
    """Name every job of the account and Region that groundctl made from a list of clips."""
    return tuple(job.name for job in list_jobs(account.jobs).values() if is_ours(job))


def _described(name: str, account: LedgerAccount) -> AwsResponse:
    described = account.jobs.describe(name)
    if described is None:
        hint = "`groundctl status --all` lists all jobs of this account and Region"
        raise UsageError(f"there is no labeling job {name}", hint=hint)
    return described


def _purchase(described: AwsResponse, writer: LedgerWriter, account: LedgerAccount) -> LedgerPurchase | None:
    job = observed_job(described)
    return writer.purchases.made(account.infrastructure.identity_of(job.name), Present.of(job))


def _read(
    described: AwsResponse,
    account: LedgerAccount,
    paths: DeclarationPaths,
    *,
    question: str | None,
    is_import: bool = False,
) -> Adoption | NotAdoptable:
    """Read what a job asked. A file that cannot be read is the trouble of this job."""
    job = observed_job(described)
    if not job.has_input:
        return NotAdoptable(name=job.name, why=NO_LIST, hint=NO_LIST_HINT)
    manifest = described["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
    try:
        lines = account.objects.read_lines(manifest)
    except RefusedByAws as error:
        return NotAdoptable(name=job.name, why=error.message, hint=error.hint)
    if lines is None:
        hint = "restore it: nothing else says which clips the job asked"
        return NotAdoptable(name=job.name, why=f"its input manifest, {manifest}, is not there", hint=hint)
    return _record(described, lines, account, paths, question, is_import=is_import)


def _record(
    described: AwsResponse,
    lines: Iterable[bytes],
    account: LedgerAccount,
    paths: DeclarationPaths,
    question: str | None,
    *,
    is_import: bool = True,
    topic: str | None = None,
) -> Adoption | NotAdoptable:
    job = observed_job(described)
    labels = label_names(_read_if_allowed(described.get("LabelCategoryConfigS3Uri"), account))
    background = _background(job.fingerprint, account, paths.get(job.key, ""), question)
    identity = account.infrastructure.identity_of(job.name)
    return adopted_record(
        described, lines, labels, job=identity, background=background, topic=topic, only_clips=is_import
    )


def _read_whatever_is_there(
    described: AwsResponse, account: LedgerAccount, paths: DeclarationPaths, *, question: str | None
) -> Adoption | NotAdoptable:
    """Read what a job asked from its manifest, its topic, or its output."""
    job = observed_job(described)
    topic = described["InputConfig"]["DataSource"].get("SnsDataSource", {}).get("SnsTopicArn")
    try:
        if topic is not None:
            manifest = described["InputConfig"]["DataSource"].get("S3DataSource", {}).get("ManifestS3Uri")
            lines = account.objects.read_lines(manifest) if manifest else None
            return _record(described, lines or (), account, paths, question, topic=topic)
        found = _read(described, account, paths, question=question, is_import=True)
        if isinstance(found, Adoption):
            return found
        if job.output_manifest is None:
            nothing = job.status.is_terminal and not job.counters.labeled
            # It ended before anybody answered, so its clips are as free as those of such a purchase.
            return _record(described, (), account, paths, question) if nothing else found
        output = account.objects.read_lines(job.output_manifest)
        # Whether a line had its label before the job is not known: every clip counts as asked.
        everything = {**described, "LabelAttributeName": None}
        from_output = found if output is None else _record(everything, output, account, paths, question)
        return from_output if isinstance(from_output, Adoption) else found
    except ExternalError as error:
        return NotAdoptable(name=job.name, why=error.message, hint=error.hint)


def _background(
    fingerprint: JobFingerprint | None, account: LedgerAccount, path: str, question: str | None
) -> Background:
    """Read where a job that groundctl made was declared, and the cost that was reviewed there.

    The name of its question is not kept beside it: apply writes `named` where the declaration has one.
    """
    environment = account.infrastructure.environment
    kept = _read_if_allowed(provenance_uri(fingerprint), account) if fingerprint else None
    source = parse_provenance(kept or b"")
    return Background(
        environment=environment,
        declaration=path or (source.path if source else ""),
        question=question,
        usd=source.cost.high if source and source.cost else None,
    )


def _read_if_allowed(uri: str | None, account: LedgerAccount) -> bytes | None:
    """Read an optional file: a job that was created elsewhere may keep it where we have no access."""
    if uri is None:
        return None
    try:
        return account.objects.read(uri)
    except RefusedByAws:
        return None
