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
        "ledger": "show who bought what, check it, and void or enter purchases",
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
        "plan": "plan; record the plan, or count what was approved",
        "report-unchanged": "report that a pull request changes no plan input",
    },
    "After the merge": {
        "tip": "find out whether this run may still act",
        "apply": "create or stop what the approved plans cover, and report it",
        "report": "update the comments of unfinished jobs",
    },
    "Infrastructure": {
        "terraform": "plan or apply Terraform for one environment",
    },
}

LEDGER_DESCRIPTION = """\
The purchase ledger: one log of every clip that was bought, shared by all
environments that name its bucket. Without a command, it is shown."""

LEDGER_COMMANDS: Groups = {
    "Read": {
        "log": "show each purchase: who, when, which job, the cost, and its state",
        "check": "read everything, and say what is wrong and what to do",
    },
    "Write": {
        "void": "void a purchase that can no longer become a job",
        "open": "open a ledger that starts with the jobs that groundctl has made",
        "adopt": "enter jobs that exist, so that their clips are not bought again",
    },
}

# Commands that have commands of their own, each with its description.
FAMILIES: Mapping[str, tuple[str, Groups]] = {
    "ci": (CI_DESCRIPTION, CI_COMMANDS),
    "ledger": (LEDGER_DESCRIPTION, LEDGER_COMMANDS),
}
# What such a command does if none of its own is named.
DEFAULTS = {"ledger": "log"}

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
    if name not in FAMILIES:
        return name, rest
    if name in DEFAULTS and _names_no_command(rest):
        return f"{name} {DEFAULTS[name]}", rest
    verb, rest = _choose(lambda: _family_parser(name), FAMILIES[name][1], rest)
    return f"{name} {verb}", rest


def _names_no_command(rest: Sequence[str]) -> bool:
    return not rest or (rest[0].startswith("-") and rest[0] not in {"-h", "--help"})


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


def _family_parser(name: str) -> argparse.ArgumentParser:
    description, groups = FAMILIES[name]
    command = "[COMMAND]" if name in DEFAULTS else "COMMAND"
    return argparse.ArgumentParser(
        prog=f"groundctl {name}",
        usage=f"groundctl {name} [-h] {command} ...",
        description=f"{description}\n\n{_listing(groups)}",
        epilog=f"See `groundctl {name} COMMAND --help` for options and examples.",
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
