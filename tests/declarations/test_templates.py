"""Worker task templates: the ones that are refused, with every reason at its place, and the ones that are not."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from declarations.corpus import MARK, STAND_IN, Case, Expected, read_cases, sentence, stand_in, write_cases
from groundctl.domain.declarations.template_lint import lint_template
from groundctl.domain.declarations.worker_template import worker_template
from support.builders import DECLARATIONS, a_declaration, some_data

SOURCE = Path(__file__).parent / "templates/hostile.cases"
CASES = list(read_cases(SOURCE))
BEFORE = """\
<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-classifier name="crowd-classifier" categories="{{ task.input.labels | to_json | escape }}" header="What do you see?">
    <classification-target>
      <video controls>
        <source src="{{ task.input.taskObject | grant_read_access }}" type="video/mp4">
      </video>
"""
AFTER = """\
    </classification-target>
    <full-instructions>Watch to the end.</full-instructions>
    <short-instructions>Watch.</short-instructions>
  </crowd-classifier>
</crowd-form>
"""


def page_of(case: Case) -> str:
    """Put a case's lines into the good page, and change that as the case says."""
    before, after = BEFORE, AFTER
    for line in case.lines:
        if swap := re.fullmatch(r"@swap (!?)(.+) =>(?: (.*))?", line):
            old, new = swap[2], swap[3] or ""
            assert old in before + after, f"{old} is not on the good page"
            # An exclamation mark: the last one, where a swap before has made a second.
            before, after = (
                (before, after.replace(old, new)) if swap[1] else (before.replace(old, new), after.replace(old, new))
            )
    lines = [f"{line}\n" for line in case.lines if not line.startswith("@") and not MARK.fullmatch(line)]
    return before + STAND_IN.sub(stand_in, "".join(lines)) + after


def expected_of(case: Case) -> list[Expected]:
    """Read what a case expects, in lines of the whole page."""
    found, row = [], BEFORE.count("\n")
    for line in case.lines:
        if mark := MARK.fullmatch(line):
            found.append(Expected("page", row, 1 if mark[2] else len(mark[1]) + 2, mark[3]))
        elif expect := re.fullmatch(r"@expect (\d+):(\d+) (GT.*)", line):
            found.append(Expected("page", int(expect[1]), int(expect[2]), expect[3]))
        elif not line.startswith("@"):
            row += 1
    return sorted(found)


def bless(case: Case, found: list[Expected]) -> None:
    """Write what was found into the case."""
    kept = [line for line in case.lines if not MARK.fullmatch(line) and not line.startswith("@expect ")]
    swaps = [line for line in kept if line.startswith("@")]
    lines: list[str] = []
    left = list(found)
    for row, line in enumerate([line for line in kept if not line.startswith("@")], start=BEFORE.count("\n") + 1):
        lines.append(line)
        for one in [one for one in left if one.line == row]:
            lines.append(f"#< {one.sentence}" if one.column == 1 else f"#{' ' * (one.column - 2)}^ {one.sentence}")
            left.remove(one)
    rest = [f"@expect {one.line}:{one.column} {one.sentence}" for one in left]
    write_cases(SOURCE, replace(case, lines=(*swaps, *rest, *lines)))


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_a_hostile_template_is_refused_for_the_right_reason(case: Case):
    problems = lint_template("page", page_of(case))

    found = sorted(Expected("page", problem.line, problem.column, sentence(problem)) for problem in problems)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        bless(case, found)
    else:
        assert found
        assert found == expected_of(case)


def test_there_are_enough_hostile_templates():
    assert len(CASES) >= 60


ACCEPTED = {
    "the page the cases are put into": BEFORE + AFTER,
    "a page with more on it": BEFORE
    + """\
<!DOCTYPE html>
<!-- For the reviewers: ask Dana. -->
<style>.hint { color: #333; margin: 1em }</style>
<p class="hint" style="font-weight: bold" title="{{ task.input.taskObject }}">{{ task.input.taskObject }}</p>
{% assign count = task.input.labels | size %}
{% if count > 2 %}<p>{{ count }} answers</p>{% else %}<p>Two answers</p>{% endif %}
{% for label in task.input.labels %}<li>{{ label | escape }}</li>{% endfor %}
{% comment %} the next two are for later {% endcomment %}
<img src="{{ 's3://clips/help/net.png' | grant_read_access }}" alt="">
<a href="https://example.com/help" target="_blank" rel="noopener">Help</a> <a href="#top">Top</a> <a href="mailto:dana@example.com">Dana</a>
<br/><hr>
<crowd-button variant="primary">Go</crowd-button>
"""
    + AFTER,
    "a page whose video has the address itself": (BEFORE + AFTER).replace(
        """<video controls>
        <source src="{{ task.input.taskObject | grant_read_access }}" type="video/mp4">""",
        """<video controls autoplay muted src="{{ task.input.taskObject | grant_read_access }}">""",
    ),
    "a page of a team": (DECLARATIONS.root / "jobs/warehouse/dock-events.liquid.html").read_text(),
}


@pytest.mark.parametrize("page", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_working_template_is_accepted(page: str):
    assert lint_template("page", page) == ()


HOSTILE_TEXTS = [
    "<script>evil()</script>",
    "[Help](javascript:evil())",
    "![x](javascript:evil())",
    "{{ task.input.taskObject | skip_autoescape }}",
    "{% raw %}{% include 'x' %}",
    "![{{ evil }}](s3://clips/a.png)",
    "<img src=x onerror=evil()>",
    "`{{ evil }}` and\n\n    {% evil %}",
    "</short-instructions></crowd-classifier><video>",
    "<!-- --!> -->",
    "&lt;script&gt;",
    '[a](https://x.y "onload=evil() {{ evil }}")',
    "|a|\n|-|\n|<b>{%|",
]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_page_rendered_from_any_instructions_passes_the_lint(text: str):
    task = {
        **some_data()["task"],
        "title": text[:128],
        "description": text.replace("\n", " "),
        "labels": [{"name": "winner", "hint": text.replace("\n", " ")}, "error"],
        "instructions": {"short": text, "full": text},
    }

    page = worker_template(a_declaration(task=task).spec, {})

    assert lint_template("page", page) == ()
