"""The tables of inputs and outputs match the code."""

import subprocess
from pathlib import Path

import pytest

from support.terraform.readme_tables import BEGIN, END, Block, UnreadableBlockError, parse, readmes, renewed, tables
from terraform.infrastructure import FIXTURES, SOURCE

CODE = (FIXTURES / "documented_blocks.tf").read_text()


def test_blocks_of_every_shape_are_read() -> None:
    assert list(parse(CODE)) == [
        Block(
            kind="variable",
            name="teams",
            description="Work teams | by name. topic: where <they> hear of work.",
            type="map of object",
            default="{}",
        ),
        Block(kind="variable", name="name", description='Its name, such as "a".', type="string"),
        Block(kind="variable", name="days", description="How many.", type="list of number", default="[\n    1,\n  ]"),
        Block(kind="output", name="arn", description="What it is called."),
    ]


def test_a_table_has_a_row_for_each() -> None:
    assert tables(list(parse(CODE))).splitlines() == [
        "## Inputs",
        "",
        "| Name | Type | Default | What it is |",
        "|---|---|---|---|",
        r"| `teams` | map of object | `{}` | Work teams \| by name. topic: where \<they> hear of work. |",
        '| `name` | string | required | Its name, such as "a". |',
        "| `days` | list of number | see the code | How many. |",
        "",
        "## Outputs",
        "",
        "| Name | What it is |",
        "|---|---|",
        "| `arn` | What it is called. |",
    ]


@pytest.mark.parametrize(
    "code",
    [
        'variable "a" {\n  type = string\n}\n',
        'variable "a" { description = "b" }\n',
        'output "a" {\n  description = local.text\n}\n',
    ],
)
def test_unreadable_blocks_are_refused(code: str) -> None:
    with pytest.raises(UnreadableBlockError):
        list(parse(code))


def test_every_module_has_a_readme_with_tables() -> None:
    assert readmes() == sorted(folder / "README.md" for folder in SOURCE.glob("modules/*"))


@pytest.mark.parametrize("readme", readmes(), ids=lambda readme: readme.parent.name)
def test_a_table_is_up_to_date(readme: Path) -> None:
    # `make docs` updates them.
    assert readme.read_text() == renewed(readme)


@pytest.mark.parametrize("readme", readmes(), ids=lambda readme: readme.parent.name)
def test_no_variable_or_output_is_missed(readme: Path) -> None:
    table = readme.read_text().partition(BEGIN)[2].partition(END)[0]
    heads = subprocess.run(
        ["grep", "-hoE", '^(variable|output) "[^"]+"', *readme.parent.glob("*.tf")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert table.count("\n| `") == len(heads)
    assert all(f"\n| `{head.split(chr(34))[1]}` |" in table for head in heads)
