"""The list of commands, as shown by `groundctl --help` and `groundctl ci --help`.

Each command has its own module with its options, help, and run(). The module is imported only when the command is
called.
"""

from __future__ import annotations

import argparse
import os
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
    "Set up": {
        "init": "set up a repository that uses groundctl, or upgrade it",
        "doctor": "look at the whole set-up, and say what is wrong with it",
        "import": "write declarations for labeling jobs that exist",
        "clone": "copy a declaration to a new file, to change it",
    },
    "Declare and check, offline": {
        "new": "write a commented declaration to start from",
        "validate": "check declarations and report every problem",
        "show": "show one declaration as a spec, request, plan, comment, or page",
        "schema": "print a JSON Schema, for editors and other tools",
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
    "Other": {
        "completions": "print what makes your shell complete commands, options, and job names",
        "ci": "commands that only the GitHub Actions workflows call",
    },
}

CI_DESCRIPTION = """\
Commands that the GitHub Actions workflows call. They need the variables that
GitHub sets for a step, and report on pull requests."""

COLOR_CHOICES = ("auto", "always", "never")

SEE_HELP = "`groundctl help COMMAND` or `groundctl COMMAND --help` shows options and examples."

CI_COMMANDS: Groups = {
    "For a pull request": {
        "changed": "report whether a branch changes any plan input",
        "plan": "plan; record the plan, or count what was approved",
        "report-unchanged": "report that a pull request changes no plan input",
        "doctor": "say what is wrong with the set-up, as far as the run can see it",
    },
    "After the merge": {
        "tip": "find out whether this run may still act",
        "apply": "create or stop what the approved plans cover, and report it",
        "report": "update the comments of unfinished jobs",
    },
    "Environments": {
        "environments": "list the environments of this repository",
        "environment": "say which account, roles and protection one has",
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
# The modules of commands whose own name is a word of Python.
MODULES = {"import": "import_jobs"}
# What such a command does if none of its own is named.
DEFAULTS = {"ledger": "log"}

# Commands whose module is in another folder than cli/. A folder holds a dozen modules.
FOLDERS = {
    "completions": "help",
    "complete": "help",
    **dict.fromkeys(("clone", "doctor", "import", "init", "new", "schema"), "set_up"),
}
# Called by the completions of a shell at each Tab; no person calls it.
HIDDEN = ("complete",)

# Offline commands, which start no program: they do not spend time on signals. A pool of workers sees to its own.
WITHOUT_CHILDREN = frozenset({"complete", "completions", "new", "show", "validate"})

EXIT_CODES = {
    ExitCode.OK: "done, nothing wrong",
    ExitCode.PROBLEMS: "problems in declarations, refusals, or jobs that failed",
    ExitCode.USAGE: "wrong usage",
    ExitCode.EXTERNAL_FAILURE: "external failure: credentials, network, AWS, GitHub, or Terraform;"
    " with init --upgrade: a conflict is left",
    ExitCode.SOMETHING_TO_CREATE: "with plan --detailed-exitcode: there is something to create;"
    " with doctor: nothing could be seen",
    ExitCode.INTERRUPTED: "interrupted",
}


MAX_HELP_WIDTH = 80
MIN_HELP_WIDTH = 40


def help_width() -> int:
    """Return the width of help: that of a narrow terminal, and 80 columns elsewhere."""
    for descriptor in (1, 2):
        try:
            # Not shutil, which takes longer to import than the help to write.
            columns = os.get_terminal_size(descriptor).columns
        except (OSError, ValueError):
            continue
        return max(MIN_HELP_WIDTH, min(columns, MAX_HELP_WIDTH)) if columns else MAX_HELP_WIDTH
    return MAX_HELP_WIDTH


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Wraps help without asking argparse for the terminal's width, which imports a lot."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=24, width=help_width())


def module_of(name: str) -> str:
    """Return the module of a command, below groundctl.cli."""
    folder = FOLDERS.get(name)
    own = MODULES.get(name) or name.replace(" ", ".").replace("-", "_")
    return f"{folder}.{own}" if folder else own


def find_command(arguments: Sequence[str] | None) -> tuple[str, list[str]]:
    """Split a command line into the command, such as `plan` or `ci plan`, and its own arguments.

    `--help`, `--version`, and unknown names end the program here, as in argparse.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["help"]:
        given = [*given[1:], "--help"]  # `groundctl help plan` is `groundctl plan --help`
    name, rest = _choose(_top_level_parser, COMMANDS, given)
    if name not in FAMILIES:
        return name, rest
    if name in DEFAULTS and _names_no_command(rest):
        return f"{name} {DEFAULTS[name]}", rest
    verb, rest = _choose(lambda: _family_parser(name), FAMILIES[name][1], rest)
    return f"{name} {verb}", rest


def _names_no_command(rest: Sequence[str]) -> bool:
    return not rest or (rest[0].startswith("-") and rest[0] not in {"-h", "--help"})


class _ListingParser(argparse.ArgumentParser):
    """Writes its list of commands only for help: `--version` does not wait for textwrap."""

    listing: Callable[[], tuple[str, str]]

    def format_help(self) -> str:
        self.description, self.epilog = self.listing()
        return super().format_help()


def _top_level_parser() -> argparse.ArgumentParser:
    parser = _ListingParser(
        prog="groundctl",
        usage="groundctl [-h] [--version] [--color WHEN] COMMAND ...",
        formatter_class=HelpFormatter,
    )
    parser.listing = lambda: (
        f"{_wrapped(DESCRIPTION)}\n\n{_listing(COMMANDS)}",
        f"{_exit_codes()}\n\n{_wrapped(SEE_HELP)}",
    )
    parser.add_argument("--version", action="version", version=f"groundctl {__version__}", help="show the version")
    when = "auto (default): color on a terminal, unless NO_COLOR is set; always, or never; also after COMMAND"
    parser.add_argument("--color", metavar="WHEN", help=when)
    return parser


def _family_parser(name: str) -> argparse.ArgumentParser:
    description, groups = FAMILIES[name]
    command = "[COMMAND]" if name in DEFAULTS else "COMMAND"
    parser = _ListingParser(
        prog=f"groundctl {name}",
        usage=f"groundctl {name} [-h] {command} ...",
        formatter_class=HelpFormatter,
    )
    see = f"`groundctl {name} COMMAND --help` shows options and examples."
    parser.listing = lambda: (f"{_wrapped(description)}\n\n{_listing(groups)}", _wrapped(see))
    return parser


def _choose(
    make_parser: Callable[[], argparse.ArgumentParser], groups: Groups, arguments: Sequence[str]
) -> tuple[str, list[str]]:
    names = [name for group in groups.values() for name in group]
    hidden = HIDDEN if groups is COMMANDS else ()
    # Only help and errors need the parser, which takes longer to make than a small file to check.
    if arguments and (arguments[0] in names or arguments[0] in hidden):
        return arguments[0], list(arguments[1:])
    parser = make_parser()
    if not arguments:
        parser.error(f"a command is missing: `{parser.prog} --help` lists them")
    if not arguments[0].startswith("-"):
        from groundctl.presentation.near_names import meant

        parser.error(f"there is no command {arguments[0]}{meant(arguments[0], names) or _where(arguments[0])}")
    parser.add_argument("command", metavar="COMMAND", choices=names, help=argparse.SUPPRESS)
    rest = parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    rest.required = False  # otherwise argparse would print the internal name
    parsed = parser.parse_args(arguments)
    return str(parsed.command), list(parsed.rest)


def _where(word: str) -> str:
    """Name the families that have a command of this name."""
    families = [name for name, (_, groups) in FAMILIES.items() if any(word in group for group in groups.values())]
    return f"; did you mean groundctl {families[0]} {word}?" if families else ""


def _listing(groups: Groups) -> str:
    import textwrap

    width = max(len(name) for group in groups.values() for name in group)
    indent = " " * (width + 4)
    return "\n\n".join(
        "\n".join(
            [
                f"{heading}:",
                *(
                    textwrap.fill(
                        summary, help_width(), initial_indent=f"  {name:<{width}}  ", subsequent_indent=indent
                    )
                    for name, summary in group.items()
                ),
            ]
        )
        for heading, group in groups.items()
    )


def _exit_codes() -> str:
    import textwrap

    lines = (
        textwrap.fill(meaning, help_width(), initial_indent=f"  {code:<4} ", subsequent_indent=" " * 7)
        for code, meaning in EXIT_CODES.items()
    )
    return "\n".join(["exit codes:", *lines])


def _wrapped(text: str) -> str:
    import textwrap

    return textwrap.fill(" ".join(text.split()), help_width())
