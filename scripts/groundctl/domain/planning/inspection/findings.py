"""Adds to a purchase what was seen of its clips: clear faults refuse it, doubtful ones are warnings. GT710 to GT719."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import count

from groundctl.domain.clips.input_manifest import FrozenInput
from groundctl.domain.clips.inspection.faults import (
    MAX_ASKED,
    ClipFaults,
    ClipsSeen,
    Durations,
    Fault,
    durations_of,
    faults_in,
)
from groundctl.domain.clips.inspection.keys import check_keys
from groundctl.domain.clips.inspection.object_facts import ObjectFacts
from groundctl.domain.clips.inspection.video_facts import NotRead
from groundctl.domain.clips.selection import Chosen
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.sources import InventoryInput, ObjectsInput, PrefixInput
from groundctl.domain.planning.clips import clips_to_buy, pointer_of
from groundctl.domain.planning.inputs import PlanInputs
from groundctl.domain.planning.inspection.words import FAULT_WORDS
from groundctl.domain.planning.plan import AlreadyAsked, Change, Create, Refused, purchase_of, with_findings
from groundctl.domain.planning.wording import clips_text

_NAMED = 3
_ARCHIVE_TIERS = "INTELLIGENT_TIERING"


def with_inspection(change: Change, declaration: Declaration, inputs: PlanInputs) -> Change:
    """Refuse a purchase of clips that workers cannot see, and add warnings about doubtful ones."""
    if not isinstance(change, Create | Refused | AlreadyAsked):
        return change
    clips = _clips_of(change, declaration, inputs)
    if clips is None:
        return change
    faults = faults_in(clips, inputs.clips_seen or ClipsSeen(), most_seconds=declaration.spec.task_time_limit)
    if inputs.clips_seen and change.purchase:
        looked = replace(change.purchase, looked_at=looked_text(clips, inputs.clips_seen, faults))
        change = replace(change, purchase=looked)
    return with_findings(change, tuple(_findings(clips, faults, _Places(declaration, inputs))))


def _clips_of(change: Change, declaration: Declaration, inputs: PlanInputs) -> FrozenInput | None:
    """Return the clips that are bought, or would be."""
    purchase = purchase_of(change)
    if purchase and purchase.wanted and purchase.wanted.input:
        return purchase.wanted.input
    spec = declaration.spec
    is_known = spec.key in inputs.frozen or isinstance(spec.source, ObjectsInput)
    frozen = clips_to_buy(declaration, inputs) if is_known else None
    return frozen if isinstance(frozen, FrozenInput) else None


def _findings(clips: FrozenInput, faults: ClipFaults, places: _Places) -> Iterator[Diagnostic]:
    for (fault, detail), uris in faults.items():
        words = FAULT_WORDS[fault]
        text = words.one.format(detail=detail) if len(uris) == 1 else words.many.format(detail=_plural(detail))
        yield Diagnostic(
            rule=words.rule,
            severity=words.severity,
            pointer=places.pointer(uris),
            message=f"{len(uris):,} of its {clips_text(len(clips.asked))} {text}: {places.names(uris)}",
            hint=words.hint,
        )
    for rule, severity, text, uris, hint in check_keys(clips.asked):
        yield Diagnostic(
            rule=rule,
            severity=severity,
            pointer=places.pointer(uris),
            message=f"{len(uris):,} of its {clips_text(len(clips.asked))} {text}: {places.names(uris)}",
            hint=hint,
        )


def _plural(detail: str) -> str:
    """Say of many clips what is said of one."""
    verb, _, rest = detail.partition(" ")
    return f"{_PLURALS[verb]} {rest}".replace(" its ", " their ") if verb in _PLURALS else detail


_PLURALS = {"is": "are", "has": "have", "cannot": "cannot"}


class _Places:
    """Where the author has named each clip: in a list of the file, on a line of a manifest, or not at all."""

    def __init__(self, declaration: Declaration, inputs: PlanInputs) -> None:
        self._source = declaration.spec.source
        self._chosen = inputs.manifests.get(declaration.spec.key)

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        """Return the first place of each clip in a list or a manifest; only a finding needs it."""
        if isinstance(self._source, ObjectsInput):
            uris = (clip["source-ref"] for clip in reversed(self._source.objects))
            return dict(zip(uris, range(len(self._source.objects), 0, -1), strict=True))
        if isinstance(self._source, PrefixInput | InventoryInput) or not isinstance(self._chosen, Chosen):
            return {}
        return _line_numbers(self._chosen)

    def pointer(self, uris: Sequence[str]) -> str:
        """Return the JSON Pointer of the first clip, or of the source."""
        if self._source is None:
            return "/input"
        pointer, number = pointer_of(self._source), self._numbers.get(uris[0])
        return f"{pointer}/{number - 1}" if isinstance(self._source, ObjectsInput) and number else pointer

    def names(self, uris: Sequence[str]) -> str:
        """Name the first clips, and their lines in a manifest."""
        named = ", ".join(map(self._name, uris[:_NAMED]))
        return f"{named} and {len(uris) - _NAMED:,} more" if len(uris) > _NAMED else named

    def _name(self, uri: str) -> str:
        number = self._numbers.get(uri)
        shown = visible(uri)
        return f"line {number} {shown}" if number and not isinstance(self._source, ObjectsInput) else shown


def _line_numbers(chosen: Chosen) -> dict[str, int]:
    """Return the first line of each clip of a manifest."""
    numbers: dict[str, int] = {}
    lines = chosen.manifest.split(b"\n")
    for number, line in zip(chosen.numbers or count(1), lines, strict=False):
        if line.strip():
            numbers.setdefault(json.loads(line)["source-ref"], number)
    return numbers


def visible(uri: str) -> str:
    """Write the characters of a key that cannot be seen as escapes."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in uri)


# --- what was looked at ---------------------------------------------------------------------------------------------------


def looked_text(clips: FrozenInput, seen: ClipsSeen, faults: ClipFaults) -> str:
    """Say what S3 was asked about the clips, how many were looked into, and how long they are."""
    total, named = len(clips.asked), [uri for uri in clips.asked if uri in seen.heads]
    contents = [seen.contents[uri] for uri in clips.asked if uri in seen.contents]
    looked = []
    if clips.listed and not contents:
        looked.append(f"listed {_of(len(clips.listed), total)}")
    elif not clips.listed and len(contents) < total:
        more = "" if len(named) == total else f" (a plan asks about {MAX_ASKED:,} at most)"
        looked.append(f"asked S3 about {_of(len(named), total)}{more}{_missing(faults, len(named))}")
    if contents:
        opened = f"opened {_of(len(contents), total)}: {_plays(len(contents), faults)}"
        durations = durations_of(clips.asked, seen)
        looked.append(f"{opened}, {_durations_text(durations)}" if durations else opened)
    return "; ".join([*looked, *_not_known(clips, seen, contents)])


def _missing(faults: ClipFaults, asked: int) -> str:
    missing = len(_clips_with({Fault.MISSING}, faults))
    return f": {missing:,} of {asked:,} {'is' if missing == 1 else 'are'} missing" if missing else ""


def _plays(opened: int, faults: ClipFaults) -> str:
    """Say how many of the clips that were looked into play, and which rule speaks of the others."""
    unread, bad = len(_clips_with({Fault.NOT_READ}, faults)), len(_clips_with(_UNPLAYABLE, faults))
    good = opened - unread - bad
    if good == opened:
        return "it plays in browsers" if opened == 1 else "all play in browsers"
    parts = [f"{good:,} {'plays' if good == 1 else 'play'} in browsers"] if unread < opened else []
    if bad:
        rules = sorted({FAULT_WORDS[fault].rule for fault, _ in faults if fault in _UNPLAYABLE})
        parts.append(f"{bad:,} {'does' if bad == 1 else 'do'} not (see {', '.join(rules)})")
    return ", ".join([*parts, *[f"{unread:,} could not be looked into"] * bool(unread)])


_UNPLAYABLE = {Fault.NO_VIDEO, Fault.CUT_OFF, Fault.SOUND_ONLY, Fault.NO_TRACK, Fault.CODEC, Fault.HEVC}


def _clips_with(kinds: set[Fault], found: ClipFaults) -> set[str]:
    return {uri for (fault, _), uris in found.items() if fault in kinds for uri in uris}


def _of(number: int, total: int) -> str:
    if number < total:
        return f"{number:,} of {clips_text(total)}"
    return f"all {clips_text(total)}" if total > 1 else "the only clip"


def _durations_text(durations: Durations) -> str:
    if durations.shortest == durations.longest:
        return f"{durations.average.normalize():f} s {'long' if durations.number == 1 else 'on average'}"
    return (
        f"{durations.average:f} s on average "
        f"({_seconds(durations.shortest)} to {_seconds(durations.longest)}, median {_seconds(durations.middle)})"
    )


def _seconds(number: object) -> str:
    return f"{number:.1f} s"


def _not_known(clips: FrozenInput, seen: ClipsSeen, contents: Sequence[object]) -> Iterator[str]:
    tiers = [
        each
        for each in clips.listed
        if each.storage_class == _ARCHIVE_TIERS and not isinstance(seen.heads.get(each.uri), ObjectFacts)
    ]
    if tiers:
        yield f"not known: whether {clips_text(len(tiers))} in {_ARCHIVE_TIERS} are in an archive tier, which a listing does not show"
    if contents and all(isinstance(each, NotRead) for each in contents):
        yield "not known: what is inside the clips"
