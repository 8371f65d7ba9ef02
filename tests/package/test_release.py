"""What the release workflow checks and builds: the version is the same everywhere, and the source archive is complete."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from release.notes import faults, notes
from support.builders import ROOT

CHANGELOG = """\
# Changelog

## Unreleased

- Later.

## 1.2.0 (2026-12-24)

- A line,
  and its second.

## 1.1.0 (2026-11-01)
"""


def a_checkout(root: Path, *, version: str = "1.2.0", in_code: str = "1.2.0", changelog: str = CHANGELOG) -> Path:
    (root / "scripts/groundctl").mkdir(parents=True)
    (root / "pyproject.toml").write_text(f'[project]\nname = "groundctl"\nversion = "{version}"\n')
    (root / "scripts/groundctl/__init__.py").write_text(f'"""A docstring."""\n\n__version__ = "{in_code}"\n')
    (root / "CHANGELOG.md").write_text(changelog)
    return root


def test_a_release_whose_version_is_the_same_everywhere_has_no_fault(tmp_path: Path):
    assert list(faults("v1.2.0", a_checkout(tmp_path))) == []


@pytest.mark.parametrize(
    ("tag", "changes", "says"),
    [
        ("1.2.0", {}, "not of the form v1.2.3"),
        ("v1.2", {}, "not of the form v1.2.3"),
        ("v1.2.0\nv1.1.0", {}, "not of the form v1.2.3"),
        ("v1.2.0; rm -rf /", {}, "not of the form v1.2.3"),
        ("v1.2.0", {"version": "1.1.0"}, "pyproject.toml has version 1.1.0"),
        ("v1.2.0", {"in_code": "1.1.0"}, "groundctl.__version__ is 1.1.0"),
        ("v1.3.0", {"version": "1.3.0", "in_code": "1.3.0"}, "has 0 sections"),
        ("v1.1.0", {"version": "1.1.0", "in_code": "1.1.0"}, "is empty"),
        ("v1.2.0", {"changelog": CHANGELOG + "\n## 1.2.0 (2026-12-25)\n\n- Again.\n"}, "has 2 sections"),
        ("v1.2.0", {"changelog": CHANGELOG.replace(" (2026-12-24)", "")}, "has no date"),
        ("v1.2.0", {"changelog": CHANGELOG.replace("2026-12-24", "2026-24-12")}, "has no date"),
        ("v1.2.0", {"in_code": 'x"\n__version_ = "'}, "groundctl.__version__ is "),
    ],
)
def test_each_contradiction_is_named_with_what_to_do(tag: str, changes: dict[str, str], says: str, tmp_path: Path):
    found = list(faults(tag, a_checkout(tmp_path, **changes)))

    assert [fault for fault in found if says in fault and ": " in fault], found


def test_the_notes_are_the_section_of_the_version():
    assert notes("1.2.0", CHANGELOG) == "- A line,\n  and its second."
    assert notes("Unreleased", CHANGELOG) == "- Later."
    assert notes("9.9.9", CHANGELOG) == ""


def test_the_version_of_this_checkout_is_the_same_in_both_places():
    found = list(faults("v0.1.0", ROOT))

    assert [fault for fault in found if "CHANGELOG" not in fault] == []


def test_the_command_says_how_it_is_called():
    done = subprocess.run(
        [sys.executable, "-m", "release", "notes"], cwd=ROOT / "scripts", capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr.startswith("usage: ")) == (2, True)


def test_the_source_archive_builds_the_wheel_that_the_checkout_builds(tmp_path: Path):
    _build("sdist", "wheel", cwd=ROOT, into=tmp_path / "dist")
    [archive] = (tmp_path / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path / "source", filter="data")
    [source] = (tmp_path / "source").iterdir()
    _build("wheel", cwd=source, into=tmp_path / "again")

    ours, again = (files_of(tmp_path / name) for name in ("dist", "again"))

    assert "groundctl/cli/help/commands.json" in ours
    assert "groundctl/cli/help/completions.fish" in ours
    assert ours == again
    assert not [name for name in ours if name.startswith(("tests/", "release/"))]


def files_of(folder: Path) -> dict[str, int]:
    """Give the files of the wheel in a folder, with their checksums."""
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        return {each.filename: each.CRC for each in opened.infolist()}


def _build(*targets: str, cwd: Path, into: Path) -> None:
    chosen = [word for target in targets for word in ("--target", target)]
    done = subprocess.run(
        [Path(sys.executable).with_name("hatchling"), "build", *chosen, "--directory", into],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
