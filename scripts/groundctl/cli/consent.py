"""Asks the person at a terminal before something that cannot be undone."""

from __future__ import annotations

from groundctl.composition import discard_typed, read_answer
from groundctl.exit_codes import ExitCode

YES = b"yes\n"


def ask_for_yes(shown: str, question: str, *, otherwise: str) -> ExitCode | None:
    """Show something and ask; give the exit code if the answer is anything but `yes`, and print what that means."""
    try:
        print(shown)
        discard_typed()
        print(f"\n{question}", end="", flush=True)
        if read_answer() == YES:
            return None
        print(f"\n{otherwise}")
    except KeyboardInterrupt:
        print(f"\n{otherwise}")
        return ExitCode.INTERRUPTED
    return ExitCode.PROBLEMS
