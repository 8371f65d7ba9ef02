"""groundctl demo: create, label, and read three sample jobs, with real Terraform and a simulated AWS."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from contextlib import chdir, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Annotated

from groundctl.cli import main as cli
from groundctl.cli.options import Command, Option
from groundctl.composition import (
    Aws,
    open_aws,
    open_checkout,
    open_infrastructure,
    open_simulator,
    open_stack,
    sample_clips,
    tool_root,
    use_infrastructure,
    write_text,
)
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.errors import ExternalError, UsageError
from groundctl.exit_codes import ExitCode
from groundctl.ports import Simulator
from groundctl.presentation.terminal.progress_bar import progress

JOBS = ("rally-outcome-2026-11", "serve-call-2026-11", "dock-events-2026-11")
A_WHILE = 150  # seconds; by then some clips have answers


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """The options of `groundctl demo`."""

    out: Annotated[
        str, Option("--out", "write everything to this folder; by default .build/demo", metavar="FOLDER")
    ] = ".build/demo"
    keep: Annotated[bool, Option("--keep", "leave the simulator running afterwards, until Ctrl-C")] = False


def run(options: DemoOptions) -> ExitCode:
    """Run every step and list the results to look at; exit 0 if all steps succeed."""
    out = Path(options.out).resolve()
    for name in ("SIGTERM", "SIGHUP"):
        if number := getattr(signal, name, None):  # Windows has no SIGHUP
            signal.signal(number, _interrupt)
    with chdir(tool_root()):
        return _Demo(out).run(keep=options.keep)


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
    """End like Ctrl-C, so that the simulator ends too."""
    raise KeyboardInterrupt


class _Demo:
    """One run of the demo; all its files are in one folder."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.begun = time.monotonic()

    def run(self, *, keep: bool) -> ExitCode:
        # Removes only the files of an earlier demo: --out may name a folder with other files.
        for name in ("terraform", "results", "pages"):
            shutil.rmtree(self.out / name, ignore_errors=True)
        try:
            for name in ("results", "pages"):
                (self.out / name).mkdir(parents=True)
        except OSError as error:
            message = f"{self.out} cannot be written: {error.strerror}"
            raise UsageError(message, hint="check the folder given as --out") from error
        self.say("Starting the simulator: Ground Truth, S3, IAM and Cognito on this machine")
        with open_simulator() as simulator:
            self.play(simulator)
            self.closing_words(simulator, keep=keep)
            if keep:
                with suppress(KeyboardInterrupt):
                    simulator.wait()
        return ExitCode.OK

    def play(self, simulator: Simulator) -> None:
        """Run the steps of a job's life in order."""
        self.prepare(simulator)
        self.groundctl("validate")
        self.groundctl("plan", "--out", self.name("plan.json"))
        self.save("comment.md", "plan", "--format", "markdown")
        self.groundctl("apply", "--plan", self.name("plan.json"))
        self.say("A second apply finds every job already created")
        before = simulator.mutating_calls()
        self.groundctl("apply", "--auto-approve")
        calls = simulator.mutating_calls() - before
        self.say(f"It made {calls} calls that change anything")
        if calls:
            raise ExternalError(
                "the second apply changed something", hint="this is a bug in groundctl; please report it"
            )
        self.say("Two and a half minutes pass while the simulated workers label")
        simulator.advance(A_WHILE)
        self.groundctl("status")
        self.say("The rest of the time passes")
        simulator.run_until_idle()
        self.groundctl("status")
        for job in JOBS:
            self.groundctl(
                "results", job, "--answers", "--clips", "scripts/samples/clips", "--out", self.name("results")
            )
        self.write_pages()

    def prepare(self, simulator: Simulator) -> None:
        """Apply terraform/ to the simulator and upload the sample clips."""
        self.say("Applying terraform/: buckets, the execution role, the private work teams")
        infrastructure = self.apply_terraform()
        clips, truth = sample_clips()
        self.say(f"Uploading {len(clips)} sample clips")
        upload(clips, infrastructure, open_aws(infrastructure))
        bucket = infrastructure.input_buckets[0]
        simulator.set_correct_labels({f"s3://{bucket}/{clip}": label for clip, label in truth.items()})

    def apply_terraform(self) -> Infrastructure:
        stack = open_stack(tool_root() / "terraform", working_copy=self.out / "terraform")
        stack.init()
        variables = Path("environments/demo.tfvars")
        stack.apply(var_file=variables)
        if stack.has_changes(var_file=variables):
            raise ExternalError(
                "Terraform wants to change what it has just created",
                hint="this is a bug in terraform/; please report it",
            )
        self.say("A second terraform plan finds nothing to change")
        file = self.out / "infrastructure.json"
        write_text(str(file), json.dumps(stack.outputs(), indent=2))
        use_infrastructure(file)
        return open_infrastructure(open_checkout(), str(file))

    def write_pages(self) -> None:
        """Save the pages that workers see."""
        for path in open_checkout().declarations():
            self.save(f"{Path(path).stem}.html", "show", path, "--as", "page")

    def save(self, name: str, *arguments: str) -> None:
        """Save the output of a groundctl command under pages/."""
        page = self.out / "pages" / name
        aside = page.with_name(f".{name}.partial")
        try:
            with aside.open("w", encoding="utf-8") as file:
                self.quietly(file.fileno(), *arguments)
            aside.replace(page)
        finally:
            aside.unlink(missing_ok=True)

    def groundctl(self, *arguments: str) -> None:
        """Run a groundctl command as a user would, and stop the demo if it fails."""
        print(f"\n$ groundctl {' '.join(arguments)}", flush=True)
        if code := cli.main(arguments):
            raise ExternalError(f"`groundctl {arguments[0]}` ended with exit code {code}", hint="see its message above")

    def quietly(self, target: int, *arguments: str) -> None:
        """Run a groundctl command with its output in a file."""
        sys.stdout.flush()
        kept = os.dup(1), os.dup(2)
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(target, 1)
            os.dup2(nowhere.fileno(), 2)
            try:
                code = cli.main(arguments)
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os.dup2(kept[0], 1)
                os.dup2(kept[1], 2)
                os.close(kept[0])
                os.close(kept[1])
        if code:
            raise ExternalError(
                f"`groundctl {' '.join(arguments)}` ended with exit code {code}", hint="run it separately to see why"
            )

    def say(self, sentence: str) -> None:
        print(f"\n== {sentence}", flush=True)

    def name(self, *parts: str) -> str:
        """Return the shortest path to a file of the demo."""
        path = self.out.joinpath(*parts)
        return str(path.relative_to(tool_root()) if path.is_relative_to(tool_root()) else path)

    def closing_words(self, simulator: Simulator, *, keep: bool) -> None:
        print(f"\nDone in {time.monotonic() - self.begun:.0f} seconds. Results:")
        rows = [
            (self.name("results", f"{JOBS[0]}.html"), "the labels, with their clips"),
            (self.name("pages", f"{JOBS[0]}.html"), "what a worker sees"),
            (self.name("pages", "comment.md"), "the comment on a pull request"),
            (self.name("plan.json"), "the plan that was applied"),
            (self.name("results", f"{JOBS[0]}.csv"), "the labels as a table"),
            ("jobs/sports-data/rally-outcome-2026-11.yaml", "the declaration"),
        ]
        width = max(len(path) for path, _ in rows)
        for path, what in rows:
            print(f"  {path:<{width}}  {what}")
        if keep:
            simulator.let_time_run(speed=10)
            print(
                f"\nThe simulator stays at {simulator.url} until Ctrl-C; its clock runs ten times as fast as real time."
            )
            print("To use it from another terminal:")
            infrastructure = str(self.out / "infrastructure.json")
            for name, value in {**simulator.settings(), "GROUNDCTL_INFRASTRUCTURE": infrastructure}.items():
                print(f"  export {name}={value}", flush=True)


def upload(clips: dict[str, Path], infrastructure: Infrastructure, aws: Aws) -> None:
    """Upload the sample clips to the locations that the declarations name."""
    bucket = infrastructure.input_buckets[0]
    for key, path in progress(clips.items(), total=len(clips), doing="uploading clips"):
        aws.objects.put(f"s3://{bucket}/{key}", path.read_bytes(), "video/mp4")


COMMAND = Command(
    description="Create, label, and read three sample jobs on this machine, with real Terraform and a simulated AWS."
    " Needs no AWS account.",
    examples=(
        "groundctl demo",
        "groundctl demo --keep",
    ),
    options=DemoOptions,
    run=run,
)
