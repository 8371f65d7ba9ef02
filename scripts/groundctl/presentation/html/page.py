"""The frame of every page: one file that works in light and dark mode and requests nothing from the network."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from urllib.parse import urlsplit

from groundctl.presentation.html.environment import html_environment

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFrame:
    """What surrounds the body of a page; style and script are the content of our own files."""

    title: str
    policy: str
    style: str
    script: str


def media_address(url: str | None) -> str | None:
    """Return the address if it can only show a clip, and None if it could run something."""
    if url is None:
        return None
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return None
    harmless = scheme in {"", "http", "https", "file", "blob"} or url.lower().startswith("data:video/")
    return url if harmless else None


def media_source(url: str) -> str:
    """Return the source of a clip as a Content-Security-Policy writes it."""
    parts = urlsplit(url)
    if parts.scheme in {"http", "https"}:
        return f"{parts.scheme}://{parts.netloc}" if _HOST.fullmatch(parts.netloc) else ""
    return f"{parts.scheme}:" if parts.scheme in {"data", "blob"} else "'self' file:"


def render_page(
    name: str, view: object, *, title: str, clips_from: Iterable[str] = (), inline_styles: bool = False
) -> str:
    """Render the template, CSS, and JavaScript of this name as one file.

    Its Content-Security-Policy allows our script and the sources of the clips and nothing else, whatever the body holds.
    """
    style, script = _asset("base.css") + _asset(f"{name}.css"), _asset(f"{name}.js")
    media = " ".join(sorted(set(clips_from))) or "'none'"
    styles = "'unsafe-inline'" if inline_styles else f"'sha256-{_digest(style)}'"
    policy = (
        f"default-src 'none'; script-src 'sha256-{_digest(script)}'; style-src {styles}; "
        f"img-src data:; media-src {media}; base-uri 'none'; form-action 'none'"
    )
    frame = PageFrame(title=title, policy=policy, style=style, script=script)
    return html_environment().get_template(f"{name}.html.jinja").render(frame=frame, view=view)


def _digest(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _asset(name: str) -> str:
    return (resources.files(__package__) / "templates" / name).read_text(encoding="utf-8")
