"""The histories of `make test`, in parts for several test files, which run in processes of their own."""

from __future__ import annotations

from chaos.campaign import Figures, play
from chaos.history import make_history
from chaos.report import failure_text
from chaos.world import World

BATCH_SIZE = 50
PARTS = ((0, 1), (2, 3), (4, 5))


def play_part(world: World, part: int) -> None:
    """Play fifty histories; each must end well, and together they must buy and meet faults."""
    figures = Figures()
    for seed in range(part * BATCH_SIZE, (part + 1) * BATCH_SIZE):
        played = play(world, make_history(seed, is_short=True), figures=figures)

        assert not played.violations, failure_text(played)
    assert figures.creates > BATCH_SIZE / 2
    assert figures.faults.total() > BATCH_SIZE / 4
