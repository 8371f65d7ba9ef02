"""No module imports itself by way of others, in groundctl and in the simulator.

The test reads the source, so a lazy import inside a function and an import under `TYPE_CHECKING` count as well: both hide a
cycle from Python, but not from a reader who must understand the two modules together.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
PACKAGES = ("groundctl", "groundtruth_simulator")

# An import that may close a cycle, as patterns of importer and imported module, with the reason.
ALLOWED = (
    # The demo runs other commands through the command line, as a user does, and the command line imports each command.
    ("groundctl.*demo", "groundctl.cli*"),
)

Sources = Mapping[str, str]  # dotted module name to source
Graph = dict[str, set[str]]


def read_sources() -> Sources:
    """Return the source of every module of the packages, by its dotted name."""
    paths = [path for package in PACKAGES for path in (SCRIPTS / package).rglob("*.py")]
    return {_dotted_name(path): path.read_text(encoding="utf-8") for path in paths}


def import_graph(sources: Sources) -> Graph:
    """Return the modules that each module imports, at any depth of its source."""
    return {
        module: {
            imported
            for imported in _imports(source, sources)
            if imported != module and not _is_allowed(module, imported)
        }
        for module, source in sources.items()
    }


def find_cycles(graph: Graph) -> list[list[str]]:
    """Return the groups of modules that import each other (strongly connected components, after Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    cycles: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for imported in sorted(graph[module]):
            if imported not in index:
                visit(imported)
                low[module] = min(low[module], low[imported])
            elif imported in stack:
                low[module] = min(low[module], index[imported])
        if low[module] == index[module]:
            group = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(group) > 1:
                cycles.append(sorted(group))

    for module in sorted(graph):
        if module not in index:
            visit(module)
    return cycles


def _dotted_name(path: Path) -> str:
    parts = path.relative_to(SCRIPTS).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(source: str, known: Iterable[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names if alias.name in known)
            case ast.ImportFrom(module=str(module), level=0, names=names):
                for alias in names:
                    # `from package import module` imports the module; any other name comes from the package itself.
                    yield from (name for name in (f"{module}.{alias.name}", module) if name in known)


def _is_allowed(module: str, imported: str) -> bool:
    return any(fnmatch(module, importer) and fnmatch(imported, target) for importer, target in ALLOWED)


def test_no_modules_import_each_other() -> None:
    sources = read_sources()

    assert len(sources) > 100
    assert find_cycles(import_graph(sources)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "from p.a import A",
        "import p.a",
        "from p import a",
        "def late():\n    from p.a import A",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.a import A",
    ],
)
def test_a_cycle_is_found_however_it_is_written(statement: str) -> None:
    sources = {"p": "", "p.a": "from p.b import B", "p.b": "from p.c import C", "p.c": statement, "p.d": "import p.a"}

    assert find_cycles(import_graph(sources)) == [["p.a", "p.b", "p.c"]]


def test_a_chain_of_imports_is_no_cycle() -> None:
    sources = {"p": "", "p.a": "from p.b import B\nfrom p import c", "p.b": "from p.c import C", "p.c": "import re"}

    assert find_cycles(import_graph(sources)) == []
