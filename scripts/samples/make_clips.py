"""Draw every sample clip, and write the correct answer for each."""

from __future__ import annotations

import json
from pathlib import Path

from samples.docks import docks
from samples.film import Clip, write_clip
from samples.rallies import rallies
from samples.serves import serves

HERE = Path(__file__).parent
CLIPS = HERE / "clips"
TRUTH = HERE / "truth.json"


def all_clips() -> list[Clip]:
    """Return the clips of all sets."""
    return [*rallies(), *serves(), *docks()]


def truth_text() -> str:
    """Return the answers as JSON, a line each."""
    return json.dumps({clip.name: clip.label for clip in all_clips()}, indent=2) + "\n"


def main() -> None:
    """Write the clips and the answers into the checkout."""
    for clip in all_clips():
        write_clip(clip, CLIPS / clip.name)
    TRUTH.write_text(truth_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
