"""Measures goals 1 to 10 in one run, as ratios and counts. Exits 1 if a time misses its bar by more than 30%, or a count at all.

PYTHONPATH=tests python -m bench [--only 1,5] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.existing import Counted, Mix, infrastructure_file, read_declarations, write_account
from bench.generate import TEAM_FOLDERS, write_checkout
from bench.measure import Command, FailedRunError, Run, cores, cpu_ratio, in_turn, run, wall_ratio
from bench.rivals import Rival, install_all
from bench.simulator import BAR, WHAT, simulator_growth
from bench.stub_aws import Stub
from support.imports import HEAVY, modules_imported_by

ROOT = Path(__file__).parents[2]
SCRATCH = ROOT / ".bench"
PYTHON = ROOT / ".venv/bin/python"
GROUNDCTL = ROOT / ".venv/bin/groundctl"
PEERS = Path(__file__).with_name("peers.py")

MANY, SOME = 10_000, 1_000
# check-jsonschema takes a minute for 10,000 files: it is given fewer, and its time above the start is multiplied.
FOR_CHECK_JSONSCHEMA = 2_000
LATENCY_MS = 30
DESCRIBED = 1_000
SLACK = 1.3
# Bar and moonshot, as times faster.
CHECK_JSONSCHEMA = {"check-jsonschema, C YAML": (8, 15), "check-jsonschema": (25, 50)}
FOLDERS = [f"jobs/{folder}" for folder in TEAM_FOLDERS]
ONE_FILE = "jobs/field-lab/field-lab-2026w01-part-000000.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One measured promise. A ratio is ours by theirs, so less is better; a count has no slack."""

    goal: int
    what: str
    bar: float
    measured: float | None
    moonshot: float | None = None
    exact: bool = False
    form: str = "{:.2f}x"

    @property
    def verdict(self) -> str:
        """Say how the measured value stands to the bar."""
        if self.measured is None:
            return "NOT MEASURED"
        if self.moonshot is not None and self.measured <= self.moonshot:
            return "met, and the moonshot"
        if self.measured <= self.bar:
            return "met"
        return "not met, within 30%" if not self.fails else "NOT MET"

    @property
    def fails(self) -> bool:
        """Say whether the bench fails by this."""
        return self.measured is not None and self.measured > self.bar * (1 if self.exact else SLACK)


Results = Iterator[Result]


class Bench:
    """One run: checkouts, accounts and rivals, and what each goal compares."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.rivals: dict[str, Rival] = {}
        self.timings: list[tuple[str, list[Run]]] = []

    def prepare(self) -> None:
        """Write the files and install the rivals."""
        for name, count, bad_every in (
            ("many", MANY, 0),
            ("fewer", FOR_CHECK_JSONSCHEMA, 0),
            ("bad", SOME, 1),
            ("mixed", 200, 2),
        ):
            if not (SCRATCH / name).exists():
                write_checkout(SCRATCH / name, count, bad_every=bad_every)
        self.rivals = install_all(SCRATCH / "rivals")

    def answers(self) -> Iterator[str]:
        """Compare what every tool says about the same 200 files, half of them bad; a tool with another answer is out."""
        ours = run(Command(argv=[GROUNDCTL, "validate", "--format", "json"], cwd=SCRATCH / "mixed", may_fail=True))
        bad = len({problem["path"] for problem in json.loads(ours.out)["problems"]})
        yield f"groundctl: {bad} of 200 files bad"
        for name, rival in list(self.rivals.items()):
            if rival.program is None:
                continue
            said = run(
                Command(argv=rival.command(*self._files(name, SCRATCH / "mixed")), cwd=SCRATCH / "mixed", may_fail=True)
            )
            found = _bad_files(name, said.out)
            yield f"{name}: {found} of 200 files bad"
            if found != bad:
                self.rivals[name] = Rival(
                    name=name, install=rival.install, program=None, versions=f"says {found} bad files, not {bad}"
                )

    def goals_1_and_3(self) -> Results:
        """Validate many good files, against a loop that only parses them, and against two compiled validators."""
        commands = {}
        for one_core in (True, False):
            where = "1 core" if one_core else f"{cores()} cores"
            commands[f"groundctl, {where}"] = self._groundctl("validate", cwd="many", one_core=one_core)
            for name in ("ajv-cli", "sourcemeta"):
                if self.rivals[name].program:
                    commands[f"{name}, {where}"] = self._rival(name, "many", one_core=one_core)
        commands["CSafeLoader loop, 1 core"] = self._peer("parse", "jobs", cwd="many", one_core=True)
        runs = self._in_turn(f"validate {MANY:,} good files", commands)
        self._expect(runs["groundctl, 1 core"], f"{MANY:,} declarations checked: no problems")
        floor = runs["CSafeLoader loop, 1 core"]
        for where in ("1 core", f"{cores()} cores"):
            ours = runs[f"groundctl, {where}"]
            ratio = _ratio_for(where)
            what = f"validate {MANY:,} files by a loop that only parses them (CSafeLoader), {where}"
            yield Result(goal=1, what=what, bar=1.0, moonshot=0.5, measured=ratio(ours, floor))
            for name in ("ajv-cli", "sourcemeta"):
                theirs = runs.get(f"{name}, {where}")
                measured = ratio(ours, theirs) if theirs else None
                yield Result(
                    goal=3, what=f"the same by {name}, both on {where}", bar=1.5, moonshot=1.0, measured=measured
                )

    def goal_2(self) -> Results:
        """Validate against check-jsonschema in its two installs, which keep to one core."""
        commands = {
            "groundctl, 1 core": self._groundctl("validate", cwd="many", one_core=True),
            f"groundctl, {cores()} cores": self._groundctl("validate", cwd="many"),
        }
        installed = [name for name in CHECK_JSONSCHEMA if self.rivals[name].program]
        for name in installed:
            commands[name] = self._rival(name, "fewer", one_core=True)
            argv = self.rivals[name].command(ONE_FILE)
            commands[f"{name}, one file"] = Command(argv=argv, cwd=SCRATCH / "fewer", one_core=True)
        # No warm-up: the files are in memory already, and a round takes a quarter of a minute.
        title = f"validate {MANY:,} good files, {FOR_CHECK_JSONSCHEMA:,} by check-jsonschema"
        runs = self._in_turn(title, commands, warm_up=False)
        for name, (bar, moonshot) in CHECK_JSONSCHEMA.items():
            starts = runs.get(f"{name}, one file", [])
            theirs = [_scaled(taken, start) for taken, start in zip(runs.get(name, []), starts, strict=True)]
            for where in ("1 core", f"{cores()} cores"):
                measured = _ratio_for(where)(runs[f"groundctl, {where}"], theirs) if theirs else None
                what = f"the same by {name} (scaled from {FOR_CHECK_JSONSCHEMA:,}), {where}"
                yield Result(goal=2, what=what, bar=1 / bar, moonshot=1 / moonshot, measured=measured, form="{:.3f}x")

    def goal_4(self) -> Results:
        """List every error of files that are all bad."""
        commands = {
            "groundctl, 1 core": self._groundctl("validate", cwd="bad", one_core=True, may_fail=True),
            "CSafeLoader and one jsonschema validator": self._peer("complain", "jobs", cwd="bad", one_core=True),
        }
        runs = self._in_turn(f"validate {SOME:,} bad files", commands)
        ours, theirs = runs.values()
        told = json.loads(theirs[0].out.splitlines()[-1])
        self._expect(ours, f"{told['errors']:,} problems in {told['bad']:,} of {SOME:,} declarations")
        what = f"every error of {SOME:,} bad files by CSafeLoader and one jsonschema validator, 1 core"
        yield Result(goal=4, what=what, bar=1.1, moonshot=0.5, measured=cpu_ratio(ours, theirs))

    def goal_5(self) -> Results:
        """Start."""
        commands = {
            "python -c pass": Command(argv=[PYTHON, "-c", "pass"], cwd=SCRATCH / "fewer"),
            "groundctl --help": self._groundctl("--help", cwd="fewer"),
            "groundctl --version": self._groundctl("--version", cwd="fewer"),
            "groundctl validate FILE": self._groundctl("validate", ONE_FILE, cwd="fewer"),
        }
        rival = self.rivals["check-jsonschema"]
        if rival.program:
            commands["check-jsonschema FILE"] = Command(argv=rival.command(ONE_FILE), cwd=SCRATCH / "fewer")
        runs = self._in_turn("start", commands, rounds=max(15, self.rounds))
        bare, one = runs["python -c pass"], runs["groundctl validate FILE"]
        for name in ("--help", "--version"):
            measured = cpu_ratio(runs[f"groundctl {name}"], bare)
            yield Result(goal=5, what=f"{name} by bare Python", bar=3, moonshot=2.5, measured=measured)
        yield Result(
            goal=5, what="validate of one file by bare Python", bar=7, moonshot=5, measured=cpu_ratio(one, bare)
        )
        theirs = runs.get("check-jsonschema FILE")
        against = cpu_ratio(one, theirs) if theirs else None
        yield Result(goal=5, what="validate of one file by check-jsonschema", bar=0.5, moonshot=0.25, measured=against)

    def goal_6(self) -> Results:
        """Count the heavy modules that offline commands import."""
        new = SCRATCH / "new-declaration.yaml"
        new.unlink(missing_ok=True)
        for arguments in (("--help",), ("validate",), ("validate", ONE_FILE), ("show", ONE_FILE), ("new", str(new))):
            imported = modules_imported_by(*arguments, cwd=SCRATCH / "mixed", report=SCRATCH / "modules.json")
            what = f"heavy modules imported by {arguments[0]}{' FILE' if len(arguments) > 1 else ''}"
            found = len(imported & set(HEAVY))
            yield Result(goal=6, what=what, bar=0, measured=found, exact=True, form="{:.0f}")

    def goal_7(self) -> Results:
        """Count the calls of plans in which nothing, everything, or some changed or is new."""
        declarations = read_declarations(SCRATCH / "many")
        mixes = {
            "some changed, some new": Mix(),
            "all unchanged": Mix(changed=0, new=0),
            "all changed": Mix(changed=1000, new=0),
            "all new": Mix(changed=0, new=1000),
        }
        for name, mix in mixes.items():
            account = SCRATCH / f"{name.replace(', ', '-').replace(' ', '-')}.json"
            counted = write_account(declarations, account, mix)
            with Stub(account) as stub:
                done = run(self._plan(stub, account))
                calls = stub.counts()
            self._expect([done], _verdict(counted))
            list_calls, describes = calls.get("ListLabelingJobs", 0), calls.get("DescribeLabelingJob", 0)
            most = -(-MANY // 100) + 2
            yield Result(goal=7, what=f"list calls, {name}", bar=most, measured=list_calls, exact=True, form="{:.0f}")
            yield Result(goal=7, what=f"describes, {name}", bar=0, measured=describes, exact=True, form="{:.0f}")
            yield Result(
                goal=7,
                what=f"reads from S3, {name}",
                bar=50,
                measured=calls.get("S3 GET", 0),
                exact=True,
                form="{:.0f}",
            )

    def goals_8_and_9(self) -> Results:
        """Plan against as many jobs as files, by what it takes only to list them, and by describing each."""
        account = SCRATCH / "account.json"
        counted = write_account(read_declarations(SCRATCH / "many"), account)
        with Stub(account, LATENCY_MS) as stub:
            commands = {
                "groundctl plan": self._plan(stub, account),
                "boto3 paginator": self._peer("list", cwd="many", settings=stub.settings),
                f"boto3 describing {DESCRIBED:,}, 32 threads": self._peer(
                    "describe", str(DESCRIBED), cwd="many", settings=stub.settings
                ),
            }
            runs = self._in_turn(f"{MANY:,} jobs, {LATENCY_MS} ms a call", commands)
            stub.counts()
            run(commands["groundctl plan"])
            calls = stub.counts()
        ours, bare, describing = runs.values()
        self._expect(ours, _verdict(counted))
        what = f"plan of {MANY:,} files against {MANY:,} jobs by boto3's paginator alone, {LATENCY_MS} ms a call"
        yield Result(goal=8, what=what, bar=1.3, moonshot=1.0, measured=wall_ratio(ours, bare))
        cpu = median(one.cpu / _cpu_of_all(other) for one, other in zip(ours, describing, strict=True))
        what = f"CPU of the whole plan by listing and describing every job (scaled from {DESCRIBED:,})"
        yield Result(goal=9, what=what, bar=1 / 4, moonshot=1 / 6, measured=cpu, form="{:.3f}x")
        by_describing = -(-MANY // 100) + MANY
        ratio = calls["ListLabelingJobs"] / by_describing
        what = (
            f"SageMaker calls by listing and describing every job ({calls['ListLabelingJobs']:,} by {by_describing:,})"
        )
        yield Result(goal=9, what=what, bar=1 / 100, measured=ratio, exact=True, form="{:.4f}x")

    def goal_10(self) -> Results:
        """Create and list many jobs in the simulator."""
        yield Result(goal=10, what=WHAT, bar=BAR, measured=simulator_growth(self.rounds))

    def _groundctl(self, *arguments: str, cwd: str, one_core: bool = False, may_fail: bool = False) -> Command:
        return Command(argv=[GROUNDCTL, *arguments], cwd=SCRATCH / cwd, one_core=one_core, may_fail=may_fail)

    def _plan(self, stub: Stub, account: Path) -> Command:
        argv: list[str | Path] = [GROUNDCTL, "plan", "--infrastructure", infrastructure_file(account)]
        # Changed jobs make a plan end with 1, as they should.
        return Command(argv=argv, cwd=SCRATCH / "many", settings=stub.settings, may_fail=True)

    def _peer(
        self, *arguments: str, cwd: str, one_core: bool = False, settings: Mapping[str, str] | None = None
    ) -> Command:
        return Command(argv=[PYTHON, PEERS, *arguments], cwd=SCRATCH / cwd, one_core=one_core, settings=settings or {})

    def _rival(self, name: str, cwd: str, *, one_core: bool) -> Command:
        return Command(
            argv=self.rivals[name].command(*self._files(name, SCRATCH / cwd)), cwd=SCRATCH / cwd, one_core=one_core
        )

    def _files(self, name: str, checkout: Path) -> list[str]:
        """Name the files as the tool takes them; a policy is no declaration."""
        if name == "sourcemeta":
            return FOLDERS
        if name == "ajv-cli":
            return [f"{folder}/*.yaml" for folder in FOLDERS]
        return sorted(str(path.relative_to(checkout)) for path in checkout.glob("jobs/*/*.yaml"))

    def _in_turn(
        self, title: str, commands: Mapping[str, Command], *, rounds: int | None = None, warm_up: bool = True
    ) -> dict[str, list[Run]]:
        runs = in_turn(commands, rounds or self.rounds, warm_up=warm_up)
        self.timings += [(f"{title}: {name}", taken) for name, taken in runs.items()]
        return runs

    def _expect(self, runs: list[Run], words: str) -> None:
        for one in runs:
            if words not in one.out:
                raise FailedRunError(f"expected {words!r} in {one.out[-300:]!r}")


def _ratio_for(where: str) -> Callable[[list[Run], list[Run]], float]:
    return cpu_ratio if where == "1 core" else wall_ratio


def _scaled(taken: Run, start: Run) -> Run:
    """Reckon what all the files would take from what some of them took above the start."""
    times = MANY / FOR_CHECK_JSONSCHEMA
    wall = start.wall + (taken.wall - start.wall) * times
    cpu = start.cpu + (taken.cpu - start.cpu) * times
    return Run(wall=wall, cpu=cpu, code=taken.code, out=taken.out)


def _bad_files(name: str, said: str) -> int:
    """Count the files that a tool found bad, from what it says."""
    match name:
        case "ajv-cli":
            return len(re.findall(r"^\S+ invalid$", said, re.MULTILINE))
        case "sourcemeta":
            found = re.search(r"(\d+) failed", said)
            return int(found[1]) if found else 0
        case _:
            return len(set(re.findall(r"^\s+(jobs/\S+?)::", said, re.MULTILINE)))


def _verdict(counted: Counted) -> str:
    parts = [
        f"{counted.new} to create" if counted.new else "",
        f"{counted.exists} already there" if counted.exists else "",
        f"{counted.changed} changed but cannot be" if counted.changed else "",
    ]
    return ", ".join(part for part in parts if part)


def _cpu_of_all(taken: Run) -> float:
    told = json.loads(taken.out)
    started = taken.cpu - told["describing"]
    return float(started + told["describing"] * MANY / told["described"])


def _print_table(results: list[Result]) -> None:
    rows = [("goal", "ratio of ours to theirs (less is better), or count", "bar", "moonshot", "measured", "verdict")]
    for one in results:
        moonshot = "" if one.moonshot is None else one.form.format(one.moonshot)
        measured = "" if one.measured is None else one.form.format(one.measured)
        rows.append((str(one.goal), one.what, one.form.format(one.bar), moonshot, measured, one.verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _print_timings(timings: list[tuple[str, list[Run]]]) -> None:
    print("\nSeconds behind the ratios, for this machine in this hour only: median wall (least to most), median CPU")
    width = max(len(name) for name, _ in timings)
    for name, runs in timings:
        walls = [one.wall for one in runs]
        cpu = median(one.cpu for one in runs)
        print(f"  {name:<{width}}  {median(walls):6.3f} ({min(walls):.3f} to {max(walls):.3f})  {cpu:6.3f}")


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="goals, with commas between")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    begun = time.monotonic()
    bench = Bench(options.rounds)
    bench.prepare()
    _print_set_up(bench)
    parts: dict[str, Callable[[], Results]] = {
        "1,3": bench.goals_1_and_3,
        "2": bench.goal_2,
        "4": bench.goal_4,
        "5": bench.goal_5,
        "6": bench.goal_6,
        "7": bench.goal_7,
        "8,9": bench.goals_8_and_9,
        "10": bench.goal_10,
    }
    wanted = set(options.only.split(",")) if options.only else {str(goal) for goal in range(1, 11)}
    results: list[Result] = []
    faults: list[str] = []
    for goals, part in parts.items():
        if wanted & set(goals.split(",")):
            print(f"measuring goal {goals} ...", file=sys.stderr, flush=True)
            try:
                results += part()
            except FailedRunError as error:
                faults.append(f"goal {goals}: NOT MEASURED: {error}")
    print()
    _print_table(sorted(results, key=lambda one: one.goal))
    if bench.timings:
        _print_timings(bench.timings)
    print(f"\nTook {time.monotonic() - begun:.0f} seconds.")
    print(*faults, sep="\n")
    return 1 if faults or any(one.fails for one in results) else 0


def _print_set_up(bench: Bench) -> None:
    import boto3
    import yaml

    versions = f"PyYAML {yaml.__version__}, jsonschema-rs {version('jsonschema-rs')}, boto3 {boto3.__version__}"
    print(
        f"Python {sys.version.split()[0]}, {versions}; {cores()} cores; {bench.rounds} rounds or more, commands in turn."
    )
    print(
        "Medians of the ratios round by round: of CPU seconds for one core and for start-up, of wall seconds otherwise."
    )
    print("Nothing is cached from one run to the next. The rivals:")
    for rival in bench.rivals.values():
        if rival.program:
            print(f"  {rival.name}: {rival.install} ({rival.versions})")
        else:
            print(f"  {rival.name}: NOT MEASURED. {rival.install}: {rival.versions}")
    print("The same files for all, 2.0 KB and 60 lines each; the same answers:")
    for line in bench.answers():
        print(f"  {line}")


if __name__ == "__main__":
    sys.exit(main())
