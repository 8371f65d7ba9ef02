"""Compares the version of a tag with those of the package and the changelog, and takes the notes out of the changelog."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

# PEP 440, as far as this project uses it: a release, or a candidate for one.
VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(rc[0-9]+)?")
_HEADING = re.compile(r"^## +(?P<version>\S+)(?: +\((?P<date>[^)]*)\))? *$", re.MULTILINE)


def faults(tag: str, root: Path) -> Iterator[str]:
    """Yield each reason why a tag is no release of this checkout, with what to do."""
    version = tag.removeprefix("v")
    if not tag.startswith("v") or not VERSION.fullmatch(version):
        yield f"the tag {tag} is not of the form v1.2.3 or v1.2.3rc1: delete it, and tag again"
        return
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if declared != version:
        yield f"pyproject.toml has version {declared}, and the tag is {tag}: change one of them"
    in_code = re.search(
        r'^__version__ = "([^"]*)"', (root / "scripts/groundctl/__init__.py").read_text(encoding="utf-8"), re.MULTILINE
    )
    if not in_code or in_code[1] != version:
        yield f"groundctl.__version__ is {in_code[1] if in_code else 'not there'}, and the tag is {tag}: change one of them"
    yield from _faults_of_changelog(version, (root / "CHANGELOG.md").read_text(encoding="utf-8"))


def _faults_of_changelog(version: str, changelog: str) -> Iterator[str]:
    headings = [found for found in _HEADING.finditer(changelog) if found["version"] == version]
    if len(headings) != 1:
        yield f"CHANGELOG.md has {len(headings)} sections `## {version} (YYYY-MM-DD)`: it needs one"
        return
    if not _is_date(headings[0]["date"] or ""):
        yield f"the section {version} of CHANGELOG.md has no date: write `## {version} (YYYY-MM-DD)`"
    if not notes(version, changelog):
        yield f"the section {version} of CHANGELOG.md is empty: say what users can see"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def notes(version: str, changelog: str) -> str:
    """Return the section of a version without its heading; empty if there is none."""
    headings = list(_HEADING.finditer(changelog))
    for place, heading in enumerate(headings):
        if heading["version"] == version:
            end = headings[place + 1].start() if place + 1 < len(headings) else len(changelog)
            return changelog[heading.end() : end].strip()
    return ""
