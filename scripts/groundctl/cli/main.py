"""The command line: parse, call one command, give its exit code.

0 done, nothing wrong; 1 problems in declarations, refusals, or jobs that failed; 2 wrong usage; 3 the world failed;
4 with `plan --detailed-exitcode`: there is something to create.
"""

from __future__ import annotations

import argparse
import errno
import gc
import importlib
import os
import sys
from collections.abc import Sequence

from groundctl import __version__
from groundctl.errors import GroundctlError

# Seen by type checkers as typing's own, which takes a tenth of the time of `--help` to import.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import TypeAlias

    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]

DESCRIPTION = (
    "GitOps for Amazon SageMaker Ground Truth video classification: declare labeling jobs, review, create once."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; without arguments, take those of this process, and end it."""
    if arguments is None:
        sys.excepthook = tell_crash
    code = _run(arguments)
    if arguments is None:
        sys.stdout.flush()
        sys.stderr.flush()
        # Python would take all apart first, object by object: an eighth of the time of a small command.
        os._exit(code)
    return code


def _run(arguments: Sequence[str] | None) -> int:
    # What a command makes it keeps to its end; looking through it again and again for garbage took a sixth of a plan.
    gc.set_threshold(200_000)
    options = build_parser().parse_args(arguments)
    try:
        # A command's module is imported when it is called, so that `validate` never waits for boto3.
        command = importlib.import_module(f"groundctl.cli.{options.command}")
        code = int(command.run(options))
        sys.stdout.flush()
    except GroundctlError as error:
        tell_fault(error)
        return error.exit_code
    except BrokenPipeError:
        # The reader of a pipe has seen enough.
        _drop_output()
        return 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _drop_output()
        print("groundctl: the output could not be written: no space is left where it goes", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("groundctl: interrupted; running it again is always safe", file=sys.stderr)
        return 130
    return code


def tell_fault(error: GroundctlError) -> None:
    """Say what went wrong, and what now."""
    from groundctl.presentation.escape import for_terminal

    print(f"groundctl: {for_terminal(error.message)}", file=sys.stderr)
    print(f"  what now: {for_terminal(error.hint)}", file=sys.stderr)


def tell_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say what nobody foresaw as Python does, but so that no line of it is a command to the workflow runner."""
    import traceback

    from groundctl.presentation.escape import for_terminal

    for line in "".join(traceback.format_exception(kind, error, trace)).splitlines():
        print(for_terminal(line), file=sys.stderr)


def _drop_output() -> None:
    """Keep Python from complaining once more, while closing, about output that nobody takes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def build_parser() -> argparse.ArgumentParser:
    """Describe every command and option."""
    parser = argparse.ArgumentParser(prog="groundctl", description=DESCRIPTION, epilog=__doc__.split("\n\n", 1)[1])
    parser.add_argument("--version", action="version", version=f"groundctl {__version__}")
    # Left to find out the program's name, argparse would format a usage text, and import much to do so.
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", prog="groundctl")
    _validate(commands)
    _show(commands)
    _plan(commands)
    _apply(commands)
    _report(commands)
    _status(commands)
    _results(commands)
    _new(commands)
    _touched(commands)
    _terraform(commands)
    _demo(commands)
    return parser


def _validate(commands: Commands) -> None:
    command = commands.add_parser("validate", help="check declarations; needs no credentials and no network")
    command.add_argument("paths", nargs="*", metavar="PATH", help="files or folders; all of jobs/ if left out")
    command.add_argument("--format", choices=("text", "json", "github", "sarif"), default="text")


def _show(commands: Commands) -> None:
    command = commands.add_parser("show", help="show one declaration at any stop of its way, offline")
    command.add_argument("file", metavar="FILE")
    command.add_argument("--as", dest="form", choices=("spec", "request", "plan", "comment", "page"), default="plan")
    _infrastructure(command)


def _plan(commands: Commands) -> None:
    command = commands.add_parser("plan", help="say what apply would do; changes nothing")
    command.add_argument("--out", metavar="FILE", help="also write the plan as JSON, for apply --plan")
    command.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    command.add_argument("--detailed-exitcode", action="store_true", help="exit 4 if there is something to create")
    command.add_argument(
        "--report", action="store_true", help="in a workflow: say it on the pull request, in a comment and a check"
    )
    command.add_argument(
        "--terraform", metavar="FILE", help="with --report: what `groundctl terraform plan --out FILE` wrote"
    )
    command.add_argument(
        "--reviewed",
        action="store_true",
        help="in a workflow: count for the next jobs only what the merged pull requests' plans cover",
    )
    command.add_argument("--exit-zero", action="store_true", help="exit 0 also if something needs a person first")
    _infrastructure(command)


def _apply(commands: Commands) -> None:
    command = commands.add_parser("apply", help="create the labeling jobs that do not exist yet")
    agreed = command.add_mutually_exclusive_group()
    agreed.add_argument("--plan", metavar="FILE", help="create no more than this reviewed plan says")
    agreed.add_argument(
        "--reviewed",
        action="store_true",
        help="in a workflow: create no more than the plans of the merged pull requests say, or the plan whose digest "
        "is in GROUNDCTL_APPROVE",
    )
    command.add_argument("--only", choices=("create", "stop"), help="do one kind of thing; both if left out")
    command.add_argument(
        "--report", action="store_true", help="in a workflow: say on the pull requests what became of their jobs"
    )
    command.add_argument(
        "--allow-stop", action="store_true", help="also stop running jobs declared as stopped, for good"
    )
    command.add_argument("--format", choices=("text", "json"), default="text")
    _infrastructure(command)


def _status(commands: Commands) -> None:
    command = commands.add_parser("status", help="show how jobs are getting on")
    command.add_argument("names", nargs="*", metavar="NAME", help="jobs; all declared ones if left out")
    command.add_argument("--all", action="store_true", help="also jobs that are not declared here")
    command.add_argument("--format", choices=("text", "json"), default="text")
    _infrastructure(command)


def _report(commands: Commands) -> None:
    command = commands.add_parser("report", help="in a workflow: say on pull requests how their jobs are getting on")
    command.add_argument("--check", action="store_true", help="also put a check on the commit of this run")
    command.add_argument(
        "--untouched", action="store_true", help="say of this pull request that it changes nothing a plan is made from"
    )
    _infrastructure(command)


def _touched(commands: Commands) -> None:
    command = commands.add_parser("touched", help="say whether a branch changes anything that a plan is made from")
    command.add_argument("--base", metavar="COMMIT", required=True, help="what the branch is to be merged into")


def _terraform(commands: Commands) -> None:
    command = commands.add_parser("terraform", help="plan or apply the ground of an environment, as the workflows do")
    command.add_argument("step", choices=("plan", "apply"))
    command.add_argument(
        "--environment", metavar="NAME", required=True, help="which files of terraform/environments/ to use"
    )
    command.add_argument("--out", metavar="FILE", help="with plan: also write what would change as JSON")


def _results(commands: Commands) -> None:
    command = commands.add_parser("results", help="fetch and sum up a job's labels")
    command.add_argument("name", metavar="NAME")
    command.add_argument(
        "--out", metavar="DIR", help="write NAME.csv, NAME.jsonl, NAME.summary.json and NAME.html there"
    )
    command.add_argument(
        "--answers",
        action="store_true",
        help="also read every worker's answers: how far they agree, and which clips to look at again",
    )
    command.add_argument(
        "--clips", metavar="PLACE", help="folder or web address of the clips, which then play in NAME.html"
    )
    command.add_argument("--format", choices=("text", "json"), default="text")
    _infrastructure(command)


def _new(commands: Commands) -> None:
    command = commands.add_parser("new", help="write a commented declaration to start from")
    command.add_argument("file", metavar="jobs/TEAM/NAME.yaml")


def _demo(commands: Commands) -> None:
    command = commands.add_parser("demo", help="run the whole way against the simulator on this machine")
    command.add_argument(
        "--out", metavar="DIR", default=".build/demo", help="where its files go (default: .build/demo)"
    )
    command.add_argument("--keep", action="store_true", help="leave the simulator running afterwards, until Ctrl-C")


def _infrastructure(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--infrastructure",
        metavar="FILE",
        help="JSON of Terraform's output `infrastructure`; asks Terraform if left out",
    )
