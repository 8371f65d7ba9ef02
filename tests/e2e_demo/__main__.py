"""Plays the story for a person: `make e2e-demo`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from e2e_demo.page import scene_lines, story_page
from e2e_demo.steps import ACTS, Scene, a_play
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.repository import CHECKOUT
from groundtruth_simulator.server import SimulatorServer

PAGE = CHECKOUT / ".build" / "story.html"


def main() -> None:
    """Play every act, tell each when it is over, and write the page."""
    scenes: list[Scene] = []
    with (
        GitHubEmulator() as emulator,
        SimulatorServer(seed=7, frozen=True) as simulator,
        tempfile.TemporaryDirectory() as folder,
        a_play(emulator, simulator, Path(folder)) as play,
    ):
        for act in ACTS.values():
            scenes.append(act(play))
            print("\n".join(scene_lines(scenes[-1])), end="\n\n", flush=True)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(story_page(scenes), encoding="utf-8")
    print(f"How it looked on the pull request, act by act: {PAGE.relative_to(CHECKOUT)}")


if __name__ == "__main__":
    main()
