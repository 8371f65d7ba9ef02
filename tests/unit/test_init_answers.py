"""The answers of `groundctl init`: every fault is found, and what they leave out has a default."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from groundctl.domain.adoption.repository.answer_faults import faults_of
from groundctl.domain.adoption.repository.answers import parse_answers
from groundctl.domain.declarations.schema import SchemaCheck
from support.builders import ROOT

FORM = json.loads((ROOT / "schemas/init-answers.schema.json").read_text())
SCHEMA = SchemaCheck(FORM)
VENDOR = "arn:aws:sagemaker:eu-west-1:999988887777:workteam/vendor-crowd/acme"
ONE: dict[str, Any] = {
    "repository": "acme/labels",
    "environments": {"production.us-east-1": {"account_id": "111122223333", "region": "us-east-1"}},
    "teams": {"court-side": {"members": ["ann@example.com"]}},
    "reviewers": ["acme/platform"],
}
TWO: dict[str, Any] = {
    **ONE,
    "environments": {**ONE["environments"], "staging.eu-west-1": {"account_id": "111122223333", "region": "eu-west-1"}},
    "teams": {**ONE["teams"], "vendor": {"arn": VENDOR}},
}


def changed(data: dict[str, Any], *way: str, to: object) -> dict[str, Any]:
    result = copy.deepcopy(data)
    inner = result
    for step in way[:-1]:
        inner = inner.setdefault(step, {})
    inner[way[-1]] = to
    return result


# Two environments without folders of their own.
EU = {"account_id": "111122223333", "region": "eu-west-1"}
NO_FOLDERS = changed(changed(ONE, "environments", "a.b", to=EU), "environments", "a-b", to=EU)
ONE_TEAM = changed(TWO, "teams", to={"vendor": {"arn": VENDOR}})
STATE = {"account_id": "444455556666", "region": "us-east-1", "state_bucket": "acme-state"}
ONE_STATE = changed(
    changed(ONE, "environments", "bb.us-east-1", to=STATE),
    "environments",
    "production.us-east-1",
    "state_bucket",
    to="acme-state",
)
BOTH = [*TWO["environments"]]
KEY = "arn:aws:kms:us-east-1:111122223333:key/"
TWO_KEYS = changed(ONE, "clips", to={f"s3://acme-clips/{name}/": {"kms_key_arn": f"{KEY}{name}"} for name in "ab"})
TWO_PROVIDERS = changed(TWO, "environments", "staging.eu-west-1", "github_provider_exists", to=False)
VENDOR_ONLY = changed(
    changed(TWO, "teams", to={"vendor": {"arn": VENDOR}}), "folders", "a", to={"environment": "production.us-east-1"}
)


def faults(data: Any) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.message) for fault in faults_of(data, SCHEMA)]


@pytest.mark.parametrize("data", [ONE, TWO, *FORM["examples"]])
def test_good_answers_have_no_fault_and_can_be_parsed(data: dict[str, Any]):
    assert faults(data) == []
    assert parse_answers(data).repository == "acme/labels"


@pytest.mark.parametrize(
    ("data", "pointer", "words"),
    [
        (changed(ONE, "environments", "a1", to={"account_id": "1", "region": "us-east-1"}), "/environments/a1/account_id", ""),
        (changed(ONE, "environments", "production.us-east-1", "region", to="us-west-1"), "", "no built-in functions"),
        (changed(ONE, "environments", "production.us-east-1", "region", to="us-east-2"), "", "another Region"),
        (changed(ONE, "environments", "my-aws.us-east-1", to=ONE["environments"]["production.us-east-1"]), "", "Cognito"),
        (changed(ONE, "environments", "production", to=ONE["environments"]["production.us-east-1"]), "", "same names"),
        (changed(ONE, "teams", "court-side", "arn", to=VENDOR), "/teams/court-side", "members and arn"),
        (changed(ONE, "teams", "vendor", to={"arn": VENDOR}), "/teams/vendor/arn", "no environment is in that Region"),
        (changed(ONE, "repository_id", to="1"), "/repository_id", "without `owner_id`"),
        (changed(ONE, "folders", "approved", to={}), "/folders/approved", "another purpose"),
        (changed(ONE, "folders", "a", "teams", to=["nobody"]), "/folders/a/teams", "is no team"),
        (changed(ONE, "folders", "a", "clips", to=["s3://x-y/z/"]), "/folders/a/clips", "is no prefix"),
        (changed(ONE, "folders", "a", "environment", to="other"), "/folders/a/environment", "is no environment"),
        (changed(TWO, "clips", "s3://acme-clips/", to={}), "/clips/s3:~1~1acme-clips~1", "names no environment"),
        (changed(TWO, "folders", "a", "environment", to="staging.eu-west-1"), "/environments/production.us-east-1", "has no folder"),
        (VENDOR_ONLY, "/folders/a", "has no work team"),
        (changed(TWO, "teams", to={"vendor": {"arn": VENDOR}}), "/teams", "no work team works in `production.us-east-1`"),
        (changed(ONE, "teams", to={"approved": {}}), "/environments/production.us-east-1", "another purpose"),
        (NO_FOLDERS, "/environments/a-b", "would have one folder, jobs/a-b/"),
        (ONE_TEAM, "/environments/production.us-east-1", "has no work team"),
        (ONE_STATE, "/environments/bb.us-east-1/state_bucket", "has the state of `production.us-east-1` too"),
        (TWO_PROVIDERS, "/environments/staging.eu-west-1/github_provider_exists", "provider twice"),
        (changed(TWO, "clips", "s3://a-b/", to={"environments": BOTH}), "/clips/s3:~1~1a-b~1/environments", "and staging.eu-west-1 in"),
        (changed(ONE, "clips", "s3://a-b/", to={"kms_key_arn": f"{KEY}a".replace("east", "west")}), "/clips", "is of us-west-1"),
        (TWO_KEYS, "/clips/s3:~1~1acme-clips~1b~1/kms_key_arn", "has another key already"),
        (changed(ONE, "reviewers", to="acme"), "/reviewers", ""),
        (changed(ONE, "teams", to=["court-side"]), "/teams", ""),
        (changed(ONE, "environments", to={}), "/environments", ""),
        (changed(ONE, "teem", to={}), "/teem", ""),
        ({}, "", "repository"),
        ([], "", ""),
    ],
)  # fmt: skip
def test_each_fault_is_found_at_its_place(data: Any, pointer: str, words: str):
    found = faults(data)

    assert any(at.startswith(pointer) and words in message for at, message in found), found


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x08", "\r", "\x1b", "\x7f", "\x85", "\u200b", "\u202e", "\u2028", "\ufeff", "\ufffe", "\ud800"],
)
@pytest.mark.parametrize(
    ("way", "to"),
    [
        (("teams", "court-side", "description"), "People{}"),
        (("teams", "court-side", "members"), ["ann{}@example.com"]),
        (("clips", "s3://acme-clips/a{}/"), {}),
    ],
)  # fmt: skip
def test_no_text_has_what_no_reader_sees_or_no_file_can_hold(character: str, way: tuple[str, ...], to: object):
    odd = json.loads(json.dumps(to).replace("{}", json.dumps(character)[1:-1])) if to else to

    found = faults(changed(ONE, *(step.replace("{}", character) for step in way), to=odd))

    assert [at for at, message in found if at.startswith("/" + way[0]) and message]


def test_faults_of_several_kinds_are_found_together():
    data = changed(changed(ONE, "reviewers", to=7), "teams", "vendor", to={"arn": VENDOR})

    assert {at for at, _ in faults(data)} == {"/reviewers", "/teams/vendor/arn"}


def test_one_environment_needs_no_folder_and_no_clips():
    answers = parse_answers(ONE)

    [folder] = answers.folders
    assert (folder.name, folder.owners) == ("court-side", ("@acme/platform",))
    assert folder.inputs == ("s3://groundctl-production-inputs-111122223333-us-east-1/court-side/",)
    assert answers.environments[0].state_bucket == "groundctl-state-111122223333-us-east-1"


def test_each_environment_has_its_folder_its_teams_and_one_of_an_account_creates_the_provider():
    answers = parse_answers(TWO)

    assert [folder.name for folder in answers.folders] == ["production-us-east-1", "staging-eu-west-1"]
    assert [[team.name for team in folder.teams] for folder in answers.folders] == [
        ["court-side"],
        ["court-side", "vendor"],
    ]
    assert [environment.creates_provider for environment in answers.environments] == [True, False]


def test_clips_that_exist_are_what_a_folder_may_use():
    answers = parse_answers(changed(ONE, "clips", "s3://acme-clips/rallies/", to={}))

    assert answers.folders[0].inputs == ("s3://acme-clips/rallies/",)
    assert [bucket for bucket, _ in answers.buckets_in(answers.environments[0])] == ["acme-clips"]
