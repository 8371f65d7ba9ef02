"""Goals 1 to 4: checking declarations, against a parser alone and against other checkers."""

from __future__ import annotations

import json

from bench.measure import Run, cpu_ratio, run, wall_ratio
from bench.row import Row, Rows
from bench.workspace import ONE_FILE, Workspace, expect_equal

# Bar and moonshot, as times faster.
CHECK_JSONSCHEMA = {"check-jsonschema, C YAML": (9, 15), "check-jsonschema": (25, 50)}
COMPILED = {"ajv-cli": 1.4, "sourcemeta": 1.0}


def goals_1_and_3(work: Workspace) -> Rows:
    """Validate many valid files on all cores."""
    many, total = work.many, work.sizes.many
    expect_equal("problems in valid files", work.problems(many), [])
    commands = {"groundctl": work.groundctl("validate", cwd=many), "loop": work.peer("parse", "jobs", cwd=many)}
    commands |= {name: work.rival(name, many) for name in COMPILED if work.installed(name)}
    runs = work.in_turn(f"validate {total:,} valid files, all cores", commands)
    what = f"validate {total:,} valid files, to a loop that only parses them (CSafeLoader, 1 core)"
    yield Row(goal=1, what=what, bar=0.5, moonshot=0.35, measured=wall_ratio(runs["groundctl"], runs["loop"]))
    for name, bar in COMPILED.items():
        measured = wall_ratio(runs["groundctl"], runs[name]) if name in runs else None
        what = f"the same to {name}, all cores"
        yield Row(goal=3, what=what, bar=bar, moonshot=1.0, measured=measured, note=work.missing(name))


def goal_2(work: Workspace) -> Rows:
    """Validate against check-jsonschema in its two installs, which use one core."""
    few = work.checkout("fewer", work.sizes.for_check_jsonschema)
    commands = {"groundctl": work.groundctl("validate", cwd=work.many)}
    for name in CHECK_JSONSCHEMA:
        if work.installed(name):
            commands[name] = work.rival(name, few, one_core=True)
            commands[f"{name}, one file"] = work.rival(name, few, ONE_FILE, one_core=True)
    # No warm-up: the files are in memory already, and a round takes a quarter of a minute.
    runs = work.in_turn(f"validate {work.sizes.many:,} files", commands, warm_up=False)
    times = work.sizes.many / work.sizes.for_check_jsonschema
    for name, (bar, moonshot) in CHECK_JSONSCHEMA.items():
        starts = runs.get(f"{name}, one file", [])
        theirs = [_scaled(taken, start, times) for taken, start in zip(runs.get(name, []), starts, strict=True)]
        yield Row(
            goal=2,
            what=f"the same to {name} (scaled from {work.sizes.for_check_jsonschema:,} files), all cores",
            bar=1 / bar,
            moonshot=1 / moonshot,
            measured=wall_ratio(runs["groundctl"], theirs) if theirs else None,
            form="{:.3f}x",
            note=work.missing(name),
        )


def goal_4(work: Workspace) -> Rows:
    """List every error of files that are all invalid."""
    bad = work.checkout("bad", work.sizes.some, bad_every=1)
    peer = work.peer("complain", "jobs", cwd=bad, one_core=True)
    theirs = json.loads(run(peer).out.splitlines()[-1])
    problems = work.problems(bad)
    expect_equal(
        "problems and invalid files",
        (len(problems), len({each["path"] for each in problems})),
        (theirs["errors"], theirs["bad"]),
    )
    commands = {"groundctl": work.groundctl("validate", cwd=bad, one_core=True, may_fail=True), "validator": peer}
    runs = work.in_turn(f"validate {work.sizes.some:,} invalid files, 1 core", commands)
    what = f"list every error of {work.sizes.some:,} invalid files, to CSafeLoader and one jsonschema validator, 1 core"
    yield Row(goal=4, what=what, bar=1.0, moonshot=0.5, measured=cpu_ratio(runs["groundctl"], runs["validator"]))


def _scaled(taken: Run, start: Run, times: float) -> Run:
    """Estimate the time for all files from that of some, above the start of the program."""
    wall = start.wall + (taken.wall - start.wall) * times
    cpu = start.cpu + (taken.cpu - start.cpu) * times
    return Run(wall=wall, cpu=cpu, code=taken.code, out=taken.out)
