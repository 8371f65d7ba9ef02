"""The command line: find the command, run it, report its errors, and return its exit code."""

from __future__ import annotations

import os
import sys

from groundctl.cli.commands import COLOR_CHOICES, WITHOUT_CHILDREN, find_command, module_of
from groundctl.cli.streams import screen, take_over_streams
from groundctl.errors import GroundctlError, UsageError, error_of_file_system
from groundctl.exit_codes import ExitCode
from groundctl.startup import collect_garbage_rarely, end_process, interruption, load_command, take_signals

# Type checkers treat this as typing.TYPE_CHECKING; importing typing takes a tenth of the time of `--help`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; without arguments, take those of this process, and end it."""
    if arguments is not None:
        return _run(arguments)
    sys.excepthook = report_crash
    try:
        code = _run(None)
    finally:
        _end_children()
    return end_process(code)


def _run(arguments: Sequence[str] | None) -> int:
    collect_garbage_rarely()
    take_over_streams()
    try:
        code = _call(arguments)
        sys.stdout.flush()
    except GroundctlError as error:
        report_error(error)
        return error.exit_code
    except OSError as error:
        if (reported := error_of_file_system(error)) is None:
            raise
        report_error(reported)
        return reported.exit_code
    except KeyboardInterrupt:
        print("groundctl: interrupted; it is always safe to run the command again", file=sys.stderr)
        return ExitCode.INTERRUPTED
    return code


def _call(arguments: Sequence[str] | None) -> int:
    try:
        name, rest = find_command(_without_color(sys.argv[1:] if arguments is None else arguments))
        _check_folder()
        if arguments is None and name not in WITHOUT_CHILDREN:
            interruption.report = _report_waiting
            take_signals()
        module = load_command(module_of(name))
        return int(module.COMMAND(f"groundctl {name}", rest))
    except SystemExit as end:  # argparse, after --help, --version or a message about wrong usage
        if arguments is not None:
            raise
        return int(end.code or 0)


def _without_color(arguments: Sequence[str]) -> list[str]:
    """Take --color out of the arguments, wherever it stands before `--`, and keep to it."""
    words = list(arguments)
    end = words.index("--") if "--" in words else len(words)
    for place, word in enumerate(words[:end]):
        name, is_joined, choice = word.partition("=")
        if name != "--color" or words[:1] == ["complete"]:
            continue
        taken = 1 if is_joined else 2
        choice = choice if is_joined else "".join(words[place + 1 : place + 2])
        if choice not in COLOR_CHOICES:
            hint = f"choose from {', '.join(COLOR_CHOICES)}: `--color never`"
            raise UsageError(f"--color is {choice or 'empty'}", hint=hint)
        from groundctl.composition import use_color

        use_color(choice)
        return _without_color([*words[:place], *words[place + taken :]])
    return words


def _end_children() -> None:
    """End the processes that this one has started and that still run, if it has started any."""
    if children := sys.modules.get("groundctl.child_processes"):
        children.end_children()


def _report_waiting(program: str) -> None:
    print(f"groundctl: {program} may finish what it has begun; another Ctrl-C kills it", file=sys.stderr, flush=True)


def _check_folder() -> None:
    """Refuse to work in a folder that was deleted, or that cannot be read: every path would be wrong."""
    try:
        os.getcwd()  # noqa: PTH109 - pathlib would slow down every command
    except OSError as error:
        message = f"the current folder cannot be used: {error.strerror}"
        raise UsageError(message, hint="it may have been deleted: change to your checkout, and run it again") from error


def report_error(error: GroundctlError) -> None:
    """Print an error and its hint."""
    from groundctl.presentation.screen import Color

    shown_on = screen(errors=True)
    said = shown_on.painted_in(shown_on.lines(f"groundctl: {error.message}"), "groundctl:", Color.RED)
    print("\n".join([*said, *shown_on.lines(f"hint: {error.hint}", first="  ", rest="    ")]), file=sys.stderr)


def report_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print a traceback in which no line is a command to the workflow runner."""
    import traceback

    from groundctl.presentation.escape import for_terminal

    for line in "".join(traceback.format_exception(kind, error, trace)).splitlines():
        print(for_terminal(line), file=sys.stderr)
