"""The Jinja2 environment of the templates of a new repository's files."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jinja2 import Environment

# Text that YAML reads as itself, without quotes: it begins with a letter, and is no word with another meaning.
_PLAIN: Final = re.compile(r"(s3://)?[A-Za-z][A-Za-z0-9._/-]*")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


@cache
def _environment() -> Environment:
    # Only `init` pays for importing Jinja2.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("groundctl.presentation.repository"),
        autoescape=False,  # noqa: S701 - this is not HTML; `yaml` and `hcl` quote what is not ours
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        # In a workflow, two braces belong to GitHub's expressions; in Terraform, one does.
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
    )
    environment.filters |= {"yaml": quote_yaml, "hcl": quote_hcl}
    return environment


def render(name: str, /, **view: object) -> bytes:
    """Render `templates/NAME.jinja`."""
    return _environment().get_template(f"{name}.jinja").render(view).encode()


def quote_yaml(text: str) -> str:
    """Write a text as YAML, with quotes where it would be read as something else."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def quote_hcl(text: str) -> str:
    """Write a text as Terraform does, without interpolation."""
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
