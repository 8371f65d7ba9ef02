"""Hostile worker templates, made systematically: what the lint accepts runs nothing and requests nothing in a browser."""

from __future__ import annotations

import os
from collections import Counter

from playwright.sync_api import Browser

from groundctl.domain.declarations.template_lint import lint_template
from groundctl.errors import UsageError
from pages.hostile import PLACES, WRITINGS, payloads
from pages.hostile.near_misses import near_misses
from pages.worker_site import WorkerSite, rendered
from support.browser import needs_a_browser

PAYLOADS = list(payloads("markup", "liquid"))
PLAIN = {f"{number}": PLACES["below the clip"](one.text) for number, one in enumerate(PAYLOADS)}
# With HOSTILE=all, every payload stands at every place and in every writing, and everything accepted is opened.
ALL = os.environ.get("HOSTILE") == "all"


def variants() -> dict[str, str]:
    """Each payload at some of the places, and in some of the writings, so that each pair of them meets many payloads."""
    made = {}
    for number, payload in enumerate(PAYLOADS):
        for index, put in enumerate(PLACES.values()):
            if ALL or (number + index) % 4 == 0:
                made[f"{number}-p{index}"] = put(payload.text)
        for index, write in enumerate(WRITINGS.values()):
            if ALL or (number + index) % 4 == 0:
                made[f"{number}-w{index}"] = PLACES["below the clip"](write(payload.text))
    return made


def fill_in(pages: dict[str, str], *, everything: bool = True) -> dict[str, str]:
    """Render templates with hostile labels, and those with conditions without any too; what Liquid cannot render is no page."""
    filled = {}
    for name, page in pages.items():
        try:
            filled[name] = rendered(page)
            if everything and "{% if" in page:
                filled[f"{name}-none"] = rendered(page, ())
        except UsageError:
            continue
    return filled


def accepted(pages: dict[str, str]) -> dict[str, str]:
    """Choose what the lint accepts; of each place and writing, where much is only text, a few dozen."""
    chosen, of_a_class = {}, Counter[str]()
    for name, page in pages.items():
        group = name.partition("-")[2]
        if (ALL or of_a_class[group] < 15) and not lint_template("page", page):
            chosen[name] = page
            of_a_class[group] += 1
    return chosen


def test_there_are_enough_hostile_templates_of_every_kind() -> None:
    kinds = Counter(payload.kind for payload in PAYLOADS)

    assert len(set(PLAIN.values())) >= 500
    assert len(variants()) >= 6_000
    assert len(kinds) >= 16
    assert min(kinds.values()) >= 15


def test_every_refusal_says_where_and_what_to_write_instead() -> None:
    for page in PLAIN.values():
        lines = page.split("\n")
        for problem in lint_template("page", page):
            assert 1 <= problem.line <= len(lines)
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
            assert problem.message
            assert problem.hint


@needs_a_browser
def test_the_hostile_templates_bite(browser: Browser) -> None:
    # The control: templates that do nothing in this browser would prove nothing.
    pages = {name: page for name, page in PLAIN.items() if ALL or int(name) % 4 == 0}

    bites = WorkerSite(browser).open(fill_in(pages, everything=False))

    assert sum(bool(found) for name, found in bites.items() if name) >= 0.85 * len(pages)
    assert sum("runs the canary" in found for found in bites.values()) >= 0.3 * len(pages)
    assert sum(any("evil.example" in bite for bite in found) for found in bites.values()) >= 0.3 * len(pages)


@needs_a_browser
def test_what_the_lint_accepts_of_hostile_templates_runs_nothing_and_requests_nothing(browser: Browser) -> None:
    pages = accepted(variants())

    bites = WorkerSite(browser).open(fill_in(pages, everything=False))

    assert len(pages) >= 60
    assert {name: found for name, found in bites.items() if found} == {}


@needs_a_browser
def test_input_in_every_allowed_place_runs_nothing_and_requests_nothing(browser: Browser) -> None:
    put = PLACES["below the clip"]
    parts = [part for part in near_misses() if not lint_template("page", put(part))]
    # Some parts together on a page, as a browser takes its time for each page.
    pages = {f"{at}": put("\n".join(parts[at : at + 6])) for at in range(0, len(parts), 6)}

    bites = WorkerSite(browser).open(fill_in(pages))

    assert len(parts) >= 350
    assert not [name for name, page in pages.items() if lint_template("page", page)]
    assert {name: found for name, found in bites.items() if found} == {}
