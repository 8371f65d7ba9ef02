"""groundctl demo: rehearse this repository's declarations, or the samples, with real Terraform and a simulated AWS."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import chdir, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from groundctl.app.rehearsal import Rehearsal, build, complete, prepare, upload
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
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.planning.plan import Action
from groundctl.domain.rehearsal.rounds import LeftOut
from groundctl.errors import ExternalError, GroundctlError
from groundctl.exit_codes import ExitCode
from groundctl.ports import Simulator
from groundctl.presentation.terminal import rehearsal as words
from groundctl.setup_composition import (
    find_environments,
    open_rehearsal_folder,
    open_rehearsed_terraform,
    sample_repository,
)

PEOPLE = 4  # in each work team
A_WHILE = 150  # seconds; by then some clips have answers
AGAIN = "correct it, and run `groundctl demo` again"
# How the demo ends where a command found problems, and what to do.
ENDED = {
    "validate": ("the declarations have errors, so nothing was started", AGAIN),
    "status": ("a job needs attention in the simulated AWS too", AGAIN),
}
NO_CLIPS = "GT701"  # an empty selection


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


class DeclarationsRefusedError(GroundctlError):
    """The declarations have problems, which were shown."""

    exit_code = ExitCode.PROBLEMS


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
        self.asked = environment
        self.begun = time.monotonic()
        self.start = Path.cwd()
        checkout = open_checkout()
        self.is_sample = not ((checkout.root / "jobs").is_dir() and checkout.declarations())
        self.source = sample_repository() if self.is_sample else checkout.root
        self.folder = open_rehearsal_folder(out, source=self.source)
        self.played: list[Declaration] = []

    def rehearse(self, *, keep: bool) -> None:
        """Check the declarations, play them, and list the results."""
        if self.is_sample:
            self.say(words.SAMPLES)
        with chdir(self.source):
            validated = self.validate()
        self.folder.empty()
        environments = tuple(find_environments(self.source, scratch=self.out / "settings"))
        rehearsal = prepare(validated, environments, self.asked, self.folder, datetime.now(UTC))
        others = sorted({each.name for each in environments} - {rehearsal.environment.name})
        self.say(words.played_text(rehearsal.environment, rehearsal.region, others=others))
        self.tell(words.substitutes_text(rehearsal.substitutes))
        self.tell(words.left_out_text(rehearsal.rounds.left_out))
        if not rehearsal.rounds.rounds:
            raise DeclarationsRefusedError(
                "none of the declarations can be rehearsed", hint="the reasons are above; `groundctl plan` needs AWS"
            )
        self.say("Starting the simulator: Ground Truth, S3, IAM and Cognito on this machine")
        with open_simulator(rehearsal.environment.account_id, rehearsal.region) as simulator:
            if validated.policy.environments:
                use_environment(rehearsal.environment.name)
            with chdir(self.folder.repository):
                self.play(simulator, rehearsal)
            self.closing_words(simulator, keep=keep)
            if keep:
                with suppress(KeyboardInterrupt):
                    simulator.wait()

    def validate(self) -> Validated:
        self.groundctl("validate")
        return validate(open_checkout(str(self.source)))

    def play(self, simulator: Simulator, rehearsal: Rehearsal) -> None:
        """Run the steps of the jobs' lives in order."""
        self.prepare(simulator, rehearsal)
        for number, declarations in enumerate(rehearsal.rounds.rounds):
            if number:
                self.say(f"Round {number + 1}: jobs that need the results of earlier ones")
            self.play_round(simulator, rehearsal, declarations, is_first=not number)
        for each in self.played:
            name = each.spec.name
            clips = ("--clips", str(self.folder.clips))
            self.groundctl("results", name, "--answers", *clips, "--out", str(self.out / "results"))
        self.write_pages()

    def prepare(self, simulator: Simulator, rehearsal: Rehearsal) -> None:
        """Apply Terraform to the simulator."""
        self.say(
            f"Applying terraform/: buckets, the execution role, the private work teams, to which {PEOPLE} people each sign in"
        )
        terraform, why_not = open_rehearsed_terraform(self.source, self.out / "terraform")
        if why_not:
            self.tell(f"  Not rehearsed: {why_not}. The Terraform code that groundctl brings with it takes its place")
        outputs = build(terraform, simulator, rehearsal)
        self.say("A second terraform plan finds nothing to change")
        file = self.out / "infrastructure.json"
        write_text(str(file), json.dumps(outputs, indent=2))
        use_infrastructure(file)
        complete(simulator, open_infrastructure(open_checkout(), str(file)), PEOPLE)
        self.folder.copy_texts()

    def play_round(
        self, simulator: Simulator, rehearsal: Rehearsal, declarations: Sequence[Declaration], *, is_first: bool
    ) -> None:
        """Plan, create and label the jobs of one round."""
        self.folder.add(each.path for each in declarations)
        objects = open_aws(open_infrastructure(open_checkout(), None)).objects
        number, labels = upload(rehearsal, declarations, objects, self.folder)
        self.say(f"Uploaded {number} stand-in clips")
        simulator.set_correct_labels(labels)
        plan = self.out / "plan.json"
        declarations = self.plan(plan, declarations, is_first=is_first)
        if is_first:
            self.save("comment.md", "plan", "--format", "markdown")
        self.groundctl("apply", "--plan", str(plan))
        self.played += declarations
        self.say("A second apply finds every job already created")
        before = simulator.mutating_calls()
        self.groundctl("apply", "--auto-approve")
        calls = simulator.mutating_calls() - before
        self.say(f"It made {calls} calls that change anything")
        if calls:
            raise ExternalError(
                "the second apply changed something", hint="this is a bug in groundctl; please report it"
            )
        if is_first:
            self.say("Two and a half minutes pass while the simulated workers label")
            simulator.advance(A_WHILE)
            self.groundctl("status")
        self.say("The rest of the time passes")
        simulator.run_until_idle()
        self.groundctl("status")

    def plan(self, plan: Path, declarations: Sequence[Declaration], *, is_first: bool) -> Sequence[Declaration]:
        """Plan a round; take out what found no clips because of the answers that stand-ins got."""
        code = self.call("plan", "--out", str(plan))
        if code != ExitCode.PROBLEMS:
            self.check(code, "plan")
            return declarations
        refused = _refused_in(plan)
        empty = {each["name"] for each in refused if each["reasons"][0]["rule"] == NO_CLIPS}
        if is_first or len(empty) < len(refused) or not empty:
            raise _refusal(refused)
        left = [each for each in declarations if each.spec.name in empty]
        why = "it takes none of the clips of this rehearsal"
        self.tell(words.left_out_text(LeftOut(path=each.path, why=why) for each in left))
        for each in left:
            self.folder.remove(each.path)
        self.groundctl("plan", "--out", str(plan))
        return [each for each in declarations if each not in left]

    def write_pages(self) -> None:
        """Save the pages that workers see."""
        for each in self.played:
            self.save(f"{Path(each.path).stem}.html", "show", each.path, "--as", "page")

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

    def call(self, *arguments: str) -> int:
        """Run a groundctl command as a user would, and return its exit code."""
        shown = [self.shown(each) for each in arguments]
        print(f"\n$ groundctl {' '.join(shown)}", flush=True)
        return cli.main(arguments)

    def groundctl(self, *arguments: str) -> None:
        """Run a groundctl command as a user would, and end the demo if it fails."""
        self.check(self.call(*arguments), arguments[0])

    def check(self, code: int, command: str) -> None:
        """End the demo if a command failed."""
        if code == ExitCode.PROBLEMS:
            message, hint = ENDED.get(command, (f"`groundctl {command}` found what needs attention", AGAIN))
            raise DeclarationsRefusedError(message, hint=hint)
        if code:
            raise CommandFailedError(ExitCode(code))

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

    def tell(self, text: str) -> None:
        if text:
            print(text, flush=True)

    def shown(self, argument: str) -> str:
        """Return the shortest way to write a file of the demo, from where it was started."""
        path = Path(argument)
        is_here = path.is_absolute() and path.is_relative_to(self.start)
        return str(path.relative_to(self.start)) if is_here else argument

    def closing_words(self, simulator: Simulator, *, keep: bool) -> None:
        first = self.played[0]
        name, page = first.spec.name, Path(first.path).stem
        rows = [
            (("results", f"{name}.html"), "the labels, with their clips"),
            (("pages", f"{page}.html"), "what a worker sees"),
            (("pages", "comment.md"), "the comment on a pull request"),
            (("plan.json",), "the plan that was applied"),
            (("results", f"{name}.csv"), "the labels as a table"),
            (("repository", first.path), "the declaration"),
        ]
        listed = [(self.shown(str(self.out.joinpath(*parts))), what) for parts, what in rows]
        print(f"\n{words.closing_text(time.monotonic() - self.begun, listed)}")
        if keep:
            simulator.let_time_run(speed=10)
            infrastructure = str(self.out / "infrastructure.json")
            settings: dict[str, Any] = {**simulator.settings(), "GROUNDCTL_INFRASTRUCTURE": infrastructure}
            print()
            for line in words.kept_text(simulator.url, settings.items(), self.shown(str(self.folder.repository))):
                print(line, flush=True)


def _refused_in(plan: Path) -> list[dict[str, Any]]:
    """Return the changes of a plan that must be corrected; none if nothing was planned."""
    changes = json.loads(plan.read_bytes())["changes"] if plan.is_file() else []
    return [each for each in changes if Action(each["action"]).requires_attention]


def _refusal(changes: Sequence[dict[str, Any]]) -> DeclarationsRefusedError:
    """Say which job the plan refuses first, and why."""
    if not changes:
        return DeclarationsRefusedError("the plan needs attention", hint=AGAIN)
    first, more = changes[0], len(changes) - 1
    reason = first["reasons"][0]
    others = f", and {more} more" if more else ""
    message = f"the plan does not create {first['name']}{others}: {reason['rule']} {reason['message']}"
    return DeclarationsRefusedError(message, hint=reason["hint"])


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
