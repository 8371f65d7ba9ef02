"""What `groundctl clone` has written, in words."""

from __future__ import annotations

from collections.abc import Iterable

from groundctl.presentation.terminal.ledger import wrapped


def cloned_text(path: str, files: Iterable[str], hints: Iterable[str]) -> str:
    """Name the files, and what to change."""
    first, *steps = hints
    return "\n".join(
        [
            *wrapped(f"wrote {' and '.join((path, *files))}"),
            "",
            *wrapped(first),
            *(line for step in steps for line in wrapped(step, rest="  ")),
            "",
            *wrapped(f"next: change it, then run `groundctl validate {path}`"),
        ]
    )
