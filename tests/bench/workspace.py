"""What the goals share: files, accounts, rivals and commands, and the check that all tools give the same answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.existing import infrastructure_file
from bench.generate import TEAM_FOLDERS, write_checkout
from bench.measure import Command, FailedRunError, Run, in_turn, run
from bench.rivals import Rival
from bench.stub_aws import Stub

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv/bin/python"
GROUNDCTL = ROOT / ".venv/bin/groundctl"
PEERS = Path(__file__).with_name("peers.py")
OURS = Path(__file__).with_name("ours.py")
FOLDERS = [f"jobs/{folder}" for folder in TEAM_FOLDERS]
ONE_FILE = "jobs/field-lab/field-lab-2026w01-part-000000.yaml"
LATENCY_MS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much each goal measures with."""

    many: int = 10_000  # declarations, and existing jobs
    some: int = 1_000  # declarations, all invalid
    mixed: int = 200  # declarations, every other one invalid: the tools' answers are compared on them
    # check-jsonschema takes a minute for 10,000 files: it is given fewer, and its time above the start is scaled.
    for_check_jsonschema: int = 2_000
    described: int = 1_000  # jobs
    creates: int = 300
    create_rate: int = 20  # a second
    uris: int = 1_000_000
    listed: int = 1_000_000  # keys on S3
    manifest_lines: int = 100_000  # the most a job takes
    results: tuple[int, ...] = (1_000_000, 5_000_000)  # lines of an output manifest
    start_rounds: int = 15


SMOKE = Sizes(
    many=40,
    some=10,
    mixed=10,
    for_check_jsonschema=10,
    described=10,
    creates=3,
    create_rate=1_000,
    uris=1_000,
    listed=2_000,
    manifest_lines=1_000,
    results=(1_000,),
    start_rounds=1,
)


@dataclass(slots=True, kw_only=True)
class Workspace:
    """One run of the benchmark."""

    scratch: Path
    sizes: Sizes
    rounds: int
    rivals: dict[str, Rival]
    timings: list[tuple[str, list[Run]]] = field(default_factory=list)

    def checkout(self, name: str, count: int, *, bad_every: int = 0) -> Path:
        """Write a checkout of declarations once, and return its folder."""
        folder = self.scratch / f"{name}-{count}"
        if not folder.exists():
            write_checkout(folder, count, bad_every=bad_every)
        return folder

    @property
    def many(self) -> Path:
        """Return the checkout with valid declarations."""
        return self.checkout("many", self.sizes.many)

    def installed(self, name: str) -> bool:
        """Return whether a rival can be measured."""
        return self.rivals[name].program is not None

    def missing(self, name: str) -> str:
        """Return why a rival is not measured."""
        rival = self.rivals[name]
        return f"{rival.install}: {rival.versions}"

    def compare_answers(self) -> Iterator[str]:
        """Count the invalid files that every tool finds; exclude a tool with another answer."""
        folder = self.checkout("mixed", self.sizes.mixed, bad_every=2)
        bad = len({problem["path"] for problem in self.problems(folder)})
        yield f"groundctl: {bad} of {self.sizes.mixed} files invalid"
        for name in [name for name, rival in self.rivals.items() if rival.checks_files and rival.program]:
            rival = self.rivals[name]
            done = run(Command(argv=rival.command(*files_for(name, folder)), cwd=folder, may_fail=True))
            found = invalid_files(name, done.out)
            yield f"{name}: {found} of {self.sizes.mixed} files invalid"
            if found != bad:
                self.rivals[name] = rival.excluded(f"reports {found} invalid files, not {bad}")

    def problems(self, folder: Path) -> list[dict[str, Any]]:
        """Return what groundctl finds wrong in a checkout."""
        done = run(self.groundctl("validate", "--format", "json", cwd=folder, may_fail=True))
        problems: list[dict[str, Any]] = json.loads(done.out)["problems"]
        return problems

    def groundctl(
        self,
        *arguments: str | Path,
        cwd: Path,
        one_core: bool = False,
        may_fail: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> Command:
        """Return a command of groundctl."""
        argv: list[str | Path] = [GROUNDCTL, *arguments]
        return Command(argv=argv, cwd=cwd, one_core=one_core, may_fail=may_fail, settings=settings or {})

    def plan(self, stub: Stub, account: Path, *, form: str = "text") -> Command:
        """Return a plan of the valid declarations against a stub."""
        # A plan with changed jobs exits with 1, as it should.
        infrastructure = infrastructure_file(account)
        arguments = ("plan", "--infrastructure", infrastructure, "--format", form)
        return self.groundctl(*arguments, cwd=self.many, settings=stub.settings, may_fail=True)

    def peer(
        self, *arguments: str | Path, cwd: Path, one_core: bool = False, settings: Mapping[str, str] | None = None
    ) -> Command:
        """Return one of the short programs that groundctl is measured against."""
        return Command(argv=[PYTHON, PEERS, *arguments], cwd=cwd, one_core=one_core, settings=settings or {})

    def ours(
        self, *arguments: str | Path, cwd: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> Command:
        """Return a part of groundctl as a program of its own."""
        path = {"PYTHONPATH": str(ROOT / "scripts")}
        return Command(argv=[PYTHON, OURS, *arguments], cwd=cwd or self.scratch, settings=path | dict(settings or {}))

    def rival(self, name: str, folder: Path, *files: str, one_core: bool = False) -> Command:
        """Return a rival's command that checks files, all of the folder if none are named."""
        argv = self.rivals[name].command(*(files or files_for(name, folder)))
        return Command(argv=argv, cwd=folder, one_core=one_core)

    def in_turn(
        self, title: str, commands: Mapping[str, Command], *, rounds: int | None = None, warm_up: bool = True
    ) -> dict[str, list[Run]]:
        """Run commands in turn, and keep their times."""
        runs = in_turn(commands, rounds or self.rounds, warm_up=warm_up)
        self.timings += [(f"{title}: {name}", taken) for name, taken in runs.items()]
        return runs


def expect_equal(what: str, *answers: object) -> None:
    """Raise unless all tools gave the same answer: otherwise their times mean nothing."""
    if any(answer != answers[0] for answer in answers):
        raise FailedRunError(f"{what}: the answers differ: {' / '.join(str(answer)[:200] for answer in answers)}")


def files_for(name: str, checkout: Path) -> list[str]:
    """Name the declarations as a tool takes them; the policy is no declaration."""
    if name == "sourcemeta":
        return FOLDERS
    if name == "ajv-cli":
        return [f"{folder}/*.yaml" for folder in FOLDERS]
    return sorted(str(path.relative_to(checkout)) for path in checkout.glob("jobs/*/*.yaml"))


def invalid_files(name: str, output: str) -> int:
    """Count the invalid files in a tool's output."""
    match name:
        case "ajv-cli":
            return len(re.findall(r"^\S+ invalid$", output, re.MULTILINE))
        case "sourcemeta":
            found = re.search(r"([\d,]+) failed", output)
            return int(found[1].replace(",", "")) if found else 0
        case _:
            return len(set(re.findall(r"^\s+(jobs/\S+?)::", output, re.MULTILINE)))
