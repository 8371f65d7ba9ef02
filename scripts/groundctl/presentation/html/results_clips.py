"""The clips of the results page as values for its template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from groundctl.domain.results.output_manifest import LabeledObject
from groundctl.domain.results.results import Results
from groundctl.presentation.html.page import media_address
from groundctl.presentation.html.text_views import Fact, ObjectLocation, object_location, shortened
from groundctl.presentation.results_sentences import reason_text, votes_text
from groundctl.presentation.text import count

_MAX_OWN_KEYS = 6
# A clip without a confidence comes after every clip that has one.
_AFTER_ALL_CONFIDENCES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A button that shows the clips of one label; value is compared with the cards' filter_value."""

    value: str
    text: str
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One clip; address is where it plays from, and order is what it is sorted by."""

    filter_value: int
    position: int
    order: float
    file_name: str
    location: ObjectLocation
    label: str | None
    confidence: str
    address: str | None
    reason: str
    answers: str
    own: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipsView:
    """The section of clips; shown_of is empty if all clips are shown."""

    shown_of: str
    table: str
    filters: tuple[Filter, ...]
    playable: bool
    cards: tuple[Card, ...]


def clips_view(results: Results, selected: Sequence[LabeledObject], urls: Mapping[int, str]) -> ClipsView | None:
    """Build the section of the selected clips; urls are the addresses they play from, by position."""
    if not selected:
        return None
    declared = (label_count.label for label_count in results.counts)
    given = (each.label for each in selected if each.label)
    labels = list(dict.fromkeys([*declared, *given]))
    numbers: dict[str | None, int] = {label: index for index, label in enumerate(labels)} | {None: len(labels)}
    cut = len(selected) < results.objects
    return ClipsView(
        shown_of=f"{len(selected):,} of {count(results.objects, 'clip')}" if cut else "",
        table=f"{results.labeled_job.job.name}.csv",
        filters=tuple(_filters(labels, [numbers[each.label] for each in selected])),
        playable=bool(urls),
        cards=tuple(_card(each, numbers[each.label], urls.get(each.position)) for each in selected),
    )


def _filters(labels: Sequence[str], shown: Sequence[int]) -> Iterator[Filter]:
    yield Filter(value="all", text="all", count=f"{len(shown):,}")
    for index, text in enumerate([*labels, "no label"]):
        if number := shown.count(index):
            yield Filter(value=str(index), text=text, count=f"{number:,}")


def _card(clip: LabeledObject, filter_value: int, url: str | None) -> Card:
    unknown = clip.confidence is None
    return Card(
        filter_value=filter_value,
        position=clip.position,
        order=_AFTER_ALL_CONFIDENCES if clip.confidence is None else clip.confidence,
        file_name=clip.source_ref.rstrip("/").rpartition("/")[2] or clip.source_ref,
        location=object_location(clip.source_ref),
        label=clip.label,
        confidence="" if unknown else f"{clip.confidence:.2f}",
        address=media_address(url),
        reason=reason_text(clip.reason, clip.aws_reason) if clip.reason else "",
        answers=votes_text(clip.answers),
        own=tuple(_own_facts(clip.own)),
    )


def _own_facts(own: Mapping[str, Any]) -> Iterator[Fact]:
    for key, value in list(own.items())[:_MAX_OWN_KEYS]:
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        yield Fact(name=shortened(key), value=shortened(text))
