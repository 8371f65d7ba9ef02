"""Who may import whom, and who may touch the world: read from the source, so that a lazy import counts as well.

cli -> commands -> {pipeline, render, wiring -> adapters} -> core
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"

# Each layer with those it may import besides itself. The pipeline's modules are one layer.
PIPELINE = {"pipeline", "checking", "sharing", "ahead", "creating", "fetching", "reviewing", "reporting"}
LAYERS = {
    "core": set[str](),
    "errors": set[str](),
    "doors": {"core"},
    "pipeline": {"core", "doors", "errors"},
    "render": {"core", "errors"},
    "adapters": {"core", "doors", "errors"},
    "wiring": {"adapters", "core", "doors", "errors"},
    "commands": {"adapters", "cli", "core", "doors", "errors", "pipeline", "render", "wiring"},
    "cli": {"commands", "errors", "render"},
    "terraform_shim": set[str](),
}
# The demo runs other commands the way a person does, through the command line; no other command does.
ONLY_THE_DEMO = "cli"

WORLD = {
    "asyncio", "boto3", "botocore", "concurrent", "ctypes", "fcntl", "glob", "http", "io", "logging", "multiprocessing",
    "os", "pathlib", "random", "secrets", "select", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys",
    "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
WORLDLY_CALLS = {"open", "print", "input", "breakpoint", "exec", "eval", "__import__"}
CLOCKS = {"now", "utcnow", "today"}

# Packages with a door of their own, and the only modules that may open it.
DOORS = {
    "boto3": ("groundctl/adapters/aws_session", "groundctl/adapters/sagemaker", "groundctl/adapters/s3"),
    "botocore": ("groundctl/adapters/aws_session", "groundctl/adapters/sagemaker", "groundctl/adapters/s3"),
    "python_terraform": ("groundctl/adapters/terraform*",),
    "github": ("groundctl/adapters/github",),
    "requests": ("groundctl/adapters/github", "groundtruth_simulator/*"),
    "yaml": ("groundctl/core/load",),
    "rich": ("groundctl/render/*",),
    "groundtruth_simulator": ("groundctl/commands/demo", "groundtruth_simulator/*"),
}


@dataclass(frozen=True)
class Module:
    """A source file, named by its path under scripts/ without .py."""

    name: str
    source: str

    @property
    def layer(self) -> str:
        top = self.name.split("/")[1] if "/" in self.name else self.name
        return "pipeline" if top in PIPELINE else top

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(ast.parse(self.source))

    def imports(self) -> Iterator[str]:
        """Name every module that is imported, anywhere in the file."""
        for node in self.nodes():
            match node:
                case ast.Import(names=names):
                    yield from (alias.name for alias in names)
                case ast.ImportFrom(module=str(module), level=0, names=names):
                    # `from groundctl import cli` imports groundctl.cli
                    yield from (f"{module}.{alias.name}" for alias in names) if module == "groundctl" else [module]
                case ast.ImportFrom(level=level) if level:
                    yield "a relative import"


def modules() -> list[Module]:
    files = [path for package in ("groundctl", "groundtruth_simulator") for path in (SCRIPTS / package).rglob("*.py")]
    return [
        Module(path.relative_to(SCRIPTS).with_suffix("").as_posix(), path.read_text(encoding="utf-8")) for path in files
    ]


def layers_are_kept(module: Module) -> Iterator[str]:
    if not module.name.startswith("groundctl/") or module.name == "groundctl/__init__":
        return
    for imported in module.imports():
        if imported == "a relative import":
            yield f"{module.name} has {imported}"
        if imported.startswith("groundctl.") and imported != "groundctl.__version__":
            top = imported.split(".")[1]
            layer = "pipeline" if top in PIPELINE else top
            beyond = layer == ONLY_THE_DEMO and module.name != "groundctl/commands/demo"
            if layer != module.layer and (beyond or layer not in LAYERS[module.layer]):
                yield f"{module.name} imports {imported}"


def core_touches_nothing(module: Module) -> Iterator[str]:
    if not module.name.startswith("groundctl/core/"):
        return
    for imported in module.imports():
        if imported.split(".")[0] in WORLD:
            yield f"{module.name} imports {imported}"
    for node in module.nodes():
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in WORLDLY_CALLS:
                yield f"{module.name}:{node.lineno} calls {name}"
            case ast.Call(func=ast.Attribute(attr=name, value=ast.Name(id="datetime" | "date"))) if name in CLOCKS:
                yield f"{module.name}:{node.lineno} reads the clock"


def packages_have_one_door(module: Module) -> Iterator[str]:
    for imported in module.imports():
        package = imported.split(".")[0]
        simulators_own = module.name.startswith("groundtruth_simulator/") and package in {"boto3", "botocore"}
        if package in DOORS and not simulators_own and not any(fnmatch(module.name, door) for door in DOORS[package]):
            yield f"{module.name} imports {imported}"


def only_commands_print(module: Module) -> Iterator[str]:
    if not module.name.startswith("groundctl/") or module.layer in {"commands", "cli"}:
        return
    for node in module.nodes():
        match node:
            case ast.Call(func=ast.Name(id="print")):
                yield f"{module.name}:{node.lineno} prints"


def the_simulator_knows_no_groundctl(module: Module) -> Iterator[str]:
    if module.name.startswith("groundtruth_simulator/"):
        yield from (f"{module.name} imports {one}" for one in module.imports() if one.split(".")[0] == "groundctl")


LAWS = (
    layers_are_kept,
    core_touches_nothing,
    packages_have_one_door,
    only_commands_print,
    the_simulator_knows_no_groundctl,
)


@pytest.mark.parametrize("law", LAWS)
def test_the_law_is_kept(law):
    broken = [fault for module in modules() for fault in law(module)]

    assert broken == []


@pytest.mark.parametrize(
    ("law", "name", "source"),
    [
        (layers_are_kept, "groundctl/core/spec", "from groundctl.adapters.s3 import S3Objects"),
        (layers_are_kept, "groundctl/core/spec", "def late():\n    from groundctl.render.escape import visible"),
        (layers_are_kept, "groundctl/core/spec", "from groundctl import pipeline"),
        (layers_are_kept, "groundctl/core/spec", "from ..render import escape"),
        (layers_are_kept, "groundctl/core/spec", "import groundctl.errors"),
        (layers_are_kept, "groundctl/render/plan", "from groundctl.pipeline import plan"),
        (layers_are_kept, "groundctl/pipeline", "from groundctl.wiring import open_aws"),
        (layers_are_kept, "groundctl/fetching", "from groundctl.render.progress import progress"),
        (layers_are_kept, "groundctl/checking", "from groundctl.adapters.checkout import Checkout"),
        (layers_are_kept, "groundctl/adapters/s3", "from groundctl.render.words import count"),
        (layers_are_kept, "groundctl/wiring", "from groundctl.commands.plan import run"),
        (layers_are_kept, "groundctl/commands/plan", "from groundctl.cli import main"),
        (layers_are_kept, "groundctl/cli", "from groundctl.core.plan import Plan"),
        (core_touches_nothing, "groundctl/core/plan", "import os"),
        (core_touches_nothing, "groundctl/core/plan", "def late():\n    from pathlib import Path"),
        (core_touches_nothing, "groundctl/core/plan", "import urllib.request"),
        (core_touches_nothing, "groundctl/core/plan", "text = open('x').read()"),
        (core_touches_nothing, "groundctl/core/plan", "from datetime import UTC, datetime\nstamp = datetime.now(UTC)"),
        (packages_have_one_door, "groundctl/commands/status", "import boto3"),
        (packages_have_one_door, "groundctl/adapters/checkout", "from botocore import exceptions"),
        (packages_have_one_door, "groundctl/wiring", "from python_terraform import Terraform"),
        (packages_have_one_door, "groundctl/commands/new", "import yaml"),
        (packages_have_one_door, "groundctl/core/validate", "from yaml.events import Event"),
        (packages_have_one_door, "groundctl/commands/status", "from groundtruth_simulator.server import main"),
        (only_commands_print, "groundctl/render/plan", "print('hello')"),
        (only_commands_print, "groundctl/pipeline", "def late():\n    print('hello')"),
        (the_simulator_knows_no_groundctl, "groundtruth_simulator/jobs", "from groundctl.core.spec import JobSpec"),
        (the_simulator_knows_no_groundctl, "groundtruth_simulator/jobs", "import groundctl"),
    ],
)
def test_a_breach_is_seen(law, name: str, source: str):
    assert list(law(Module(name, source)))


@pytest.mark.parametrize(
    ("law", "name", "source"),
    [
        (layers_are_kept, "groundctl/commands/demo", "from groundctl import cli"),
        (layers_are_kept, "groundctl/cli", "from groundctl import __version__"),
        (layers_are_kept, "groundctl/commands/plan", "from groundctl.pipeline import plan"),
        (
            core_touches_nothing,
            "groundctl/core/plan",
            "from datetime import datetime\nmoment = datetime.fromtimestamp(0)",
        ),
        (packages_have_one_door, "groundctl/adapters/s3", "from botocore import exceptions"),
        (only_commands_print, "groundctl/commands/plan", "print('hello')"),
    ],
)
def test_what_is_allowed_is_let_through(law, name: str, source: str):
    assert list(law(Module(name, source))) == []


def test_every_file_is_in_a_layer():
    assert {module.layer for module in modules() if module.name.startswith("groundctl/")} <= {
        *LAYERS,
        "__init__",
        "data",
    }
