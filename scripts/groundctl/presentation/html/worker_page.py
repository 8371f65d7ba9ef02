"""A preview of the page a worker will see: the job's own template on a stand-in for AWS's Crowd HTML Elements.

Nothing in a template runs here, and nothing is fetched but the clip: `offline_markup` removes what is not plain markup, and
the page's policy allows only our stand-in. The stand-in does what AWS's elements do, in our own code; it is not theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from groundctl.domain.declarations.templates.allowed import CROWD_SCRIPT
from groundctl.presentation.html.liquid_rendering import render_task
from groundctl.presentation.html.offline_markup import crowd_elements, offline_markup
from groundctl.presentation.html.page import media_source, render_page

_IN_OUR_STAND_IN = {"crowd-form", "crowd-classifier"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerView:
    """Everything that the preview shows; task_markup has passed `offline_markup`."""

    notes: tuple[str, ...]
    task_markup: str


def worker_page(template: str, labels: Sequence[str], clip_url: str) -> str:
    """Show a worker task template with one clip and the job's labels, as a page that needs no network."""
    rendered = render_task(template, labels, clip_url)
    return render_page(
        "worker",
        WorkerView(notes=tuple(_notes(rendered)), task_markup=offline_markup(rendered)),
        title="Worker page (preview)",
        clips_from=filter(None, [media_source(clip_url)]),
        inline_styles=True,
    )


def _notes(rendered: str) -> Iterator[str]:
    """Say where this preview differs from what AWS would show."""
    scripts = re.findall(r"<script\b[^>]*>", rendered, re.IGNORECASE)
    if not any(CROWD_SCRIPT in script for script in scripts):
        yield "The template does not load AWS's Crowd HTML Elements, so workers could not answer on AWS."
    if any(CROWD_SCRIPT not in script for script in scripts) or re.search(r"<[^>]+\son\w+\s*=", rendered):
        yield "The template's own scripts do not run in this preview."
    for element in sorted(crowd_elements(rendered) - _IN_OUR_STAND_IN):
        yield f"<{element}> has no stand-in and is shown as plain content."
    for element in sorted(_IN_OUR_STAND_IN):
        if f"<{element}" not in rendered:
            yield f"The template has no <{element}>, so workers could not answer on AWS."
