"""The Jinja2 environment of the Markdown templates, for what is posted on GitHub."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from groundctl.presentation.markdown.filters import LAYOUT_FILTERS, VALUE_FILTERS

if TYPE_CHECKING:
    from jinja2 import Environment, Template

# A template's view of the pieces that go into it; no filter lets this character through.
PIECES: Final = "\0"
_BLANK_LINES: Final = re.compile(r"\n[ \n]*\n")


@cache
def markdown_environment() -> Environment:
    """Return the environment of `templates/*.md.jinja`.

    Nothing is escaped by itself, because Markdown needs a different escape in each position. A template pipes every value
    that is not ours through `text` (plain text), `code` (inline code), or `prose` (our sentence, which may quote others).
    Each takes a maximum length: `{{ job.title | text(80) }}`.
    """
    # Only commands that write Markdown pay for importing Jinja2.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("groundctl.presentation.markdown"),
        autoescape=False,  # noqa: S701 - this is not HTML; the filters below escape for Markdown
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters |= VALUE_FILTERS | LAYOUT_FILTERS
    return environment


@cache
def _template(name: str) -> Template:
    return markdown_environment().get_template(f"{name}.md.jinja")


def render(name: str, **view: object) -> str:
    """Render `templates/NAME.md.jinja`; of several blank lines one stays, and none around the text."""
    return without_extra_blank_lines(_template(name).render(view)).strip("\n")


def render_around(name: str, **view: object) -> tuple[str, str]:
    """Render a template that has `{{ pieces }}` in it: what comes before them, and what comes after."""
    before, _, after = render(name, **view, pieces=PIECES).partition(PIECES)
    return before, f"{after}\n\n"


def without_extra_blank_lines(text: str) -> str:
    """Leave one of several blank lines, so that templates and parts may be laid out freely."""
    return _BLANK_LINES.sub("\n\n", text)
