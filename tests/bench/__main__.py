"""Measures the performance goals in one run, as ratios and counts; exits with 1 if a ratio misses its bar by more than 30%, or a count at all.

PYTHONPATH=tests python -m bench [--only 1,5] [--rounds 5] [--json FILE]
PYTHONPATH=tests python -m bench --smoke      every row once with tiny numbers: shows that each can be measured, judges nothing
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.goals import apply, ledger, manifests, plan, start, suite, validate
from bench.measure import FailedRunError, Run, cores
from bench.rivals import install_all
from bench.row import Row, Rows, not_built, table
from bench.workspace import ROOT, SMOKE, Sizes, Workspace

SCRATCH = ROOT / ".bench"


def not_built_goals(_work: Workspace) -> Rows:
    """Name the goal that waits for its feature."""
    yield not_built(16, "CSV, JSONL and Parquet of 1,000,000 lines, to duckdb's CSV alone")


GOALS: dict[tuple[int, ...], Callable[[Workspace], Rows]] = {
    (1, 3): validate.goals_1_and_3,
    (2,): validate.goal_2,
    (4,): validate.goal_4,
    (5,): start.goal_5,
    (6,): start.goal_6,
    (7,): plan.goal_7,
    (8, 9): plan.goals_8_and_9,
    (10,): apply.goal_10,
    (11,): manifests.goal_11,
    (12,): manifests.goal_12,
    (13,): manifests.goal_13,
    (14,): manifests.goal_14,
    (15,): ledger.goal_15,
    (16,): not_built_goals,
    (17,): suite.goal_17,
}


def measure(work: Workspace, wanted: set[int]) -> tuple[list[Row], list[str]]:
    """Measure the wanted goals; return the rows, and the goals that could not be measured."""
    rows: list[Row] = []
    failures: list[str] = []
    for goals, rows_of in GOALS.items():
        if wanted & set(goals):
            name = " and ".join(map(str, goals))
            print(f"measuring goal {name} ...", file=sys.stderr, flush=True)
            try:
                rows += rows_of(work)
            except FailedRunError as error:
                failures.append(f"goal {name}: NOT MEASURED: {error}")
    return sorted(rows, key=lambda row: row.goal), failures


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="goals, separated by commas")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--smoke", action="store_true", help="tiny numbers, one round, only rivals that are installed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the rows as JSON")
    options = parser.parse_args()
    wanted = {int(goal) for goal in options.only.split(",")} if options.only else set(range(1, 18))
    begun = time.monotonic()
    rivals = install_all(SCRATCH / "rivals", offline=options.smoke)
    with tempfile.TemporaryDirectory() as folder:
        work = Workspace(
            scratch=Path(folder) if options.smoke else SCRATCH,
            sizes=SMOKE if options.smoke else Sizes(),
            rounds=1 if options.smoke else options.rounds,
            rivals=rivals,
        )
        print_set_up(work)
        rows, failures = measure(work, wanted)
    print(f"\n{table(rows)}")
    print_timings(work.timings)
    print(f"\nTook {time.monotonic() - begun:.0f} seconds.")
    print(*failures, sep="\n")
    if options.json:
        result = {"rows": [row.as_json for row in rows], "failures": failures}
        options.json.write_text(json.dumps(result, indent=2), encoding="utf-8")
    return 1 if failures or (not options.smoke and any(row.fails for row in rows)) else 0


def print_set_up(work: Workspace) -> None:
    """Print versions, rivals and their answers."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("PyYAML", "jsonschema-rs", "boto3"))
    print(f"Python {sys.version.split()[0]}, {libraries}; {cores()} cores; {work.rounds} rounds or more, in turn.")
    print("Medians of the ratios of each round: CPU seconds on one core and at start, wall seconds otherwise.")
    print("No result is cached between runs. The rivals:")
    for rival in work.rivals.values():
        if rival.program:
            print(f"  {rival.name}: {rival.install} ({rival.versions})")
        else:
            print(f"  {rival.name}: SKIPPED. {rival.install}: {rival.versions}")
    print("The same files for all, 2.0 KB and 60 lines each; the same answers:")
    for line in work.compare_answers():
        print(f"  {line}")


def print_timings(timings: list[tuple[str, list[Run]]]) -> None:
    """Print the seconds behind the ratios."""
    if not timings:
        return
    print("\nSeconds behind the ratios, on this machine in this hour: median wall (least to most), median CPU")
    width = max(len(name) for name, _ in timings)
    for name, runs in timings:
        walls = [one.wall for one in runs]
        cpu = median(one.cpu for one in runs)
        print(f"  {name:<{width}}  {median(walls):6.3f} ({min(walls):.3f} to {max(walls):.3f})  {cpu:6.3f}")


if __name__ == "__main__":
    sys.exit(main())
