"""Hostile Markdown instructions: what validation accepts becomes a page that passes the lint and does nothing of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.template_lint import lint_template
from groundctl.domain.declarations.validator import Validator
from groundctl.domain.declarations.worker_template import worker_template
from pages.hostile import payloads
from pages.worker_site import WorkerSite, rendered
from support.browser import needs_a_browser
from support.builders import CHECKOUT, a_declaration, a_policy, some_data

WRITTEN = [one.text for one in payloads("markdown")]
RAW = [one.text for one in payloads("markup", "liquid")]
ALL = os.environ.get("HOSTILE") == "all"
# Where in the instructions a text stands.
PLACES: tuple[Callable[[str], str], ...] = (
    str,
    lambda text: f"# {text}",
    lambda text: f"> {text}",
    lambda text: f"* a\n* {text}",
    lambda text: f"| a |\n|---|\n| {text} |",
    lambda text: f"**{text}**",
    lambda text: f"`{text}`",
    lambda text: f"```\n{text}\n```",
    lambda text: f"    {text}",
    lambda text: f"[{text}](https://example.com)",
    lambda text: f"![{text}](s3://clips/a.png)",
    lambda text: f'[a](https://example.com "{text}")',
    lambda text: f"[a](https://example.com/{text})",
    lambda text: f"![a](s3://clips/{text})",
    lambda text: f"[a][b]\n\n[b]: <https://example.com/{text}>",
    lambda text: f"<https://example.com/{text}>",
    lambda text: f"a\n{text}\n\n{text}",
)
VALIDATOR = Validator(
    schema=SchemaCheck(CHECKOUT.schema("labeling-job")),
    policy=a_policy(picture_hosts=frozenset({"assets.example.com"})),
    read_text=lambda _path, _name: "",
)


def instructions() -> Iterator[str]:
    """Every text, and each at some of the places; with HOSTILE=all, at every one."""
    for number, text in enumerate([*WRITTEN, *RAW]):
        for index, put in enumerate(PLACES):
            if ALL or (index == 0 and number < len(WRITTEN)) or (number + index) % 8 == 0:
                yield put(text)


def a_task(text: str) -> dict[str, object]:
    # Where only one line of plain text may stand, without line breaks.
    line = " ".join(text.split()) or "a"
    return {
        "title": line[:60],
        "description": line[:200],
        "labels": [{"name": line[:60], "hint": line[:200]}, "error"],
        "instructions": {"short": text, "full": f"{text}\n\nWatch."},
    }


def page_of(text: str) -> str:
    return worker_template(a_declaration(task=a_task(text)).spec, {})


def refusals(text: str) -> set[str]:
    """Name the rules by which validation refuses characters and addresses in instructions."""
    checked = VALIDATOR.check("jobs/sports-data/rally-outcome.yaml", json.dumps(some_data(task=a_task(text))).encode())
    return {one.rule for one in checked.problems} & {"GT010", "GT410", "GT416", "GT418", "GT419", "GT420"}


def is_accepted(text: str) -> bool:
    return not lint_template("page", page_of(text), VALIDATOR.policy.picture_hosts)


def test_there_are_enough_hostile_instructions() -> None:
    assert len(set(WRITTEN)) >= 180
    assert len(set(instructions())) >= 1_500


def test_the_page_of_instructions_that_validation_accepts_passes_the_lint() -> None:
    missed = [text for text in instructions() if not is_accepted(text) and not refusals(text)]

    assert missed == []


@pytest.mark.parametrize(
    "text", ["![a](https://assets.example.com/a.png)", "[a](https://wiki.example.com/a?b=c&d=e#f)"]
)
def test_addresses_that_may_be_there_are_accepted(text: str) -> None:
    assert is_accepted(text)
    assert refusals(text) == set()


@needs_a_browser
def test_a_page_from_hostile_instructions_runs_nothing_and_requests_nothing(browser: Browser) -> None:
    texts = [text for number, text in enumerate(dict.fromkeys(instructions())) if ALL or number % 6 == 0]
    pages = {f"{number}": rendered(page_of(text)) for number, text in enumerate(texts) if is_accepted(text)}

    bites = WorkerSite(browser).open(pages)

    assert len(pages) >= 250
    assert {name: found for name, found in bites.items() if found} == {}
