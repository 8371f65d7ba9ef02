"""Only what compares jobs/ with the samples, or tests the guide of jobs/, reads jobs/, and it skips where a team has put its own there.

Every other test brings its own declarations, so that a team can delete the samples or put its own in their place.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.guide import our_guide

TESTS = Path(__file__).parents[1]
# The first two skip where a team has deleted what they are about; the third holds examples of readers.
MAY_READ = (
    "samples/test_declarations.py",
    "samples/test_four_small_files.py",
    "samples/test_samples_are_no_fixtures.py",
    "support/guide.py",
    "unit/test_language.py",  # the guide only, and only ours
)
READS = re.compile(
    r"""(?xm)
    \b(?:ROOT|CHECKOUT|TOOL_ROOT|parents\[\d\])\b[^\n]*["']jobs\b          # ROOT / "jobs", (ROOT / "x").glob("jobs/*")
    | \bfor\ \w+(?:,\ \w+)*\ in\ \([^)]*["']jobs["'/][^)]*\)[^@]{0,200}?\b(?:ROOT|CHECKOUT)\b    # for folder in ("jobs", ...)
    | ^\s*\(["']jobs/[^\n]*,\ in_\w+\),$                                       # a table of files, each with its reader
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
        name for name, file in files.items() if name not in MAY_READ and READS.search(file.read_text(encoding="utf-8"))
    ]

    # It copies this repository, all but jobs/.
    assert readers == ["github_emulator/runner/repository.py"] or readers == []


def test_the_tests_that_may_read_jobs_skip_where_it_is_gone() -> None:
    assert [name for name in MAY_READ[:2] if "pytest.skip(" not in (TESTS / name).read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    "line",
    [
        '(ROOT / "jobs/warehouse/dock-events.liquid.html").read_text()',
        'sorted((ROOT / "jobs").rglob("*.yaml"))',
        'for folder in ("jobs", "tests/snapshots"):\n    for path in (ROOT / folder).rglob("*.yaml"):',
        '    for folder in ("schemas", "jobs/tennis")\n    for path in (CHECKOUT / folder).rglob("*.yaml")',
        '        ("jobs/README.md", in_markdown),',
        "read_text=lambda path, name: CHECKOUT.read_text_beside(path, name)",
        'ran = groundctl("validate",\n    cwd=ROOT)',
        "validate(CHECKOUT)",
    ],
)
def test_a_reader_is_found(line: str) -> None:
    assert READS.search(line)


@pytest.mark.parametrize("text", [None, "", "# Our jobs\n\nAsk the kiln team.\n"])
def test_a_teams_own_guide_is_not_tested(text: str | None, tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    if text is not None:
        file.write_text(text)

    assert our_guide(file) is None
