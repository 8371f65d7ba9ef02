"""Plays fault histories: python -m chaos --histories 1000 --seed 1."""

from __future__ import annotations

import argparse
import signal
import sys

from chaos.campaign import Figures, Played, play, shortest
from chaos.history import History, make_history
from chaos.report import failure_text, words_of
from chaos.world import World, open_world


def main() -> int:
    """Play the histories of consecutive seeds, and print each violation with the way to see it again."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--histories", type=int, default=300, help="how many (default: 300)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: 1)")
    parser.add_argument("--flaw", default="", help="plant a flaw, see flaws.py")
    parser.add_argument("--words", action="store_true", help="print what each run printed")
    parser.add_argument("--short", action="store_true", help="play the short histories of the tests")
    parser.add_argument("--whole", action="store_true", help="do not shorten histories that fail")
    parser.add_argument("--most", type=int, default=20, help="stop after so many violations (default: 20)")
    options = parser.parse_args()
    figures = Figures()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with open_world() as world:
            for seed in range(options.seed, options.seed + options.histories):
                _play(world, seed, figures, options)
                if figures.violations >= options.most:
                    break
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
    print(figures)
    return 1 if figures.violations else 0


def _play(world: World, seed: int, figures: Figures, options: argparse.Namespace) -> None:
    played = play(world, make_history(seed, is_short=options.short), flaw=options.flaw, figures=figures)
    if options.words:
        print(*words_of(played), sep="\n")
    if played.violations:
        shown = played if options.whole else _shortened(played, world, options.flaw)
        print(f"\n{failure_text(shown if shown.violations else played, flaw=options.flaw)}", flush=True)
    if figures.histories % 100 == 0:
        print(f"up to seed {seed}: {figures}", file=sys.stderr, flush=True)


def _shortened(played: Played, world: World, flaw: str) -> Played:
    def fails(candidate: History) -> bool:
        return bool(play(world, candidate, flaw=flaw).violations)

    return play(world, shortest(played.history, fails), flaw=flaw)


if __name__ == "__main__":
    sys.exit(main())
