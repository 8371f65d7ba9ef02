"""The frame of every page we write: one file that asks the network for nothing, in light and dark, and its escaper."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from groundctl.render.escape import visible

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?")

BASE = """
:root {
  color-scheme: light dark;
  --ground: #f6f7f8; --card: #ffffff; --ink: #1a1f24; --quiet: #56616c; --line: #d5dbe1; --edge: #78838e;
  --accent: #0b6a73; --on-accent: #ffffff; --bar: #23808a; --bar-ground: #e6ebee; --warn: #8a4b00; --warn-ground: #fdf3e3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161a; --card: #1b2126; --ink: #e7ebee; --quiet: #a4afb9; --line: #333c44; --edge: #7d8994;
    --accent: #6fd0d8; --on-accent: #06262a; --bar: #4bb0ba; --bar-ground: #2a3239; --warn: #f2bd74; --warn-ground: #33270f;
  }
}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0; background: var(--ground); color: var(--ink); -webkit-text-size-adjust: 100%;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
a { color: var(--accent); }
code { font: 0.875em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
"""


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


def write_page(
    *, title: str, style: str, body: str, script: str, clips_from: Iterable[str] = (), free_styles: bool = False
) -> str:
    """Put a page together; its policy lets our script run, our clips play and nothing else, whatever the body holds."""
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
