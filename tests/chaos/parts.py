"""The histories of `make test`, in parts for several test files, which run in processes of their own."""

from __future__ import annotations

from chaos.campaign import Figures, play
from chaos.history import make_history
from chaos.report import failure_text
from chaos.world import World

AT_A_TIME = 50
PARTS = ((0, 1), (2, 3), (4, 5))


def play_part(world: World, part: int) -> None:
    """Play fifty histories; each must end well, and together they must buy and meet faults."""
    figures = Figures()
    for seed in range(part * AT_A_TIME, (part + 1) * AT_A_TIME):
        played = play(world, make_history(seed, is_short=True), figures=figures)

        assert not played.violations, failure_text(played)
    assert figures.creates > AT_A_TIME / 2
    assert figures.faults.total() > AT_A_TIME / 4
