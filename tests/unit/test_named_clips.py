"""Clips that are named, in a manifest or in the file: S3 is asked about each, then and now, up to a stated number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

import pytest

from groundctl.app.approval.review import ChangeReviewer
from groundctl.app.approval.reviewed_clips import ReviewedClipsFinder
from groundctl.domain.approval.seen_clips import find_replaced
from groundctl.domain.clips.inspection.faults import MAX_ASKED, sample_of
from groundctl.domain.clips.inspection.object_facts import Absence, HeadAnswer, Unavailable
from groundctl.domain.clips.stored_object import StoredObject
from support.fake_objects import FakeObjects
from support.frozen_clips import CLIPS, NAMED, Season, clip

# More clips than a plan asks about.
MANY = tuple(clip(f"many-{number:04}") for number in range(MAX_ASKED + 50))


class CountingObjects(FakeObjects):
    """S3 that counts the questions about each object, and does not show some of them."""

    def __init__(self, objects: FakeObjects, denied: Collection[str] = ()) -> None:
        super().__init__(objects.objects, objects.listed.values())
        self.denied = denied
        self.heads: Counter[str] = Counter()

    def head(self, uri: str) -> HeadAnswer:
        self.heads[uri] += 1
        return Unavailable(why=Absence.DENIED) if uri in self.denied else super().head(uri)


def test_a_replaced_clip_that_the_selection_of_now_would_not_take_is_asked_about_once():
    season = Season({**NAMED, "limit": 2})
    season.approved()
    season.approved(13, "c", "jobs/policy.yaml")
    season.lists(clip(-1), clip(0), *CLIPS)
    season.shows(clip(2), more=99)
    season.objects = CountingObjects(season.objects)

    assert f"were replaced: {clip(2)}" in season.hold()
    assert season.objects.heads == dict.fromkeys((clip(-1), clip(0), clip(1), clip(2)), 1)


def test_of_clips_beyond_the_stated_number_it_is_said_that_nothing_is_known():
    season = Season(NAMED)
    season.lists(*MANY)
    season.approved()
    [beyond, *_] = set(MANY).difference(sample_of(MANY, MAX_ASKED))
    season.shows(beyond, more=99)

    bought, found = season.applied()

    assert bought == set(MANY)
    [agreed] = found.agreed.values()
    assert agreed.endswith("; not known of 50 clips: whether they were replaced since")
    season.shows(sample_of(MANY, 1)[0], more=99)
    assert "were replaced" in season.hold()


def test_the_comparison_asks_about_no_more_clips_than_the_stated_number():
    season = Season({**NAMED, "limit": len(MANY)})
    season.lists(*MANY)
    season.approved()
    season.lists(*(clip(f"0-{number:04}") for number in range(len(MANY))), *MANY)
    season.objects = CountingObjects(season.objects)
    [change] = (planned := season.planned()).plan.changes
    season.objects.heads.clear()

    finder = ReviewedClipsFinder(planned=planned, archive=(archive := season.scene.archive()))
    found = [
        finder.find(change, season.declaration, ChangeReviewer.of(planned, archive).sources(change)) for _ in range(2)
    ]

    assert (len(season.objects.heads), set(season.objects.heads.values())) == (MAX_ASKED, {1})
    assert [each.not_known for each in found] == [len(MANY) - MAX_ASKED] * 2


@pytest.mark.parametrize("when", ["at review", "at merge"])
def test_of_a_clip_that_s3_does_not_show_it_is_said_that_nothing_is_known(when: str):
    season = Season(NAMED)
    season.objects = CountingObjects(season.objects, denied=[clip(3)] if when == "at review" else [])
    season.approved()
    season.objects = CountingObjects(season.objects, denied=[clip(3)] if when == "at merge" else [])

    bought, found = season.applied()

    assert bought == frozenset(CLIPS)
    assert found.agreed[season.declaration.spec.key].endswith("; not known of 1 clip: whether it was replaced since")


def test_the_reviewed_version_is_named_where_there_is_one():
    before = StoredObject(clip(3), 9, "2026-11-02T09:00:00Z", etag='"a"', version="v7")
    after = replace(before, size=10, version="v8")

    [found] = find_replaced({clip(3): before}, {clip(3): after})

    assert found.change == "on 2026-11-02 at 09:00 UTC: 10 bytes, reviewed 9; the reviewed version is v7"
