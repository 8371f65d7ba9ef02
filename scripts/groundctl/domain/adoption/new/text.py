"""Writes a new declaration with its comments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from groundctl.domain.adoption.new.starter import Origin, Starter
from groundctl.domain.declarations.rules.policy import yaml_text

_COLUMN = 32
_COMMENTS = {
    "/workforce/team": "the name of a work team in Terraform's output `infrastructure`",
    "/workforce/workers_per_object": "this many workers answer each clip, and each answer costs money",
    "/budget/usd": "a plan above this is refused",
    "/region": "a safeguard: a plan for another Region is refused",
}
_INSTRUCTIONS = """\
  instructions:                 # Markdown, here or in a .md file beside this one
    short: |
      Watch **to the end** before you answer.
    full: |
      Explain here what each answer means, with the cases that are easily confused.
"""
_SELECTION = """\
  # match: ["*.mp4"]            # by default every .mp4, .webm and .ogg file under the prefix
  # sample: {count: 50, seed: 1} # start small: look at 50 results before you buy 5,000
"""


def write_declaration(starter: Starter) -> str:
    """Return the text of the file."""
    blocks = [
        _head(starter),
        f"task:\n{_lines(starter, '/task/title', '/task/description')}{_labels(starter)}{_INSTRUCTIONS}",
        "input:                          # one of prefix, inventory, manifest, objects, from_job, topic\n"
        f"{_lines(starter, '/input/prefix')}{_SELECTION}",
        f"workforce:\n{_lines(starter, *_members(starter, '/workforce/'))}",
        f"output:\n{_lines(starter, '/output/label_attribute')}",
        _tags(starter),
        f"budget:\n{_lines(starter, '/budget/usd')}",
    ]
    return "\n".join(blocks)


def _head(starter: Starter) -> str:
    modeline = f"# yaml-language-server: $schema={starter.schema}\n" if starter.schema else ""
    place = f"# Created in {starter.environment}, which has this folder.\n" if starter.environment else ""
    name = _commented(f"name: {yaml_text(starter.name)}", "the file's name; it can never be used again")
    return f"{modeline}{place}{name}\n{_lines(starter, '/owner', '/notify', '/region')}"


def _members(starter: Starter, start: str) -> list[str]:
    return [pointer for pointer in starter.values if pointer.startswith(start)]


def _lines(starter: Starter, *pointers: str) -> str:
    return "".join(f"{_line(starter, pointer)}\n" for pointer in pointers if pointer in starter.values)


def _line(starter: Starter, pointer: str) -> str:
    *way, member = _steps(pointer)
    written = f"{'  ' * len(way)}{yaml_text(member)}: {_value(starter.values[pointer].data)}"
    return _commented(written, _COMMENTS[pointer]) if pointer in _COMMENTS else written


def _commented(written: str, comment: str) -> str:
    return f"{written.ljust(_COLUMN - 1)} # {comment}"


def _labels(starter: Starter) -> str:
    head = "  labels:                       # 1 to 30; their order is part of the output\n"
    return head + "".join(f"    - {_value(label)}\n" for label in starter.values["/task/labels"].data)


def _tags(starter: Starter) -> str:
    pointers = _members(starter, "/tags/")
    if not pointers:
        return "# tags: {KEY: VALUE}            # cost allocation tags\n"
    head = "tags:"
    if any(starter.values[pointer].origin is Origin.PLACEHOLDER for pointer in pointers):
        head = _commented(head, "jobs/policy.yaml requires some of these")
    return f"{head}\n{_lines(starter, *pointers)}"


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _value(data: Any) -> str:
    match data:
        case str():
            return yaml_text(data)
        case Decimal():
            return f"{data:f}"
        case list():
            return f"[{', '.join(map(_value, data))}]"
        case dict():
            return f"{{{', '.join(f'{key}: {_value(value)}' for key, value in data.items())}}}"
        case _:
            return str(data)


def fields_to_write(starter: Starter) -> tuple[str, ...]:
    """Name the fields whose values are placeholders, as people write them."""
    return tuple(".".join(_steps(pointer)) for pointer in starter.placeholders)
