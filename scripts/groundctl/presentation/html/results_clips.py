"""The clips on the results page: which are shown, the tools that sort them out, and a card for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from groundctl.domain.results.output_manifest import LabeledObject
from groundctl.domain.results.results import Results
from groundctl.presentation.escape import visible
from groundctl.presentation.html.page import for_address, for_html
from groundctl.presentation.results_sentences import votes_words, why_words
from groundctl.presentation.text import count

_OWN_SHOWN = 6
_LONGEST = 120


def choose_for_page(objects: Iterable[LabeledObject], most: int) -> list[LabeledObject]:
    """Choose what a page shows, in the manifest's order: of each label an equal part, the least sure first."""
    groups: dict[str | None, _Group] = {}
    for one in objects:
        groups.setdefault(one.label, _Group(most)).add(one)
    queues = [group.in_order() for group in groups.values()]
    chosen: list[LabeledObject] = []
    turn = 0
    while len(chosen) < most and (queues := [queue for queue in queues if turn < len(queue)]):
        chosen += [queue[turn] for queue in queues][: most - len(chosen)]
        turn += 1
    return sorted(chosen, key=lambda one: one.position)


@dataclass(slots=True)
class _Group:
    """The first of one label's objects, by how unsure they are; it never holds more than twice what it may."""

    most: int
    kept: list[LabeledObject] = field(default_factory=list)

    def add(self, one: LabeledObject) -> None:
        self.kept.append(one)
        if len(self.kept) >= 2 * self.most:
            self.kept = self.in_order()

    def in_order(self) -> list[LabeledObject]:
        return sorted(self.kept, key=_doubt)[: self.most]


def _doubt(one: LabeledObject) -> tuple[float, int]:
    return (1.0 if one.confidence is None else one.confidence), one.position


def clips_section(results: Results, chosen: Sequence[LabeledObject], urls: Mapping[int, str]) -> str:
    """Write the clips chosen for the page; urls are the addresses they play from, by position."""
    if not chosen:
        return ""
    names = list(dict.fromkeys([*(one.label for one in results.counts), *(one.label for one in chosen if one.label)]))
    numbers: dict[str | None, int] = {name: index for index, name in enumerate(names)}
    numbers[None] = len(names)
    cards = "\n".join(_card(one, numbers[one.label], urls.get(one.position)) for one in chosen)
    cut = ""
    if len(chosen) < results.objects:
        cut = (
            f'<p class="cut">Shown are {len(chosen):,} of {count(results.objects, "clip")}: of each label an equal part, '
            f"the least sure first. <code>{for_html(results.origin.job.name)}.csv</code> has all.</p>"
        )
    return f"""\
<section aria-labelledby="clips" class="all"><h2 id="clips" tabindex="-1">Clips</h2>
{cut}
<form id="tools" hidden>
<fieldset><legend>Show</legend>{_filters(names, chosen, numbers)}</fieldset>
<label class="order">Order <select id="order"><option value="at">as in the manifest</option>\
<option value="sure">least sure first</option></select></label>
<p id="shown" role="status"></p>
</form>
<ul class="clips{" playable" if urls else ""}" id="cards">
{cards}
</ul></section>"""


def _filters(names: Sequence[str], chosen: Sequence[LabeledObject], numbers: Mapping[str | None, int]) -> str:
    shown = [numbers[one.label] for one in chosen]
    choices = [("all", "all", len(shown))]
    choices += [(str(numbers[name]), name, number) for name in names if (number := shown.count(numbers[name]))]
    if number := shown.count(numbers[None]):
        choices.append((str(numbers[None]), "no label", number))
    return "".join(
        f'<label><input type="radio" name="label" value="{value}"{" checked" if value == "all" else ""}>'
        f"<span>{for_html(words)} <small>{number:,}</small></span></label>"
        for value, words, number in choices
    )


def _card(one: LabeledObject, number: int, url: str | None) -> str:
    sure = ""
    if one.confidence is not None:
        sure = f'<span class="sure">{one.confidence:.2f}<span class="unseen"> confidence</span></span>'
    label = '<em class="none">no label</em>'
    if one.label is not None:
        label = f'<strong class="label">{for_html(one.label)}</strong>'
    return (
        f'<li data-label="{number}" data-at="{one.position}" data-sure="{2 if one.confidence is None else one.confidence}">'
        f'{_player(one, url)}<p class="says">{label}{sure}</p>{"".join(_details(one))}</li>'
    )


def _player(one: LabeledObject, url: str | None) -> str:
    address = for_address(url)
    if not address:
        return ""
    name = for_html(one.source_ref.rstrip("/").rpartition("/")[2] or one.source_ref)
    return (
        f'<video controls muted playsinline preload="none" src="{address}" aria-label="{name}">'
        f'<a href="{address}">Open the clip</a></video>'
    )


def _details(one: LabeledObject) -> Iterator[str]:
    yield f'<p class="place">{place_on_page(one.source_ref)}</p>'
    if one.why:
        yield f'<p class="why">{for_html(why_words(one.why, one.told))}</p>'
    if one.answers:
        yield f'<p class="votes">Answers: {for_html(votes_words(one.answers))}</p>'
    if own := "".join(_own(one.own)):
        yield f'<dl class="own">{own}</dl>'


def _own(own: Mapping[str, Any]) -> Iterator[str]:
    for key, value in list(own.items())[:_OWN_SHOWN]:
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        yield f"<div><dt>{for_html(_cut(key))}</dt><dd>{for_html(_cut(text))}</dd></div>"


def place_on_page(uri: str) -> str:
    """Write where a clip lies: its key, cut from the left where it is long, and the whole address on asking."""
    key = re.sub(r"^s3://[^/]+/", "", uri)
    return f'<code title="{for_html(uri)}">{for_html(key if len(key) <= _LONGEST else "…" + key[-_LONGEST:])}</code>'


def _cut(text: str) -> str:
    text = visible(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
