"""groundctl demo: rehearse this repository's declarations, or the samples, with real Terraform and a simulated AWS."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import chdir, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from groundctl.app.rehearsal.playing import AGAIN, Stage, play
from groundctl.app.rehearsal.preparing import Rehearsal, prepare
from groundctl.app.validate import Validated, validate
from groundctl.cli import main as cli
from groundctl.cli.options import Command, Option
from groundctl.composition import (
    open_aws,
    open_checkout,
    open_infrastructure,
    open_simulator,
    use_environment,
    use_infrastructure,
    write_text,
)
from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.errors import DeclarationsRefusedError, ExternalError
from groundctl.exit_codes import ExitCode
from groundctl.presentation.terminal import rehearsal as words
from groundctl.rehearsal_ports import Simulator
from groundctl.setup_composition import (
    find_environments,
    open_rehearsal_folder,
    open_rehearsed_terraform,
    sample_repository,
)

# How the demo ends where a command found problems, and what to do.
ENDED = {
    "validate": ("the declarations have errors, so nothing was started", AGAIN),
    "status": ("a job needs attention in the simulated AWS too", AGAIN),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """The options of `groundctl demo`."""

    environment: Annotated[
        str | None,
        Option(
            "--environment",
            "rehearse in this environment of terraform/environments/; by default demo, or else the first by name",
            metavar="ENVIRONMENT",
        ),
    ] = None
    out: Annotated[
        str,
        Option(
            "--out",
            "write everything to this new or empty folder, or to that of an earlier demo; by default .build/demo",
            metavar="FOLDER",
        ),
    ] = ".build/demo"
    keep: Annotated[bool, Option("--keep", "leave the simulator running afterwards, until Ctrl-C")] = False


class CommandFailedError(Exception):
    """A command of the rehearsal ended with an error that it has shown itself."""

    def __init__(self, code: ExitCode) -> None:
        super().__init__(code)
        self.code = code


def run(options: DemoOptions) -> ExitCode:
    """Run every step and list the results to look at; exit 0 if all steps succeed."""
    try:
        _Demo(Path(options.out).resolve(), options.environment).rehearse(keep=options.keep)
    except CommandFailedError as failed:
        return failed.code
    return ExitCode.OK


class _Demo:
    """One run of the demo; all its files are in one folder."""

    def __init__(self, out: Path, environment: str | None) -> None:
        self.out = out
        self.infrastructure = out / "infrastructure.json"
        self.asked = environment
        self.begun = time.monotonic()
        checkout = open_checkout()
        self.is_sample = not ((checkout.root / "jobs").is_dir() and checkout.declarations())
        self.source = sample_repository() if self.is_sample else checkout.root
        self.folder = open_rehearsal_folder(out, source=self.source)
        self.commands = _Commands(pages=out / "pages", start=Path.cwd())

    def rehearse(self, *, keep: bool) -> None:
        """Check the declarations, play them, and list the results."""
        if self.is_sample:
            _show(words.heading(words.SAMPLES))
        with chdir(self.source):
            self.commands.call("validate")
            validated = validate(open_checkout(str(self.source)))
        self.folder.empty()
        rehearsal = self._prepare(validated)
        _show(words.heading(words.SIMULATOR_STARTS))
        with open_simulator(rehearsal.environment.account_id, rehearsal.region) as simulator:
            if validated.policy.environments:
                use_environment(rehearsal.environment.name)
            with chdir(self.folder.repository):
                played = play(rehearsal, self._stage(simulator))
            self._show_results(played[0])
            if keep:
                self._keep(simulator)

    def _prepare(self, validated: Validated) -> Rehearsal:
        """Decide what is played, and say it."""
        environments = tuple(find_environments(self.source, scratch=self.out / "settings"))
        rehearsal = prepare(validated, environments, self.asked, self.folder, datetime.now(UTC))
        others = sorted({each.name for each in environments} - {rehearsal.environment.name})
        _show(words.heading(words.played_text(rehearsal.environment, rehearsal.region, others=others)))
        _show(words.substitutes_text(rehearsal.substitutes))
        _show(words.left_out_text(rehearsal.rounds.left_out))
        if not rehearsal.rounds.rounds:
            raise DeclarationsRefusedError(
                "none of the declarations can be rehearsed", hint="the reasons are above; `groundctl plan` needs AWS"
            )
        return rehearsal

    def _stage(self, simulator: Simulator) -> Stage:
        return Stage(
            simulator=simulator,
            files=self.folder,
            commands=self.commands,
            open_terraform=lambda: open_rehearsed_terraform(self.source, self.out / "terraform"),
            hand_over=self._hand_over,
            open_objects=lambda: open_aws(open_infrastructure(open_checkout(), None)).objects,
            report=lambda step: _show(words.step_text(step)),
        )

    def _hand_over(self, outputs: JsonObject) -> Infrastructure:
        write_text(str(self.infrastructure), json.dumps(outputs, indent=2))
        use_infrastructure(self.infrastructure)
        return open_infrastructure(open_checkout(), str(self.infrastructure))

    def _show_results(self, first: Declaration) -> None:
        name, page = first.spec.name, Path(first.path).stem
        rows = [
            (("results", f"{name}.html"), "the labels, with their clips"),
            (("pages", f"{page}.html"), "what a worker sees"),
            (("pages", "comment.md"), "the comment on a pull request"),
            (("plan.json",), "the plan that was applied"),
            (("results", f"{name}.csv"), "the labels as a table"),
            (("repository", first.path), "the declaration"),
        ]
        listed = [(self.commands.shown(str(self.out.joinpath(*parts))), what) for parts, what in rows]
        print(f"\n{words.closing_text(time.monotonic() - self.begun, listed)}")

    def _keep(self, simulator: Simulator) -> None:
        """Say how to use the simulator, and wait until Ctrl-C."""
        simulator.let_time_run(speed=10)
        settings = {**simulator.settings(), "GROUNDCTL_INFRASTRUCTURE": str(self.infrastructure)}
        repository = self.commands.shown(str(self.folder.repository))
        print()
        for line in words.kept_text(simulator.url, settings.items(), repository):
            print(line, flush=True)
        with suppress(KeyboardInterrupt):
            simulator.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Commands:
    """Commands in this process, shown as a person would write them in the folder where the demo was started."""

    pages: Path
    start: Path

    def call(self, *arguments: str) -> None:
        """Run a command, and end the demo if it fails."""
        if self.finds_problems(*arguments):
            command = arguments[0]
            message, hint = ENDED.get(command, (f"`groundctl {command}` found what needs attention", AGAIN))
            raise DeclarationsRefusedError(message, hint=hint)

    def finds_problems(self, *arguments: str) -> bool:
        """Run a command, and return whether it found problems; end the demo if it fails otherwise."""
        print(f"\n$ groundctl {' '.join(map(self.shown, arguments))}", flush=True)
        code = cli.main(arguments)
        if code not in {ExitCode.OK, ExitCode.PROBLEMS}:
            raise CommandFailedError(ExitCode(code))
        return code == ExitCode.PROBLEMS

    def save(self, page: str, *arguments: str) -> None:
        """Keep the output of a command under pages/."""
        aside = self.pages / f".{page}.partial"
        try:
            with aside.open("w", encoding="utf-8") as file, _output_in(file.fileno()):
                code = cli.main(arguments)
            if code:
                message = f"`groundctl {' '.join(arguments)}` ended with exit code {code}"
                raise ExternalError(message, hint="run it separately to see why")
            aside.replace(self.pages / page)
        finally:
            aside.unlink(missing_ok=True)

    def shown(self, argument: str) -> str:
        """Return the shortest way to write a file of the demo, from where it was started."""
        path = Path(argument)
        is_here = path.is_absolute() and path.is_relative_to(self.start)
        return str(path.relative_to(self.start)) if is_here else argument


@contextmanager
def _output_in(file: int) -> Iterator[None]:
    """Send what this process and its children print to a file, and what they complain of nowhere."""
    sys.stdout.flush()
    kept = os.dup(1), os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(file, 1)
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os.dup2(kept[0], 1)
            os.dup2(kept[1], 2)
            os.close(kept[0])
            os.close(kept[1])


def _show(text: str) -> None:
    if text:
        print(text, flush=True)


COMMAND = Command(
    description="Rehearse the declarations of this repository on this machine: create, label, and read their jobs, with"
    " real Terraform, a simulated AWS, and stand-in clips. Without declarations, three samples are played. Needs no AWS"
    " account, and writes only to the output folder.",
    examples=(
        "groundctl demo",
        "groundctl demo --environment production.us-east-1",
        "groundctl demo --keep",
    ),
    options=DemoOptions,
    run=run,
)
