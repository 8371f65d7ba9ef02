"""Finds and starts the machine's Chromium, without its own network traffic."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
needs_a_browser = pytest.mark.skipif(
    CHROMIUM is None,
    reason="NO BROWSER: the pages and clips were not tested. Install the package 'chromium' to run this test.",
)


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Start the browser; one at a time in a process, because Playwright's loop belongs to the whole of it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=False, args=FLAGS)
        yield browser
        browser.close()
