"""Generates the tables of inputs and outputs in the README of each Terraform module: `make docs`.

It reads what `terraform fmt` leaves, which `make check` asks for: a block's own attributes stand two spaces in, and all else deeper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TERRAFORM = Path(__file__).parents[3] / "terraform"
BEGIN, END = "<!-- begin inputs and outputs -->", "<!-- end inputs and outputs -->"
LONGEST_DEFAULT = 40

_BLOCK = re.compile(r'^(variable|output) "([a-z0-9_]+)" \{\n(.*?)^\}$', re.MULTILINE | re.DOTALL)
_ATTRIBUTE = re.compile(r"  ([a-z_]+) += (.*)")
_FURTHER = re.compile(r"   |  [\])}]|  EOT|$")
_HEREDOC = re.compile(r"<<-EOT\n(.*)\n *EOT", re.DOTALL)
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


class UnreadableBlockError(Exception):
    """A block that is not formatted as expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A variable or an output."""

    kind: str
    name: str
    description: str
    type: str = ""
    default: str | None = None


def readmes() -> list[Path]:
    """List the files that contain the tables."""
    files = sorted(TERRAFORM.glob("modules/*/README.md"))
    return [file for file in files if BEGIN in file.read_text(encoding="utf-8")]


def renewed(readme: Path) -> str:
    """Return a README's text with updated tables."""
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    old, found, after = rest.partition(END)
    if not found or BEGIN in old + after:
        raise UnreadableBlockError(f"{readme} wants one {BEGIN} and one {END} after it")
    return f"{before}{BEGIN}\n{tables(read_blocks(readme.parent))}{END}{after}"


def read_blocks(folder: Path) -> list[Block]:
    """Read the variables and outputs of all files in a folder, by name."""
    return sorted(
        (block for file in folder.glob("*.tf") for block in parse(file.read_text(encoding="utf-8"))),
        key=lambda block: block.name,
    )


def parse(code: str) -> Iterator[Block]:
    """Yield the variables and outputs in Terraform code."""
    blocks = _BLOCK.findall(code)
    if len(blocks) != len(re.findall(r"^(?:variable|output)\b", code, re.MULTILINE)):
        raise UnreadableBlockError("some variable or output is not formatted: run `terraform fmt`")
    for kind, name, body in blocks:
        attributes = _attributes(body)
        if "description" not in attributes:
            raise UnreadableBlockError(f"{kind} {name} has no description")
        yield Block(
            kind=kind,
            name=name,
            description=_text(attributes["description"]),
            type=_in_short(attributes.get("type", "")),
            default=attributes.get("default"),
        )


def tables(blocks: list[Block]) -> str:
    """Write the two tables."""
    inputs = [
        f"| `{block.name}` | {block.type} | {_default(block)} | {_cell(block.description)} |"
        for block in blocks
        if block.kind == "variable"
    ]
    outputs = [f"| `{block.name}` | {_cell(block.description)} |" for block in blocks if block.kind == "output"]
    lines = ["## Inputs", "", "| Name | Type | Default | What it is |", "|---|---|---|---|", *inputs] if inputs else []
    if outputs:
        lines += ["", "## Outputs", "", "| Name | What it is |", "|---|---|", *outputs]
    return "\n".join(lines).lstrip("\n") + "\n"


def _attributes(body: str) -> dict[str, str]:
    found: dict[str, str] = {}
    current = ""
    for line in body.splitlines():
        if start := _ATTRIBUTE.fullmatch(line):
            current = start[1]
            found[current] = start[2]
        elif current and _FURTHER.match(line):
            found[current] += f"\n{line}"
        else:
            current = ""
    return {name: value.rstrip() for name, value in found.items()}


def _text(value: str) -> str:
    if heredoc := _HEREDOC.match(value):
        return " ".join(line.strip() for line in heredoc[1].splitlines())
    if text := _TEXT.fullmatch(value):
        return re.sub(r"\\(.)", r"\1", text[1])
    raise UnreadableBlockError(f"a description is a text, not {value}")


def _in_short(type_: str) -> str:
    # The description lists an object's members; the code has them in full.
    return type_.partition("({")[0].replace("(", " of ").replace(")", "")


def _default(block: Block) -> str:
    if block.default is None:
        return "required"
    return (
        f"`{block.default}`" if len(block.default) <= LONGEST_DEFAULT and "\n" not in block.default else "see the code"
    )


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("<", r"\<")


def main() -> None:
    """Update every table."""
    for readme in readmes():
        readme.write_text(renewed(readme), encoding="utf-8")


if __name__ == "__main__":
    main()
