"""A job's labels as one HTML page: works from a file, asks the network for nothing but the clips it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from groundctl.core.results import BINS, LabelCount, LabeledObject, Results
from groundctl.render.escape import visible
from groundctl.render.page_style import BASE, for_address, for_html, media_source, write_page
from groundctl.render.results import (
    STATUS,
    agreement_words,
    confidence_words,
    next_steps,
    notes,
    share_words,
    votes_words,
    why_words,
)
from groundctl.render.words import count, moment

# More cards make a page slow to open and tell nobody more; the table beside it has every clip.
MAX_CLIPS = 400
_OWN_SHOWN = 6
_LONGEST = 120

ClipUrl = Callable[[str], str | None]


def results_page(
    results: Results,
    objects: Iterable[LabeledObject],
    *,
    now: datetime,
    clip_url: ClipUrl | None = None,
    max_clips: int = MAX_CLIPS,
) -> str:
    """Write the page; clip_url gives the address a clip plays from, or None where there is none."""
    chosen = choose_for_page(objects, max_clips)
    urls = {one.position: url for one in chosen if clip_url and (url := clip_url(one.source_ref))}
    sections = [
        _head(results, now),
        '<main id="main">',
        _advice(results, now),
        _labels(results),
        _confidence(results),
        _agreement(results),
        _without_label(results),
        _clips(results, chosen, urls),
        "</main>",
        f"<footer>Made by groundctl on {moment(now)}. Confidences can be compared within this job only.</footer>",
    ]
    return write_page(
        title=f"{results.origin.job.name}: results",
        style=BASE + STYLE,
        body="\n".join(section for section in sections if section),
        script=SCRIPT,
        clips_from=filter(None, map(media_source, urls.values())),
    )


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


# --- sections -------------------------------------------------------------------------------------------------------


def _head(results: Results, now: datetime) -> str:
    origin, job = results.origin, results.origin.job
    share = results.labeled / results.objects if results.objects else 0.0
    running = "" if job.status.is_terminal else f" at {moment(now)}"
    facts = {
        "Status": STATUS[job.status] + running,
        "Answers asked for": f"{origin.workers_per_object} per clip",
        "Created": moment(job.created),
        "Last change": moment(job.modified),
    }
    return f"""\
<header>
<a class="skip" href="#clips">To the clips</a>
<p class="eyebrow">Labeling job</p>
<h1>{for_html(job.name)}</h1>
<p class="question">{for_html(origin.question)}</p>
<p class="verdict"><strong>{results.labeled:,}</strong> of {count(results.objects, "clip")} labeled</p>
<svg class="whole" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">\
<rect class="ground" width="100" height="2"/><rect class="bar" width="{share * 100:.2f}" height="2"/></svg>
<dl class="facts">{"".join(f"<div><dt>{name}</dt><dd>{for_html(value)}</dd></div>" for name, value in facts.items())}
<div class="wide"><dt>Output manifest</dt><dd><code>{for_html(origin.output_manifest)}</code></dd></div></dl>
</header>"""


def _advice(results: Results, now: datetime) -> str:
    items = [f"<li>{for_html(note)}</li>" for note in notes(results)]
    for step in next_steps(results, now):
        words, *code = step.split("\n")
        lines = for_html("\n".join(code))
        items.append(f"<li>{_with_code(_sentence(words))}{f'<pre><code>{lines}</code></pre>' if code else ''}</li>")
    if not items:
        return ""
    return f"""\
<section class="advice" aria-labelledby="h-now"><h2 id="h-now">What to know, what to do</h2>
<ul>{"".join(items)}</ul></section>"""


def _labels(results: Results) -> str:
    longest = max((one.count for one in results.counts), default=0)
    rows = "\n".join(_label_row(one, results, longest) for one in results.counts)
    sure = '<th scope="col" class="number">Mean confidence</th>' if results.computed else ""
    return f"""\
<section aria-labelledby="h-labels"><h2 id="h-labels">Labels</h2>
<div class="scroll"><table class="labels">
<thead><tr><th scope="col">Label</th><th scope="col" class="number">Clips</th>\
<th scope="col" class="number">Share</th>{sure}</tr></thead>
<tbody>
{rows}
</tbody></table></div></section>"""


def _label_row(one: LabelCount, results: Results, longest: int) -> str:
    width = 100 * one.count / longest if longest else 0.0
    mean = "not computed" if one.mean_confidence is None else f"{one.mean_confidence:.2f}"
    sure = f'<td class="number">{mean if one.count else ""}</td>' if results.computed else ""
    return (
        f'<tr><th scope="row">{for_html(one.label)}<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="ground" width="100" height="10"/><rect class="bar" width="{width:.2f}" height="10"/></svg></th>'
        f'<td class="number">{one.count:,}</td>'
        f'<td class="number">{share_words(one.count, results.labeled)}</td>{sure}</tr>'
    )


def _confidence(results: Results) -> str:
    words = confidence_words(results)
    if not words:
        return ""
    return f"""\
<section aria-labelledby="h-sure"><h2 id="h-sure">Confidence</h2>
<p>{for_html(_sentence(words))}</p>
{_histogram(results.histogram) if results.computed else ""}</section>"""


_PLOT_WIDTH, _PLOT_HEIGHT, _STEP = 420, 150, 40


def _histogram(histogram: Sequence[int]) -> str:
    highest, base = max(histogram), _PLOT_HEIGHT - 24
    told = ", ".join(f"{low / BINS:.1f} to {(low + 1) / BINS:.1f}: {number:,}" for low, number in enumerate(histogram))
    parts = []
    for index, number in enumerate(histogram):
        height = max(number * (base - 20) / highest, 1.5 if number else 0)
        left = 10 + index * _STEP
        parts.append(
            f'<rect class="bar" x="{left + 3}" y="{base - height:.1f}" width="{_STEP - 6}" height="{height:.1f}"/>'
        )
        if number:
            parts.append(f'<text x="{left + _STEP / 2:.0f}" y="{base - height - 5:.1f}">{number:,}</text>')
    ticks = "".join(
        f'<text x="{10 + index * _STEP}" y="{_PLOT_HEIGHT - 6}">{index / BINS:.1f}</text>'
        for index in range(0, BINS + 1, 2)
    )
    return (
        f'<svg class="histogram" viewBox="0 0 {_PLOT_WIDTH} {_PLOT_HEIGHT}" role="img" aria-label="Labels by confidence. {told}">'
        f'{"".join(parts)}<line x1="10" x2="{_PLOT_WIDTH - 10}" y1="{base}" y2="{base}"/>{ticks}</svg>'
    )


def _agreement(results: Results) -> str:
    if results.agreement is None:
        return ""
    words = "".join(f"<li>{for_html(sentence)}</li>" for sentence in agreement_words(results.agreement))
    rows = "".join(
        f"<tr><td>{_place(one.source_ref)}</td><td>{for_html(votes_words(one.answers))}</td></tr>"
        for one in results.agreement.disputed
    )
    table = (
        '<div class="scroll"><table><caption>Disagreed on most</caption><thead><tr><th scope="col">Clip</th>'
        f'<th scope="col">Answers</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )
    return f"""\
<section aria-labelledby="h-agree" class="all"><h2 id="h-agree">Do workers agree?</h2>
<div class="halves"><ul>{words}</ul>{table if rows else ""}</div></section>"""


def _without_label(results: Results) -> str:
    if not results.unlabeled:
        return ""
    groups = "".join(
        f"<li><strong>{count(group.count, 'clip')}</strong>: {for_html(why_words(group.why, group.told))}"
        f"<ul>{''.join(f'<li>{_place(example)}</li>' for example in group.examples)}"
        f"{f'<li>and {group.count - len(group.examples):,} more</li>' if group.count > len(group.examples) else ''}</ul></li>"
        for group in results.unlabeled
    )
    return f"""\
<section aria-labelledby="h-none" class="all"><h2 id="h-none">Without a label</h2><ul class="groups">{groups}</ul></section>"""


def _clips(results: Results, chosen: Sequence[LabeledObject], urls: Mapping[int, str]) -> str:
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
    address = for_address(url)
    name = for_html(_last(one.source_ref))
    label = (
        f'<strong class="label">{for_html(one.label)}</strong>'
        if one.label is not None
        else '<em class="none">no label</em>'
    )
    sure = (
        f'<span class="sure">{one.confidence:.2f}<span class="unseen"> confidence</span></span>'
        if one.confidence is not None
        else ""
    )
    video = ""
    if address:
        video = (
            f'<video controls muted playsinline preload="none" src="{address}" aria-label="{name}">'
            f'<a href="{address}">Open the clip</a></video>'
        )
    details = [f'<p class="place">{_place(one.source_ref)}</p>']
    if one.why:
        details.append(f'<p class="why">{for_html(why_words(one.why, one.told))}</p>')
    if one.answers:
        details.append(f'<p class="votes">Answers: {for_html(votes_words(one.answers))}</p>')
    if own := "".join(_own(one.own)):
        details.append(f'<dl class="own">{own}</dl>')
    return (
        f'<li data-label="{number}" data-at="{one.position}" data-sure="{2 if one.confidence is None else one.confidence}">'
        f'{video}<p class="says">{label}{sure}</p>{"".join(details)}</li>'
    )


def _own(own: Mapping[str, Any]) -> Iterator[str]:
    for key, value in list(own.items())[:_OWN_SHOWN]:
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        yield f"<div><dt>{for_html(_cut(key))}</dt><dd>{for_html(_cut(text))}</dd></div>"


def _place(uri: str) -> str:
    key = re.sub(r"^s3://[^/]+/", "", uri)
    return f'<code title="{for_html(uri)}">{for_html(key if len(key) <= _LONGEST else "…" + key[-_LONGEST:])}</code>'


def _last(uri: str) -> str:
    return uri.rstrip("/").rpartition("/")[2] or uri


def _cut(text: str) -> str:
    text = visible(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", ":", "`")) else ".")


def _with_code(text: str) -> str:
    """Write what stands between backticks as code."""
    return "".join(
        f"<code>{for_html(part)}</code>" if index % 2 else for_html(part) for index, part in enumerate(text.split("`"))
    )


STYLE = """
body > header, main, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
body > header { padding-top: 2rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1.25rem; top: .5rem; background: var(--card); padding: .25rem .75rem; z-index: 2; }
.eyebrow { margin: 0; color: var(--quiet); font-size: .875rem; }
h1 { margin: 0; font-size: clamp(1.5rem, 4vw, 2.125rem); line-height: 1.2; overflow-wrap: anywhere; letter-spacing: -.01em; }
h2 { margin: 0 0 .75rem; font-size: 1.1875rem; line-height: 1.3; }
.question { margin: .25rem 0 0; font-size: 1.125rem; color: var(--quiet); overflow-wrap: anywhere; }
.verdict { margin: 1.5rem 0 .5rem; font-size: 1.375rem; }
.whole { display: block; width: 100%; height: .5rem; border-radius: .25rem; }
.bar { fill: var(--bar); } .ground { fill: var(--bar-ground); }
.facts { display: flex; flex-wrap: wrap; gap: .75rem 2.5rem; margin: 1.25rem 0 1.75rem; }
.facts .wide { flex-basis: 100%; }
dt { color: var(--quiet); font-size: .875rem; } dd { margin: 0; overflow-wrap: anywhere; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 1.25rem; align-items: start; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .625rem; padding: 1.25rem; min-width: 0; }
section.all, section.advice { grid-column: 1 / -1; }
section p { margin: 0 0 .75rem; max-width: 44rem; }
.advice { background: var(--warn-ground); border-color: var(--warn); }
.advice h2 { color: var(--warn); margin-bottom: .25rem; }
.advice ul { margin: 0; padding-left: 1.25rem; }
pre { margin: .25rem 0; overflow-x: auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding-bottom: .25rem; }
th, td { padding: .375rem .75rem .375rem 0; text-align: left; vertical-align: middle; border-top: 1px solid var(--line); }
thead th, thead td { border-top: 0; color: var(--quiet); font-size: .875rem; font-weight: 400; }
tbody th { font-weight: 600; overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.number { white-space: normal; }
.labels thead th:first-child { width: 60%; }
.labels td:last-child, .labels th:last-child { padding-right: 0; }
.labels svg { display: block; width: 100%; height: .5rem; margin-top: .125rem; }
.halves { display: grid; gap: 1.25rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); align-items: start; }
.halves > ul { margin: 0; padding-left: 1.25rem; }
.histogram { display: block; width: 100%; max-width: 32rem; height: auto; }
.histogram text { font-size: 12px; text-anchor: middle; fill: var(--quiet); }
.histogram line { stroke: var(--edge); }
.groups, .groups ul { margin: 0; padding-left: 1.25rem; } .groups > li + li { margin-top: .75rem; }
.cut { color: var(--quiet); }
#tools { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: center; margin-bottom: 1rem; }
fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .5rem; min-width: 0; }
legend { float: left; padding: 0; margin-right: .5rem; line-height: 2.25rem; color: var(--quiet); }
fieldset label { position: relative; max-width: 100%; }
fieldset input { position: absolute; opacity: 0; inset: 0; margin: 0; width: 100%; height: 100%; cursor: pointer; }
fieldset span { display: block; padding: .375rem .875rem; border: 1px solid var(--edge); border-radius: 1.25rem; overflow-wrap: anywhere; }
fieldset small { color: var(--quiet); font-variant-numeric: tabular-nums; }
fieldset input:checked + span { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
fieldset input:checked + span small { color: inherit; }
fieldset input:focus-visible + span { outline: 3px solid var(--accent); outline-offset: 2px; }
.order { color: var(--quiet); } select { font: inherit; padding: .375rem .5rem; color: var(--ink); background: var(--card);
  border: 1px solid var(--edge); border-radius: .375rem; }
#shown { margin: 0; color: var(--quiet); }
.clips { list-style: none; margin: 0; padding: 0; display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 16rem), 1fr)); }
.clips li { border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; padding-bottom: .625rem; min-width: 0; }
.clips p { margin: 0; padding: .25rem .75rem 0; font-size: .875rem; color: var(--quiet); overflow-wrap: anywhere; }
.clips p.says { display: flex; justify-content: space-between; gap: .5rem; padding-top: .5rem; font-size: 1rem; color: var(--ink); }
.says .sure { flex: none; font-variant-numeric: tabular-nums; color: var(--quiet); } .none { color: var(--warn); }
@media (min-width: 48rem) {
  .clips:not(.playable) { display: block; }
  .clips:not(.playable) li { display: grid; gap: 0 1.5rem; grid-template-columns: minmax(0, 14rem) minmax(0, 1fr) minmax(0, 1fr);
    border-width: 1px 0 0; border-radius: 0; padding: .25rem 0 .375rem; align-items: baseline; }
  .clips:not(.playable) li > * { padding: .125rem 0 0; grid-column: 3; }
  .clips:not(.playable) li > .says { grid-column: 1; } .clips:not(.playable) li > .place { grid-column: 2; }
}
video { display: block; width: 100%; aspect-ratio: 16 / 9; background: #000; }
.own { display: flex; flex-wrap: wrap; gap: .125rem .875rem; margin: 0; padding: .25rem .75rem 0; font-size: .875rem; }
.own div { display: flex; gap: .375rem; min-width: 0; } .own dt::after { content: ":"; }
footer { color: var(--quiet); font-size: .875rem; padding-top: 1.5rem; padding-bottom: 2rem; }
@media print { #tools, .skip { display: none; } section { break-inside: avoid; } }
"""

SCRIPT = """
"use strict";
const tools = document.getElementById("tools");
if (tools) {
  const list = document.getElementById("cards");
  const cards = [...list.children];
  const order = document.getElementById("order");
  const shown = document.getElementById("shown");
  const show = () => {
    const label = new FormData(tools).get("label");
    let number = 0;
    for (const card of cards) {
      card.hidden = label !== "all" && card.dataset.label !== label;
      if (card.hidden) card.querySelector("video")?.pause(); else number += 1;
    }
    shown.textContent = number === cards.length ? `${number} shown` : `${number} of ${cards.length} shown`;
  };
  order.addEventListener("change", () => {
    const by = order.value;
    cards.sort((a, b) => a.dataset[by] - b.dataset[by] || a.dataset.at - b.dataset.at);
    list.append(...cards);
  });
  tools.addEventListener("change", show);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.hidden = false;
  show();
  // Browsers keep few players alive: a clip is loaded while it is near the window, and let go afterwards.
  const near = new IntersectionObserver((entries) => {
    for (const { target: video, isIntersecting } of entries) {
      if (isIntersecting) {
        if (!video.hasAttribute("src")) video.src = video.dataset.src;
        video.preload = "metadata";
      } else if (video.paused && video.currentTime === 0) {
        video.removeAttribute("src");
        video.preload = "none";
        video.load();
      }
    }
  }, { rootMargin: "50%" });
  for (const video of list.querySelectorAll("video")) {
    video.dataset.src = video.getAttribute("src");
    near.observe(video);
  }
}
"""
