"""Worker task templates that people write: accepted, or refused for what is wrong with them and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from declarations.test_templates import AFTER, BEFORE
from groundctl.domain.declarations.template_lint import lint_template
from groundctl.presentation.html.liquid_rendering import render_task

FOLDER = Path(__file__).parent / "templates"
LABELS = ("winner", "forced error", "cannot tell")


def parts() -> dict[str, str]:
    """Read the parts of pages by their titles."""
    return {
        title: text
        for title, _, text in (
            case.partition("\n") for case in (FOLDER / "harmless.txt").read_text(encoding="utf-8").split("\n=== ")[1:]
        )
    }


PARTS = parts()
WHOLE = {
    "a whole document": '<!DOCTYPE html>\n<html lang="en">\n<head>\n'
    + BEFORE.replace("<crowd-form>", "</head>\n<body>\n<crowd-form>")
    + AFTER
    + "</body>\n</html>\n",
    "line ends of Windows": (BEFORE + "<p title='a\nb'>a</p>\n" + AFTER).replace("\n", "\r\n"),
    "everything at once": BEFORE + "".join(PARTS.values()) + AFTER,
}


def test_there_are_enough_harmless_pages() -> None:
    assert len(PARTS) >= 45


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS.keys())
def test_a_harmless_page_is_accepted_and_can_be_filled_in(part: str) -> None:
    page = BEFORE + part + AFTER

    assert lint_template("page", page) == ()
    assert render_task(page, LABELS, "https://clips.test/clip.mp4")


@pytest.mark.parametrize("page", WHOLE.values(), ids=WHOLE.keys())
def test_a_harmless_document_is_accepted(page: str) -> None:
    assert lint_template("page", page) == ()


def test_pictures_and_media_come_from_hosts_that_the_policy_lists() -> None:
    page = (
        BEFORE
        + '<img src="https://assets.example.com/net.png"><crowd-card image="https://assets.example.com/a"></crowd-card>'
    )

    assert {one.rule for one in lint_template("page", page + AFTER)} == {"GT420"}
    assert lint_template("page", page + AFTER, frozenset({"assets.example.com"})) == ()
    assert lint_template("page", page + AFTER, None) == ()


# Reduced from aws-samples/amazon-sagemaker-ground-truth-task-uis (MIT-0): the folder video.
AWS = """\
<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
    <crowd-classifier name="category" categories="['Music', 'Sports']" header="What type of video is this?">
      <classification-target>
        %s
      </classification-target>
      <full-instructions header="Video Classification Instructions"><p>Inspect the video.</p></full-instructions>
      <short-instructions><p>Inspect the video.</p></short-instructions>
    </crowd-classifier>
</crowd-form>"""
AWS_VIDEO = """<video width="100%" height="315" controls>
          <source src="{{ task.input.taskObject | grant_read_access }}" type="video/mp4">
        Your browser does not support the video tag.
        </video>"""
AWS_FRAME = """<iframe max-width="35vw" src="{{ task.input.taskObject }}"  frameborder="0" allow="autoplay">
        </iframe>"""
NAMES_AND_LABELS = [
    (3, "GT412", "the answer is not named crowd-classifier"),
    (3, "GT412", "categories does not use the job's labels"),
]


def told(page: str) -> list[tuple[int, str, str]]:
    return [(one.line, one.rule, one.message) for one in lint_template("page", page)]


def test_aws_public_template_needs_its_names_and_labels_and_nothing_else() -> None:
    assert told(AWS % AWS_VIDEO) == NAMES_AND_LABELS


def test_aws_public_template_for_several_labels_is_another_question() -> None:
    page = (AWS % AWS_VIDEO).replace("crowd-classifier", "crowd-classifier-multi-select")

    assert told(page) == [(1, "GT411", "has no <crowd-classifier>")]


def test_aws_public_template_with_a_frame_shows_no_video() -> None:
    assert told(AWS % AWS_FRAME) == [
        (5, "GT416", "<iframe> is not allowed on a worker page"),
        *NAMES_AND_LABELS,
        (1, "GT413", "has no <video>"),
    ]
