"""python -m release check|notes TAG: called by the Makefile, and so by the release workflow."""

from __future__ import annotations

import sys
from pathlib import Path

from release.notes import faults, notes

ROOT = Path(__file__).parents[2]
USAGE = "usage: python -m release check|notes TAG, with a tag such as v0.1.0"


def main(arguments: list[str]) -> int:
    """Check a tag, or print the notes of its version; return the exit code."""
    if len(arguments) != 2 or arguments[0] not in {"check", "notes"}:
        print(USAGE, file=sys.stderr)
        return 2
    verb, tag = arguments
    found = list(faults(tag, ROOT))
    for fault in found:
        print(f"release: {fault}", file=sys.stderr)
    if found:
        return 1
    text = notes(tag.removeprefix("v"), (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    print(text if verb == "notes" else f"{tag} is the version of the package, and CHANGELOG.md has its notes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
