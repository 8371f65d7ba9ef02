"""The README of the simulator: its tables are those of the code, and its examples run.

UPDATE_SNAPSHOTS=1 writes the tables.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.core.utils import get_service_model

import groundtruth_simulator
from groundtruth_simulator import control_api
from groundtruth_simulator.server import parse_arguments
from simulator.served_operations import OPERATIONS

README = Path(groundtruth_simulator.__file__).with_name("README.md")
TEXT = README.read_text(encoding="utf-8")
ACTION = re.compile(r"^(GET|POST|DELETE) +/groundtruth-simulator/(\S*) +(.*)$")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def operations_table() -> Iterator[str]:
    yield "| Operation | Required members | Errors |"
    yield "| --- | --- | --- |"
    model = get_service_model("sagemaker")
    for name in sorted(OPERATIONS):
        operation = model.operation_model(name)
        required = ", ".join(operation.input_shape.required_members)
        errors = ", ".join(shape.name for shape in operation.error_shapes)
        yield f"| {name} | {required} | {errors} |"


def documented_actions() -> Iterator[tuple[str, str, str]]:
    """Give method, path and text of each line of the control API's docstring; a line further in goes on."""
    found: list[tuple[str, str, str]] = []
    for line in str(control_api.__doc__).splitlines()[2:]:
        if match := ACTION.match(line):
            found.append((match[1], match[2], match[3]))
        elif found and line.strip():
            method, path, text = found[-1]
            found[-1] = (method, path, f"{text} {line.strip()}")
    yield from found


def control_table() -> Iterator[str]:
    yield "| Request | Body or answer |"
    yield "| --- | --- |"
    for method, path, text in documented_actions():
        yield f"| `{method} /groundtruth-simulator/{path}` | {text} |"


@pytest.mark.parametrize(("name", "table"), [("operations", operations_table), ("control", control_table)])
def test_the_tables_are_those_of_the_code(name: str, table: Any) -> None:
    begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
    before, _, rest = README.read_text(encoding="utf-8").partition(begin)
    shown, _, after = rest.partition(end)
    made = "\n".join(table()) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        README.write_text(before + begin + made + end + after, encoding="utf-8")
        return

    assert shown == made


def test_every_action_of_the_control_api_is_documented() -> None:
    assert sorted((method, path) for method, path, _ in documented_actions()) == sorted(control_api.ACTIONS)


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_the_examples_in_python_run(number: int) -> None:
    exec(compile(blocks("python")[number], f"README.md, example {number}", "exec"), {})  # noqa: S102 - our own text


def test_the_examples_of_the_command_are_understood() -> None:
    commands = [
        shlex.split(line)
        for block in blocks("sh")
        for line in block.splitlines()
        if line.startswith("groundtruth-simulator")
    ]

    assert [parse_arguments(arguments).port for _, *arguments in commands] == [4567]


def test_the_examples_of_the_control_api_name_its_paths() -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines() if "/groundtruth-simulator/" in line]
    called = {re.search(r"/groundtruth-simulator/([a-z-]+)", line)[1] for line in lines}  # type: ignore[index]

    assert called
    assert called <= {path for _, path in control_api.ACTIONS}


def test_every_setting_that_closes_something_is_explained() -> None:
    source = README.with_name("settings.py").read_text(encoding="utf-8")
    settings = source[source.index("class Settings") : source.index("def changed")]

    assert "existing_customer: bool = True  # " in settings
    assert "closing_dates: bool = True  # " in settings
