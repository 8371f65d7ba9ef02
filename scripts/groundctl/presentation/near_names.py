"""Asks whether another name was meant."""

from __future__ import annotations

from collections.abc import Iterable

from groundctl.domain.near_names import nearest


def meant(word: str, names: Iterable[str]) -> str:
    """Return a question about the nearest name, or nothing if none is near."""
    known = list(names)
    lower = {name.lower(): name for name in known}
    near = nearest(word.lower(), lower)
    # `--auto` is near to `--auto-approve` for a person, and far by the count of letters.
    begun = [name for name in known if len(word) > 3 and name.startswith(word)]
    found = lower[near] if near else begun[0] if len(begun) == 1 else None
    return f"; did you mean {found}?" if found else ""
