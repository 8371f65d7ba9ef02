"""Plays fault histories: python -m chaos --histories 1000 --seed 1."""

from __future__ import annotations

import argparse
import sys
import time

from chaos.campaign import Figures, Played, play, shortest
from chaos.history import History, Scope, Step, faults_of, make_history
from chaos.world import World, open_world

TODAY = Scope()


def main() -> int:
    """Play the histories of consecutive seeds, and print each violation with the way to see it again."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--histories", type=int, default=300, help="how many (default: 300)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: 1)")
    parser.add_argument("--flaw", default="", help="plant a flaw, see flaws.py")
    parser.add_argument("--words", action="store_true", help="print what each run printed")
    parser.add_argument("--whole", action="store_true", help="do not shorten histories that fail")
    parser.add_argument("--most", type=int, default=20, help="stop after so many violations (default: 20)")
    options = parser.parse_args()
    figures = Figures()
    began = time.monotonic()
    with open_world() as world:
        for seed in range(options.seed, options.seed + options.histories):
            print(f"seed {seed}", file=sys.stderr, end="\r", flush=True)
            played = play(world, make_history(seed, TODAY), TODAY, flaw=options.flaw, figures=figures)
            if options.words and options.histories == 1:
                _print_words(played)
            if played.violations:
                _report(played, world, options.flaw, shorten=not options.whole)
            if figures.violations >= options.most:
                break
            if figures.histories % 100 == 0:
                print(f"{figures.histories} histories, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(figures)
    return 1 if figures.violations else 0


def _report(played: Played, world: World, flaw: str, *, shorten: bool) -> None:
    history = played.history

    def fails(candidate: History) -> bool:
        return bool(play(world, candidate, TODAY, flaw=flaw).violations)

    if shorten:
        history = shortest(history, fails)
        played = play(world, history, TODAY, flaw=flaw)
    print(f"\nseed {history.seed}")
    for step in history.steps:
        print(f"  - {as_text(step)}")
    for violation in played.violations:
        print(f"  ! {violation}")
    print(f"  again: make chaos HISTORIES=1 SEED={history.seed}", flush=True)


def as_text(step: Step) -> str:
    """Write a step in a line or a few."""
    text = str(step).replace("\n", " ")
    faults = "".join(f"\n      with {fault}" for fault in faults_of(step))
    return f"{text.split(', faults=')[0]}{faults}"


def _print_words(played: Played) -> None:
    for ran in played.ran:
        print(f"\n--- {ran.run} ({ran.step[:150]}) -> {ran.code}\n{ran.out}{ran.err}")


if __name__ == "__main__":
    sys.exit(main())
