"""Only tests about the samples read jobs/ of this repository: other tests bring their own declarations."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ABOUT_THE_SAMPLES = ("samples/", "end_to_end/test_demo.py", "e2e_demo/")
READS = re.compile(
    r"""(?x)
    \b(?:ROOT|CHECKOUT|TOOL_ROOT|parents\[\d\])\b[^\n]*["']jobs\b          # ROOT / "jobs", (ROOT / "x").glob("jobs/*")
    | \bCHECKOUT\.(?:read|read_text_beside|read_policy|declarations)\(
    | \b(?:validate|gather)\(CHECKOUT\b
    | \b(?:groundctl|modules_imported_by)\([^)]*cwd=(?:ROOT|CHECKOUT)\b
    """
)


def test_no_other_test_reads_the_samples() -> None:
    files = {
        file.relative_to(TESTS).as_posix(): file for file in TESTS.rglob("*.py") if "node_modules" not in file.parts
    }
    readers = [
        name
        for name, file in files.items()
        if not name.startswith(ABOUT_THE_SAMPLES) and READS.search(file.read_text(encoding="utf-8"))
    ]

    # It copies this repository, all but jobs/.
    assert readers == ["github_emulator/runner/repository.py"] or readers == []


@pytest.mark.parametrize(
    "line",
    [
        '(ROOT / "jobs/warehouse/dock-events.liquid.html").read_text()',
        'sorted((ROOT / "jobs").rglob("*.yaml"))',
        "read_text=lambda path, name: CHECKOUT.read_text_beside(path, name)",
        'ran = groundctl("validate",\n    cwd=ROOT)',
        "validate(CHECKOUT)",
    ],
)
def test_a_reader_is_found(line: str) -> None:
    assert READS.search(line)
