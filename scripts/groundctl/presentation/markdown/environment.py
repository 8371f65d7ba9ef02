"""The Jinja2 environment of the Markdown templates, for what is posted on GitHub."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from groundctl.presentation.escape import for_markdown, for_markdown_code, for_markdown_prose

if TYPE_CHECKING:
    from jinja2 import Environment


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
    )
    environment.filters |= {"text": for_markdown, "code": for_markdown_code, "prose": for_markdown_prose}
    return environment
