"""Reads everything that a plan is made from, each thing once. The planner decides what to read."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from groundctl.app.concurrency import map_threads
from groundctl.app.settle import settle, with_records
from groundctl.domain.aws import s3_layout
from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.declarations.spec import ChainedInput, ManifestInput, ObjectsInput, PrefixInput, Source
from groundctl.domain.jobs.continuation import parse_kept_declaration
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.input_manifest import choose_clips, clips_in, manifest_of_uris
from groundctl.domain.jobs.ledger.entries import LedgerLog
from groundctl.domain.jobs.ledger.look import look_at
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.observed import ObservedJob, observed_job
from groundctl.domain.planning.clips import clips_to_buy
from groundctl.domain.planning.inputs import (
    ClipsFound,
    KeptDeclaration,
    Missing,
    PlanInputs,
    Unreadable,
)
from groundctl.domain.planning.plan import Subject, Unknown
from groundctl.domain.planning.planner import jobs_to_buy, jobs_to_continue, jobs_to_describe, jobs_to_explain
from groundctl.domain.planning.settling import opening
from groundctl.errors import RefusedByAws
from groundctl.ports import LabelingJobs, Ledger, ObjectStore

_JOBS_UNKNOWN = Unknown(
    about=Subject.JOBS,
    sentence="jobs in AWS were not looked up: a job may already have this name, or the same labels on the same clips",
)
_LEDGER_UNKNOWN = Unknown(
    about=Subject.LEDGER,
    sentence="the purchase ledger was not read: some of these clips may already have been asked this question",
)
_OTHERS_UNKNOWN = Unknown(
    about=Subject.DECLARATIONS,
    sentence="other declarations were not planned: they count toward the limits of one plan, and may ask for the same labels on the same clips",
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
    reviewed_clips: Mapping[JobKey, bytes] | None = None,
) -> PlanInputs:
    """Read everything that a plan is made from, each thing once.

    declared names jobs of other files, also of faulty ones. reviewed_clips holds the input manifests of reviewed plans,
    which replace the clips that are there now.
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
    found = _with_clips(replace(known, kept_declarations=kept), buyable, account.objects, reviewed_clips or {})
    frozen = replace(found, frozen={declaration.spec.key: clips_to_buy(declaration, found) for declaration in buyable})
    return settle(frozen, log, account.jobs, account.objects)


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
) -> PlanInputs:
    """Collect what is known about one declaration offline; everything else is unknown."""
    inputs = PlanInputs(
        declarations=(declaration,),
        declared=frozenset(declared) | {declaration.spec.key},
        policy=policy,
        infrastructure=infrastructure,
        observed=_JOBS_UNKNOWN,
        purchases=_LEDGER_UNKNOWN,
        assumed=(*([_EXAMPLE_UNKNOWN] if is_example else []), _OTHERS_UNKNOWN),
    )
    sources = _sources_elsewhere(jobs_to_buy(inputs))
    return replace(inputs, manifests={key: _unknown_clips(source) for key, source in sources.items()})


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
    buyable: Sequence[Declaration], inputs: PlanInputs, objects: ObjectStore
) -> dict[JobKey, ClipsFound]:
    """Read or list the clips of every job that could be created."""

    def read(source: Source) -> ClipsFound:
        try:
            return _read_manifest(source, inputs, objects)
        except RefusedByAws as error:
            return Unreadable(message=error.message, hint=error.hint)

    sources = _sources_elsewhere(buyable)
    return dict(zip(sources, map_threads(read, list(sources.values())), strict=True))


def _read_manifest(source: Source, inputs: PlanInputs, objects: ObjectStore) -> ClipsFound:
    match source:
        case PrefixInput():
            return manifest_of_uris(choose_clips(source, objects.list_keys(source.prefix)))
        case ManifestInput():
            uri = source.uri
        case ChainedInput():
            earlier = inputs.existing(job_key(source.job))
            uri = (earlier and earlier.output_manifest) or ""
        case ObjectsInput():
            raise AssertionError("clips that the declaration lists are not looked up")
        case _:
            assert_never(source)
    manifest = objects.read(uri)
    return Missing(uri=uri) if manifest is None else manifest


def _with_clips(
    inputs: PlanInputs, buyable: Sequence[Declaration], objects: ObjectStore, reviewed_clips: Mapping[JobKey, bytes]
) -> PlanInputs:
    """Read or list the clips of every job that could be created; those of a reviewed plan replace what is there now."""
    manifests = _read_manifests(buyable, inputs, objects)
    reviewed = {key: content for key, content in reviewed_clips.items() if isinstance(manifests.get(key), bytes)}
    return replace(
        inputs,
        manifests={**manifests, **reviewed},
        gone=_find_gone(buyable, reviewed, manifests, objects),
    )


def _find_gone(
    buyable: Sequence[Declaration],
    reviewed: Mapping[JobKey, bytes],
    manifests: Mapping[JobKey, ClipsFound],
    objects: ObjectStore,
) -> dict[JobKey, tuple[str, ...]]:
    """Find the clips of reviewed plans that are no longer there, by the job's key; jobs that lack none are left out."""
    sources = {key: source for key, source in _sources_elsewhere(buyable).items() if key in reviewed}
    found: dict[JobKey, tuple[str, ...]] = {}
    for key, source in sources.items():
        now = manifests[key]
        gone = clips_in(reviewed[key]).difference(clips_in(now) if isinstance(now, bytes) else ())
        # A clip can be there and no longer be in the sample.
        if gone and isinstance(source, PrefixInput):
            gone = gone.difference(objects.list_keys(source.prefix))
        if gone:
            found[key] = tuple(sorted(gone))
    return found


def _sources_elsewhere(declarations: Sequence[Declaration]) -> dict[JobKey, Source]:
    """Select the locations where clips must be looked up; a topic has none yet, and a file can list its clips."""
    sources = {declaration.spec.key: declaration.spec.source for declaration in declarations}
    return {key: source for key, source in sources.items() if source and not isinstance(source, ObjectsInput)}


def _unknown_clips(source: Source) -> Unknown:
    sample = source.sample if isinstance(source, PrefixInput) else None
    bound = f" (at most {sample.count:,}, its sample)" if sample else ""
    sentence = f"clips were not looked up: their number{bound}, cost and digest (zeros) are open"
    return Unknown(about=Subject.CLIPS, sentence=sentence)
