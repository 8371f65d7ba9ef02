"""The Jinja2 environment of the HTML templates."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from groundctl.presentation.escape import visible

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def html_environment() -> Environment:
    """Return the environment: every value is escaped, and a name that the view lacks is an error."""
    # Only commands that write a page pay for importing Jinja2.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("groundctl.presentation.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_show_invisible,
    )


def _show_invisible(value: object) -> object:
    """Write out characters that a reader cannot see; markup that a template made is left as it is."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
