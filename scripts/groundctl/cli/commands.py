"""The list of commands, as shown by `groundctl --help` and `groundctl ci --help`.

Each command has its own module with its options, help, and run(). The module is imported only when the command is
called.
"""

from __future__ import annotations

import argparse
import sys

from groundctl import __version__
from groundctl.exit_codes import ExitCode

# Type checkers treat this as typing.TYPE_CHECKING; importing typing takes a tenth of the time of `--help`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    # The heading of a group, and the summary of each command in it.
    Groups: TypeAlias = Mapping[str, Mapping[str, str]]

DESCRIPTION = """\
GitOps for Amazon SageMaker Ground Truth video classification: declare labeling
jobs as YAML files, review what they would cost, and create each job once."""

COMMANDS: Groups = {
    "Declare and check, offline": {
        "new": "write a commented declaration to start from",
        "validate": "check declarations and report every problem",
        "show": "show one declaration as a spec, request, plan, comment, or page",
    },
    "Plan and create": {
        "plan": "show what apply would do and what it would cost; changes nothing",
        "apply": "create the labeling jobs that do not exist yet",
    },
    "Follow": {
        "status": "show the progress of labeling jobs",
        "results": "fetch and summarize the labels of a job",
    },
    "Try": {
        "demo": "create, label, and read three sample jobs on this machine",
    },
    "Workflows": {
        "ci": "commands that the GitHub Actions workflows call",
    },
}

CI_DESCRIPTION = """\
Commands that the GitHub Actions workflows call. They need the variables that
GitHub sets for a step, and report on pull requests."""

CI_COMMANDS: Groups = {
    "For a pull request": {
        "changed": "report whether a branch changes any plan input",
        "plan": "plan, and report the plan in a comment and a check",
        "report-unchanged": "report that a pull request changes no plan input",
    },
    "After the merge": {
        "apply": "create or stop what the approved plans cover, and report it",
        "report": "update the comments of unfinished jobs",
    },
    "Infrastructure": {
        "terraform": "plan or apply Terraform for one environment",
    },
}

EXIT_CODES = {
    ExitCode.OK: "done, nothing wrong",
    ExitCode.PROBLEMS: "problems in declarations, refusals, or jobs that failed",
    ExitCode.USAGE: "wrong usage",
    ExitCode.EXTERNAL_FAILURE: "external failure: credentials, network, AWS, GitHub, or Terraform",
    ExitCode.SOMETHING_TO_CREATE: "with plan --detailed-exitcode: there is something to create",
    ExitCode.INTERRUPTED: "interrupted",
}


HELP_WIDTH = 80


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Wraps help at a fixed width, because argparse imports a lot to find the terminal's width."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=24, width=HELP_WIDTH)


def find_command(arguments: Sequence[str] | None) -> tuple[str, list[str]]:
    """Split a command line into the command, such as `plan` or `ci plan`, and its own arguments.

    `--help`, `--version`, and unknown names end the program here, as in argparse.
    """
    name, rest = _choose(_top_level_parser, COMMANDS, sys.argv[1:] if arguments is None else arguments)
    if name != "ci":
        return name, rest
    verb, rest = _choose(_ci_parser, CI_COMMANDS, rest)
    return f"{name} {verb}", rest


def _top_level_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="groundctl",
        usage="groundctl [-h] [--version] COMMAND ...",
        description=f"{DESCRIPTION}\n\n{_listing(COMMANDS)}",
        epilog=f"{_exit_codes()}\n\nSee `groundctl COMMAND --help` for options and examples.",
        formatter_class=HelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"groundctl {__version__}", help="show the version")
    return parser


def _ci_parser() -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog="groundctl ci",
        usage="groundctl ci [-h] COMMAND ...",
        description=f"{CI_DESCRIPTION}\n\n{_listing(CI_COMMANDS)}",
        epilog="See `groundctl ci COMMAND --help` for options and examples.",
        formatter_class=HelpFormatter,
    )


def _choose(
    make_parser: Callable[[], argparse.ArgumentParser], groups: Groups, arguments: Sequence[str]
) -> tuple[str, list[str]]:
    names = [name for group in groups.values() for name in group]
    # Only help and errors need the parser, which takes longer to make than a small file to check.
    if arguments and arguments[0] in names:
        return arguments[0], list(arguments[1:])
    parser = make_parser()
    parser.add_argument("command", metavar="COMMAND", choices=names, help=argparse.SUPPRESS)
    rest = parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    rest.required = False  # otherwise argparse would print the internal name
    parsed = parser.parse_args(arguments)
    return str(parsed.command), list(parsed.rest)


def _listing(groups: Groups) -> str:
    width = max(len(name) for group in groups.values() for name in group)
    return "\n\n".join(
        "\n".join([f"{heading}:", *(f"  {name:<{width}}  {summary}" for name, summary in group.items())])
        for heading, group in groups.items()
    )


def _exit_codes() -> str:
    return "\n".join(["exit codes:", *(f"  {code:<4} {meaning}" for code, meaning in EXIT_CODES.items())])
