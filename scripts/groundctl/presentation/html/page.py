"""The frame of every page we write: one file that asks the network for nothing, in light and dark, and its escaper."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable
from importlib import resources
from urllib.parse import urlsplit

from groundctl.presentation.escape import visible

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?")


def for_html(text: str) -> str:
    """Write a text into HTML, between tags or as a quoted attribute, so that it cannot be anything but text."""
    return html.escape(visible(text), quote=True)


def for_address(url: str | None) -> str | None:
    """Let an address through that shows a clip; one that would run something is none."""
    if url is None:
        return None
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return None
    harmless = scheme in {"", "http", "https", "file", "blob"} or url.lower().startswith("data:video/")
    return html.escape(url, quote=True) if harmless else None


def media_source(url: str) -> str:
    """Name the one place a clip comes from, as a page's policy writes it."""
    parts = urlsplit(url)
    if parts.scheme in {"http", "https"}:
        return f"{parts.scheme}://{parts.netloc}" if _HOST.fullmatch(parts.netloc) else ""
    return f"{parts.scheme}:" if parts.scheme in {"data", "blob"} else "'self' file:"


def write_page(page: str, *, title: str, body: str, clips_from: Iterable[str] = (), free_styles: bool = False) -> str:
    """Put a page together; its policy lets our script run, our clips play and nothing else, whatever the body holds."""
    style, script = _part("base.css") + _part(f"{page}.css"), _part(f"{page}.js")
    media = " ".join(sorted(set(clips_from))) or "'none'"
    styles = "'unsafe-inline'" if free_styles else f"'sha256-{_digest(style)}'"
    policy = (
        f"default-src 'none'; script-src 'sha256-{_digest(script)}'; style-src {styles}; "
        f"img-src data:; media-src {media}; base-uri 'none'; form-action 'none'"
    )
    return f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{for_html(title)}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
{body}
<script>{script}</script>
</body>
</html>
"""


def _digest(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _part(name: str) -> str:
    return (resources.files(__package__) / "page_parts" / name).read_text(encoding="utf-8")
