"""Finds the known name that a wrong one was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable

LOOSE = 0.6  # difflib's own cutoff: for words of a few letters, such as commands, fields and labels
STRICT = 0.8  # for names that people make up, which are often alike
DID_YOU_MEAN = "did you mean"  # how a hint begins that takes a name for a misspelled one


def nearest(name: str, known: Iterable[str], *, cutoff: float = LOOSE) -> str | None:
    """Return the known name that is most like another one; None if none is."""
    import difflib  # only for a name that is not known

    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)), None)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Begin a hint about a name that people made up; empty if none is near."""
    near = nearest(name, known, cutoff=STRICT)
    return f"{DID_YOU_MEAN} {near}? " if near else ""
