"""groundctl complete: what a shell offers at a Tab. It is called while a person waits, so it imports nothing heavy.

Each line is a word and its description, with a tab between; `:files` and `:folders` ask the shell for its own names.
"""

from __future__ import annotations

import json
import os

from groundctl.exit_codes import ExitCode

# Type checkers treat this as typing.TYPE_CHECKING; importing typing takes a tenth of the time of a Tab.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

FILES, FOLDERS = ":files", ":folders"
# What the values are, by the name that help gives them.
TAKES = {
    "DECLARATION": FILES,
    "FILE": FILES,
    "FOLDER": FOLDERS,
    "PATH": FILES,
    "PLACE": FOLDERS,
}
JOBS = {"JOB", "NAME"}
COLOR = {"flag": "--color", "help": "when to use color", "takes": "WHEN", "choices": ["auto", "always", "never"]}
MAX_JOBS = 2_000


class _Complete:
    """Called like a Command, which would import dataclasses."""

    def __call__(self, prog: str, arguments: Sequence[str]) -> ExitCode:  # noqa: ARG002 - as every command
        for word, text in candidates(arguments, read_table()):
            print(f"{word}\t{text}".rstrip("\t"))
        return ExitCode.OK


COMMAND = _Complete()


def read_table() -> Mapping[str, Any]:
    """Read what tests/support/command_reference.py has written of every command: importing the commands takes longer."""
    path = os.path.join(os.path.dirname(__file__), "commands.json")  # noqa: PTH118, PTH120 - pathlib takes longer
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - see above
        table: Mapping[str, Any] = json.load(file)
    return table


def candidates(words: Sequence[str], table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what can stand in the place of the last word, with descriptions."""
    *before, current = _joined(words) or [""]
    if before[:1] == ["help"]:
        before = before[1:]
    name, rest = _command(before, table)
    if name is None:
        return
    entry = table[name]
    found = [*_listed(entry.get("commands", {}), current)]
    if not before and current.startswith("-"):
        found = [*_listed({"--help": "show help", "--version": "show the version"}, current)]
    yield from found
    if "options" in entry:
        yield from _of_command(entry, rest, current)


def _joined(words: Sequence[str]) -> list[str]:
    """Join `--format`, `=`, and `json`, which bash gives as three words, where the last one is not completed."""
    joined: list[str] = []
    for place, word in enumerate(words):
        last = place == len(words) - 1
        if word == "=" and joined and joined[-1].startswith("--"):
            if last:
                joined.append("")
            continue
        joined.append(word)
    return joined


def _command(before: Sequence[str], table: Mapping[str, Any]) -> tuple[str | None, Sequence[str]]:
    """Find the entry of the command that was written, and the words after it."""
    name = ""
    for place, word in enumerate(before):
        deeper = f"{name} {word}".strip()
        if deeper not in table:
            return (name, before[place:]) if "options" in table[name] else (None, ())
        name = deeper
    return name, ()


def _of_command(entry: Mapping[str, Any], rest: Sequence[str], current: str) -> Iterator[tuple[str, str]]:
    options = {option["flag"]: option for option in (*entry["options"], COLOR)}
    if "--" not in rest:
        if current.startswith("--") and "=" in current:
            flag, _, begun = current.partition("=")
            for word, text in _values(options.get(flag, {}), begun):
                yield (word if word.startswith(":") else f"{flag}={word}"), text
            return
        previous = options.get(rest[-1], {}) if rest else {}
        if previous.get("takes"):
            yield from _values(previous, current)
            return
        if current.startswith("-"):
            used = {word.partition("=")[0] for word in rest}
            free = {flag: option["help"] for flag, option in options.items() if flag not in used}
            yield from _listed({**free, "--help": "show help", "--color": "when to use color"}, current)
            return
    yield from _arguments(entry, options, rest, current)


def _arguments(
    entry: Mapping[str, Any], options: Mapping[str, Any], rest: Sequence[str], current: str
) -> Iterator[tuple[str, str]]:
    given = 0
    skip = False
    for word in rest:
        option = options.get(word)
        if skip or option or word.startswith("-"):
            skip = bool(option and option["takes"]) and not skip
        else:
            given += 1
    arguments = entry["arguments"]
    if given < len(arguments):
        yield from _values(arguments[given], current)
    elif arguments and arguments[-1]["several"]:
        yield from _values(arguments[-1], current)


def _values(declared: Mapping[str, Any], current: str) -> Iterator[tuple[str, str]]:
    takes = declared.get("takes", "")
    if declared.get("choices"):
        yield from _listed(dict.fromkeys(declared["choices"], ""), current)
    elif takes in JOBS:
        yield from _listed(dict.fromkeys(_jobs(), "declared job"), current)
        if declared.get("also_files"):
            yield FILES, ""
    elif takes == "ENVIRONMENT":
        yield from _listed(dict.fromkeys(_environments(), "environment"), current)
    elif takes in TAKES:
        yield TAKES[takes], ""


def _listed(names: Mapping[str, str], current: str) -> Iterator[tuple[str, str]]:
    return ((name, text) for name, text in names.items() if name.startswith(current))


def _root() -> str:
    """Find the nearest folder with jobs/, as every command does."""
    folder = here = os.getcwd()  # noqa: PTH109 - pathlib takes longer
    while not os.path.isdir(f"{folder}/jobs"):  # noqa: PTH112 - see above
        parent = os.path.dirname(folder)  # noqa: PTH120 - see above
        if parent == folder:
            return here
        folder = parent
    return folder


def _jobs() -> list[str]:
    """Name the declared jobs: a file has the name of its job."""
    names: list[str] = []
    for _, folders, files in os.walk(f"{_root()}/jobs"):
        folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
        names += sorted(
            _printable(file.rpartition(".")[0])
            for file in files
            if file.endswith((".yaml", ".yml")) and not file.startswith(".") and file != "policy.yaml"
        )
        if len(names) > MAX_JOBS:
            break
    return [name for name in names if name][:MAX_JOBS]


def _environments() -> list[str]:
    try:
        files = sorted(os.listdir(f"{_root()}/terraform/environments"))  # noqa: PTH208 - pathlib takes longer
    except OSError:
        return []
    return [name for file in files if file.endswith(".tfvars") and (name := _printable(file[: -len(".tfvars")]))]


def _printable(name: str) -> str:
    """Leave out a name that could be more to a shell, a terminal, or groundctl itself than a name."""
    if name.startswith("-"):
        return ""
    return name if name.isprintable() and name.isascii() and not set(name) & set(" \t\"'`$\\;&|<>(){}[]*?!#~") else ""
