"""The environments of jobs/policy.yaml: who has which folder, the names of roles, and what each plan contains."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.environments import (
    check_keeps_environments,
    check_same_place,
    choose_environment,
    environment_with,
    find_added_environments,
    list_environments,
)
from groundctl.app.validate import load_policy, start_validation, validate
from groundctl.domain.declarations.environments import Role, environment_of
from groundctl.domain.declarations.policy import Policy, parse_policy
from groundctl.errors import UsageError
from support.aws import prerequisites
from support.builders import an_infrastructure, some_data

EAST: dict[str, Any] = {"account_id": "111122223333", "region": "us-east-1"}
WEST: dict[str, Any] = {"account_id": "111122223333", "region": "eu-west-1"}
TWO: dict[str, Any] = {
    "production.us-east-1": {**EAST, "folders": ["sports"]},
    "production.eu-west-1": {**WEST, "folders": ["docks"]},
}
ENTRY = {"inputs": ["s3://clips/"], "teams": ["*"]}


def a_policy(environments: Mapping[str, Any]) -> Policy:
    return parse_policy({"environments": environments})


def a_checkout(
    root: Path, environments: Mapping[str, Any] | None, *jobs: str, folders: str = "sports docks"
) -> Checkout:
    policy: dict[str, Any] = {"folders": dict.fromkeys(folders.split(), ENTRY)}
    if environments is not None:
        policy["environments"] = environments
    (root / "jobs").mkdir(parents=True, exist_ok=True)
    (root / "jobs/policy.yaml").write_text(json.dumps(policy))
    for job in jobs:
        path = root / "jobs" / f"{job}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(some_data(name=path.stem)))
    return Checkout(root)


def problems_of(checkout: Checkout, environment: str | None = None) -> list[str]:
    validated = start_validation(checkout, environment=environment)()
    return [
        f"{one.path} {one.rule} {one.message}" for one in validated.problems if one.rule in {"GT301", "GT509", "GT510"}
    ]


def planned(checkout: Checkout, environment: str | None) -> list[str]:
    validated = start_validation(checkout, environment=environment)()
    return [declaration.path for declaration in validated.declarations]


def test_a_folder_belongs_to_the_environment_that_names_it_and_every_other_to_the_one_without_folders():
    environments = a_policy({"production": EAST, "staging": {**WEST, "folders": ["trial"]}}).environments

    assert [environment_of(folder, environments).name for folder in ("trial", "sports", "")] == [  # type: ignore[union-attr]
        "staging",
        "production",
        "production",
    ]
    assert environment_of("sports", a_policy(TWO).environments[1:]) is None


@pytest.mark.parametrize(
    ("name", "entry", "arn"),
    [
        ("production.us-east-1", EAST, "arn:aws:iam::111122223333:role/groundctl-production-github-plan-us-east-1"),
        (
            "dev",
            {**EAST, "role_path": "/a/b/"},
            "arn:aws:iam::111122223333:role/a/b/groundctl-dev-github-plan-us-east-1",
        ),
        (
            "gov.x",
            {**EAST, "region": "us-gov-west-1"},
            "arn:aws-us-gov:iam::111122223333:role/groundctl-gov-github-plan-us-gov-west-1",
        ),
        (
            "cn",
            {**EAST, "region": "cn-north-1"},
            "arn:aws-cn:iam::111122223333:role/groundctl-cn-github-plan-cn-north-1",
        ),
    ],
)
def test_a_role_has_the_name_that_terraform_gives_it(name: str, entry: dict[str, Any], arn: str):
    [environment] = a_policy({name: entry}).environments

    assert environment.role_arn(Role.PLAN) == arn


def test_a_plan_of_an_environment_has_its_declarations_and_no_others(tmp_path: Path):
    checkout = a_checkout(tmp_path, TWO, "sports/rally", "docks/dock")

    assert planned(checkout, "production.us-east-1") == ["jobs/sports/rally.yaml"]
    assert planned(checkout, "production.eu-west-1") == ["jobs/docks/dock.yaml"]
    assert planned(checkout, None) == ["jobs/docks/dock.yaml", "jobs/sports/rally.yaml"]
    assert planned(checkout, "removed") == []


def test_a_broken_file_of_one_environment_is_no_problem_of_another(tmp_path: Path):
    checkout = a_checkout(tmp_path, TWO, "sports/rally", "docks/dock")
    (tmp_path / "jobs/docks/dock.yaml").write_text("name: [")

    assert start_validation(checkout, environment="production.us-east-1")().problems == ()
    assert start_validation(checkout, environment="production.eu-west-1")().problems != ()


def test_without_environments_every_declaration_is_planned_under_any_name(tmp_path: Path):
    checkout = a_checkout(tmp_path, None, "sports/rally", "docks/dock")

    assert len(planned(checkout, "production")) == 2
    assert choose_environment(checkout, "production") is None
    assert list_environments(checkout, "production") == ["production"]
    assert list_environments(checkout, None) == []


def test_a_declaration_in_a_folder_of_no_environment_is_refused_in_every_plan_with_the_line_to_add(tmp_path: Path):
    checkout = a_checkout(tmp_path, TWO, "sports/rally", "trial/new", folders="sports docks trial")

    for environment in (None, *TWO):
        assert problems_of(checkout, environment) == [
            "jobs/trial/new.yaml GT510 is in the folder trial, which belongs to no environment of jobs/policy.yaml"
        ]
    [problem] = [one for one in start_validation(checkout)().problems if one.rule == "GT510"]
    assert "`folders: [sports, trial]` under production.us-east-1" in problem.hint


def test_a_job_tried_in_one_place_may_have_the_same_name_in_another(tmp_path: Path):
    assert problems_of(a_checkout(tmp_path / "two", TWO, "sports/rally", "docks/rally")) == []

    one_place = {**TWO, "staging.us-east-1": {**EAST, "folders": ["docks"]}}
    del one_place["production.eu-west-1"]
    [found] = problems_of(a_checkout(tmp_path / "one", one_place, "sports/rally", "docks/rally"))
    assert "GT301" in found


@pytest.mark.parametrize(
    ("environments", "found"),
    [
        ({"a1": {**EAST, "folders": ["sports"]}, "b1": {**WEST, "folders": ["sports"]}}, "which belongs to a1 already"),
        ({"a1": {**EAST, "folders": ["sprots"]}}, "is sprots, which has no entry under folders"),
        ({"a1": EAST, "b1": WEST}, "names no folders, like a1"),
        ({"a1.x": {**EAST, "folders": ["sports"]}, "a1.y": EAST}, "begins with the same a1"),
        ({"a1": {**EAST, "github": {"stop": "Groundctl-Apply"}}}, "names one environment of GitHub twice"),
    ],
)
def test_what_two_environments_may_not_share_is_reported(tmp_path: Path, environments: dict[str, Any], found: str):
    checkout = a_checkout(tmp_path, environments)

    [problem] = problems_of(checkout)
    assert found in problem


def test_environments_of_one_name_in_two_regions_are_two(tmp_path: Path):
    assert problems_of(a_checkout(tmp_path, TWO)) == []


def test_environments_that_cannot_be_read_are_never_taken_for_none(tmp_path: Path):
    checkout = a_checkout(tmp_path, {**TWO, "production.us-east-1": {"region": 7}}, "sports/rally", "docks/dock")

    assert planned(checkout, "production.eu-west-1") == ["jobs/docks/dock.yaml"]
    assert problems_of(checkout) == []
    with pytest.raises(UsageError, match="cannot be read"):
        list_environments(checkout, None)


def test_one_environment_needs_no_name_and_several_need_one(tmp_path: Path):
    one, two = a_checkout(tmp_path / "one", {"production": EAST}), a_checkout(tmp_path / "two", TWO)

    assert getattr(choose_environment(one, None), "name", None) == "production"
    assert getattr(choose_environment(two, "production.eu-west-1"), "region", None) == "eu-west-1"
    for name, said in (
        (None, "has 2 environments: production.us-east-1, production.eu-west-1"),
        ("prod", "has no environment prod"),
    ):
        with pytest.raises(UsageError, match=said):
            choose_environment(two, name)
    assert list_environments(two, "ignored") == ["production.us-east-1", "production.eu-west-1"]


def test_the_infrastructure_of_another_environment_is_refused(tmp_path: Path):
    infrastructure = an_infrastructure()
    entry = {"account_id": infrastructure.account_id, "region": infrastructure.region}
    same, other = f"{infrastructure.environment}.x", "other"
    policy, _ = load_policy(a_checkout(tmp_path, {same: {**entry, "folders": ["sports"]}, other: entry}))

    check_same_place(policy.environments[0], infrastructure)
    with pytest.raises(UsageError, match=r"environment other in jobs/policy\.yaml is other"):
        check_same_place(policy.environments[1], infrastructure)


def test_a_declaration_is_shown_for_its_own_environment_only():
    policy = a_policy(TWO)

    assert getattr(environment_with("jobs/docks/a.yaml", policy, None), "name", None) == "production.eu-west-1"
    with pytest.raises(UsageError, match=r"belongs to environment production.eu-west-1, not to production.us-east-1"):
        environment_with("jobs/docks/a.yaml", policy, "production.us-east-1")


def test_the_kept_infrastructure_judges_the_folders_of_its_own_environment_only(tmp_path: Path):
    kept = an_infrastructure(environment="production", account_id=EAST["account_id"], work_teams={})
    checkout = a_checkout(tmp_path, TWO, "sports/a", "docks/b")
    (tmp_path / "jobs/infrastructure.json").write_text(json.dumps(prerequisites.as_file_content(kept)))

    found = [one for one in validate(checkout, names=True).problems if "reviewers" in one.message]

    assert {one.path for one in found} == {"jobs/sports/a.yaml"}


@pytest.mark.parametrize(
    ("before", "only", "added"),
    [
        (TWO, None, [("lab", 2)]),
        (None, None, [*((name, 1) for name in TWO), ("lab", 2)]),
        (None, "production.us-east-1", [("production.eu-west-1", 1), ("lab", 2)]),
    ],
)
def test_the_environments_that_a_pull_request_adds_are_named_with_their_declarations(
    tmp_path: Path, before: Mapping[str, Any] | None, only: str | None, added: list[tuple[str, int]]
):
    lab = {"lab": {**EAST, "folders": ["tries"]}}
    proposed = a_checkout(tmp_path / "proposed", {**TWO, **lab}, "sports/a", "docks/b", "tries/c", "tries/d")

    found = find_added_environments(a_checkout(tmp_path / "current", before), proposed, only)

    assert [(each.name, each.declarations) for each in found] == added


def test_a_pull_request_that_removes_every_environment_is_not_planned_in_each_of_them(tmp_path: Path):
    current, none = a_checkout(tmp_path / "current", TWO), a_checkout(tmp_path / "none", None)

    check_keeps_environments(none, none)
    check_keeps_environments(none, current)
    with pytest.raises(UsageError, match="removes `environments`"):
        check_keeps_environments(current, none)
