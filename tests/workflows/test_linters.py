"""actionlint and zizmor find nothing, every exception says why, and both would find something."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workflows.reading import FOLDER, ROOT

BIN = Path(sys.executable).parent
# The first finds mistakes, the second finds security issues; pedantic enables all rules, offline uses no network.
ACTIONLINT = (BIN / "actionlint", "-no-color")
ZIZMOR = (BIN / "zizmor", "--pedantic", "--offline", "--strict-collection", "--no-progress", "--color=never")


def run(command: tuple[Path | str, ...], root: Path) -> subprocess.CompletedProcess[str]:
    """Run a linter on a checkout's workflows, actions and settings of Dependabot."""
    inputs = [
        path.relative_to(root) for path in sorted((root / ".github").rglob("*.y*ml")) if path.name != "zizmor.yml"
    ]
    files = [path for path in inputs if "workflows" in path.parts] if command is ACTIONLINT else inputs
    return subprocess.run([*command, *files], cwd=root, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give a checkout with our .github in it and nothing else."""
    shutil.copytree(FOLDER, tmp_path / ".github")
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    return tmp_path


@pytest.mark.parametrize("linter", [ACTIONLINT, ZIZMOR], ids=["actionlint", "zizmor"])
def test_a_linter_finds_nothing(linter: tuple[Path | str, ...]):
    result = run(linter, ROOT)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("linter", "file", "old", "new", "says"),
    [
        (
            ACTIONLINT,
            "reusable-apply-environment.yml",
            "needs.look.outputs.changes ==",
            "needs.look.outputs.change ==",
            '"change"',
        ),
        (ACTIONLINT, "reusable-plan.yml", "timeout-minutes", "timeout-minuets", '"timeout-minuets"'),
        (ACTIONLINT, "reusable-status-environment.yml", "needs: report", "needs: reports", '"reports"'),
        (ACTIONLINT, "ci.yml", "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "v3", "retired"),
        (ZIZMOR, "plan.yml", "pull_request:", "pull_request_target:", "dangerous-triggers"),
        (ZIZMOR, "reusable-plan.yml", '"$BASE"', "${{ github.event.pull_request.title }}", "template-injection"),
        (ZIZMOR, "ci.yml", "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "v7", "unpinned-uses"),
        (
            ZIZMOR,
            "plan.yml",
            " # zizmor: ignore[unpinned-uses] by name: AWS gives roles to these files at listed refs only",
            "",
            "unpinned-uses",
        ),
        (ZIZMOR, "recorded-plan.yml", "          persist-credentials: false\n", "", "artipacked"),
        (ACTIONLINT, "recorded-plan.yml", "jobs.record.outputs.ran", "jobs.record.outputs.run", '"run"'),
        (ZIZMOR, "ci.yml", "permissions: {}", "permissions: write-all", "excessive-permissions"),
        (ZIZMOR, "reusable-apply-environment.yml", "          persist-credentials: false\n", "", "artipacked"),
    ],
)
def test_a_linter_would_find_something(
    linter: tuple[Path | str, ...], copy: Path, file: str, old: str, new: str, says: str
):
    workflow = copy / ".github" / "workflows" / file
    assert old in workflow.read_text(encoding="utf-8")
    workflow.write_text(workflow.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    result = run(linter, copy)

    assert result.returncode != 0
    assert says in result.stdout


def test_every_exception_has_its_reason_on_the_line():
    texts = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.y*ml")}
    ignored = [line for text in texts.values() for line in text.splitlines() if "zizmor: ignore" in line]
    disabled = [line for line in texts["zizmor.yml"].splitlines() if re.search(r"disable|ignore:", line)]

    assert len(ignored) == 4
    assert len(disabled) == 1
    for line in [*ignored, *disabled]:
        assert len(re.sub(r"^.*# (zizmor: ignore\[[\w-]+\])?", "", line).split()) >= 4, line


def test_actionlint_ignores_nothing():
    assert not list(FOLDER.glob("actionlint.y*ml"))
