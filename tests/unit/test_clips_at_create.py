"""With `input.at: create`, an approval covers a number of clips and their cost, not which clips they are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from groundctl.domain.canonical_json import digest_of
from support.frozen_clips import CLIPS, MANIFEST, NAMED, PREFIX, Season, clip

SOURCES = [pytest.param(PREFIX, id="prefix"), pytest.param(NAMED, id="manifest")]


def at_create(source: dict[str, Any], **beside: Any) -> Season:
    season = Season({**source, **beside, "at": "create"})
    season.approved()
    return season


@pytest.mark.parametrize("source", SOURCES)
def test_with_at_create_as_many_other_clips_are_bought(source: dict[str, Any]):
    season = at_create(source)
    season.loses(clip(1), clip(2))
    season.gets(clip(8), clip(9))

    bought, found = season.applied()

    assert bought == {clip(3), clip(4), clip(8), clip(9)}
    assert (dict(found.held), dict(found.arrived)) == ({}, {})


@pytest.mark.parametrize("source", SOURCES)
def test_with_at_create_more_clips_than_approved_are_held(source: dict[str, Any]):
    season = at_create(source)
    season.loses(clip(1))
    season.gets(clip(8), clip(9))

    assert season.hold().startswith("more clips: reviewed up to 4, now 5; more money: reviewed up to $")


def test_with_at_create_replaced_clips_are_bought():
    season = at_create(PREFIX)
    season.shows(clip(1), more=99)

    assert season.applied()[0] == frozenset(CLIPS)


def test_with_at_create_another_request_to_aws_is_held():
    season = at_create(PREFIX)
    season.loses(clip(1))
    merged = next(iter(season.scene.recorded.plans))
    at, content = season.scene.recorded.plans[merged]
    data = json.loads(content)
    data["changes"][0]["request_digest"] = "0" * 32
    season.scene.recorded.plans[merged] = (at, with_digest(data))

    assert "the request to AWS differs from the reviewed one" in season.hold()


def with_digest(data: dict[str, Any]) -> bytes:
    aside = {"digest", "made_for", "notes", "clips", "objects", "touches"}
    return json.dumps({**data, "digest": digest_of({key: data[key] for key in data.keys() - aside})}).encode()


def test_with_at_create_more_clips_to_label_than_approved_are_held():
    season = Season({**NAMED, "at": "create"})
    done = {"rally-outcome": 0, "rally-outcome-metadata": {"class-name": "winner"}}
    lines: Iterable[dict[str, Any]] = [{"source-ref": CLIPS[0]}, *({"source-ref": uri, **done} for uri in CLIPS[1:])]
    season.objects.objects[MANIFEST] = b"".join(f"{json.dumps(line)}\n".encode() for line in lines)
    season.approved()
    season.lists(*CLIPS)

    assert "more clips to label: reviewed up to 1, now 4" in season.hold()


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_with_at_create_a_budget_may_end_the_job_or_not(gone: int):
    season = Season({**PREFIX, "at": "create"}, budget={"usd": 0.16, "when_reached": "stop"})
    season.approved()
    season.loses(*CLIPS[:gone])

    assert season.applied()[0] == set(CLIPS[gone:])


def test_the_plan_says_what_an_approval_covers_if_clips_are_taken_at_create():
    [change] = Season({**PREFIX, "at": "create"}).planned().plan.changes

    [reason] = change.reasons

    assert (reason.rule, reason.pointer) == ("P308", "/input/at")
    assert reason.message == (
        "takes its clips when the job is created, not those of this plan: up to 4 clips and $0.32 are approved with it"
    )
