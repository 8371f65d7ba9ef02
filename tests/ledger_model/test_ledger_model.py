"""The protocol of the purchase ledger, explored: no interleaving with one fault buys a clip twice, and every guard is needed.

`python -m ledger_model --faults 3` in tests/ explores further.
"""

from __future__ import annotations

import pytest

from ledger_model.flaws import Assumption, Flaw
from ledger_model.scenarios import DELETED_ENTRY, SCENARIOS, SHOWN_BY, Scenario, scenario
from ledger_model.search import explore, wander

# With one fault, all but the scenarios of three and four actors have fewer states; these are seen in part.
MAX_STATES = 25_000
SEEN_IN_PART = {
    "same job twice, twin",
    "same job twice, twin, void",
    "same job grown, twin of the new clip",
    "three with only_new, one a subset",
    "the first job ends, the next asks",
    "pack, void, twin",
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_clip_is_bought_twice_with_one_fault_and_a_calm_world_recovers(name: str) -> None:
    found = explore(SCENARIOS[name].protocol(), SCENARIOS[name].start(faults=1), most_states=MAX_STATES)

    assert found.violation == ""
    assert found.is_exhausted is (name not in SEEN_IN_PART)


@pytest.mark.parametrize("name", sorted(SEEN_IN_PART))
def test_histories_of_three_faults_chosen_at_random_buy_no_clip_twice(name: str) -> None:
    found = wander(SCENARIOS[name].protocol(), SCENARIOS[name].start(faults=3), histories=100, seed=9)

    assert found.violation == ""


def test_a_ledger_with_a_deleted_entry_buys_no_clip_twice() -> None:
    found = explore(DELETED_ENTRY.protocol(), DELETED_ENTRY.start(faults=1), most_states=MAX_STATES)

    assert (found.violation, found.is_exhausted) == ("", True)


@pytest.mark.parametrize("missing", SHOWN_BY, ids=lambda missing: missing.name.lower())
def test_without_this_guard_an_invariant_breaks(missing: Flaw | Assumption) -> None:
    chosen, faults = shown_by(missing)

    found = explore(chosen.protocol(frozenset({missing})), chosen.start(faults), most_states=100_000, recover=False)

    assert found.violation
    assert len(found.path) > 1


def test_every_guard_and_assumption_has_a_scenario_that_needs_it() -> None:
    assert set(SHOWN_BY) == {*Flaw, *Assumption}
    assert len(Flaw) == 20


def shown_by(missing: Flaw | Assumption) -> tuple[Scenario, int]:
    name, faults = SHOWN_BY[missing]
    return scenario(name), faults
