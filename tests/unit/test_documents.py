"""What the documents point to exists: links with their headings, numbered decisions, and files of this repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.guide import GUIDE, our_guide

CHECKOUT = Path(__file__).parents[2]
FOLDERS = (".github", "jobs", "schemas", "scripts", "terraform", "tests")
SKIPPED_FOLDERS = {"node_modules", ".terraform", "snapshots"}
CODE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)


def documents() -> list[Path]:
    """Give every document of this repository; the guide in jobs/ only as long as it is ours."""
    found = [*CHECKOUT.glob("*.md"), *(path for folder in FOLDERS for path in (CHECKOUT / folder).rglob("*.md"))]
    ours = [path for path in found if path != GUIDE or our_guide() is not None]
    return sorted(path for path in ours if not SKIPPED_FOLDERS & set(path.relative_to(CHECKOUT).parts))


def headings(document: str) -> set[str]:
    """Give the addresses that GitHub makes of headings."""
    found: dict[str, int] = {}
    for heading in re.findall(r"^#+ (.*)$", CODE.sub("", document), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", heading.strip().lower())
        address = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found[address] = found.get(address, -1) + 1
    return {
        f"{address}-{number}" if number else address for address, most in found.items() for number in range(most + 1)
    }


def dead_links(document: Path) -> Iterator[str]:
    """Find the links to a file that is not there, or to a heading that its file does not have."""
    prose = re.sub(r"`[^`\n]+`", "", CODE.sub("", document.read_text(encoding="utf-8")))
    links = re.findall(r"\]\(([^)\s]+)\)", prose) + re.findall(r'(?:src|srcset|href)="([^"]+)"', prose)
    for link in links:
        path, _, heading = link.partition("#")
        target = document.parent / path if path else document
        if re.match(r"[a-z]+:", link):
            continue
        if not target.exists():
            yield f"{link}: no such file"
        elif heading and target.suffix == ".md" and heading not in headings(target.read_text(encoding="utf-8")):
            yield f"{link}: no such heading"


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.relative_to(CHECKOUT).as_posix())
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    assert list(dead_links(document)) == []


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.relative_to(CHECKOUT).as_posix())
def test_a_file_of_the_tests_or_the_tool_that_a_document_names_exists(document: Path) -> None:
    named = re.findall(r"`((?:tests|scripts|schemas)/[\w./-]+)`", document.read_text(encoding="utf-8"))
    places = (CHECKOUT, CHECKOUT / "terraform")

    assert [path for path in named if not any((place / path).exists() for place in places)] == []


def test_decisions_are_numbered_without_gaps_and_every_number_that_is_cited_exists() -> None:
    text = (CHECKOUT / "DECISIONS.md").read_text(encoding="utf-8")
    numbers = [int(number) for number in re.findall(r"^## (\d+)\.", text, re.MULTILINE)]
    cited = {
        f"{document.name}: {number}"
        for document in documents()
        for number in re.findall(
            r"DECISIONS(?:\.md)?\]?(?:\([^)]*\))?,? (?:record )?(\d+)"
            if document.name != "DECISIONS.md"
            else r"\brecords? (\d+)",
            document.read_text(encoding="utf-8"),
        )
        if int(number) not in numbers
    }

    assert numbers == list(range(1, len(numbers) + 1))
    assert cited == set()


def folders_of(path: str) -> set[str]:
    """Give the folders inside one that hold Python."""
    return {found.name for found in (CHECKOUT / path).iterdir() if any(found.glob("*.py"))}


def test_contributing_says_what_every_folder_of_the_tests_holds() -> None:
    named = set(re.findall(r"`tests/(\w+)`", (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")))

    assert folders_of("tests") - named == set()


@pytest.mark.parametrize("part", sorted(folders_of("scripts/groundctl")))
def test_the_layout_in_the_architecture_names_every_folder_of_the_code(part: str) -> None:
    layout = (CHECKOUT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("## One file's way")[0]

    assert [name for name in {part, *folders_of(f"scripts/groundctl/{part}")} if f"{name}/" not in layout] == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text(
        "# A `b`, c\n[x](#a-b-c) [y](#d) [z](e.md) `[f](g)` [h](https://example.com)\n", encoding="utf-8"
    )

    assert list(dead_links(document)) == ["#d: no such heading", "e.md: no such file"]
