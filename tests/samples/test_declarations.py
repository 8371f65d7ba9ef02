"""The sample declarations in jobs/: they are valid, and their own template works in a browser."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from groundctl.app.validate import validate
from groundctl.domain.declarations.template_lint import lint_template
from groundctl.presentation.html.worker_page import worker_page
from pages.browser_visit import visit
from results.simulated_job import CLIPS
from support.browser import needs_a_browser
from support.builders import CHECKOUT, ROOT

TEMPLATES = sorted((ROOT / "jobs").rglob("*.liquid.html"))


def test_the_samples_are_valid() -> None:
    result = validate(CHECKOUT)

    assert result.declarations
    assert result.problems == ()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_a_sample_template_passes_the_linter(template: Path) -> None:
    assert lint_template("page", template.read_text()) == ()


@needs_a_browser
def test_the_sample_template_works(browser: Browser, tmp_path: Path) -> None:
    template = (ROOT / "jobs/warehouse/dock-events.liquid.html").read_text()
    clip = base64.b64encode((CLIPS / "rallies" / "rally-0001.mp4").read_bytes()).decode()
    seen = visit(browser, worker_page(template, ("loading", "idle"), f"data:video/mp4;base64,{clip}"), tmp_path)

    seen.page.keyboard.press("2")
    seen.page.keyboard.press("Enter")

    assert json.loads(seen.page.locator(".sent pre").inner_text()) == {"crowd-classifier": {"label": "idle"}}
    assert (seen.console_problems, seen.side_effects) == ([], [])
