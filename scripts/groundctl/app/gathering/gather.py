"""Reads everything that a plan is made from, each thing once. The planner decides what to read."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from groundctl.app.concurrency import map_threads
from groundctl.app.gathering.due_records import with_due_records, with_records
from groundctl.app.gathering.earlier_job import read_earlier_job
from groundctl.app.gathering.inventory import read_inventory
from groundctl.app.gathering.look_at_clips import look_at_clips
from groundctl.app.gathering.look_at_places import with_places
from groundctl.app.gathering.manifest_file import read_manifest_file
from groundctl.app.validate import ReadManifest
from groundctl.domain.aws import s3_layout
from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.clips.selection import (
    Chosen,
    choose_from_listing,
    choose_from_manifest,
    most_of,
    selection_of,
)
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Policy, team_folder
from groundctl.domain.declarations.sources import ChainedInput, InventoryInput, ManifestInput, ObjectsInput, PrefixInput
from groundctl.domain.declarations.spec import JobSpec, has_clips_elsewhere
from groundctl.domain.jobs.continuation import parse_kept_declaration
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.entries import LedgerLog
from groundctl.domain.jobs.ledger.look import look_at
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.observed import ObservedJob, observed_job
from groundctl.domain.planning.clips import clips_to_buy
from groundctl.domain.planning.due_records import opening
from groundctl.domain.planning.inputs import (
    ClipsFound,
    KeptDeclaration,
    Missing,
    PlanInputs,
    Unreadable,
)
from groundctl.domain.planning.planner import jobs_to_buy, jobs_to_continue, jobs_to_describe, jobs_to_explain
from groundctl.domain.planning.purchase import Subject, Unknown
from groundctl.errors import RefusedByAws
from groundctl.ports import ClipReader, JobPlaces, LabelingJobs, Ledger, ObjectStore

_JOBS_UNKNOWN = Unknown(
    about=Subject.JOBS,
    sentence="jobs in AWS were not looked up: a job may already have this name, or the same labels on the same clips",
)
_LEDGER_UNKNOWN = Unknown(
    about=Subject.LEDGER,
    sentence="the purchase ledger was not read: some of these clips may already have been asked this question, and what was"
    " bought this month counts toward limits and price tiers",
)
_OTHERS_UNKNOWN = Unknown(
    about=Subject.DECLARATIONS,
    sentence="other declarations were not planned: they count toward the limits of one plan, and may ask for the same labels on the same clips",
)
_PLACES_UNKNOWN = Unknown(
    about=Subject.PLACES,
    sentence="buckets, keys, the work team, and the execution role were not looked at: something there may keep workers from"
    " seeing clips",
)
_DATE_UNKNOWN = Unknown(
    about=Subject.DATE,
    sentence="the date was not looked up: `groundctl plan` refuses what an exception of jobs/policy.yaml allowed until an earlier day",
)
_NOT_LOOKED_AT = Unknown(
    about=Subject.CLIPS,
    sentence="clips were not looked at: whether they exist and play in browsers is open",
)
_EXAMPLE_UNKNOWN = Unknown(
    about=Subject.INFRASTRUCTURE,
    sentence="account, buckets, teams, and ARNs are examples: use --infrastructure FILE for real ones",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account and Region: its ports, the jobs that it listed, and the purchase ledger as it was read."""

    infrastructure: Infrastructure
    jobs: LabelingJobs
    objects: ObjectStore
    ledger: Ledger
    clips: ClipReader
    places: JobPlaces
    log: LedgerLog
    observed: Mapping[JobKey, ObservedJob]


def list_jobs(jobs: LabelingJobs) -> dict[JobKey, ObservedJob]:
    """List all labeling jobs by key."""
    return {job.key: job for job in jobs.list_jobs()}


def gather(
    declarations: Sequence[Declaration],
    policy: Policy,
    account: Account,
    *,
    declared: Collection[JobKey] = (),
    reviewed_clips: Mapping[JobKey, Chosen] | None = None,
    read_manifest: ReadManifest | None = None,
) -> PlanInputs:
    """Read everything that a plan is made from, each thing once.

    declared names jobs of other files, also of faulty ones. reviewed_clips holds the clips of reviewed plans, which
    replace those that are there now. read_manifest reads a manifest beside a declaration.
    """
    infrastructure = account.infrastructure
    # A new ledger has an id of its own, by which a configuration can distinguish it from every other one.
    new_id = secrets.token_hex(16)
    opened = tuple(opening(account.log, account.observed.values(), infrastructure, ledger=new_id))
    log = with_records(account.log, opened)
    listed = PlanInputs(
        declarations=tuple(declarations),
        declared=frozenset(declared) | {declaration.spec.key for declaration in declarations},
        policy=policy,
        infrastructure=infrastructure,
        observed=account.observed,
        purchases=Purchases.of(log),
        due=opened,
    )
    looked = _look_up_purchases(listed, account.jobs)
    known = replace(looked, observed={**looked.existing_by_key, **_describe(jobs_to_describe(looked), account.jobs)})
    buyable = jobs_to_buy(known)
    kept = _read_kept_declarations(jobs_to_explain(known), jobs_to_continue(buyable, known), account.objects)
    found = _with_clips(replace(known, kept_declarations=kept), buyable, account, reviewed_clips or {}, read_manifest)
    frozen = replace(found, frozen={declaration.spec.key: clips_to_buy(declaration, found) for declaration in buyable})
    looked_at = look_at_clips(frozen, account.objects, account.clips)
    return with_due_records(with_places(looked_at, account.places), log, account.jobs, account.objects)


def _look_up_purchases(inputs: PlanInputs, jobs: LabelingJobs) -> PlanInputs:
    """Describe the declared jobs that the ledger knows and the list does not show: a list can lag behind."""
    assert isinstance(inputs.purchases, Purchases)  # noqa: S101 - set by the caller
    hidden = [
        declaration.spec.name
        for declaration in inputs.declarations
        if inputs.existing(declaration.spec.key) is None
        and inputs.purchases.by_job.get(inputs.infrastructure.identity_of(declaration.spec.name))
    ]
    described = dict(zip(map(job_key, hidden), map_threads(jobs.describe, hidden), strict=True))
    seen = {key: observed_job(answer) for key, answer in described.items() if answer}
    looks = {key: look_at(seen.get(key)) for key in described}
    return replace(inputs, looks=looks, observed={**inputs.existing_by_key, **seen})


def gather_offline(
    declaration: Declaration,
    declared: Collection[JobKey],
    policy: Policy,
    infrastructure: Infrastructure,
    *,
    is_example: bool,
    read_manifest: ReadManifest | None = None,
) -> PlanInputs:
    """Collect what is known about one declaration offline; everything else is unknown."""
    has_exceptions = policy.exceptions_for(team_folder(declaration.path), declaration.spec.key)
    inputs = PlanInputs(
        declarations=(declaration,),
        declared=frozenset(declared) | {declaration.spec.key},
        policy=policy,
        infrastructure=infrastructure,
        observed=_JOBS_UNKNOWN,
        purchases=_LEDGER_UNKNOWN,
        assumed=(
            *([_EXAMPLE_UNKNOWN] if is_example else []),
            *([_DATE_UNKNOWN] if has_exceptions else []),
            *([_NOT_LOOKED_AT] if isinstance(declaration.spec.source, ObjectsInput) else []),
            _OTHERS_UNKNOWN,
        ),
    )
    buying = jobs_to_buy(inputs)
    elsewhere = (each for each in buying if has_clips_elsewhere(each.spec))
    manifests = {each.spec.key: _clips_offline(each, read_manifest) for each in elsewhere}
    return replace(inputs, manifests=manifests, assumed=(*inputs.assumed, *([_PLACES_UNKNOWN] if buying else [])))


def _clips_offline(declaration: Declaration, read_manifest: ReadManifest | None) -> ClipsFound:
    source = declaration.spec.source
    if isinstance(source, ManifestInput) and source.is_file:
        return read_manifest_file(declaration, source.uri, read_manifest)
    return _unknown_clips(declaration.spec)


def _describe(odd: Sequence[ObservedJob], jobs: LabelingJobs) -> dict[JobKey, ObservedJob]:
    described = map_threads(lambda job: jobs.describe(job.name), odd)
    return {job.key: observed_job(answer) for job, answer in zip(odd, described, strict=True) if answer}


def _read_kept_declarations(
    changed: Sequence[ObservedJob], continued: Sequence[ObservedJob], objects: ObjectStore
) -> dict[JobKey, KeptDeclaration]:
    """Read the declarations from which changed jobs and continued jobs were created."""

    def read_if_allowed(job: ObservedJob) -> KeptDeclaration:
        try:
            return _read_kept_declaration(job, objects)
        except RefusedByAws as error:
            return Unreadable(message=error.message, hint=error.hint)

    def read(job: ObservedJob) -> KeptDeclaration:
        return _read_kept_declaration(job, objects)

    explained = dict(zip((job.key for job in changed), map_threads(read, changed), strict=True))
    others = [job for job in continued if job.key not in explained]
    return {**explained, **dict(zip((job.key for job in others), map_threads(read_if_allowed, others), strict=True))}


def _read_kept_declaration(job: ObservedJob, objects: ObjectStore) -> KeptDeclaration:
    if job.fingerprint is None:
        return None
    uri = job.fingerprint.uri_of(s3_layout.DECLARATION_FILE)
    raw = objects.read(uri)
    if raw is None:
        return None
    message = f"{uri} is not the declaration that {job.name} was created from: its content is malformed"
    hint = "find out who wrote this object; the job itself is not changed by it"
    return parse_kept_declaration(raw) or Unreadable(message=message, hint=hint)


def _read_manifests(
    buyable: Sequence[Declaration], inputs: PlanInputs, account: Account, read_manifest: ReadManifest | None
) -> dict[JobKey, ClipsFound]:
    """Read or list the clips of every job that could be created."""

    def read(declaration: Declaration) -> ClipsFound:
        source = declaration.spec.source
        if isinstance(source, ManifestInput) and source.is_file:
            return read_manifest_file(declaration, source.uri, read_manifest)
        try:
            return _read_clips(declaration.spec, inputs, account.jobs, account.objects)
        except RefusedByAws as error:
            return Unreadable(message=error.message, hint=error.hint)

    elsewhere = [declaration for declaration in buyable if has_clips_elsewhere(declaration.spec)]
    keys = (declaration.spec.key for declaration in elsewhere)
    return dict(zip(keys, map_threads(read, elsewhere), strict=True))


def _read_clips(spec: JobSpec, inputs: PlanInputs, jobs: LabelingJobs, objects: ObjectStore) -> ClipsFound:
    source, selection, most = spec.source, selection_of(spec), most_of(spec)
    match source:
        case PrefixInput(prefix=prefix):
            return choose_from_listing(objects.list_objects(prefix), prefix, selection, most=most)
        case InventoryInput():
            return read_inventory(spec, source, objects)
        case ManifestInput():
            uri = source.uri
        case ChainedInput():
            return read_earlier_job(spec, inputs.existing(job_key(source.job)), jobs, objects)
        case ObjectsInput() | None:
            raise AssertionError("clips that the declaration lists are not looked up")
        case _:
            assert_never(source)
    lines = objects.read_lines(uri)
    return Missing(uri=uri) if lines is None else choose_from_manifest(lines, selection, most=most)


def _with_clips(
    inputs: PlanInputs,
    buyable: Sequence[Declaration],
    account: Account,
    reviewed_clips: Mapping[JobKey, Chosen],
    read_manifest: ReadManifest | None,
) -> PlanInputs:
    """Read or list the clips of every job that could be created; those of a reviewed plan replace those that are there now."""
    now = _read_manifests(buyable, inputs, account, read_manifest)
    listed_in_file = {each.spec.key for each in buyable if not has_clips_elsewhere(each.spec)}
    reviewed = {
        key: chosen
        for key, chosen in reviewed_clips.items()
        if key in listed_in_file or isinstance(now.get(key), Chosen)
    }
    return replace(inputs, manifests={**now, **reviewed}, clips_now=now)


def _unknown_clips(spec: JobSpec) -> Unknown:
    selection = spec.selection
    bounds = [number for number in (selection.sample and selection.sample.count, selection.limit) if number]
    bound = f" (at most {min(bounds):,})" if bounds else ""
    sentence = f"clips were not looked up: their number{bound}, cost and digest are open (the digest is shown as zeros)"
    return Unknown(about=Subject.CLIPS, sentence=sentence)
