"""Checks the name of a question that is given as an option, as the schema does in a declaration."""

from __future__ import annotations

import re

from groundctl.composition import open_checkout
from groundctl.errors import UsageError


def check_question(name: str) -> None:
    """Refuse a name that no declaration can have: then nothing would ever ask the same question."""
    declared = open_checkout().schema("labeling-job")["properties"]["task"]["properties"]["question"]
    if not re.search(declared["pattern"], name) or name.endswith("\n") or len(name) > declared["maxLength"]:
        raise UsageError(f'"{name}" is not a valid question name', hint=declared["x-hint"])
