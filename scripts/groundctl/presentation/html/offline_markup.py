"""What a worker task template may put on a page that requests nothing: plain markup and the clip."""

from __future__ import annotations

import re
from urllib.parse import quote

from groundctl.presentation.html.environment import html_environment

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


def offline_markup(rendered: str) -> str:
    """Remove every script, event handler, and address that would fetch something other than the clip."""
    import nh3

    return nh3.clean(
        rendered,
        tags=nh3.ALLOWED_TAGS | _TAGS | crowd_elements(rendered),
        clean_content_tags={"script"},
        attributes={**_ATTRIBUTES, "*": _EVERYWHERE},
        generic_attribute_prefixes={"aria-", "data-"},
        attribute_filter=_offline,
        url_schemes={"blob", "data", "file", "http", "https", "mailto", "s3"},
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def crowd_elements(rendered: str) -> set[str]:
    """Return the names of the Crowd HTML Elements in a page."""
    return set(re.findall(r"<(crowd-[a-z-]+)", rendered))


def _offline(tag: str, attribute: str, value: str) -> str | None:
    """Replace pictures that would be fetched with a placeholder, and keep documents out of links."""
    if (tag, attribute) == ("img", "src") and not value.startswith("data:image/"):
        return _placeholder(value)
    if attribute == "poster" or (attribute == "href" and value.lower().startswith(("data:", "blob:", "file:"))):
        return None
    return value


def _placeholder(picture: str) -> str:
    file_name = picture.partition("?")[0].rstrip("/").rpartition("/")[2][-40:]
    drawing = html_environment().get_template("picture_placeholder.svg.jinja").render(file_name=file_name)
    return f"data:image/svg+xml,{quote(drawing)}"
