"""Goal 17: how long the tests take, and whether the simulator that they wait for stays fast with many jobs."""

from __future__ import annotations

from pathlib import Path

from bench.measure import Command, run
from bench.row import Row, Rows
from bench.simulator import BAR, FEW, MANY, WHAT, simulator_growth
from bench.workspace import PYTHON, ROOT, Workspace

UNIT_SECONDS = 30


def goal_17(work: Workspace) -> Rows:
    """Run the unit tests; `make test` is too long to be part of a benchmark."""
    smoke = work.sizes.many < 1_000
    tests = "tests/unit/test_isolation.py" if smoke else "tests/unit"
    command: list[str | Path] = [PYTHON, "-m", "pytest", "-q", tests, *([] if smoke else ["-n", "2"])]
    done = run(Command(argv=command, cwd=ROOT, may_fail=not smoke))
    work.timings.append((tests, [done]))
    yield Row(
        goal=17, what=f"{tests}, to {UNIT_SECONDS} seconds", bar=1.0, moonshot=1 / 3, measured=done.wall / UNIT_SECONDS
    )
    yield Row(goal=17, what="make test, to 5 minutes", bar=1.0, note="run `time make test` on a quiet machine")
    few, many = (FEW // 10, MANY // 50) if smoke else (FEW, MANY)
    yield Row(goal=17, what=WHAT, bar=BAR, measured=simulator_growth(work.rounds, few=few, many=many))
