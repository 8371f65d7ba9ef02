"""The environment of the Markdown templates: what its filters let through, and what it refuses."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from groundctl.presentation.markdown.environment import markdown_environment
from support.github.markdown import read
from support.hostile_texts import HOSTILE

TEMPLATE = """\
## Jobs

{% for job in jobs %}
{% if job.title %}
- {{ job.title | text }} and {{ job.title | code }}: {{ job.title | prose }}
{% endif %}
{% endfor %}

The end.
"""


def rendered(*titles: str) -> str:
    return markdown_environment().from_string(TEMPLATE).render(jobs=[{"title": title} for title in titles])


def test_lines_with_nothing_but_a_block_leave_no_trace() -> None:
    assert rendered("a", "", "b") == "## Jobs\n\n- a and `a`: a\n- b and `b`: b\n\nThe end.\n"


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.strip()])
def test_a_filtered_text_stays_text(text: str) -> None:
    seen = read(rendered(text))

    assert seen.live == ()
    assert seen.skeleton == read(rendered("quiet")).skeleton


def test_a_filter_takes_a_maximum_length() -> None:
    assert markdown_environment().from_string("{{ 'abcdef' | text(4) }}").render() == "abc…"


def test_a_name_that_the_view_does_not_have_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        markdown_environment().from_string("{{ job.titel }}").render(job={"title": "a"})
