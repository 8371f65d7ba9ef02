"""Explores the model of the purchase ledger further than the tests do: python -m ledger_model --faults 3."""

from __future__ import annotations

import argparse
import sys
import time

from ledger_model.scenarios import SCENARIOS, SHOWN_BY, scenario
from ledger_model.search import Explored, explore, wander

ENOUGH_TO_CATCH = 150_000


def main() -> int:
    """Explore every scenario, then histories at random, then the protocol with each guard missing."""
    parser = argparse.ArgumentParser(prog="ledger_model", description=__doc__)
    parser.add_argument("--faults", type=int, default=2, help="faults in each history (default: 2)")
    parser.add_argument("--most-states", type=int, default=400_000, help="states of each scenario (default: 400000)")
    parser.add_argument(
        "--histories", type=int, default=2_000, help="random histories of each scenario (default: 2000)"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the random histories (default: 1)")
    options = parser.parse_args()
    broken, states, steps = 0, 0, 0
    for name, each in SCENARIOS.items():
        found = explore(each.protocol(), each.start(options.faults), most_states=options.most_states)
        states, steps = states + found.states, steps + found.steps
        broken += report(name, found)
        if options.histories:
            found = wander(each.protocol(), each.start(options.faults), histories=options.histories, seed=options.seed)
            broken += report("  at random", found)
    print(f"{states:,} states, {steps:,} steps, {broken} scenarios with a violation")
    for missing, (name, faults) in SHOWN_BY.items():
        chosen = scenario(name)
        found = explore(chosen.protocol(frozenset({missing})), chosen.start(faults), most_states=ENOUGH_TO_CATCH)
        broken += not found.violation
        print(f"without {missing.name:26} {found.violation or 'NOT CAUGHT'}")
    return min(broken, 1)


def report(name: str, found: Explored) -> bool:
    """Print what a search has seen; say whether it has found a violation."""
    end = "all" if found.is_exhausted else "so far"
    print(
        f"{name:40} {found.states:>10,} {end:6} {found.steps:>11,} steps {found.recoveries:>8,} recoveries "
        f"{time.process_time():8.1f} s {found.violation}",
        flush=True,
    )
    for state in found.path:
        print(f"    {state}")
    return bool(found.violation)


if __name__ == "__main__":
    sys.exit(main())
