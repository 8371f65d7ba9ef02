"""Templates of pages escape every value: the exceptions are listed here, each with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from jinja2 import UndefinedError

from groundctl.presentation.html.environment import html_environment
from support.builders import ROOT

HTML = ROOT / "scripts" / "groundctl" / "presentation" / "html"
TEMPLATES = sorted((HTML / "templates").glob("*.jinja"))

# Every use of `| safe`, with the reason why the value needs no escape.
SAFE = {
    ("page.html.jinja", "frame.style"): "our own CSS file; the page's policy has its hash",
    ("page.html.jinja", "frame.script"): "our own JavaScript file; the page's policy has its hash",
    ("worker.html.jinja", "view.task_markup"): "the output of offline_markup, which has removed everything that runs",
}
SAFE_FILTER = re.compile(r"\{\{-?\s*([\w.]+)\s*\|\s*safe\s*-?\}\}")
# What else would turn escaping off.
ESCAPE_HATCH = re.compile(r"\bsafe\b|\bautoescape\b|\bMarkup\b|__html__")


@dataclass(frozen=True)
class Item:
    """A value for a template."""

    text: str
    items: list[str] = field(default_factory=list)


def test_no_value_is_marked_safe_but_those_with_a_reason() -> None:
    used = {(path.name, value) for path in TEMPLATES for value in SAFE_FILTER.findall(path.read_text())}

    assert TEMPLATES
    assert used == set(SAFE)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_turns_escaping_off(path) -> None:
    without_comments = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)

    assert not ESCAPE_HATCH.search(SAFE_FILTER.sub("", without_comments))


def test_no_module_of_the_pages_escapes_or_marks_text_by_itself() -> None:
    # liquid_rendering.py renders a team's own template; offline_markup.py cleans whatever comes out of that.
    modules = [path for path in HTML.glob("*.py") if path.name != "liquid_rendering.py"]

    assert not [path.name for path in modules if re.search(r"\bMarkup\(|html\.escape|import html\b", path.read_text())]


def test_a_value_is_escaped_in_text_and_in_attributes() -> None:
    template = html_environment().from_string('<p title="{{ item.text }}">{{ item.text }}</p>')

    assert template.render(item=Item("<b>\"'&")) == ('<p title="&lt;b&gt;&#34;&#39;&amp;">&lt;b&gt;&#34;&#39;&amp;</p>')


def test_an_invisible_character_is_written_out() -> None:
    assert html_environment().from_string("{{ item.text }}").render(item=Item("a\u202eb")) == "a\\u202eb"


def test_a_name_that_the_view_does_not_have_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        html_environment().from_string("{{ item.titel }}").render(item=Item("a"))
