"""A job's labels as one HTML page: works from a file, asks the network for nothing but the clips it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from groundctl.domain.results.output_manifest import LabeledObject
from groundctl.domain.results.results import BINS, LabelCount, Results
from groundctl.presentation.html.page import for_html, media_source, write_page
from groundctl.presentation.html.results_clips import choose_for_page, clips_section, place_on_page
from groundctl.presentation.results_sentences import (
    STATUS,
    agreement_words,
    confidence_words,
    next_steps,
    notes,
    share_words,
    votes_words,
    why_words,
)
from groundctl.presentation.text import count, moment

# More cards make a page slow to open and tell nobody more; the table beside it has every clip.
MAX_CLIPS = 400

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
        clips_section(results, chosen, urls),
        "</main>",
        f"<footer>Made by groundctl on {moment(now)}. Confidences can be compared within this job only.</footer>",
    ]
    return write_page(
        "results",
        title=f"{results.origin.job.name}: results",
        body="\n".join(section for section in sections if section),
        clips_from=filter(None, map(media_source, urls.values())),
    )


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
        f"<tr><td>{place_on_page(one.source_ref)}</td><td>{for_html(votes_words(one.answers))}</td></tr>"
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
        f"<ul>{''.join(f'<li>{place_on_page(example)}</li>' for example in group.examples)}"
        f"{f'<li>and {group.count - len(group.examples):,} more</li>' if group.count > len(group.examples) else ''}</ul></li>"
        for group in results.unlabeled
    )
    return f"""\
<section aria-labelledby="h-none" class="all"><h2 id="h-none">Without a label</h2><ul class="groups">{groups}</ul></section>"""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", ":", "`")) else ".")


def _with_code(text: str) -> str:
    """Write what stands between backticks as code."""
    return "".join(
        f"<code>{for_html(part)}</code>" if index % 2 else for_html(part) for index, part in enumerate(text.split("`"))
    )
