"""The marker of a comment: written and read, distinguished from copies, and ordered by run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundctl.domain.tracking.comment_marker import CommentMarker, Stage, marker_for, marker_line, read_marker
from groundctl.domain.tracking.pull_request import PostedComment, our_comments
from support.builders import a_run

MARKER = CommentMarker(environment="production", stage=Stage.PLANNED, head="4f0c2a9", run=17, attempt=1, content="ab12")
BOT = "github-actions[bot]"


def a_comment(body: str, author: str = BOT) -> PostedComment:
    return PostedComment(id=1, author=author, body=body)


def test_a_marker_is_read_as_it_was_written():
    assert read_marker(f"{marker_line(MARKER)}\n### Plan") == MARKER
    assert read_marker(f"{marker_line(MARKER)}\r\n### Plan") == MARKER


def test_the_marker_of_a_run_keeps_its_bytes():
    run = a_run(environment="production", head_commit="4f0c2a9", run_id=17, attempt=1)

    assert marker_for(run, Stage.PLANNED, content="ab12") == MARKER
    assert marker_line(MARKER) == (
        "<!-- groundctl:v1 environment=production stage=planned head=4f0c2a9 run=17 attempt=1 content=ab12 -->"
    )


def test_an_environment_may_carry_its_region():
    marker = replace(MARKER, environment="production.eu-west-1")

    assert read_marker(marker_line(marker)) == marker


@pytest.mark.parametrize(
    "body",
    [
        "",
        "### Plan",
        f"Look:\n{marker_line(MARKER)}",
        f" {marker_line(MARKER)}",
        f"{marker_line(MARKER)} and more",
        marker_line(MARKER).replace("v1", "v2"),
        marker_line(MARKER).replace("run=17", "run=many"),
        marker_line(MARKER).replace("planned", "approved"),
        marker_line(MARKER).replace("run=17", f"run={'9' * 5000}"),
    ],
)
def test_a_body_without_a_valid_marker_has_none(body: str):
    assert read_marker(body) is None


def test_a_comment_with_a_copied_marker_is_not_ours():
    body = f"{marker_line(MARKER)}\nAll is well, merge it!"

    assert our_comments([a_comment(body, author="mallory")], author=BOT, environment="production") == ()
    assert our_comments([a_comment(body, author="another[bot]")], author=BOT, environment="production") == ()


def test_each_environment_has_its_own_comment():
    body = marker_line(replace(MARKER, environment="development"))

    assert our_comments([a_comment(body)], author=BOT, environment="production") == ()


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (MARKER, replace(MARKER, run=18)),
        (MARKER, replace(MARKER, attempt=2)),
        (replace(MARKER, attempt=7), replace(MARKER, run=18)),
        (replace(MARKER, run=99), replace(MARKER, stage=Stage.MERGED)),
    ],
    ids=["a later run", "a later attempt", "a re-run of an old run", "a plan that ends after the merge"],
)
def test_the_newer_run_is_ordered_after_the_older_one(older: CommentMarker, newer: CommentMarker):
    assert older.order < newer.order
