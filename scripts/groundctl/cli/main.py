"""The command line: find the command, run it, report its errors, and return its exit code."""

from __future__ import annotations

import os
import sys

from groundctl.cli.commands import find_command
from groundctl.cli.streams import take_over_streams
from groundctl.errors import GroundctlError, UsageError
from groundctl.exit_codes import ExitCode
from groundctl.startup import collect_garbage_rarely, end_process, load_command

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
    return end_process(_run(None))


def _run(arguments: Sequence[str] | None) -> int:
    collect_garbage_rarely()
    take_over_streams()
    try:
        code = _call(arguments)
        sys.stdout.flush()
    except GroundctlError as error:
        report_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("groundctl: interrupted; it is always safe to run the command again", file=sys.stderr)
        return ExitCode.INTERRUPTED
    return code


def _call(arguments: Sequence[str] | None) -> int:
    try:
        name, rest = find_command(arguments)
        _check_folder()
        module = load_command(name.replace(" ", ".").replace("-", "_"))
        return int(module.COMMAND(f"groundctl {name}", rest))
    except SystemExit as end:  # argparse, after --help, --version or a message about wrong usage
        if arguments is not None:
            raise
        return int(end.code or 0)


def _check_folder() -> None:
    """Refuse to work in a folder that was deleted, or that cannot be read: every path would be wrong."""
    try:
        os.getcwd()  # noqa: PTH109 - pathlib would slow down every command
    except OSError as error:
        message = f"the current folder cannot be used: {error.strerror}"
        raise UsageError(message, hint="it may have been deleted: change to your checkout, and run it again") from error


def report_error(error: GroundctlError) -> None:
    """Print an error and its hint."""
    from groundctl.presentation.escape import for_terminal

    print(f"groundctl: {for_terminal(error.message)}", file=sys.stderr)
    print(f"  hint: {for_terminal(error.hint)}", file=sys.stderr)


def report_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print a traceback in which no line is a command to the workflow runner."""
    import traceback

    from groundctl.presentation.escape import for_terminal

    for line in "".join(traceback.format_exception(kind, error, trace)).splitlines():
        print(for_terminal(line), file=sys.stderr)
