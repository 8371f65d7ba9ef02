"""Runs that create many jobs at once meet faults: no clip is bought twice, nothing is lost, and every printed word is true."""

from __future__ import annotations

from chaos.campaign import Figures, play
from chaos.report import failure_text
from chaos.several_hands import history_of_several_hands
from chaos.world import World

HISTORIES = 12


def test_histories_of_several_hands_end_well(world: World) -> None:
    figures = Figures()
    for seed in range(HISTORIES):
        played = play(world, history_of_several_hands(seed), figures=figures)

        assert not played.violations, failure_text(played)
    assert figures.creates > 4 * HISTORIES
    assert figures.faults.total() > HISTORIES / 2
