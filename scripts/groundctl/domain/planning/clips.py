"""Selects the clips that a job would buy from the objects at the declared location. GT701 to GT705."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, assert_never

from groundctl.domain.aws.job_names import job_key
from groundctl.domain.clips.input_manifest import FrozenInput, freeze, manifest_of_objects, too_many_lines
from groundctl.domain.clips.left_out import Tally, Why
from groundctl.domain.clips.line_faults import origin_of
from groundctl.domain.clips.selection import Chosen, choose_from_manifest, most_of, selection_of
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic, field_name
from groundctl.domain.declarations.policy import team_folder
from groundctl.domain.declarations.sources import (
    ChainedInput,
    InventoryInput,
    ManifestInput,
    ObjectsInput,
    PrefixInput,
    Source,
)
from groundctl.domain.jobs.continuation import check_continuation
from groundctl.domain.planning.inputs import ClipsFound, Missing, PlanInputs, SelectedClips, Unreadable
from groundctl.domain.planning.purchase import Unknown
from groundctl.domain.planning.wording import left_out_text, seen_text


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
        case tuple() as faults:
            return faults
        case Chosen() as chosen:
            return _frozen(declaration, spec.source, chosen, inputs)
        case Missing(uri=uri):
            return (_missing(uri, spec.source),)
        case Unreadable() as unreadable:
            return (_refused_by_aws(unreadable),)
        case Unknown() as unknown:
            return unknown


def _clips_found(declaration: Declaration, source: Source, inputs: PlanInputs) -> ClipsFound:
    # Clips that are listed in the file need no lookup; a reviewed plan may have fixed some of them.
    if isinstance(source, ObjectsInput) and declaration.spec.key not in inputs.manifests:
        lines = manifest_of_objects(source.objects).splitlines(keepends=True)
        chosen = choose_from_manifest(lines, selection_of(declaration.spec))
        return replace(chosen, tally=replace(chosen.tally, noun="clip"))
    return inputs.manifests[declaration.spec.key]


def _frozen(declaration: Declaration, source: Source, chosen: Chosen, inputs: PlanInputs) -> SelectedClips:
    spec = declaration.spec
    most = most_of(spec)
    if chosen.count > most:
        return (too_many_lines(chosen.count, is_cut=chosen.is_cut),)
    if not chosen.count:
        return (nothing_chosen(declaration, source, chosen.tally),)
    bounds = _allowed_locations(declaration, inputs)
    frozen = freeze(
        chosen.manifest,
        spec.labels,
        spec.label_attribute,
        within=bounds,
        most=most,
        numbers=chosen.numbers,
        origin=origin_of(source),
    )
    if isinstance(frozen, FrozenInput):
        return replace(frozen, tally=chosen.tally, listed=chosen.listed)
    return frozen


def nothing_chosen(declaration: Declaration, source: Source, tally: Tally) -> Diagnostic:
    """Say what was seen where no clip was found; where one reason explains all, at the member that is the reason."""
    pointer = pointer_of(source)
    if not tally.seen:
        return Diagnostic(rule="GT701", pointer=pointer, message="holds no clips", hint=_LOOK_THERE[pointer])
    reasons = {group.why for group in tally.left_out}
    if len(reasons) == 1:
        pointer = _MEMBERS.get(reasons.pop(), pointer)
    message = f"takes none of {seen_text(tally)}; left out: {left_out_text(tally)}"
    return Diagnostic(rule="GT701", pointer=pointer, message=message, hint=_how_to_take(declaration, tally))


_LOOK_THERE = {
    "/input/prefix": "check the prefix: nothing lies under it",
    "/input/inventory": "check the prefix, and the date of the inventory report: it lists nothing under it",
    "/input/manifest": "check the manifest: it has no line",
    "/input/objects": "name at least one clip",
    "/input/from_job": "check the output of that job: its manifest has no line",
}


def _how_to_take(declaration: Declaration, tally: Tally) -> str:
    """Say which part of `input` to change, by the largest group that is left out."""
    largest = max(tally.left_out, key=lambda group: group.count)
    first = f", such as {largest.first[0]}" if largest.first else ""
    hints = {
        Why.ENDING: f"convert them: workers can be shown .mp4, .webm and .ogg{first}",
        Why.FOLDER: "check the prefix: there are folders only",
        Why.EMPTY: f"upload them again: they have 0 bytes{first}",
        Why.NO_LABEL: "add `unlabeled: true` to input.only to take them",
        Why.NO_CONFIDENCE: "use labels or agreement_below: with one worker, AWS computes no confidence and writes 0.00",
        Why.FEW_ANSWERS: "use labels or confidence_below: one answer alone shows no agreement",
        Why.SAMPLE: "take a larger sample, or another seed",
    }
    if hint := hints.get(largest.why):
        return hint
    pointer = _MEMBERS[largest.why]
    slash = "; `*` stops at a slash, and `**` does not" if largest.why is Why.NOT_MATCHED else ""
    leaves_out = f", which leaves out {largest.first[0]}" if largest.first else ""
    return f"{field_name(pointer)} is {_written(declaration, pointer)}{leaves_out}: change it{slash}"


def _written(declaration: Declaration, pointer: str) -> str:
    """Write a value as its author has written it, or the start of a long one."""
    value: Any = declaration.data
    for step in pointer.split("/")[1:]:
        value = value.get(step) if isinstance(value, dict) else None
    if value is None:
        return "not given"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


_LONGEST = 80
_MEMBERS = {
    Why.NOT_MATCHED: "/input/match",
    Why.EXCLUDED: "/input/exclude",
    Why.TOO_SMALL: "/input/size/min",
    Why.TOO_LARGE: "/input/size/max",
    Why.TOO_OLD: "/input/modified/since",
    Why.TOO_NEW: "/input/modified/before",
    Why.WHERE: "/input/where",
    Why.ONLY: "/input/only",
    Why.NO_LABEL: "/input/only",
    Why.NO_CONFIDENCE: "/input/only",
    Why.FEW_ANSWERS: "/input/only",
    Why.SAMPLE: "/input/sample",
    Why.ASKED: "/input/only_new",
    Why.LIMIT: "/input/limit",
}


def pointer_of(source: Source) -> str:
    """Return the JSON Pointer of a source in its declaration."""
    match source:
        case PrefixInput():
            return "/input/prefix"
        case InventoryInput():
            return "/input/inventory"
        case ManifestInput():
            return "/input/manifest"
        case ObjectsInput():
            return "/input/objects"
        case ChainedInput():
            return "/input/from_job"
    assert_never(source)


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
    hints = {
        "/input/inventory": "check the URI: a report of S3 Inventory has a manifest.json",
        "/input/manifest": "check the URI, or upload the manifest first",
    }
    hint = hints.get(pointer_of(source))
    if isinstance(source, ChainedInput):
        hint = f"check the output of {source.job}, or name a manifest"
    assert hint is not None  # noqa: S101 - a listing is never missing
    return Diagnostic(rule="GT702", pointer=pointer_of(source), message=f"{uri} does not exist", hint=hint)


def _allowed_locations(declaration: Declaration, inputs: PlanInputs) -> tuple[tuple[str, ...], ...]:
    """Return the allowed locations of clips: the team's prefixes, and the buckets that the execution role can read."""
    folder, job = team_folder(declaration.path), declaration.spec.key
    prefixes = inputs.policy.allowed_on(folder, job=job, today=inputs.today).inputs
    buckets = tuple(f"s3://{bucket}/" for bucket in inputs.infrastructure.input_buckets)
    return (prefixes, buckets) if buckets else (prefixes,)
