"""Enters a job that exists into the ledger: what it asked, from its description, its input manifest and its labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from groundctl.domain.clips.clip_index import ClipIndex, HashedClips
from groundctl.domain.clips.input_manifest import input_digest
from groundctl.domain.declarations.spec import Label
from groundctl.domain.jobs.ledger.records import AdoptedRecord, JobIdentity
from groundctl.domain.jobs.observed import AwsResponse, ObservedJob, observed_job


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What is known about a job beside its description: from the repository, and from files beside its manifest."""

    environment: str
    declaration: str = ""
    question: str | None = None
    usd: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAdoptable:
    """A job cannot be entered into the ledger, because it is not known what it asked."""

    name: str
    why: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """A job as it is entered into the ledger."""

    record: AdoptedRecord
    index: ClipIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The clips of an input manifest that have no label yet, and so are sent to workers; and the number of its lines."""

    uris: tuple[str, ...]
    lines: int


def _read_manifest(manifest: Iterable[bytes], label_attribute: str | None, *, only_clips: bool) -> _Asked | int:
    """Read the clips that a manifest asks; return the number of the first line that names no clip.

    With only_clips, such a line is left out if another one names a clip: AWS counts it as failed, and bought nothing.
    """
    uris: list[str] = []
    lines, clips, first_without = 0, 0, None
    for line in manifest:
        if not line.strip():
            continue
        lines += 1
        members = _members(line)
        uri = members.get("source-ref")
        if not isinstance(uri, str) or not uri:
            if not only_clips:
                return lines
            first_without = first_without or lines
            continue
        clips += 1
        if label_attribute not in members:
            uris.append(uri)
    return first_without if first_without and not clips else _Asked(uris=tuple(uris), lines=lines)


def _members(line: bytes) -> dict[str, object]:
    """Parse a line of a manifest; nothing if it is no JSON object."""
    try:
        return msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"), type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}


def adopted_record(
    described: AwsResponse,
    manifest: Iterable[bytes] | None,
    labels: Sequence[str],
    *,
    job: JobIdentity,
    background: Background,
    topic: str | None = None,
    only_clips: bool = False,
) -> Adoption | NotAdoptable:
    """Write the record of a job that exists, with the clips that it asked.

    described is DescribeLabelingJob's response; manifest holds the input manifest's lines. A topic counts as one clip.
    """
    name = described["LabelingJobName"]
    if manifest is None:
        return NotAdoptable(name=name, why=NO_LIST, hint=NO_LIST_HINT)
    if not labels and background.question is None:
        why = "its label categories cannot be read, so its question is not known"
        return NotAdoptable(name=name, why=why, hint="give the question a name: `--question NAME`")
    asked = _read_manifest(manifest, described.get("LabelAttributeName"), only_clips=only_clips)
    if isinstance(asked, int):
        why = f"line {asked} of its input manifest names no clip"
        return NotAdoptable(name=name, why=why, hint="restore the manifest that the job was created from")
    index = HashedClips.of(asked.uris if topic is None else (*asked.uris, topic)).index()
    record = AdoptedRecord(
        job=job,
        environment=background.environment,
        declaration=background.declaration,
        title=_encodable(described["HumanTaskConfig"].get("TaskTitle", "")),
        labels=tuple(labels),
        question=background.question,
        clips=len(index),
        lines=asked.lines,
        usd=background.usd,
        input_digest=_input_digest(described, asked, labels),
        arn=described["LabelingJobArn"],
        source="import",
    )
    return Adoption(record=record, index=index)


def _input_digest(described: AwsResponse, asked: _Asked, labels: Sequence[str]) -> str:
    fingerprint = observed_job(described).fingerprint
    return fingerprint.input if fingerprint else input_digest(asked.uris, [Label(name=label) for label in labels])


def _encodable(text: str) -> str:
    """Replace lone surrogates, which JSON from elsewhere may have and an entry cannot."""
    return text.encode(errors="replace").decode()


def is_ours(job: ObservedJob) -> bool:
    """Return whether groundctl made a job from a list of clips."""
    return job.fingerprint is not None and job.has_input


NO_LIST = "a topic sends its clips, so there is no list of them"
NO_LIST_HINT = "it stays unknown to the ledger: before you ask the same clips elsewhere, compare with its output"
