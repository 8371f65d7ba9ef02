"""Parses a log and the output file as GitHub's runner does (actions/runner: ActionCommand, FileCommandManager)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

COMMANDS: Final = {
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
}


@dataclass(frozen=True)
class Command:
    """A command that the runner would obey."""

    name: str
    properties: Mapping[str, str]
    data: str


def commands_in(log: str) -> list[Command]:
    """Find the commands in a log, line by line; a program's line ends where .NET reads one to its end."""
    return [command for line in re.split(r"\r\n|\r|\n", log) if (command := _command(line) or _old_command(line))]


def _command(line: str) -> Command | None:
    # str.strip takes away more than TrimStart does, never less.
    line = line.lstrip()
    if not line.startswith("::") or (end := line.find("::", 2)) < 0:
        return None
    return _registered(
        line[2:end], line[end + 2 :], ",", {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
    )


def _old_command(line: str) -> Command | None:
    if (start := line.find("##[")) < 0 or (end := line.find("]", start)) < 0:
        return None
    return _registered(
        line[start + 3 : end], line[end + 1 :], ";", {"%3B": ";", "%0D": "\r", "%0A": "\n", "%5D": "]", "%25": "%"}
    )


def _registered(head: str, data: str, between: str, escapes: Mapping[str, str]) -> Command | None:
    name, _, written = head.partition(" ")
    if name.lower() not in COMMANDS:
        return None
    pairs = (pair.split("=", 1) for pair in written.strip().split(between) if pair)
    properties = {pair[0]: _unescaped(pair[1], escapes) for pair in pairs if len(pair) == 2 and all(pair)}
    data_escapes = {code: sign for code, sign in escapes.items() if sign not in ":,"}
    return Command(name=name.lower(), properties=properties, data=_unescaped(data, data_escapes))


def _unescaped(text: str, escapes: Mapping[str, str]) -> str:
    for code, sign in escapes.items():
        text = text.replace(code, sign)
    return text


def outputs_in(file: str) -> dict[str, str]:
    """Read the file that GITHUB_OUTPUT names; what the runner refuses is an error here too."""
    outputs: dict[str, str] = {}
    lines = iter(file.split("\n"))
    for line in lines:
        if not line:
            continue
        equals, here = line.find("="), line.find("<<")
        if equals >= 0 and (here < 0 or equals < here):
            name, _, value = line.partition("=")
            outputs[name] = value
        elif here >= 0:
            name, _, delimiter = line.partition("<<")
            if not name or not delimiter:
                raise ValueError(f"{line!r} has no name or no delimiter")
            outputs[name] = "\n".join(_until(delimiter, lines))
        else:
            raise ValueError(f"{line!r} is no output")
    return outputs


def _until(delimiter: str, lines: Iterator[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        if line == delimiter:
            return found
        found.append(line)
    raise ValueError(f"{delimiter!r} does not come again")
