"""The exit codes of every command; no other module writes one as a number."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0
    PROBLEMS = 1
    USAGE = 2
    EXTERNAL_FAILURE = 3
    CONFLICT = 3
    SOMETHING_TO_CREATE = 4
    INTERRUPTED = 130
