"""The recorder of side effects that all tests of pages rely on."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser

from pages.browser_visit import foreign_server, visit
from support.browser import needs_a_browser
from support.builders import ROOT


@needs_a_browser
def test_every_side_effect_of_an_unprotected_page_is_recorded(browser: Browser, tmp_path: Path) -> None:
    page = f"<img src='{foreign_server()}/x.png'><script>window.injected = 1; alert('hello')</script>"

    seen = visit(browser, page, tmp_path)

    assert seen.side_effects == ["hello", f"{foreign_server()}/x.png", "/x.png", "window.injected"]


def test_every_page_is_opened_with_patience_for_a_busy_machine() -> None:
    opening = re.compile(r"(\w*)\(?\s*(?:self\.)?browser\.new_(?:context|page)\(")
    opened = {
        file.relative_to(ROOT).as_posix(): opening.findall(file.read_text(encoding="utf-8"))
        for file in (ROOT / "tests").rglob("*.py")
        if "node_modules" not in file.parts
    }

    assert sum(map(len, opened.values())) >= 7
    assert {name: callers for name, callers in opened.items() if {*callers} - {"patient"}} == {}
