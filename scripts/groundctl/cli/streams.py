"""Standard output and standard error that no closed pipe, full disk, or other encoding turns into a traceback."""

from __future__ import annotations

import io
import os
import sys

from groundctl.errors import ExternalError

# Type checkers treat this as typing.TYPE_CHECKING; importing typing takes a tenth of the time of `--help`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from groundctl.presentation.screen import Screen


class _Output(io.FileIO):
    """A file descriptor that goes on as /dev/null once it cannot be written.

    A reader that closed its pipe has seen enough, so the command goes on and its exit code stays what it is. Anything
    else is an external failure, or, for standard error, which has no other place for a message, nothing.
    """

    def __init__(self, descriptor: int, *, reports: bool) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self.reports = reports
        self.is_lost = False

    def write(self, data: object) -> int:
        """Write bytes, or drop them."""
        try:
            return super().write(data)  # type: ignore[arg-type]  # any buffer; its type is not in typing before 3.12
        except OSError as error:
            self.is_lost = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            if isinstance(error, BrokenPipeError) or not self.reports:
                return memoryview(data).nbytes  # type: ignore[arg-type]
            reason = (error.strerror or str(error)).lower()
            message = f"the output cannot be written: {reason}"
            raise ExternalError(message, hint="free space, or write it to another place; then run it again") from error


def take_over_streams() -> None:
    """Replace the streams of this process, unless something else, such as a test, has replaced them already."""
    if sys.stderr is None:
        # Python has None for a closed stream. It stays open until the end.
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - pathlib would slow down --help
    elif _is_own(sys.stderr):
        sys.stderr = _opened(sys.stderr, reports=False)
    if sys.stdout is None:
        # The outcome of an apply must not be lost.
        sys.stdout = sys.stderr
    elif _is_own(sys.stdout):
        sys.stdout = _opened(sys.stdout, reports=True)


def output_is_lost() -> bool:
    """Return whether nothing takes the standard output anymore."""
    return bool(getattr(getattr(getattr(sys.stdout, "buffer", None), "raw", None), "is_lost", False))


def screen(*, errors: bool = False) -> Screen:
    """Say what the terminal of standard output, or of standard error, can show; a file, a pipe and a log have no columns."""
    from groundctl.composition import wants_color
    from groundctl.presentation.screen import Screen

    try:
        columns = os.get_terminal_size((sys.stderr if errors else sys.stdout).fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return Screen(columns or None, colored=wants_color(errors=errors))


def print_note(sentence: str) -> None:
    """Print a sentence on standard error, as wide as its screen."""
    print("\n".join(screen(errors=True).lines(sentence)), file=sys.stderr)


def _is_own(stream: TextIO) -> bool:
    return stream in (sys.__stdout__, sys.__stderr__)


def _opened(stream: TextIO, *, reports: bool) -> TextIO:
    stream.flush()
    raw = _Output(stream.fileno(), reports=reports)
    # Files and pages are UTF-8 in every locale. A terminal shows what it can, and the rest as escapes.
    encoding = stream.encoding if raw.isatty() else "utf-8"
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=encoding,
        errors="backslashreplace",
        line_buffering=raw.isatty() or not reports,
    )
