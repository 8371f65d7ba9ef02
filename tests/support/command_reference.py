"""Writes what is known of every command: .github/COMMANDS.md for people, commands.json for the shells' completions."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from dataclasses import MISSING
from enum import StrEnum
from pathlib import Path
from typing import Any, get_origin

from groundctl.cli.commands import COMMANDS, EXIT_CODES, FAMILIES, module_of
from groundctl.cli.options import Argument, Command, Option, declarations
from support.builders import ROOT

REFERENCE = ROOT / ".github/COMMANDS.md"
TABLE = ROOT / "scripts/groundctl/cli/help/commands.json"
HEAD = """\
# Commands

Every command of groundctl with its options. This page is written by `make docs` from the commands themselves;
`groundctl help COMMAND` shows the same at a terminal. `groundctl completions SHELL` makes bash, zsh, or fish complete
them.
"""


def command(name: str) -> Command[Any]:
    found = importlib.import_module(f"groundctl.cli.{module_of(name)}").COMMAND
    assert isinstance(found, Command)
    return found


def names() -> Iterator[str]:
    """Name every command in the order of help."""
    for group in COMMANDS.values():
        for name in group:
            if name in FAMILIES:
                yield from (f"{name} {verb}" for verbs in FAMILIES[name][1].values() for verb in verbs)
            else:
                yield name


def table() -> str:
    """Write what completions need of every command."""
    entries: dict[str, Any] = {"": {"commands": {**_summaries(COMMANDS), "help": "show the help of a command"}}}
    for family, (_, groups) in FAMILIES.items():
        entries[family] = {"commands": _summaries(groups)}
    for name in names():
        options, arguments = [], []
        for _, kind, declared in declarations(command(name).options):
            choices = [str(member) for member in kind] if isinstance(kind, type) and issubclass(kind, StrEnum) else []
            takes = "" if kind is bool else declared.metavar or "VALUE"
            entry = {"help": _first(declared.help), "takes": takes, "choices": choices}
            if isinstance(declared, Option):
                options.append({"flag": declared.flag, **entry})
            else:
                several = get_origin(kind) is tuple
                arguments.append({**entry, "several": several, "also_files": "its file" in declared.help})
        entries[name] = {"options": options, "arguments": arguments}
    return json.dumps(entries, indent=1) + "\n"


def reference() -> str:
    """Write the page."""
    parts = [HEAD]
    for heading, group in COMMANDS.items():
        parts += [_section(name, heading) for name in group if name not in FAMILIES]
    for family, (description, groups) in FAMILIES.items():
        parts.append(f"## groundctl {family}\n\n{' '.join(description.split())}\n")
        for heading, group in groups.items():
            parts += [_section(f"{family} {name}", heading) for name in group]
    codes = "\n".join(f"| {code.value} | {_cell(meaning)} |" for code, meaning in EXIT_CODES.items())
    parts.append(f"## Exit codes\n\n| Code | Meaning |\n|---|---|\n{codes}\n")
    return "\n".join(parts)


def _section(name: str, heading: str) -> str:
    found = command(name)
    rows = []
    words = [f"groundctl {name}"]
    for field, kind, declared in declarations(found.options):
        if isinstance(declared, Argument):
            several = get_origin(kind) is tuple
            optional = field.default is not MISSING
            shown = f"{declared.metavar} ..." if several else declared.metavar
            words.append(f"[{shown}]" if optional else shown)
            rows.append((f"`{declared.metavar}`", declared.help))
        else:
            choices = isinstance(kind, type) and issubclass(kind, StrEnum)
            value = "" if kind is bool else f" {'|'.join(str(one) for one in kind) if choices else declared.metavar}"
            rows.append((f"`{declared.flag}{value}`".replace("|", "\\|"), declared.help))
    level = "###" if " " in name else "##"
    examples = "\n".join(found.examples)
    options = "\n".join(f"| {left} | {_cell(right)} |" for left, right in rows)
    listed = f"\n| Argument or option | Meaning |\n|---|---|\n{options}\n" if rows else ""
    title = f"{level} {' '.join(words)}"
    return f"{title}\n\n_{heading}._ {found.description}\n{listed}\n```sh\n{examples}\n```\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _first(help_text: str) -> str:
    """Give the first clause, which fits beside a word in a list."""
    return help_text.split(";")[0].split("\t")[0]


def _summaries(groups: Any) -> dict[str, str]:
    return {name: summary for group in groups.values() for name, summary in group.items()}


def write(root: Path = ROOT) -> None:
    """Write both files."""
    (root / REFERENCE.relative_to(ROOT)).write_text(reference(), encoding="utf-8")
    (root / TABLE.relative_to(ROOT)).write_text(table(), encoding="utf-8")


if __name__ == "__main__":
    write()
