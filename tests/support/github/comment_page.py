"""Renders a comment as an HTML page much as GitHub does: its parser, its sanitizer, its style."""

from __future__ import annotations

import html
from typing import Final

import nh3

from support.github.markdown import as_github_html

# A part of what GitHub lets through; nothing that we write is missing.
# fmt: off
_ELEMENTS: Final = {
    "a", "b", "blockquote", "br", "code", "del", "details", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "i", "img", "li", "ol", "p", "pre", "s", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td",
    "th", "thead", "tr", "ul",
}
# fmt: on
_ATTRIBUTES: Final = {"a": {"href"}, "img": {"src", "alt"}, "td": {"align"}, "th": {"align"}, "details": {"open"}}

_STYLE: Final = """\
:root { color-scheme: light dark; --page: #ffffff; --text: #1f2328; --quiet: #59636e; --line: #d1d9e0; --soft: #f6f8fa;
  --code: #818b981f; --link: #0969da; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --text: #f0f6fc; --quiet: #9198a1; --line: #3d444d;
  --soft: #151b23; --code: #656c7633; --link: #4493f8; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 14px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
main { width: min(830px, 100% - 32px); margin: 24px auto; }
main > h1 { font-size: 20px; font-weight: 400; }
article { border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
header { background: var(--soft); border-bottom: 1px solid var(--line); padding: 8px 16px; color: var(--quiet); }
header b { color: var(--text); }
header span { border: 1px solid var(--line); border-radius: 2em; padding: 0 7px; font-size: 12px; }
section { padding: 16px; overflow-wrap: break-word; }
section > :first-child { margin-top: 0; }
section > :last-child { margin-bottom: 0; }
h3 { font-size: 1.25em; line-height: 1.25; margin: 24px 0 16px; }
h4 { font-size: 1em; line-height: 1.25; margin: 24px 0 16px; }
p, ul, ol, table, details { margin: 0 0 16px; }
ul, ol { padding-left: 2em; }
li > ul { margin: 0; }
li + li { margin-top: .25em; }
table { display: block; width: max-content; max-width: 100%; overflow: auto; border-spacing: 0; border-collapse: collapse; }
th, td { padding: 6px 13px; border: 1px solid var(--line); }
th { font-weight: 600; }
tr:nth-child(2n) td { background: var(--soft); }
code { font: 85% ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
  background: var(--code); border-radius: 6px; padding: .2em .4em; }
a { color: var(--link); }
summary { cursor: pointer; }
sub { font-size: 75%; line-height: 0; position: relative; bottom: -.25em; }
"""


def as_shown(markdown: str) -> str:
    """Convert Markdown to sanitized HTML, as GitHub does."""
    return nh3.clean(as_github_html(markdown), tags=_ELEMENTS, attributes=_ATTRIBUTES, link_rel="nofollow")


def comment_page(markdown: str, title: str) -> str:
    """Return a page with a comment."""
    shown = f"""<article>
<header><b>github-actions</b> <span>bot</span> commented</header>
<section>
{as_shown(markdown)}</section>
</article>"""
    return a_page(title, title, shown)


def a_page(title: str, heading: str, body: str, *, style: str = "") -> str:
    """Return a page in GitHub's style; it loads nothing from the network."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{html.escape(title)}</title>
<style>
{_STYLE}{style}</style>
</head>
<body>
<main>
<h1>{html.escape(heading)}</h1>
{body}
</main>
</body>
</html>
"""
