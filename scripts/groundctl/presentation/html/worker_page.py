"""The page a worker will see, as a file to open: the job's own template on a stand-in for AWS's Crowd HTML Elements.

Nothing in a template runs here and nothing is fetched but the clip: what is not plain markup is taken out, and the page's
policy lets only our stand-in run. It says what AWS's elements do, in our own words; it is not their code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from groundctl.domain.declarations.template_lint import CROWD_SCRIPT
from groundctl.errors import UsageError
from groundctl.presentation.escape import visible
from groundctl.presentation.html.page import for_html, media_source, write_page

if TYPE_CHECKING:
    from liquid import Environment

MAX_PAGE = 4_000_000

_STOOD_IN_FOR = {"crowd-form", "crowd-classifier"}
_TAGS = {
    "audio", "button", "font", "input", "label", "legend", "fieldset", "main", "nav", "option", "output", "section",
    "select", "source", "style", "textarea", "tfoot", "track", "u", "video",
    "classification-target", "full-instructions", "short-instructions",
}  # fmt: skip
_EVERYWHERE = {"class", "dir", "hidden", "id", "lang", "name", "role", "style", "tabindex", "title"}
_ATTRIBUTES = {
    "a": {"href"},
    "audio": {"controls", "src"},
    "col": {"span"},
    "crowd-classifier": {"categories", "header"},
    "font": {"color", "face", "size"},
    "full-instructions": {"header"},
    "img": {"alt", "height", "src", "width"},
    "input": {"checked", "maxlength", "placeholder", "required", "type", "value"},
    "label": {"for"},
    "ol": {"start"},
    "option": {"selected", "value"},
    "source": {"src", "type"},
    "td": {"align", "colspan", "rowspan"},
    "textarea": {"cols", "maxlength", "placeholder", "required", "rows"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "video": {"autoplay", "controls", "height", "loop", "muted", "playsinline", "poster", "preload", "src", "width"},
}
_ENTITY = re.compile(r"&(?!(?:#\d+|#x[0-9a-fA-F]+|\w+);)")


def worker_page(template: str, labels: Sequence[str], clip_url: str) -> str:
    """Show a worker task template with one clip and the job's labels, as a page that needs no network."""
    rendered = _render(template, labels, clip_url)
    notes = "".join(f"<li>{note}</li>" for note in _notes(rendered))
    body = f"""\
<aside class="preview" aria-label="About this preview">
<p><strong>Preview by groundctl: a stand-in for AWS's page.</strong> Choose and submit as a worker would; nothing is sent.</p>
{f"<ul>{notes}</ul>" if notes else ""}</aside>
<main>
{_harmless(rendered)}
</main>"""
    return write_page(
        "worker",
        title="Worker page (preview)",
        body=body,
        clips_from=filter(None, [media_source(clip_url)]),
        free_styles=True,
    )


# --- Liquid as Ground Truth speaks it -------------------------------------------------------------------------------


def _render(template: str, labels: Sequence[str], clip_url: str) -> str:
    from liquid.exceptions import LiquidError

    clip = f"s3://preview/{_file_name(clip_url)}"
    task = {"input": {"taskObject": clip, "labels": list(labels)}}
    try:
        page: str = _environment({clip: clip_url}).from_string(template).render(task=task)
    except LiquidError as error:
        raise UsageError(
            f"the worker task template cannot be rendered: {error}", hint="check its Liquid expressions"
        ) from error
    return page


def _file_name(clip_url: str) -> str:
    if clip_url.startswith("data:"):
        return f"clip.{clip_url[:40].partition('/')[2].partition(';')[0] or 'mp4'}"
    return urlsplit(clip_url).path.rpartition("/")[2] or "clip.mp4"


def _environment(signed: dict[str, str]) -> Environment:
    from liquid import Environment
    from markupsafe import Markup

    class Bounded(Environment):
        """Liquid with limits on what one template may cost."""

        loop_iteration_limit = 100_000
        output_stream_limit = MAX_PAGE

    def escape_once(value: object) -> Markup:
        text = value if isinstance(value, Markup) else _ENTITY.sub("&amp;", str(value))
        for character, entity in (("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
            text = text.replace(character, entity)
        return Markup(text)  # noqa: S704 - escaped just above; the mark keeps auto-escape from doing it twice

    liquid = Bounded(autoescape=True)
    liquid.filters.pop("safe", None)  # not one of AWS's
    liquid.add_filter("to_json", lambda value: json.dumps(value, ensure_ascii=False, default=str))
    liquid.add_filter("grant_read_access", lambda value: signed.get(str(value), str(value)))
    liquid.add_filter("escape_once", escape_once)
    # On AWS it lets input data run as script; here it does nothing, and auto-escape stays.
    liquid.add_filter("skip_autoescape", lambda value: value)
    return liquid


# --- what may stand on the page -------------------------------------------------------------------------------------


def _harmless(rendered: str) -> str:
    import nh3

    crowd = set(re.findall(r"<(crowd-[a-z-]+)", rendered))
    return nh3.clean(
        rendered,
        tags=nh3.ALLOWED_TAGS | _TAGS | crowd,
        clean_content_tags={"script"},
        attributes={**_ATTRIBUTES, "*": _EVERYWHERE},
        generic_attribute_prefixes={"aria-", "data-"},
        attribute_filter=_offline,
        url_schemes={"blob", "data", "file", "http", "https", "mailto", "s3"},
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def _offline(tag: str, attribute: str, value: str) -> str | None:
    """Put a sign where a picture would be fetched, and keep documents out of links."""
    if (tag, attribute) == ("img", "src") and not value.startswith("data:image/"):
        return _sign_for(value)
    if attribute == "poster" or (attribute == "href" and value.lower().startswith(("data:", "blob:", "file:"))):
        return None
    return value


def _sign_for(picture: str) -> str:
    name = for_html(picture.partition("?")[0].rstrip("/").rpartition("/")[2][-40:])
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="360" height="120"><rect width="360" height="120" fill="#e6ebee"/>'
        f'<text x="180" y="56" font-family="sans-serif" font-size="14" text-anchor="middle" fill="#1a1f24">{name}</text>'
        '<text x="180" y="78" font-family="sans-serif" font-size="12" text-anchor="middle" fill="#56616c">'
        "picture, not fetched in this preview</text></svg>"
    )
    return f"data:image/svg+xml,{quote(svg)}"


def _notes(rendered: str) -> Iterator[str]:
    """Say where this preview differs from what AWS would show."""
    scripts = re.findall(r"<script\b[^>]*>", rendered, re.IGNORECASE)
    if not any(CROWD_SCRIPT in script for script in scripts):
        yield "The template does not load AWS's Crowd HTML Elements: on AWS, workers could not answer."
    if any(CROWD_SCRIPT not in script for script in scripts) or re.search(r"<[^>]+\son\w+\s*=", rendered):
        yield "Scripts of the template's own are left out here."
    for element in sorted(set(re.findall(r"<(crowd-[a-z-]+)", rendered)) - _STOOD_IN_FOR):
        yield f"&lt;{for_html(visible(element))}&gt; has no stand-in and shows as plain content."
    for element in sorted(_STOOD_IN_FOR):
        if f"<{element}" not in rendered:
            yield f"The template has no &lt;{element}&gt;: on AWS, workers could not answer."
