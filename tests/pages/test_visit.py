"""The tests' own watchman: what it does not notice, no test of a page would."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from pages.visit import elsewhere, visit
from support.browser import needs_a_browser

pytestmark = needs_a_browser


def test_a_page_without_protection_is_caught_at_everything(browser: Browser, tmp_path: Path) -> None:
    page = f"<img src='{elsewhere()}/x.png'><script>window.stranger = 1; alert('hello')</script>"

    seen = visit(browser, page, tmp_path)

    assert seen.outsiders == ["hello", f"{elsewhere()}/x.png", "/x.png", "window.stranger"]
