"""Fault histories: no clip is bought twice, nothing is lost, and every printed word is true. `make chaos` plays more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chaos import faults
from chaos.campaign import play, shortest
from chaos.faults import Fault, FaultKind
from chaos.flaws import FLAWS
from chaos.history import Apply, Declare, History, Job, Race, Step, make_history
from chaos.parts import PARTS, play_part
from chaos.report import as_text
from chaos.world import World

# A flaw must be seen within so many histories of its kind.
ENOUGH = 12


@pytest.mark.parametrize("part", PARTS[0])
def test_histories_with_faults_end_well(world: World, part: int):
    play_part(world, part)


def declared(checkout: int, name: str) -> Step:
    return Declare(checkout=checkout, job=Job(name=name, kind="objects", clips=("g0/1", "g0/2")))


def a_history(seed: int, *steps: Step) -> History:
    return History(seed=seed, is_short=True, steps=steps)


def twins_at_once(seed: int) -> History:
    runs = (Apply(checkout=0, place=0), Apply(checkout=1, place=0))
    return a_history(seed, declared(0, "job-1"), declared(1, "job-2"), Race(runs=runs, chance=seed))


def a_create_that(kind: FaultKind) -> Callable[[int], History]:
    """Make histories of one job, whose create request is accepted while something goes wrong."""

    def of_seed(seed: int) -> History:
        fault = Fault(kind=kind, operation=faults.CREATE, number=1, is_after=True, chance=seed)
        return a_history(seed, declared(0, "job-1"), Apply(checkout=0, place=0, faults=(fault,)))

    return of_seed


SHOWN_BY = {
    "sends-again": a_create_that(FaultKind.RESET),
    "takes-silence-for-no": a_create_that(FaultKind.ERROR_500),
    "wins-every-number": twins_at_once,
    "writes-nothing": twins_at_once,
    "forgets-steps": a_create_that(FaultKind.INTERRUPTED),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_planted_flaw_is_seen(world: World, flaw: str):
    histories = [SHOWN_BY[flaw](seed) for seed in range(ENOUGH)]

    assert any(play(world, history, flaw=flaw).violations for history in histories)
    assert not play(world, histories[0]).violations


def test_a_history_follows_from_its_seed():
    assert make_history(7) == make_history(7)
    assert make_history(7) != make_history(8)


def test_a_history_that_fails_is_shortened_to_what_makes_it_fail():
    history = make_history(12)
    kept = history.steps[1]

    def fails(candidate: History) -> bool:
        return kept in candidate.steps

    assert [as_text(step) for step in shortest(history, fails).steps] == [as_text(kept)]
