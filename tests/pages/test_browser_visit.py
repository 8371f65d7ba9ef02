"""The recorder of side effects that all tests of pages rely on."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from pages.browser_visit import foreign_server, visit
from support.browser import needs_a_browser

pytestmark = needs_a_browser


def test_every_side_effect_of_an_unprotected_page_is_recorded(browser: Browser, tmp_path: Path) -> None:
    page = f"<img src='{foreign_server()}/x.png'><script>window.injected = 1; alert('hello')</script>"

    seen = visit(browser, page, tmp_path)

    assert seen.side_effects == ["hello", f"{foreign_server()}/x.png", "/x.png", "window.injected"]
