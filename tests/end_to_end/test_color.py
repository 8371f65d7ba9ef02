"""Color is for a person at a terminal; the words are the same without it."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bench.generate import write_checkout
from support.cli import CLEAN

RED = "\x1b[31m"
MAIN = "from groundctl.cli.main import main; main()"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkout(tmp_path_factory.mktemp("color"), 1, bad_every=1)


def printed(repository: Path, *arguments: str, at_terminal: bool, columns: int = 0, **settings: str) -> str:
    """Run a command with its output at a terminal, of so many columns if it says so, or in a pipe."""
    command = [sys.executable, "-c", MAIN, *arguments]
    environment = {**CLEAN, "TERM": "xterm", **settings}
    if not at_terminal:
        return subprocess.run(
            command, cwd=repository, env=environment, capture_output=True, text=True, check=False
        ).stdout
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    process = subprocess.Popen(command, cwd=repository, env=environment, stdout=theirs, stderr=theirs, stdin=theirs)
    os.close(theirs)
    found = b""
    with suppress(OSError):  # Linux ends a terminal with an error
        while part := os.read(ours, 65536):
            found += part
    process.wait()
    os.close(ours)
    return found.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("at_terminal", "arguments", "settings", "colored"),
    [
        (True, (), {}, True),
        (True, (), {"NO_COLOR": "1"}, False),
        (True, (), {"NO_COLOR": ""}, True),  # set, and empty: not asked for
        (True, (), {"TERM": "dumb"}, False),
        (True, ("--color", "never"), {}, False),
        (False, (), {}, False),
        (False, (), {"FORCE_COLOR": "1"}, True),
        (False, (), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (False, ("--color=always",), {"NO_COLOR": "1"}, True),
        (False, ("--format", "json"), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_color_is_shown_where_it_is_wanted(
    repository: Path, at_terminal: bool, arguments: tuple[str, ...], settings: dict[str, Any], colored: bool
):
    shown = printed(repository, "validate", *arguments, at_terminal=at_terminal, **settings)

    assert "GT" in shown
    assert (RED in shown) is colored
    if "--format" not in arguments:
        plain = printed(repository, "validate", at_terminal=False)
        assert re.sub(r"\x1b\[[0-9]+m", "", shown) == plain


def test_color_can_stand_before_the_command_and_a_wrong_choice_is_named(repository: Path):
    assert RED in printed(repository, "--color", "always", "validate", at_terminal=False)
    assert "choose from auto, always, never" in printed(repository, "validate", "--color", "red", at_terminal=True)


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("command", ["validate", "show", "plan"])
def test_no_line_but_a_long_word_is_wider_than_the_terminal(repository: Path, command: str, columns: int):
    job = next((repository / "jobs").rglob("*.yaml")).stem
    arguments = [command, job] if command == "show" else [command]
    shown = printed(repository, *arguments, at_terminal=True, columns=columns, NO_COLOR="1")
    plain = printed(repository, *arguments, at_terminal=True, NO_COLOR="1")

    assert shown.split() == plain.split()
    assert [line for line in shown.splitlines() if len(line) > columns and len(line.split()) > 1] == []
