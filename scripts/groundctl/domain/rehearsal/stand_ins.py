"""Stand-in clips: which objects a rehearsal puts where a declaration looks for clips."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Any

from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.clips.input_manifest import clips_in, manifest_of_objects
from groundctl.domain.clips.patterns import matches, matches_named
from groundctl.domain.clips.selection import choose_from_listing, choose_from_manifest
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.sources import (
    CLIP_ENDINGS,
    Condition,
    InventoryInput,
    ManifestInput,
    ObjectsInput,
    PrefixInput,
    Sample,
    Selection,
)
from groundctl.domain.declarations.spec import JobSpec

MIN_CLIPS, MAX_CLIPS = 8, 60  # clips under a prefix
MAX_LISTED = 2_000  # clips that a declaration or its manifest lists
MAX_BYTES = 64_000_000  # bytes of one stand-in
_BOX = 8  # bytes: the header of an empty box at the end of a clip


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleClips:
    """The clips that groundctl brings with it: those under each key prefix, and the sizes of all."""

    sizes: Mapping[str, int]
    webm: str

    def under(self, prefix: str) -> list[str]:
        """Return the clips whose keys begin like a prefix that is a whole folder."""
        return [key for key in self.sizes if prefix.endswith("/") and key.startswith(prefix)]

    def for_name(self, name: str, number: int) -> str:
        """Return a clip in the format of a file name."""
        if name in self.sizes:
            return name
        usual = [key for key in self.sizes if key != self.webm]
        return self.webm if name.lower().endswith(".webm") else usual[number % len(usual)]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """A sample clip under the name of a clip that a declaration asks for, with at least so many bytes."""

    uri: str
    clip: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIns:
    """What a declaration needs on S3: clips, and other objects by URI. why_not says why there are none."""

    clips: tuple[StandIn, ...] = ()
    objects: Mapping[str, bytes] | None = None
    why_not: str = ""


def stand_ins_for(
    declaration: Declaration,
    samples: SampleClips,
    now: datetime,
    read_manifest: Callable[[str, str], object],
    allowed: Sequence[str],
) -> StandIns:
    """Choose the objects that a declaration needs on S3; allowed are the prefixes from which its folder may take clips."""
    spec = declaration.spec
    match spec.source:
        case PrefixInput(prefix=prefix):
            return _under_prefix(spec, prefix, samples, now)
        case InventoryInput(report=report, prefix=prefix):
            found = _under_prefix(spec, prefix, samples, now)
            return found if found.why_not else StandIns(clips=found.clips, objects=_report(report, found.clips, now))
        case ManifestInput(uri=name) as manifest if manifest.is_file:
            content = read_manifest(declaration.path, name)
            return _listed(sorted(clips_in(content)) if isinstance(content, bytes) else (), samples)
        case ManifestInput(uri=uri):
            return _manifest(spec, uri, samples, allowed)
        case ObjectsInput(objects=objects):
            return _listed([str(each["source-ref"]) for each in objects], samples)
        case _:
            return StandIns()


def padded(content: bytes, size: int) -> bytes:
    """Lengthen a clip in MP4 with an empty box, which players pass over."""
    missing = max(size - len(content), 0)
    if not missing:
        return content
    length = max(missing, _BOX)
    return content + length.to_bytes(4) + b"free" + bytes(length - _BOX)


def _listed(uris: Sequence[str], samples: SampleClips) -> StandIns:
    if len(uris) > MAX_LISTED:
        return StandIns(why_not=f"it lists {len(uris):,} clips, and a rehearsal has at most {MAX_LISTED:,} stand-ins")
    return StandIns(clips=tuple(_stand_in(uri, number, samples) for number, uri in enumerate(uris)))


def _under_prefix(spec: JobSpec, prefix: str, samples: SampleClips, now: datetime) -> StandIns:
    selection, key = spec.selection, prefix.removeprefix("s3://").partition("/")[2]
    names = [each.removeprefix(key) for each in samples.under(key)] or list(
        _names(selection, spec.name, _number(selection), matches)
    )
    clips = [_stand_in(prefix + name, number, samples, selection.min_size or 0) for number, name in enumerate(names)]
    stored = [StoredObject(each.uri, each.size, f"{now:%Y-%m-%dT%H:%M:%SZ}") for each in clips]
    if any(each.size > MAX_BYTES for each in clips) or not choose_from_listing(stored, prefix, selection).count:
        return StandIns(why_not="no stand-in clip fits its match, exclude, size and modified under input")
    return StandIns(clips=tuple(clips))


def _stand_in(uri: str, number: int, samples: SampleClips, size: int = 0) -> StandIn:
    clip = samples.for_name(uri.removeprefix("s3://").partition("/")[2], number)
    has = samples.sizes[clip]
    # An empty box has a header of its own.
    wanted = has if size <= has or clip == samples.webm else max(size, has + _BOX)
    return StandIn(uri=uri, clip=clip, size=wanted)


def _number(selection: Selection) -> int:
    """Return how many stand-ins a selection needs, so that it takes some and leaves some."""
    wanted = MIN_CLIPS if selection.limit is None else min(MIN_CLIPS, selection.limit + 2)
    if sample := selection.sample:
        wanted = _for_sample(sample)
    return min(max(wanted, 2), MAX_CLIPS)


def _for_sample(sample: Sample) -> int:
    if sample.percent:
        return ceil(Decimal(MIN_CLIPS * 100) / sample.percent)
    return (sample.count or MIN_CLIPS) + 2


# --- names that fit patterns ----------------------------------------------------------------------------------------


def _names(selection: Selection, job: str, number: int, fits: Callable[[str, Sequence[str]], bool]) -> Iterator[str]:
    """Yield different names that a selection's patterns take, as far as such names can be made."""
    found: dict[str, None] = {}
    for pattern in selection.match or (f"*{CLIP_ENDINGS[0]}",):
        for form in ("{job}-{n:04}", "{n:04}", "clip{n:04}x"):
            for n in range(1, number + 1):
                name = _filled(pattern, form.format(job=job, n=n), n)
                taken = name.lower().endswith(CLIP_ENDINGS) and fits(name, selection.match or (pattern,))
                if taken and not (selection.exclude and fits(name, selection.exclude)):
                    found[name] = None
            if len(found) >= number:
                break
    yield from list(found)[:number]


def _filled(pattern: str, token: str, number: int) -> str:
    """Replace the wildcards of a pattern: the first `*` by a token, question marks by the digits of a number."""
    digits = iter(f"{number:0{max(pattern.count('?'), 1)}}")
    text = "".join(next(digits, "0") if each == "?" else each for each in pattern)
    text = text.replace("**/", "all/").replace("**", "*")
    first, star, rest = text.partition("*")
    name = f"{first}{token}{rest.replace('*', '1')}" if star else text
    return name if name.lower().endswith(CLIP_ENDINGS) or not text.endswith("*") else f"{name}{CLIP_ENDINGS[0]}"


# --- manifests and reports ------------------------------------------------------------------------------------------


def _manifest(spec: JobSpec, uri: str, samples: SampleClips, allowed: Sequence[str]) -> StandIns:
    """Write an input manifest of stand-ins, with the keys that `where` asks for."""
    folder = f"{uri.rpartition('/')[0]}/"
    bucket = "/".join(uri.split("/")[:3]) + "/"
    if not any(folder.startswith(each) for each in allowed):
        # Its clips are elsewhere: the folder may not take any from where the manifest is.
        folder = next((each for each in allowed if each.startswith(bucket)), next(iter(allowed), folder))
        folder = folder if folder.endswith("/") else f"{folder}/"
    names = list(_names(spec.selection, spec.name, _number(spec.selection), matches_named))
    lines: list[JsonObject] = [
        {"source-ref": f"{folder}{name}", **_keys(spec.selection.where, number)} for number, name in enumerate(names)
    ]
    content = manifest_of_objects(lines)
    if not choose_from_manifest(content.splitlines(keepends=True), spec.selection).count:
        return StandIns(why_not="no line of a stand-in manifest fits its match, exclude and where under input")
    clips = tuple(_stand_in(str(line["source-ref"]), number, samples) for number, line in enumerate(lines))
    return StandIns(clips=clips, objects={uri: content})


def _keys(where: Iterable[Condition], number: int) -> dict[str, Any]:
    return {each.key: _value(each, number) for each in where if each.is_given is not False}


def _value(condition: Condition, number: int) -> Any:
    if condition.any_of:
        return condition.any_of[number % len(condition.any_of)]
    if condition.at_least is not None:
        return float(condition.at_least)
    return float(condition.below - 1) if condition.below is not None else "stand-in"


def _report(report: str, clips: Sequence[StandIn], now: datetime) -> dict[str, bytes]:
    """Write a report of S3 Inventory that lists the stand-ins."""
    is_folder = report.endswith("/")
    uri = f"{report}{now:%Y-%m-%dT%H-%MZ}/manifest.json" if is_folder else report
    bucket = clips[0].uri.removeprefix("s3://").partition("/")[0]
    rows = "".join(
        f'"{bucket}","{_encoded(each.uri.split("/", 3)[3])}","{each.size}","{now:%Y-%m-%dT%H:%M:%S.000Z}","STANDARD"\n'
        for each in clips
    )
    data = gzip.compress(rows.encode(), mtime=0)
    place, _, folder = uri.removeprefix("s3://").partition("/")
    key = f"{folder.rpartition('/')[0]}/data/stand-ins.csv.gz"
    content = {
        "sourceBucket": bucket,
        "destinationBucket": f"arn:aws:s3:::{place}",
        "version": "2016-11-30",
        "creationTimestamp": str(int(now.timestamp() * 1000)),
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, Size, LastModifiedDate, StorageClass",
        "files": [{"key": key, "size": len(data), "MD5checksum": hashlib.md5(data, usedforsecurity=False).hexdigest()}],
    }
    return {uri: json.dumps(content).encode(), f"s3://{place}/{key}": data}


def _encoded(key: str) -> str:
    """Encode a key as S3 does in a report."""
    return key.replace("%", "%25").replace("+", "%2B").replace('"', "%22").replace(" ", "+")
