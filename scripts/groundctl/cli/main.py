"""The command line: find the command, run it, report its errors, and return its exit code."""

from __future__ import annotations

import errno
import os
import sys

from groundctl.cli.commands import find_command
from groundctl.errors import GroundctlError
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
    _replace_closed_streams()
    try:
        code = _run(None)
    except SystemExit as end:  # argparse, after --help, --version or a message about wrong usage
        code = int(end.code or 0)
    return end_process(code)


def _replace_closed_streams() -> None:
    """Give a closed stream a place to write to: Python has None there, and the outcome of an apply must not be lost."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open until the end, and pathlib would slow down --help
    if sys.stdout is None:
        sys.stdout = sys.stderr


def _run(arguments: Sequence[str] | None) -> int:
    collect_garbage_rarely()
    try:
        name, rest = find_command(arguments)
        module = load_command(name.replace(" ", ".").replace("-", "_"))
        code = int(module.COMMAND(f"groundctl {name}", rest))
        sys.stdout.flush()
    except GroundctlError as error:
        report_error(error)
        return error.exit_code
    except BrokenPipeError:
        # The reader closed the pipe.
        drop_output()
        return ExitCode.OK
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        drop_output()
        print("groundctl: the output cannot be written: no space is left on the device", file=sys.stderr)
        return ExitCode.EXTERNAL_FAILURE
    except KeyboardInterrupt:
        print("groundctl: interrupted; it is always safe to run the command again", file=sys.stderr)
        return ExitCode.INTERRUPTED
    return code


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


def drop_output() -> None:
    """Prevent a second error on exit for output that cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
