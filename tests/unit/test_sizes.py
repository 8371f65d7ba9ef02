"""How large functions, modules and folders may be; read from the source, and every offender is listed."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAX_FUNCTION_LINES = 40
MAX_MODULE_LINES = 400
MAX_MODULES_IN_A_FOLDER = 14  # besides __init__.py
CODE = ("scripts", "tests")
PACKAGES = ("scripts",)

# Test files that may be longer, each with its reason.
LONG_TEST_FILES: dict[str, str] = {}


def sources(*folders: str) -> Iterator[tuple[str, str]]:
    """Give every source file by its path, generated and installed ones left out."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def long_functions(path: str, source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION_LINES:
                yield f"{path}:{node.lineno} {node.name} has {lines} lines"


def long_modules(path: str, source: str) -> Iterator[str]:
    lines = len(source.splitlines())
    if lines > MAX_MODULE_LINES and path not in LONG_TEST_FILES:
        yield f"{path} has {lines} lines"


def untyped_signatures(path: str, source: str) -> Iterator[str]:
    """Find `Any` in the signature of a public function, unless a comment on the line gives the reason."""
    lines = source.splitlines()
    for function in public_functions(ast.parse(source)):
        arguments = function.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        annotations = [one.annotation for one in every if one is not None] + [function.returns]
        for annotation in filter(None, annotations):
            names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
            if "Any" in names and "  # " not in lines[annotation.lineno - 1]:
                yield f"{path}:{annotation.lineno} {function.name} takes or returns Any"


def public_functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Give the functions of a module and the methods of its classes that have no leading underscore."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    bodies = [tree.body, *(node.body for node in classes)]
    for body in bodies:
        yield from (node for node in body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"))


def full_folders(paths: Iterator[str]) -> Iterator[str]:
    modules = Counter(str(Path(path).parent) for path in paths if not path.endswith("/__init__.py"))
    for folder, count in sorted(modules.items()):
        if count > MAX_MODULES_IN_A_FOLDER:
            yield f"{folder} has {count} modules"


def test_no_function_is_longer_than_40_lines():
    assert [fault for path, source in sources(*CODE) for fault in long_functions(path, source)] == []


def test_no_module_is_longer_than_400_lines():
    assert [fault for path, source in sources(*CODE) for fault in long_modules(path, source)] == []


def test_no_package_folder_has_more_than_14_modules():
    assert list(full_folders(path for path, _ in sources(*PACKAGES))) == []


def test_any_in_a_public_signature_of_app_and_domain_has_its_reason_on_the_line():
    typed = ("scripts/groundctl/app", "scripts/groundctl/domain")

    assert [fault for path, source in sources(*typed) for fault in untyped_signatures(path, source)] == []


def test_every_exception_is_still_needed():
    lengths = {path: len(source.splitlines()) for path, source in sources("tests")}

    assert [path for path in LONG_TEST_FILES if lengths.get(path, 0) <= MAX_MODULE_LINES] == []


def test_offenders_are_found():
    body = "\n".join(["    pass"] * MAX_FUNCTION_LINES)
    long = "\n" * (MAX_MODULE_LINES + 1)

    assert list(long_functions("a.py", f"def f():\n{body}\n")) == ["a.py:1 f has 41 lines"]
    assert list(long_modules("a.py", long)) == ["a.py has 401 lines"]
    assert list(full_folders(f"a/m{number}.py" for number in range(15))) == ["a has 15 modules"]
    assert list(untyped_signatures("a.py", "def f(a: dict[str, Any]) -> None: ...")) == [
        "a.py:1 f takes or returns Any"
    ]
    assert list(untyped_signatures("a.py", "class C:\n    def f(self) -> Any: ...")) == [
        "a.py:2 f takes or returns Any"
    ]


def test_allowed_code_is_accepted():
    reasoned = "def f(a: Any) -> None:  # whatever JSON holds\n    ..."

    assert list(untyped_signatures("a.py", reasoned)) == []
    assert list(untyped_signatures("a.py", "def _f(a: Any) -> None: ...")) == []
    assert list(full_folders(f"a/m{number}.py" for number in range(14))) == []
