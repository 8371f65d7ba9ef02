"""The end-to-end demo as an HTML page: each event, its workflow run, and the pull request afterwards."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from typing import Any, Final

from e2e_demo.steps import Step
from support.github.comment_page import a_page, as_shown

MARKS: Final = {"success": "✓", "failure": "✗", "skipped": "·"}

_STYLE: Final = """\
:root { --good: #1a7f37; --bad: #d1242f; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #f85149; } }
main > section { border-left: 2px solid var(--line); margin: 0 0 0 8px; padding: 0 0 40px 24px; }
main > section > h2 { font-size: 18px; margin: 0 0 4px; position: relative; }
main > section > h2::before { content: ""; position: absolute; left: -32px; top: 7px; width: 14px; height: 14px;
  border-radius: 50%; background: var(--page); border: 2px solid var(--quiet); }
.jobs { display: flex; flex-wrap: wrap; gap: 4px 14px; list-style: none; margin: 0 0 12px; padding: 0; }
.jobs li { margin: 0; }
.success::before { content: "✓ "; color: var(--good); font-weight: 600; }
.failure::before { content: "✗ "; color: var(--bad); font-weight: 600; }
.skipped { color: var(--quiet); }
.skipped::before { content: "· "; }
.quiet { color: var(--quiet); }
.aside { border: 1px solid var(--line); border-radius: 6px; padding: 10px 16px; margin: 0 0 12px; }
.aside p { margin: 0; }
article { margin: 0 0 12px; }
"""


def demo_page(steps: Iterable[Step]) -> str:
    """Return the page; it loads nothing from the network."""
    heading = "The life cycle of a pull request: real workflows, a simulated AWS, an emulated GitHub"
    return a_page("The life cycle of a pull request", heading, "\n".join(map(_step, steps)), style=_STYLE)


def step_lines(step: Step) -> Iterator[str]:
    """Return the lines of a step for the terminal."""
    run = step.run
    yield step.sentence
    jobs = "  ".join(f"{MARKS.get(result, '?')} {name}" for name, result in run.results.items())
    yield f"    {run.workflow.path.rpartition('/')[2]:<12}{jobs}  ({run.seconds:.0f} s)"
    for check in step.checks:
        yield f"    {'check':<12}{check['name']}: {check['conclusion']}, {check['output']['title']}"
    for note in _annotations(step):
        yield f"    {'annotation':<12}{note['path']}:{note['start_line']} {note['message']}"
    for comment in step.comments:
        yield f"    {'comment':<12}{_headline(comment['body'])}"
    if not step.comments and run.summary:
        yield f"    {'summary':<12}{_headline(run.summary)}"
    yield f"    {'in AWS':<12}{_changes(step.changes_in_aws)}"


def _step(step: Step) -> str:
    run = step.run
    jobs = "".join(f'<li class="{result}">{html.escape(name)}</li>' for name, result in run.results.items())
    return f"""<section>
<h2>{html.escape(step.sentence)}</h2>
<p class="quiet">{html.escape(run.workflow.path)} on {html.escape(run.record.event)}, {run.seconds:.0f} s</p>
<ul class="jobs">{jobs}</ul>
{"".join(_asides(step))}
{"".join(_comment(comment) for comment in step.comments)}
{_summary(run.summary, is_open=not step.comments)}
<p class="quiet">Changed in AWS: {html.escape(_changes(step.changes_in_aws))}.
On GitHub: {html.escape(_changes(step.changes_on_github))}.
As: {html.escape(", ".join(step.identities) or "no one")}.</p>
</section>"""


def _asides(step: Step) -> Iterator[str]:
    for check in step.checks:
        title = html.escape(check["output"]["title"])
        yield f'<div class="aside"><p class="{check["conclusion"]}"><b>{check["name"]}</b> {title}</p></div>'
    for note in _annotations(step):
        place = html.escape(f"{note['path']}:{note['start_line']}")
        yield f'<div class="aside"><p class="{note["annotation_level"]}"><code>{place}</code> {html.escape(note["message"])}</p></div>'


def _annotations(step: Step) -> Iterator[dict[str, Any]]:
    return (note for check in step.checks for note in check["annotations"])


def _comment(comment: dict[str, Any]) -> str:
    who = html.escape(comment["user"]["login"])
    return f"<article><header><b>{who}</b> commented</header><section>{as_shown(comment['body'])}</section></article>"


def _summary(markdown: str, *, is_open: bool) -> str:
    if not markdown:
        return ""
    shown = as_shown(markdown)
    return (
        f"<details{' open' if is_open else ''}><summary>The run's summary</summary>"
        f'<div class="aside">{shown}</div></details>'
    )


def _headline(markdown: str) -> str:
    lines = (line for line in markdown.splitlines() if line and not line.startswith("<!--"))
    return next(lines, "").lstrip("# ")


def _changes(operations: Iterable[str]) -> str:
    counted: dict[str, int] = {}
    for operation in operations:
        counted[operation] = counted.get(operation, 0) + 1
    return ", ".join(f"{name} {number} times" if number > 1 else name for name, number in counted.items()) or "nothing"
