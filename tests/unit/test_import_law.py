"""Who may import whom, and who may touch the world: read from the source, so that a lazy import counts as well.

cli -> {app, presentation, composition -> adapters} -> domain; app -> {ports, domain}; only composition reads the
environment;
in the domain: adoption -> approval -> tracking -> planning -> jobs -> declarations -> aws, results -> jobs, and rehearsal -> jobs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"

# Each layer with those it may import besides itself; a layer is the longest of these prefixes that fits a module.
_CANONICAL = "groundctl/domain/canonical_json"
_NEAR_NAMES = "groundctl/domain/near_names"
_AWS = "groundctl/domain/aws"
_DECLARATIONS = "groundctl/domain/declarations"
_CLIPS = "groundctl/domain/clips"
_JOBS = "groundctl/domain/jobs"
_PLANNING = "groundctl/domain/planning"
_TRACKING = "groundctl/domain/tracking"
_APPROVAL = "groundctl/domain/approval"
_RESULTS = "groundctl/domain/results"
_REHEARSAL = "groundctl/domain/rehearsal"
_ADOPTION = "groundctl/domain/adoption"
DOMAIN = frozenset(
    {
        _CANONICAL,
        _NEAR_NAMES,
        _AWS,
        _DECLARATIONS,
        _CLIPS,
        _JOBS,
        _PLANNING,
        _TRACKING,
        _APPROVAL,
        _RESULTS,
        _REHEARSAL,
        _ADOPTION,
    }
)
_ERRORS, _EXIT_CODES, _PORTS = "groundctl/errors", "groundctl/exit_codes", "groundctl/ports"
_SETUP_PORTS, _SETUP_COMPOSITION = "groundctl/setup_ports", "groundctl/setup_composition"
_REHEARSAL_PORTS = "groundctl/rehearsal_ports"
_APP, _PRESENTATION, _ADAPTERS = "groundctl/app", "groundctl/presentation", "groundctl/adapters"
_COMPOSITION, _CLI, _STARTUP = "groundctl/composition", "groundctl/cli", "groundctl/startup"
_CHILDREN = "groundctl/child_processes"
LAYERS: dict[str, frozenset[str]] = {
    _CANONICAL: frozenset(),
    _NEAR_NAMES: frozenset(),
    _AWS: frozenset({_CANONICAL}),
    _DECLARATIONS: frozenset({_CANONICAL, _NEAR_NAMES, _AWS}),
    _CLIPS: frozenset({_CANONICAL, _AWS, _DECLARATIONS}),
    _JOBS: frozenset({_CANONICAL, _NEAR_NAMES, _AWS, _DECLARATIONS, _CLIPS}),
    _PLANNING: frozenset({_CANONICAL, _AWS, _DECLARATIONS, _CLIPS, _JOBS}),
    _TRACKING: frozenset({_CANONICAL, _AWS, _DECLARATIONS, _CLIPS, _JOBS, _PLANNING}),
    _APPROVAL: frozenset({_CANONICAL, _AWS, _DECLARATIONS, _CLIPS, _JOBS, _PLANNING, _TRACKING}),
    _ADOPTION: DOMAIN - {_RESULTS, _REHEARSAL, _ADOPTION},
    _RESULTS: frozenset({_CANONICAL, _NEAR_NAMES, _AWS, _DECLARATIONS, _CLIPS, _JOBS}),
    _REHEARSAL: frozenset({_CANONICAL, _AWS, _DECLARATIONS, _CLIPS, _JOBS}),
    _EXIT_CODES: frozenset(),
    _ERRORS: frozenset({_EXIT_CODES}),
    _PORTS: DOMAIN | {_ERRORS},
    _SETUP_PORTS: DOMAIN | {_ERRORS},
    _REHEARSAL_PORTS: DOMAIN,
    _STARTUP: frozenset(),
    _CHILDREN: frozenset({_STARTUP}),
    _APP: DOMAIN | {_ERRORS, _PORTS, _SETUP_PORTS, _REHEARSAL_PORTS, _STARTUP, _CHILDREN},
    _PRESENTATION: DOMAIN | {_ERRORS},
    _ADAPTERS: DOMAIN | {_ERRORS, _PORTS, _STARTUP, _CHILDREN},
    _COMPOSITION: DOMAIN | {_ERRORS, _EXIT_CODES, _PORTS, _REHEARSAL_PORTS, _ADAPTERS},
    _SETUP_COMPOSITION: DOMAIN | {_ERRORS, _PORTS, _SETUP_PORTS, _ADAPTERS, _COMPOSITION},
    _CLI: DOMAIN
    | {
        _ERRORS,
        _EXIT_CODES,
        _PORTS,
        _SETUP_PORTS,
        _REHEARSAL_PORTS,
        _STARTUP,
        _APP,
        _PRESENTATION,
        _COMPOSITION,
        _SETUP_COMPOSITION,
    },
}

WORLD = {
    "asyncio", "boto3", "botocore", "concurrent", "ctypes", "fcntl", "glob", "http", "io", "logging", "multiprocessing",
    "os", "pathlib", "random", "secrets", "select", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys",
    "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
WORLDLY_CALLS = {"open", "print", "input", "breakpoint", "exec", "eval", "__import__"}
CLOCKS = {"now", "utcnow", "today"}

# Packages and the only modules that may import each.
ADAPTERS_OF = {
    "boto3": ("groundctl/adapters/aws/*",),
    "botocore": ("groundctl/adapters/aws/*",),
    "python_terraform": ("groundctl/adapters/terraform/*",),
    "github": ("groundctl/adapters/github/*",),
    "requests": ("groundctl/adapters/github/*", "groundtruth_simulator/*"),
    "yaml": ("groundctl/domain/declarations/yaml_loader",),
    "rich": ("groundctl/presentation/*",),
    "jinja2": ("groundctl/presentation/*/environment",),
    "groundtruth_simulator": ("groundtruth_simulator/*",),
}


# Who may read or set environment variables besides composition, and why.
ENVIRONMENT = {
    "groundctl/composition": "the one place",
    "groundctl/adapters/terraform/stack": "Terraform gets this process's own variables",
}


@dataclass(frozen=True)
class Module:
    """A source file, named by its path under scripts/ without .py."""

    name: str
    source: str

    @property
    def layer(self) -> str:
        return layer_of(self.name)

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(ast.parse(self.source))

    def imports(self) -> Iterator[str]:
        """Name every module that is imported, anywhere in the file."""
        for node in self.nodes():
            match node:
                case ast.Import(names=names):
                    yield from (alias.name for alias in names)
                case ast.ImportFrom(module=str(module), level=0, names=names):
                    # `from groundctl import cli` imports groundctl.cli.main
                    yield from (f"{module}.{alias.name}" for alias in names) if module == "groundctl" else [module]
                case ast.ImportFrom(level=level) if level:
                    yield "a relative import"


def layer_of(name: str) -> str:
    """Find the layer of a module named by its path; empty for none."""
    found = [layer for layer in LAYERS if name == layer or name.startswith(f"{layer}/")]
    return max(found, key=len, default="")


def modules() -> list[Module]:
    files = [path for package in ("groundctl", "groundtruth_simulator") for path in (SCRIPTS / package).rglob("*.py")]
    return [
        Module(path.relative_to(SCRIPTS).with_suffix("").as_posix(), path.read_text(encoding="utf-8")) for path in files
    ]


def layers_are_kept(module: Module) -> Iterator[str]:
    if not module.layer:
        return
    for imported in module.imports():
        if imported == "a relative import":
            yield f"{module.name} has {imported}"
        if imported.startswith("groundctl.") and imported != "groundctl.__version__":
            layer = layer_of(imported.replace(".", "/"))
            if layer != module.layer and layer not in LAYERS[module.layer]:
                yield f"{module.name} imports {imported}"


def domain_touches_nothing(module: Module) -> Iterator[str]:
    if not module.name.startswith("groundctl/domain/"):
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


def packages_have_one_adapter(module: Module) -> Iterator[str]:
    for imported in module.imports():
        package = imported.split(".")[0]
        simulators_own = module.name.startswith("groundtruth_simulator/") and package in {"boto3", "botocore"}
        if (
            package in ADAPTERS_OF
            and not simulators_own
            and not any(fnmatch(module.name, adapter) for adapter in ADAPTERS_OF[package])
        ):
            yield f"{module.name} imports {imported}"


def only_the_command_line_prints(module: Module) -> Iterator[str]:
    if not module.name.startswith("groundctl/") or module.layer == _CLI:
        return
    for node in module.nodes():
        match node:
            case ast.Call(func=ast.Name(id="print")):
                yield f"{module.name}:{node.lineno} prints"


def only_composition_reads_the_environment(module: Module) -> Iterator[str]:
    if not module.name.startswith("groundctl/") or module.name in ENVIRONMENT:
        return
    for node in module.nodes():
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "environb" | "getenv" | "putenv" as name):
                yield f"{module.name}:{node.lineno} uses os.{name}"
            case ast.ImportFrom(module="os", names=names) if {alias.name for alias in names} & {"environ", "getenv"}:
                yield f"{module.name}:{node.lineno} imports the environment"


def only_the_command_line_knows_argparse(module: Module) -> Iterator[str]:
    """Only what turns arguments into typed options sees a Namespace."""
    if module.name.startswith("groundctl/") and module.name not in {"groundctl/cli/commands", "groundctl/cli/options"}:
        yield from (f"{module.name} imports {one}" for one in module.imports() if one.split(".")[0] == "argparse")


def exit_codes_have_names(module: Module) -> Iterator[str]:
    """A command ends with a member of ExitCode, never with a number."""
    if module.layer != _CLI:
        return
    for node in module.nodes():
        match node:
            case ast.FunctionDef(name="run", returns=returns) if returns is None or ast.unparse(returns) != "ExitCode":
                yield f"{module.name}:{node.lineno} run() returns no ExitCode"
            case ast.Return(value=ast.Constant(value=int() as code)) if not isinstance(code, bool):
                yield f"{module.name}:{node.lineno} returns {code}"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="sys"), attr="exit")):
                yield f"{module.name}:{node.lineno} calls sys.exit"


def the_simulator_knows_no_groundctl(module: Module) -> Iterator[str]:
    if module.name.startswith("groundtruth_simulator/"):
        yield from (f"{module.name} imports {one}" for one in module.imports() if one.split(".")[0] == "groundctl")


LAWS = (
    layers_are_kept,
    domain_touches_nothing,
    packages_have_one_adapter,
    only_the_command_line_prints,
    only_composition_reads_the_environment,
    only_the_command_line_knows_argparse,
    exit_codes_have_names,
    the_simulator_knows_no_groundctl,
)


@pytest.mark.parametrize("law", LAWS)
def test_no_import_breaks_the_law(law):
    broken = [fault for module in modules() for fault in law(module)]

    assert broken == []


@pytest.mark.parametrize(
    ("law", "name", "source"),
    [
        (layers_are_kept, "groundctl/domain/declarations/spec", "from groundctl.adapters.aws.s3 import S3Objects"),
        (
            layers_are_kept,
            "groundctl/domain/declarations/spec",
            "def late():\n    from groundctl.presentation.escape import visible",
        ),
        (layers_are_kept, "groundctl/domain/declarations/spec", "from groundctl import ports"),
        (layers_are_kept, "groundctl/domain/declarations/spec", "from ..presentation import escape"),
        (layers_are_kept, "groundctl/domain/declarations/spec", "import groundctl.errors"),
        (layers_are_kept, "groundctl/presentation/terminal/plan", "from groundctl.app.plan import plan"),
        (layers_are_kept, "groundctl/app/plan", "from groundctl.composition import open_aws"),
        (layers_are_kept, "groundctl/app/results", "from groundctl.presentation.terminal.progress_bar import progress"),
        (layers_are_kept, "groundctl/app/validate", "from groundctl.adapters.local.checkout import Checkout"),
        (layers_are_kept, "groundctl/adapters/aws/s3", "from groundctl.presentation.text import count"),
        (layers_are_kept, "groundctl/composition", "from groundctl.cli.plan import run"),
        (layers_are_kept, "groundctl/cli/plan", "from groundctl.adapters.local.checkout import Checkout"),
        (layers_are_kept, "groundctl/domain/declarations/spec", "from groundctl.domain.jobs.request import DesiredJob"),
        (layers_are_kept, "groundctl/domain/jobs/request", "from groundctl.domain.planning.plan import Plan"),
        (layers_are_kept, "groundctl/domain/planning/plan", "from groundctl.domain.tracking.progress import Progress"),
        (layers_are_kept, "groundctl/domain/results/results", "from groundctl.domain.planning.plan import Plan"),
        (domain_touches_nothing, "groundctl/domain/planning/planner", "import os"),
        (domain_touches_nothing, "groundctl/domain/planning/planner", "def late():\n    from pathlib import Path"),
        (domain_touches_nothing, "groundctl/domain/planning/planner", "import urllib.request"),
        (domain_touches_nothing, "groundctl/domain/planning/planner", "text = open('x').read()"),
        (
            domain_touches_nothing,
            "groundctl/domain/planning/planner",
            "from datetime import UTC, datetime\nstamp = datetime.now(UTC)",
        ),
        (packages_have_one_adapter, "groundctl/cli/status", "import boto3"),
        (packages_have_one_adapter, "groundctl/adapters/local/checkout", "from botocore import exceptions"),
        (packages_have_one_adapter, "groundctl/composition", "from python_terraform import Terraform"),
        (packages_have_one_adapter, "groundctl/cli/new", "import yaml"),
        (packages_have_one_adapter, "groundctl/domain/declarations/validator", "from yaml.events import Event"),
        (packages_have_one_adapter, "groundctl/cli/status", "from groundtruth_simulator.server import main"),
        (only_the_command_line_prints, "groundctl/presentation/terminal/plan", "print('hello')"),
        (only_the_command_line_prints, "groundctl/app/plan", "def late():\n    print('hello')"),
        (only_composition_reads_the_environment, "groundctl/cli/demo", "import os\nos.environ['A'] = 'b'"),
        (only_composition_reads_the_environment, "groundctl/adapters/aws/session", "import os\nos.getenv('A')"),
        (only_composition_reads_the_environment, "groundctl/app/plan", "from os import environ"),
        (only_the_command_line_knows_argparse, "groundctl/cli/plan", "from argparse import Namespace"),
        (exit_codes_have_names, "groundctl/cli/plan", "def f():\n    return 1"),
        (exit_codes_have_names, "groundctl/cli/plan", "def run(options) -> int: ..."),
        (exit_codes_have_names, "groundctl/cli/ci/plan", "import sys\nsys.exit(3)"),
        (layers_are_kept, "groundctl/app/sharing", "from groundctl.cli.options import Command"),
        (
            the_simulator_knows_no_groundctl,
            "groundtruth_simulator/jobs",
            "from groundctl.domain.declarations.spec import JobSpec",
        ),
        (the_simulator_knows_no_groundctl, "groundtruth_simulator/jobs", "import groundctl"),
    ],
)
def test_a_forbidden_import_is_found(law, name: str, source: str):
    assert list(law(Module(name, source)))


@pytest.mark.parametrize(
    ("law", "name", "source"),
    [
        (layers_are_kept, "groundctl/cli/demo", "from groundctl.cli.main import main"),
        (layers_are_kept, "groundctl/cli/main", "from groundctl import __version__"),
        (layers_are_kept, "groundctl/cli/plan", "from groundctl.app.plan import plan"),
        (
            domain_touches_nothing,
            "groundctl/domain/planning/planner",
            "from datetime import datetime\nmoment = datetime.fromtimestamp(0)",
        ),
        (packages_have_one_adapter, "groundctl/adapters/aws/s3", "from botocore import exceptions"),
        (only_the_command_line_prints, "groundctl/cli/plan", "print('hello')"),
        (only_composition_reads_the_environment, "groundctl/composition", "import os\nos.environ['A'] = 'b'"),
        (exit_codes_have_names, "groundctl/cli/plan", "def run(options) -> ExitCode:\n    return ExitCode.OK"),
    ],
)
def test_an_allowed_import_is_accepted(law, name: str, source: str):
    assert list(law(Module(name, source))) == []


def test_every_file_is_in_a_layer():
    strays = [one.name for one in modules() if one.name.startswith("groundctl/") and not one.layer]

    # The packages' own docstrings.
    assert strays == ["groundctl/__init__", "groundctl/domain/__init__"]
