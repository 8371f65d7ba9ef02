"""Renders worker task templates: Liquid with auto-escape and Ground Truth's own filters (guide: sms-custom-templates-step2)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

from liquid import Environment
from liquid.exceptions import FilterArgumentError, LiquidError
from markupsafe import Markup

MAX_OUTPUT = 4_000_000  # characters; limits the memory that a hostile template can use
ENTITY = re.compile(r"&(?!(?:#\d+|#x[0-9a-fA-F]+|\w+);)")

Presign = Callable[[str], str]  # S3 URI to a URL that a browser can open


class BoundedEnvironment(Environment):
    """Liquid with limits for each template."""

    loop_iteration_limit = 100_000
    output_stream_limit = MAX_OUTPUT


def render(template: str, task_input: str, presign: Presign) -> dict[str, Any]:
    """Return the response of RenderUiTemplate: the page, and the errors as data (their codes are inferred)."""
    try:
        values = json.loads(task_input)
    except ValueError as error:
        return _failed("InvalidTaskInput", f"Task.Input is not valid JSON: {error}")
    try:
        page = environment(presign).from_string(template).render(task={"input": values})
    except LiquidError as error:
        return _failed("TemplateRenderingFailure", str(error))
    return {"RenderedContent": page, "Errors": []}


def environment(presign: Presign) -> Environment:
    """Return Liquid with the filters of Ground Truth."""
    liquid = BoundedEnvironment(autoescape=True)

    def grant_read_access(value: object) -> str:
        if not str(value).startswith("s3://"):
            raise FilterArgumentError(f"grant_read_access: {value!s} is not an S3 URI", token=None)
        return presign(str(value))

    liquid.add_filter("grant_read_access", grant_read_access)
    liquid.add_filter("to_json", _to_json)
    liquid.add_filter("escape_once", _escape_once)
    liquid.add_filter("skip_autoescape", _skip_autoescape)
    return liquid


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _escape_once(value: object) -> Markup:
    text = ENTITY.sub("&amp;", str(value))
    for character, entity in (("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(character, entity)
    return Markup(text)  # noqa: S704 - escaped above; Markup prevents auto-escape from escaping twice


def _skip_autoescape(value: object) -> Markup:
    return Markup(html.unescape(str(value)) if isinstance(value, Markup) else str(value))  # noqa: S704 - the purpose of the filter


def _failed(code: str, message: str) -> dict[str, Any]:
    return {"RenderedContent": "", "Errors": [{"Code": code, "Message": message}]}
