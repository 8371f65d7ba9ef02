"""Selects the clips that a job would buy from the objects at the declared location. GT701 to GT705."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from groundctl.domain.aws.job_names import job_key
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.policy import team_folder
from groundctl.domain.declarations.spec import ChainedInput, ManifestInput, ObjectsInput, PrefixInput, Source
from groundctl.domain.jobs.continuation import check_continuation
from groundctl.domain.jobs.input_manifest import MAX_LINES, freeze, manifest_of_objects
from groundctl.domain.planning.inputs import ClipsFound, Missing, PlanInputs, SelectedClips, Unreadable
from groundctl.domain.planning.plan import Unknown


def clips_to_buy(declaration: Declaration, inputs: PlanInputs) -> SelectedClips:
    """Select a job's clips, or report what is wrong with them; None for a job with only a topic."""
    spec = declaration.spec
    if spec.key in inputs.frozen:
        return inputs.frozen[spec.key]
    if spec.source is None:
        return None
    if faults := tuple(_continuation_faults(declaration, inputs)):
        return faults
    match _clips_found(declaration, spec.source, inputs):
        case bytes(manifest):
            bounds = _allowed_locations(declaration, inputs)
            # How many clips are left without the ones that were asked before is known when the ledger has decided.
            most = None if spec.only_new else MAX_LINES
            return freeze(manifest, spec.labels, spec.label_attribute, within=bounds, most=most)
        case Missing(uri=uri):
            return (_missing(uri, spec.source),)
        case Unreadable() as unreadable:
            return (_refused_by_aws(unreadable),)
        case Unknown() as unknown:
            return unknown


def _clips_found(declaration: Declaration, source: Source, inputs: PlanInputs) -> ClipsFound:
    # Clips that are listed in the file need no lookup.
    if isinstance(source, ObjectsInput):
        return manifest_of_objects(source.objects)
    return inputs.manifests[declaration.spec.key]


def _continuation_faults(declaration: Declaration, inputs: PlanInputs) -> Iterator[Diagnostic]:
    source = declaration.spec.source
    if not isinstance(source, ChainedInput):
        return
    before = inputs.kept_declarations.get(job_key(source.job))
    if isinstance(before, Unreadable):
        # An unreadable bucket of one team does not block other teams.
        yield _refused_by_aws(before)
    elif before is not None:
        yield from check_continuation(declaration.spec, before)


def _refused_by_aws(unreadable: Unreadable) -> Diagnostic:
    return Diagnostic(rule="GT702", pointer="/input", message=unreadable.message, hint=unreadable.hint)


def _missing(uri: str, source: Source) -> Diagnostic:
    match source:
        case ManifestInput():
            hint, pointer = "check the URI, or upload the manifest first", "/input/manifest"
        case ChainedInput(job=job):
            hint, pointer = f"check the output of {job}, or name a manifest", "/input/from_job"
        case PrefixInput() | ObjectsInput():
            raise AssertionError("a listing is never missing")
        case _:
            assert_never(source)
    return Diagnostic(rule="GT702", pointer=pointer, message=f"{uri} does not exist", hint=hint)


def _allowed_locations(declaration: Declaration, inputs: PlanInputs) -> tuple[tuple[str, ...], ...]:
    """Return the allowed locations of clips: the team's prefixes, and the buckets that the execution role can read."""
    folder = team_folder(declaration.path)
    buckets = tuple(f"s3://{bucket}/" for bucket in inputs.infrastructure.input_buckets)
    return tuple(bound for bound in (inputs.policy.allowed_prefixes.get(folder), buckets) if bound)
