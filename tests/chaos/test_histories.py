"""Fault histories: no clip is bought twice, nothing is lost, and every printed word is true. `make chaos` plays more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos.campaign import Figures, play, shortest
from chaos.flaws import FLAWS
from chaos.history import History, make_history
from chaos.report import as_text, failure_text
from chaos.world import World, open_world

AT_A_TIME, PARTS = 50, 6
# A flaw must be seen within so many histories.
ENOUGH = 60


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with open_world() as world:
        yield world


@pytest.mark.parametrize("part", range(PARTS))
def test_histories_with_faults_end_well(world: World, part: int):
    figures = Figures()
    for seed in range(part * AT_A_TIME, (part + 1) * AT_A_TIME):
        played = play(world, make_history(seed), figures=figures)

        assert not played.violations, failure_text(played)
    assert figures.creates > AT_A_TIME / 2
    assert figures.faults.total() > AT_A_TIME / 4


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_planted_flaw_is_seen(world: World, flaw: str):
    histories = (make_history(seed) for seed in range(ENOUGH))

    assert any(play(world, history, flaw=flaw).violations for history in histories)


def test_a_history_follows_from_its_seed():
    assert make_history(7) == make_history(7)
    assert make_history(7) != make_history(8)


def test_a_history_that_fails_is_shortened_to_what_makes_it_fail():
    history = make_history(12)
    kept = history.steps[1]

    def fails(candidate: History) -> bool:
        return kept in candidate.steps

    assert [as_text(step) for step in shortest(history, fails).steps] == [as_text(kept)]
