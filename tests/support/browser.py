"""Finds and starts the machine's Chromium, without its own network traffic."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 300_000  # milliseconds for a page to load or to change; a busy machine is no reason to fail
View = TypeVar("View", Page, BrowserContext)
needs_a_browser = pytest.mark.skipif(
    CHROMIUM is None,
    reason="NO BROWSER: the pages and clips were not tested. Install the package 'chromium' to run this test.",
)


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Start the browser; one at a time in a process, because Playwright's loop belongs to the whole of it."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=False, args=FLAGS)
        yield browser
        browser.close()


def patient(view: View) -> View:
    """Wait for a page, or for each page of a context, as long as a busy machine needs."""
    view.set_default_timeout(PATIENCE)
    return view
