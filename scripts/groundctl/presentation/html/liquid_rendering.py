"""Worker task templates rendered with Liquid as Ground Truth speaks it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from groundctl.errors import UsageError

if TYPE_CHECKING:
    from liquid import Environment

MAX_OUTPUT = 4_000_000  # bytes

_ENTITY = re.compile(r"&(?!(?:#\d+|#x[0-9a-fA-F]+|\w+);)")


def render_task(template: str, labels: Sequence[str], clip_url: str) -> str:
    """Render a worker task template for one clip; the result is as untrusted as the template."""
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
        output_stream_limit = MAX_OUTPUT

    def escape_once(value: object) -> Markup:
        text = value if isinstance(value, Markup) else _ENTITY.sub("&amp;", str(value))
        for character, entity in (("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
            text = text.replace(character, entity)
        return Markup(text)  # noqa: S704 - escaped just above; Markup keeps auto-escape from doing it twice

    liquid = Bounded(autoescape=True)
    liquid.filters.pop("safe", None)  # not one of AWS's
    liquid.add_filter("to_json", lambda value: json.dumps(value, ensure_ascii=False, default=str))
    liquid.add_filter("grant_read_access", lambda value: signed.get(str(value), str(value)))
    liquid.add_filter("escape_once", escape_once)
    # On AWS it lets input data run as script; here it does nothing, and auto-escape stays.
    liquid.add_filter("skip_autoescape", lambda value: value)
    return liquid
