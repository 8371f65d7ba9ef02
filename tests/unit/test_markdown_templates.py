"""Templates of comments pass every value through a filter: the exceptions are listed here, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import nodes

from groundctl.presentation.markdown.environment import markdown_environment, render, render_around
from groundctl.presentation.markdown.filters import LAYOUT_FILTERS, VALUE_FILTERS
from support.builders import ROOT

TEMPLATES = sorted((ROOT / "scripts/groundctl/presentation/markdown/templates").glob("*.md.jinja"))

# Values without a filter, each with the reason why it holds no text of others.
OURS = {
    ("elsewhere", "run_link(run)"): "a macro of ours, which filters what is in it",
    ("folded", "pieces"): "Markdown of other templates",
    ("folded", "summary"): "fixed words and a count",
    ("footer", "run_link(run)"): "a macro of ours, which filters what is in it",
    ("job_clips", "number"): "set in the same template, from a filtered number",
    ("job_details", "job.workers"): "a count",
    ("macros", "run.run_id"): "a number of GitHub's",
    ("not_shown", "elsewhere"): "Markdown of the template `elsewhere`",
    ("not_shown", "what"): "fixed words and a count",
    ("other_pull_requests", "pieces"): "Markdown of other templates",
    ("plan", "merge"): "set in the same template, from fixed words",
    ("plan", "plan.attention"): "fixed words and a count",
    ("plan", "plan.counts"): "fixed words and counts",
    ("points_not_shown", "elsewhere"): "Markdown of the template `elsewhere`",
    ("problems", "summary"): "fixed words and counts",
    ("pull_request_section", "origin"): "fixed words and a number",
    ("pull_request_section", "status"): "a whole comment, written by other templates",
    ("run_summary", "title"): "fixed words and counts",
    ("section", "heading"): "fixed words and a count",
    ("section", "pieces"): "Markdown of other templates",
    ("status", "phase"): "a fixed word",
    ("status", "status.facts"): "fixed words, counts and a time",
    ("status", "status.verb"): "fixed words",
    ("status_line", "origin"): "fixed words and a number",
}


def unfiltered(node: nodes.Node) -> Iterator[str]:
    """Yield each part of an expression that is written without one of the filters for values."""
    match node:
        case nodes.Const():
            return
        case nodes.Filter(node=inner, name=name) if inner is not None and name in LAYOUT_FILTERS:
            yield from unfiltered(inner)
        case nodes.Filter(name=name) if name in VALUE_FILTERS:
            return
        case nodes.CondExpr(expr1=first, expr2=second) if second is not None:
            yield from unfiltered(first)
            yield from unfiltered(second)
        case nodes.Call(node=called, args=arguments):
            yield f"{written(called)}({', '.join(map(written, arguments))})"
        case _:
            yield written(node)


def written(node: nodes.Node) -> str:
    """Write a name, or a member of a name, as the template has it."""
    match node:
        case nodes.Name(name=name):
            return name
        case nodes.Getattr(node=owner, attr=attribute):
            return f"{written(owner)}.{attribute}"
        case _:
            return repr(node)


def values_without_filter(source: str) -> list[str]:
    tree = markdown_environment().parse(source)
    shown = (node for output in tree.find_all(nodes.Output) for node in output.nodes)
    return [value for node in shown if not isinstance(node, nodes.TemplateData) for value in unfiltered(node)]


def name_of(template: Path) -> str:
    return template.name.removesuffix(".md.jinja")


def test_every_value_passes_a_filter_or_is_listed_with_its_reason():
    found = {
        (name_of(template), value)
        for template in TEMPLATES
        for value in values_without_filter(template.read_text(encoding="utf-8"))
    }

    assert TEMPLATES
    assert found == set(OURS)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("{{ job.name | code }}: {{ job.title | prose | ended }}, {{ 'a' if job else 'b' }}", []),
        ("{{ job.name }}", ["job.name"]),
        ("{{ job.name | ended }}", ["job.name"]),
        ("{{ job.name if job else 'b' | text }}", ["job.name"]),
        ("{% for label in labels %}{{ label }}{% endfor %}", ["label"]),
        ("{% if job %}{% filter paragraph %}{{ job.owner }}{% endfilter %}{% endif %}", ["job.owner"]),
    ],
)
def test_a_value_without_a_filter_is_found(source: str, found: list[str]):
    assert values_without_filter(source) == found


@pytest.mark.parametrize("source", ["{{ job.name | upper }}", "{{ job.name ~ 'a' }}", "{{ job.name | code | upper }}"])
def test_what_is_done_with_a_value_beside_the_filters_is_found(source: str):
    assert values_without_filter(source) != []


def test_every_template_says_what_it_is_for_in_its_first_line():
    assert [template.name for template in TEMPLATES if not template.read_text(encoding="utf-8").startswith("{# ")] == []


def test_a_rendered_template_has_no_blank_line_twice_and_none_around_it():
    written = render("problems", summary="3 problems", has_errors=True, is_comment=True, is_fork=True)

    assert written == written.strip("\n")
    assert "\n\n\n" not in written


def test_what_is_around_pieces_is_given_as_two_texts():
    assert render_around("section", heading="Notes") == ("#### Notes\n\n", "\n\n")
