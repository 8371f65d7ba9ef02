"""Records what a plan would buy: the clips of every create, and what S3 says of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from groundctl.domain.approval.seen_clips import SeenClips, seen_content, seen_in_heads
from groundctl.domain.clips.inspection.object_facts import HeadAnswer
from groundctl.domain.planning.plan import Plan
from groundctl.ports import RecordedPlans


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedClips:
    """What a recorded plan names by SHA-256, each by the job's name: its input manifest, and what S3 said of its clips."""

    clips: dict[str, str] = field(default_factory=dict)
    objects: dict[str, str] = field(default_factory=dict)


def record_clips(plan: Plan, heads: Mapping[str, HeadAnswer], recorded: RecordedPlans) -> RecordedClips:
    """Write the clips of every create and what S3 says of them, as far as it was asked, and name both.

    heads holds what S3 answered about clips that were asked about by name.
    """
    names = RecordedClips()
    for change in plan.creates:
        wanted = change.purchase.wanted
        if wanted and wanted.input:
            manifest = wanted.input.manifest
            names.clips[change.name] = hashlib.sha256(manifest).hexdigest()
            recorded.write_clips(names.clips[change.name], manifest)
            asked = wanted.input.asked
            listed = {each.uri: each for each in wanted.input.listed}
            known = {**seen_in_heads(asked, heads), **listed}
            if seen := seen_content(SeenClips(known=known, unknown=frozenset(asked))):
                names.objects[change.name] = hashlib.sha256(seen).hexdigest()
                recorded.write_seen(names.objects[change.name], seen)
    return names
