"""The sample declarations that groundctl brings with it: they are valid, and their own template works in a browser."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.validate import validate
from groundctl.domain.declarations.template_lint import lint_template
from groundctl.presentation.html.worker_page import worker_page
from pages.browser_visit import visit
from results.simulated_job import CLIPS
from support.browser import needs_a_browser
from support.builders import ROOT, SAMPLES
from support.guide import GUIDE, our_guide

FIRST_LOOK = ROOT / "jobs"  # the same, until a team puts its own declarations there
TEMPLATES = sorted(SAMPLES.rglob("*.liquid.html"))


def files_in(jobs: Path) -> dict[str, Path]:
    return {
        path.relative_to(jobs).as_posix(): path
        for path in jobs.rglob("*")
        if path.is_file() and path.name != "README.md"
    }


def test_the_samples_are_valid() -> None:
    result = validate(Checkout(SAMPLES))

    assert len(result.declarations) == 3
    assert result.problems == ()


def test_the_first_look_in_jobs_is_what_groundctl_brings_with_it() -> None:
    ours, here = files_in(SAMPLES / "jobs"), files_in(FIRST_LOOK)
    if set(here) != set(ours):
        pytest.skip("jobs/ holds a team's own declarations, or none")

    assert [name for name, path in here.items() if path.read_bytes() != ours[name].read_bytes()] == []
    assert our_guide() is not None or not GUIDE.is_file()  # otherwise no test would read it


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_a_sample_template_passes_the_linter(template: Path) -> None:
    assert lint_template("page", template.read_text()) == ()


@needs_a_browser
def test_the_sample_template_works(browser: Browser, tmp_path: Path) -> None:
    template = (SAMPLES / "jobs/warehouse/dock-events.liquid.html").read_text()
    clip = base64.b64encode((CLIPS / "rallies" / "rally-0001.mp4").read_bytes()).decode()
    seen = visit(browser, worker_page(template, ("loading", "idle"), f"data:video/mp4;base64,{clip}"), tmp_path)

    seen.page.keyboard.press("2")
    seen.page.keyboard.press("Enter")

    assert json.loads(seen.page.locator(".sent pre").inner_text()) == {"crowd-classifier": {"label": "idle"}}
    assert (seen.console_problems, seen.side_effects) == ([], [])
