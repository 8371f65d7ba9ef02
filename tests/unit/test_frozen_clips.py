"""The clips of an approved plan are bought as they were reviewed, or the job is held by the name of a clip."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from groundctl.app.approval.reviewed_clips import manifest_of
from groundctl.domain.approval.coverage import job_as_reviewed
from groundctl.domain.clips.input_manifest import clips_in
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.declarations.policy import Limit
from groundctl.domain.jobs.observed import Status
from groundctl.errors import ExternalError
from support.builders import POLICY, a_declaration, an_observed_job
from support.fake_objects import A_CLIP, FakeObjects
from support.fakes import FakeRecordedPlans
from support.frozen_clips import CLIPS, FOLDER, MANIFEST, NAMED, PREFIX, Season, clip

SOURCES = [pytest.param(PREFIX, id="prefix"), pytest.param(NAMED, id="manifest")]
# Clips of the last two are named: no listing shows what S3 says of them.
EVERY = [*SOURCES, pytest.param({"objects": list(CLIPS)}, id="objects")]


@pytest.mark.parametrize("source", SOURCES)
def test_clips_that_arrive_are_counted_and_not_bought(source: dict[str, Any]):
    season = Season(source)
    season.approved()
    season.gets(clip(0), clip(9))

    bought, found = season.applied()

    assert (bought, dict(found.arrived)) == (frozenset(CLIPS), {"rally-outcome": 2})


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("beside", [{}, {"only_new": True}, {"match": ["*rally*"]}, {"limit": 4}])
def test_a_reviewed_clip_that_is_gone_holds_the_job_by_name(source: dict[str, Any], beside: dict[str, Any]):
    season = Season({**source, **beside})
    season.approved()
    season.loses(clip(3))
    season.gets(clip(9))

    place = FOLDER if source is PREFIX else MANIFEST
    assert season.hold() == (
        f"clips of the reviewed plan are gone from {place}: {clip(3)} — restore what was reviewed, or open a pull request"
        " that changes its file, so that a plan with the clips that are there now is reviewed"
    )


def test_all_clips_that_are_gone_are_counted_and_the_first_are_named():
    season = Season(PREFIX)
    season.approved()
    season.loses(*CLIPS)
    season.gets(clip(9))

    assert f"{clip(1)}, {clip(2)}, {clip(3)}, and 1 more" in season.hold()


@pytest.mark.parametrize(
    ("source", "beside"),
    [
        (PREFIX, {"sample": {"count": 2}}),
        (PREFIX, {"limit": 2}),
        (PREFIX, {"modified": {"before": "2026-11-10"}, "limit": 3}),
        (NAMED, {"sample": {"count": 2}}),
        (NAMED, {"limit": 2}),
        (NAMED, {"where": {"camera": "north"}}),
    ],
)
def test_a_reviewed_clip_that_the_selection_of_now_would_not_take_is_bought(
    source: dict[str, Any], beside: dict[str, Any]
):
    season = Season({**source, **beside})
    season.lists(*CLIPS, camera="north")
    season.approved()
    reviewed = clips_in(manifest_of(season.planned().plan.changes[0]))
    season.gets(*(clip(f"0-{number}") for number in range(30)))

    bought, found = season.applied()

    assert bought == reviewed
    assert len(reviewed) <= len(CLIPS)
    assert not found.held


@pytest.mark.parametrize("beside", [{"match": ["*rally-?.mp4"]}, {"exclude": ["*late*"]}])
@pytest.mark.parametrize("source", SOURCES)
def test_clips_that_the_selection_leaves_out_have_not_arrived(source: dict[str, Any], beside: dict[str, Any]):
    season = Season({**source, **beside})
    season.approved()
    season.gets(clip("late"), clip(9))

    assert dict(season.applied()[1].arrived) == {"rally-outcome": 1}


@pytest.mark.parametrize("late", [[clip("late")], []])
def test_nothing_has_arrived_if_the_first_clips_are_still_the_reviewed_ones(late: list[str]):
    season = Season({**PREFIX, "limit": 4})
    season.approved()
    season.gets(*late)

    bought, found = season.applied()

    assert (bought, dict(found.arrived)) == (frozenset(CLIPS), {})


def test_clips_that_arrive_beyond_a_limit_of_the_policy_are_counted_too():
    season = Season(PREFIX)
    season.approved()
    season.policy = replace(POLICY, job_ceiling=Limit(usd=Decimal("0.40")))
    season.gets(clip(7), clip(8), clip(9))

    bought, found = season.applied()

    assert (bought, dict(found.arrived)) == (frozenset(CLIPS), {"rally-outcome": 3})


@pytest.mark.parametrize("beside", [{}, {"limit": 4}])
def test_clips_of_an_earlier_job_are_bought_as_reviewed_or_hold_the_job(beside: dict[str, Any]):
    earlier = an_observed_job(
        a_declaration(name="earlier"), status=Status.COMPLETED, output_manifest=MANIFEST, fingerprint=None
    )
    season = Season({"from_job": "earlier", **beside}, observed=(earlier,))
    season.approved()
    season.lists(*CLIPS, clip(0), clip(9))
    assert season.applied()[0] == frozenset(CLIPS)
    assert dict(season.applied()[1].arrived) == {"rally-outcome": 1 if beside else 2}
    season.lists(*CLIPS[1:], clip(9))

    assert f"are gone from {MANIFEST}: {clip(1)}" in season.hold()


def test_a_clip_that_is_in_the_manifest_and_no_longer_fits_is_bought_as_it_was_reviewed():
    season = Season({**NAMED, "where": {"camera": "north"}})
    season.lists(*CLIPS, camera="north")
    season.approved()
    season.lists(*CLIPS, camera="south")
    season.objects.objects[MANIFEST] += b'{"source-ref":"s3://clips/rallies/rally-9.mp4","camera":"north"}\n'

    bought, found = season.applied()

    assert (bought, dict(found.arrived)) == (frozenset(CLIPS), {"rally-outcome": 1})


# --- replaced clips -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", EVERY)
def test_a_clip_of_another_size_holds_the_job_by_name(source: dict[str, Any]):
    season = Season(source)
    season.approved()
    season.shows(clip(3), more=1200, at="2026-11-28T10:20:30.000Z")

    assert season.hold() == (
        f"clips of the reviewed plan were replaced: {clip(3)} (on 2026-11-28 at 10:20 UTC:"
        f" {len(A_CLIP) + 1200:,} bytes, reviewed {len(A_CLIP):,})"
        " — restore what was reviewed, or open a pull request that changes its file, so that a plan with the clips that are"
        " there now is reviewed"
    )


@pytest.mark.parametrize("etag", ['"00000000000000000000000000000000"', '"d41d8cd98f00b204e9800998ecf8427e-2"'])
@pytest.mark.parametrize("source", EVERY)
def test_a_clip_of_the_same_size_with_another_etag_may_have_been_replaced(source: dict[str, Any], etag: str):
    season = Season(source)
    season.approved()
    season.shows(clip(3), etag=etag, at="2026-11-28T10:20:30.000Z")

    hold = season.hold()

    assert "may have been replaced: s3://clips/rallies/rally-3.mp4 (on 2026-11-28 at 10:20 UTC: another ETag" in hold
    assert "; an upload in parts, a copy, or encryption with KMS gives the same bytes another ETag, too — " in hold


@pytest.mark.parametrize("source", EVERY)
def test_a_clip_that_was_written_again_with_the_same_bytes_is_the_reviewed_one(source: dict[str, Any]):
    season = Season(source)
    season.approved()
    [same] = season.objects.list_objects(clip(3))
    later = StoredObject(clip(3), same.size, "2026-11-28T10:20:30.000Z", "STANDARD_IA", same.etag)
    season.objects.listed[clip(3)] = later

    assert season.applied()[0] == frozenset(CLIPS)


def test_arrived_gone_and_replaced_clips_are_shown_together():
    season = Season(PREFIX)
    season.approved()
    season.gets(clip(9))
    season.shows(clip(2), more=99)
    season.loses(clip(1))

    hold = season.hold()

    assert f"are gone from {FOLDER}: {clip(1)}; clips of the reviewed plan were replaced: {clip(2)}" in hold


@pytest.mark.parametrize("source", SOURCES)
def test_a_replaced_clip_outside_of_the_reviewed_sample_holds_nothing(source: dict[str, Any]):
    season = Season({**source, "limit": 2})
    season.approved()
    season.shows(clip(4), more=99)

    assert season.applied()[0] == {clip(1), clip(2)}


def test_a_record_of_an_older_version_says_nothing_of_contents_and_still_counts():
    season = Season(PREFIX)
    season.scene.recorded = WithoutObjects(clock=lambda: season.scene.time)
    season.approved()
    season.shows(clip(3), more=99)
    season.gets(clip(9))

    bought, found = season.applied()

    assert bought == frozenset(CLIPS)
    assert found.agreed[season.declaration.spec.key].endswith(
        "; not known of 4 clips: whether they were replaced since"
    )


class WithoutObjects(FakeRecordedPlans):
    """Recorded plans as an older version wrote them: nothing is said of contents."""

    def write(self, name: Any, content: bytes) -> None:
        data = json.loads(content)
        data.pop("objects", None)
        super().write(name, json.dumps(data).encode())


def test_a_job_whose_record_cannot_be_read_is_held():
    season = Season(PREFIX)
    season.approved()
    season.scene.recorded.seen = dict.fromkeys(season.scene.recorded.seen, b"[1]\n")

    assert "the clips of the reviewed plan cannot be read: what S3 said of them is malformed" in season.hold()


def test_a_job_whose_clips_cannot_be_listed_again_is_held():
    season = Season({**PREFIX, "limit": 2})
    season.approved()
    season.gets(clip(0))
    season.objects = ListedOnce(season.objects)

    assert "cannot be read: S3 does not answer" in season.hold()


class ListedOnce(FakeObjects):
    """S3 that lists a prefix once and then does not answer."""

    def __init__(self, objects: FakeObjects) -> None:
        super().__init__(objects.objects, objects.listed.values())
        self.answers = 1

    def list_objects(self, prefix: str) -> Iterator[StoredObject]:
        self.answers -= 1
        if self.answers < 0:
            raise ExternalError("S3 does not answer", hint="run it again")
        return super().list_objects(prefix)


# --- which approval -------------------------------------------------------------------------------------------------------


def test_a_later_approval_without_the_clips_that_are_gone_releases_the_job():
    season = Season(PREFIX)
    season.approved()
    season.loses(clip(1))
    assert "are gone" in season.hold()
    season.approved(13, "c", "jobs/policy.yaml")
    season.gets(clip(9))

    bought, found = season.applied()

    assert bought == set(CLIPS) - {clip(1)}
    assert dict(found.arrived) == {"rally-outcome": 1}
    assert found.agreed[season.declaration.spec.key].endswith("of pull request 13")


@pytest.mark.parametrize("source", EVERY)
def test_a_later_approval_of_the_clips_that_are_there_now_releases_the_job(source: dict[str, Any]):
    season = Season(source)
    season.approved()
    season.shows(clip(3), more=99)
    assert "were replaced" in season.hold()
    season.approved(13, "c", "jobs/policy.yaml")

    assert season.applied()[0] == frozenset(CLIPS)


def test_the_record_of_another_environment_fixes_no_clips():
    season = Season(PREFIX)
    merged = season.scene.merges(12, "b")
    elsewhere = season.planned()
    place: dict[str, Any] = {"environment": "production", "account_id": "210987654321"}
    other = replace(elsewhere.plan, infrastructure=replace(elsewhere.plan.infrastructure, **place))
    season.scene.records(merged, other)
    season.scene.approves(merged)
    season.loses(clip(1))

    # Of the clips of that record, none is missed.
    assert season.hold().startswith("the reviewed plan is of another environment, account, or Region")


# --- some of the reviewed clips -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", EVERY)
@pytest.mark.parametrize("beside", [{}, {"limit": 3}])
def test_some_of_the_reviewed_clips_are_covered_and_nothing_else_is_bought(
    source: dict[str, Any], beside: dict[str, Any]
):
    season = Season({**source, **beside, "only_new": True})
    season.approved()
    season.asked_elsewhere(clip(1), clip(3))
    season.gets(clip(0), clip(9))

    bought, found = season.applied()

    assert not found.held
    assert bought == ({clip(2), clip(4)} if not beside else {clip(2)})


def test_other_clips_than_the_reviewed_ones_are_not_covered_with_only_new():
    season = Season({**PREFIX, "only_new": True})
    season.approved()
    [reviewed] = season.planned().plan.creates
    season.loses(clip(1))
    season.gets(clip(9))
    [other] = season.planned().plan.creates

    manifest = manifest_of(reviewed)
    assert job_as_reviewed(other, manifest, POLICY) is None
    assert job_as_reviewed(other, manifest_of(other) + manifest, POLICY) is not None
