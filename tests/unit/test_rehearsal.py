"""A rehearsal's decisions: the order of the jobs, the stand-in clips, the environment, and substitutes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from groundctl.domain.clips.inventory import objects_in, read_report
from groundctl.domain.clips.selection import choose_from_listing, choose_from_manifest
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.sources import PrefixInput
from groundctl.domain.rehearsal.rounds import order_into_rounds
from groundctl.domain.rehearsal.stand_ins import SampleClips, StandIns, padded, stand_ins_for
from groundctl.domain.rehearsal.surroundings import (
    Environment,
    Substitutes,
    changed_settings,
    example_environment,
    existing_things,
    find_substitutes,
)
from support.builders import a_declaration

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SAMPLES = SampleClips(
    sizes={"rallies/rally-0001.mp4": 9_000, "docks/dock-0001.mp4": 12_000, "w.webm": 8_000}, webm="w.webm"
)


def declared(name: str, **parts: Any) -> Declaration:
    return a_declaration(name=name, **parts)


def stand_ins(allowed: Sequence[str] = ("s3://clips/",), **source: Any) -> StandIns:
    declaration = declared("goals-1", input=source)
    return stand_ins_for(declaration, SAMPLES, NOW, lambda *_: source["content"], allowed)


# --- the order of the jobs ------------------------------------------------------------------------------------------


def names_of(*declarations: Declaration, most_jobs: int | None = None) -> list[list[str]]:
    ordered = order_into_rounds(declarations, most_jobs=most_jobs)
    return [[each.spec.name for each in one] for one in ordered.rounds]


def test_a_job_comes_after_the_job_whose_clips_or_answers_it_takes():
    first = declared("first")
    second = declared("second", input={"from_job": "first"})
    third = declared("third", input={"from_job": "second"}, rerun_of={"job": "first", "reason": "Doubtful."})

    assert names_of(third, second, first) == [["first"], ["second"], ["third"]]


def test_a_job_with_only_new_comes_after_those_that_take_the_same_clips():
    pilot = declared("pilot", input={"prefix": "s3://clips/a/", "sample": {"count": 5}})
    rest = declared("rest", input={"prefix": "s3://clips/a/", "only_new": True})
    elsewhere = declared("elsewhere", input={"prefix": "s3://clips/b/", "only_new": True})

    assert names_of(rest, elsewhere, pilot) == [["elsewhere", "pilot"], ["rest"]]


def test_a_round_has_no_more_jobs_than_a_plan_may_create():
    jobs = [declared(f"job-{number}") for number in range(5)]

    assert [len(one) for one in names_of(*jobs, most_jobs=2)] == [2, 2, 1]


def test_what_needs_a_job_that_is_not_declared_is_left_out_by_name_and_so_is_what_needs_that():
    lost = declared("lost", input={"from_job": "gone"})
    after = declared("after", input={"from_job": "lost"})
    again = declared("again", rerun_of={"job": "old", "reason": "It was wrong."})
    stopped = declared("stopped", state="stopped")

    ordered = order_into_rounds([lost, after, again, stopped, declared("fine")], most_jobs=None)

    assert [[each.spec.name for each in one] for one in ordered.rounds] == [["fine"]]
    assert {each.path.rpartition("/")[2]: each.why for each in ordered.left_out} == {
        "lost.yaml": "its clips come from gone, which is not declared here",
        "after.yaml": "its clips come from lost, which is left out as well",
        "again.yaml": "it asks again what was asked by old, which is not declared here",
        "stopped.yaml": "it is declared as stopped, so that it is not created",
    }


def test_jobs_that_need_each_other_are_left_to_the_plan():
    one = declared("one", input={"from_job": "two"})
    two = declared("two", input={"from_job": "one"})

    assert names_of(one, two) == [["one", "two"]]


# --- stand-in clips -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "selection",
    [
        {},
        {"match": ["cam-*/shot-???.mp4"]},
        {"match": ["**/*.webm"], "exclude": ["goals-*"]},
        {"match": ["north/*"], "exclude": ["*-raw.mp4"]},
        {"match": ["only-this.MP4"]},
        {"size": {"min": "100kB"}},
        {"sample": {"count": 20, "seed": 1}},
        {"sample": {"percent": 10, "seed": 3}},
        {"limit": 2},
        {"modified": {"since": "2026-11-01"}},
    ],
    ids=str,
)
def test_stand_ins_under_a_prefix_are_clips_that_its_selection_takes(selection: dict[str, Any]):
    found = stand_ins(prefix="s3://clips/goals/", **selection)

    spec = declared("goals-1", input={"prefix": "s3://clips/goals/", **selection}).spec
    stored = [StoredObject(each.uri, each.size, "2026-11-23T12:00:00Z") for each in found.clips]
    assert isinstance(spec.source, PrefixInput)
    taken = choose_from_listing(stored, spec.source.prefix, spec.selection).count
    assert (found.why_not, taken > 0) == ("", True)
    assert len({each.uri for each in found.clips}) == len(found.clips) <= 60


@pytest.mark.parametrize(
    "selection",
    [{"modified": {"before": "2026-01-01"}}, {"size": {"min": "5GB"}}, {"match": ["*.mp4"], "exclude": ["**"]}],
    ids=str,
)
def test_what_no_stand_in_can_fit_is_said(selection: dict[str, Any]):
    found = stand_ins(prefix="s3://clips/goals/", **selection)

    assert found.clips == ()
    assert "no stand-in clip fits" in found.why_not


def test_where_the_samples_have_clips_of_the_same_keys_these_are_taken():
    found = stand_ins(prefix="s3://any/rallies/")

    assert [(each.uri, each.clip) for each in found.clips] == [
        ("s3://any/rallies/rally-0001.mp4", "rallies/rally-0001.mp4")
    ]


def test_every_listed_clip_gets_a_stand_in_in_its_format():
    found = stand_ins(objects=["s3://clips/a.mp4", {"source-ref": "s3://clips/b.webm", "door": 1}])

    assert [(each.uri, each.clip == "w.webm") for each in found.clips] == [
        ("s3://clips/a.mp4", False),
        ("s3://clips/b.webm", True),
    ]


def test_a_manifest_on_s3_gets_lines_that_fit_and_clips_that_the_folder_may_use():
    where = {"camera": ["north", "south"], "length": {"at_least": 4}, "note": {"given": False}}
    found = stand_ins(allowed=("s3://clips/a/",), manifest="s3://lists/november.manifest", where=where)

    spec = declared("goals-1", input={"manifest": "s3://lists/november.manifest", "where": where}).spec
    content = (found.objects or {})["s3://lists/november.manifest"]
    lines = content.splitlines(keepends=True)
    assert choose_from_manifest(lines, spec.selection).count == len(lines) == len(found.clips)
    assert {json.loads(line)["camera"] for line in lines} == {"north", "south"}
    assert all(each.uri.startswith("s3://clips/a/") for each in found.clips)


def test_an_inventory_gets_a_report_that_lists_the_stand_ins():
    found = stand_ins(inventory={"report": "s3://lists/daily/", "prefix": "s3://clips/a b/"})

    objects = found.objects or {}
    [uri] = [each for each in objects if each.endswith("/manifest.json")]
    report = read_report(uri, objects[uri], "s3://clips/a b/")
    [file] = report.files
    listed = [each.uri for each in objects_in([objects[file.uri]], file, report, "s3://clips/a b/")]
    assert uri == "s3://lists/daily/2026-11-23T12-00Z/manifest.json"
    assert listed == [each.uri for each in found.clips]


def test_a_longer_clip_ends_in_an_empty_box():
    longer = padded(b"clip", 100)

    assert (len(longer), longer[4:12]) == (100, (96).to_bytes(4) + b"free")
    assert padded(b"clip", 4) == b"clip"


# --- the environment ------------------------------------------------------------------------------------------------

SETTINGS: dict[str, Any] = {
    "account_id": "111122223333",
    "region": "eu-west-1",
    "data": {
        "existing_input_buckets": {"acme": {"kms_key_arn": "arn:aws:kms:eu-west-1:111122223333:key/k"}, "docks": {}},
        "access_logs": {"bucket": "logs"},
        "encryption": {"key_arn": "arn:aws:kms:eu-west-1:111122223333:key/labels"},
        "lifecycle": {"noncurrent_days": 7},
    },
    "workforce": {"existing": {"name": "default", "user_pool_id": "eu-west-1_A", "client_id": "c"}},
    "teams": {"ours": {"description": "Ours", "notification_topic_arn": "arn:aws:sns:eu-west-1:111122223333:work"}},
    "existing_teams": {
        "vendor": {"arn": "arn:aws:sagemaker:eu-west-1:444455556666:workteam/vendor-crowd/v"},
        "old": {"name": "old-team"},
    },
    "topics": {"new": "arn:aws:sns:eu-west-1:111122223333:new"},
    "ledger": {"bucket": "ledger"},
}


def test_what_the_settings_name_exists_before_terraform_is_applied():
    environment = Environment(name="production", settings=SETTINGS, file="production.tfvars")

    assert existing_things(environment, Substitutes(), "eu-west-1") == {
        "buckets": ["acme", "docks", "ledger"],
        "log_buckets": ["logs"],
        "keys": ["arn:aws:kms:eu-west-1:111122223333:key/labels", "arn:aws:kms:eu-west-1:111122223333:key/k"],
        "topics": ["arn:aws:sns:eu-west-1:111122223333:new", "arn:aws:sns:eu-west-1:111122223333:work"],
        "teams": [
            "arn:aws:sagemaker:eu-west-1:444455556666:workteam/vendor-crowd/v",
            "arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/old-team",
        ],
        "workforce": {"name": "default", "user_pool_id": "eu-west-1_A", "client_id": "c"},
    }


def test_in_a_real_environment_nothing_has_a_substitute_and_only_lifecycle_rules_are_left_out():
    environment = Environment(name="production", settings=SETTINGS, file="production.tfvars")
    substitutes = find_substitutes(
        environment, [declared("a", workforce={"team": "typo", "workers_per_object": 1, "task_time_limit": "10m"})]
    )

    assert substitutes == Substitutes()
    changed = changed_settings(environment, substitutes, "eu-west-1")
    assert changed == {"data": {**SETTINGS["data"], "lifecycle": {"noncurrent_days": 7, "enabled": False}}}


def test_an_environment_for_demos_gets_the_teams_topics_and_buckets_that_declarations_name():
    environment = example_environment()
    workforce = {"team": "reviewers", "workers_per_object": 1, "task_time_limit": "10m"}
    jobs = [declared("a", input={"prefix": "s3://acme/x/"}, workforce=workforce, output={"topic": "done"})]

    substitutes = find_substitutes(environment, jobs)

    assert substitutes == Substitutes(teams=("reviewers",), topics=("done",), buckets=("acme",))
    changed = changed_settings(environment, substitutes, "us-east-1")
    assert list(changed["teams"]) == ["reviewers"]
    assert changed["topics"] == {"done": "arn:aws:sns:us-east-1:123456789012:done"}
    assert changed["data"]["existing_input_buckets"] == {"acme": {}}


@pytest.mark.parametrize("settings", [{}, {"data": None, "teams": "x", "topics": [1]}, {"data": {"encryption": 3}}])
def test_settings_of_another_form_are_left_to_terraform(settings: dict[str, Any]):
    environment = Environment(name="production", settings=settings, file="production.tfvars")

    assert existing_things(environment, Substitutes(), "us-east-1")["buckets"] == []
    assert environment.account_id == "123456789012"


def test_the_region_is_that_of_the_settings_or_of_the_state_or_of_a_declaration():
    assert Environment(name="a", settings={"region": "eu-west-1"}).region(["us-west-2"]) == "eu-west-1"
    assert Environment(name="a", settings={}, state_region="us-east-2").region(["us-west-2"]) == "us-east-2"
    assert Environment(name="a", settings={}).region([None, "us-west-2"]) == "us-west-2"
    assert Environment(name="a", settings={"region": 3}).region() == "us-east-1"
