"""Finds the clips that a reviewed plan has fixed for a job, and compares them with those that are there now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from groundctl.app.approval.archive import Archive, Source
from groundctl.app.gathering.inventory import list_inventory
from groundctl.app.gathering.look_at_clips import ask_about
from groundctl.app.plan import PlanningResult
from groundctl.domain.approval.coverage import PlanContent, entry_of, job_as_reviewed, same_target, why_not_covered
from groundctl.domain.approval.recorded_plan import clips_of_record, seen_of_record, touches
from groundctl.domain.approval.seen_clips import (
    ClipsChanged,
    SeenClips,
    find_replaced,
    parse_seen,
    seen_in_heads,
)
from groundctl.domain.aws.job_names import job_key
from groundctl.domain.clips.input_manifest import clips_in, clips_in_lines
from groundctl.domain.clips.inspection.faults import MAX_ASKED, sample_of
from groundctl.domain.clips.inspection.object_facts import HeadAnswer
from groundctl.domain.clips.selection import Chosen, fixed_choice
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.declarations.sources import ChainedInput, InventoryInput, ManifestInput, PrefixInput
from groundctl.domain.jobs.creation import Hold
from groundctl.domain.planning.plan import Action, Change, Create, Stop, declaration_digest_of, purchase_of
from groundctl.errors import ExternalError


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedClips:
    """The clips of a reviewed plan: chosen if they are others than those of the plan now, hold if they cannot be bought.

    not_known counts the clips of which S3 did not say, then or now, what they are.
    """

    chosen: Chosen | None = None
    hold: Hold | None = None
    not_known: int = 0


AS_PLANNED = ReviewedClips()


@dataclass(frozen=True, slots=True, kw_only=True)
class _There:
    """The clips that a job's source has now; place says where, and objects holds those that a listing shows."""

    names: AbstractSet[str]
    objects: Mapping[str, StoredObject]
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedClipsFinder:
    """Finds the reviewed clips of a plan's changes.

    asked holds what S3 answered about clips that the plan has not asked about: each is asked about once, and so many at most
    as a plan asks about.
    """

    planned: PlanningResult
    archive: Archive
    asked: dict[str, HeadAnswer] = field(default_factory=dict)

    def find(self, change: Change, declaration: Declaration, sources: Iterable[Source]) -> ReviewedClips:
        """Return the clips of the first reviewed plan whose clips are all there; of the first one, if there is none."""
        first: ReviewedClips | None = None
        for source in sources:
            if source.plan is None or not self._creates(source.plan, change):
                continue
            digest = clips_of_record(source.plan, change.name)
            if digest is None:
                return AS_PLANNED
            found = self._compared(change, declaration, source.plan, digest)
            if found.hold is None:
                return found
            # A later pull request may have been approved without the clips that are gone.
            first = first or found
        return first or AS_PLANNED

    def _creates(self, reviewed: PlanContent, change: Change) -> bool:
        entry = entry_of(reviewed, change.key)
        return (
            entry is not None
            and entry["action"] == Action.CREATE
            and entry["declaration_digest"] == declaration_digest_of(change)
            and same_target(self.planned.plan, reviewed)
            and touches(reviewed, change.key)
        )

    def _compared(self, change: Change, declaration: Declaration, reviewed: PlanContent, digest: str) -> ReviewedClips:
        planned = manifest_of(change)
        is_as_planned = hashlib.sha256(planned).hexdigest() == digest
        try:
            manifest = planned if is_as_planned else self.archive.recorded.read_clips(digest)
            seen = _read_seen(reviewed, change, self.archive)
            if manifest is None or seen is None:
                return ReviewedClips(
                    hold=Hold(reason="the clips of the reviewed plan are not where they were recorded")
                )
            uris = clips_in(manifest)
            there = self._there(declaration, uris)
            now = self._contents(seen, there)
        except ExternalError as error:
            return ReviewedClips(hold=Hold(reason=f"the clips of the reviewed plan cannot be read: {error.message}"))
        changed = ClipsChanged(
            gone=tuple(sorted(uris.difference(there.names))),
            place=there.place,
            replaced=find_replaced(seen.known, now),
        )
        listed = tuple(there.objects[uri] for uri in sorted(uris & there.objects.keys()))
        chosen = None if is_as_planned else replace(fixed_choice(manifest), listed=listed)
        not_known = (seen.known.keys() | seen.unknown or uris) - (seen.known.keys() & now.keys())
        return ReviewedClips(chosen=chosen, hold=changed.hold, not_known=len(not_known))

    def _contents(self, seen: SeenClips, there: _There) -> dict[str, StoredObject]:
        """Return what S3 says now of the clips of which it said something then, by URI."""
        uris = [uri for uri in seen.known if uri in there.names and uri not in there.objects]
        new = [uri for uri in uris if uri not in self.planned.heads and uri not in self.asked]
        self.asked.update(ask_about(sample_of(new, MAX_ASKED - len(self.asked)), self.planned.account.objects))
        return {**seen_in_heads(uris, {**self.planned.heads, **self.asked}), **there.objects}

    def _there(self, declaration: Declaration, uris: AbstractSet[str]) -> _There:
        """Look at a job's source; it is read again only if the selection of now leaves out reviewed clips."""
        spec, account = declaration.spec, self.planned.account
        found = self.planned.clips_now.get(spec.key)
        taken = found if isinstance(found, Chosen) else fixed_choice(b"")
        objects = {each.uri: each for each in taken.listed}
        match spec.source:
            case PrefixInput(prefix=prefix):
                if not uris <= objects.keys():
                    objects = {each.uri: each for each in account.objects.list_objects(prefix) if each.uri in uris}
                return _There(names=objects.keys(), objects=objects, place=prefix)
            case InventoryInput(prefix=prefix) as source:
                if not uris <= objects.keys():
                    objects = {each.uri: each for each in list_inventory(source, account.objects) if each.uri in uris}
                return _There(names=objects.keys(), objects=objects, place=f"the newest inventory of {prefix}")
            case ManifestInput(uri=uri) as manifest if not manifest.is_file:
                pass
            case ChainedInput(job=earlier):
                job = account.observed.get(job_key(earlier))
                uri = (job and job.output_manifest) or ""
            case _:
                # The file itself names them, or one beside it, and neither changes.
                return _There(names=uris, objects=objects)
        names = clips_in(taken.manifest)
        if not uris <= names:
            names = clips_in_lines(account.objects.read_lines(uri) or ())
        return _There(names=names, objects=objects, place=uri)


def manifest_of(change: Change) -> bytes:
    """Return the input manifest of a purchase; empty if nothing is bought, or only a topic."""
    purchase = purchase_of(change)
    wanted = purchase.wanted if purchase else None
    return wanted.input.manifest if wanted and wanted.input else b""


def why_not_approved(change: Create | Stop, reviewed: PlanContent, archive: Archive, policy: Policy) -> str:
    """Return why a recorded plan does not cover a change; empty if it does. Its clips are read if the change has others."""
    digest = clips_of_record(reviewed, change.name) if isinstance(change, Create) else None
    if digest is None or not isinstance(change, Create) or digest == hashlib.sha256(manifest_of(change)).hexdigest():
        return why_not_covered(change, reviewed)
    try:
        manifest = archive.recorded.read_clips(digest)
    except ExternalError as error:
        return f"the clips of the reviewed plan cannot be read: {error.message}"
    as_reviewed = None if manifest is None else job_as_reviewed(change, manifest, policy)
    return why_not_covered(change, reviewed, as_reviewed=as_reviewed)


def why_clips_changed(
    change: Create | Stop, reviewed: PlanContent, archive: Archive, heads: Mapping[str, HeadAnswer]
) -> str:
    """Return which clips of a create are others than those that a recorded plan has seen; empty if none is, as far as is known.

    heads holds what S3 answered about clips of the plan that it was asked about by name.
    """
    wanted = change.purchase.wanted if isinstance(change, Create) else None
    if wanted is None or wanted.input is None or wanted.declaration.spec.takes_clips_at_create:
        return ""
    now = seen_in_heads(wanted.input.asked, heads) | {each.uri: each for each in wanted.input.listed}
    seen = _read_seen(reviewed, change, archive) or SeenClips()
    changed = ClipsChanged(replaced=find_replaced(seen.known, now))
    return changed.hold.reason if changed.hold else ""


def _read_seen(reviewed: PlanContent, change: Change, archive: Archive) -> SeenClips | None:
    """Read what S3 said of a job's clips; None if it is not where it was recorded."""
    digest = seen_of_record(reviewed, change.name)
    if digest is None:
        return SeenClips()
    content = archive.recorded.read_seen(digest)
    try:
        return None if content is None else parse_seen(content)
    except ValueError as error:
        raise ExternalError(f"what S3 said of them is malformed: {error}", hint="find out who wrote it") from error
