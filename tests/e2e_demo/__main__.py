"""Runs the end-to-end demo and writes its page: `make e2e-demo`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from e2e_demo.page import demo_page, step_lines
from e2e_demo.steps import STEPS, Step, a_demo
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.repository import CHECKOUT
from groundtruth_simulator.server import SimulatorServer

PAGE = CHECKOUT / ".build" / "e2e-demo.html"


def main() -> None:
    """Run every step, print each when it ends, and write the page."""
    steps: list[Step] = []
    with (
        GitHubEmulator() as emulator,
        SimulatorServer(seed=7, frozen=True) as simulator,
        tempfile.TemporaryDirectory() as folder,
        a_demo(emulator, simulator, Path(folder)) as demo,
    ):
        for step in STEPS.values():
            steps.append(step(demo))
            print("\n".join(step_lines(steps[-1])), end="\n\n", flush=True)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(demo_page(steps), encoding="utf-8")
    print(f"The pull request after each step: {PAGE.relative_to(CHECKOUT)}")


if __name__ == "__main__":
    main()
