"""Finds the name that was probably meant. Imported only once a name is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def meant(word: str, names: Iterable[str]) -> str:
    """Return a question about the nearest name, or nothing if none is near."""
    known = list(names)
    lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    # `--auto` is near to `--auto-approve` for a person, and far by the count of letters.
    begun = [name for name in known if len(word) > 3 and name.startswith(word)]
    found = lower[near[0]] if near else begun[0] if len(begun) == 1 else None
    return f"; did you mean {found}?" if found else ""
