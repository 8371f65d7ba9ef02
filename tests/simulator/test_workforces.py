"""Workforces, work teams, worker task templates, and tags on all of them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from simulator.world import OIDC, World


def refusal(call: Any, **params: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def test_a_workforce_can_use_a_cognito_user_pool(either_world: World) -> None:
    pool = {name: either_world.cognito[name] for name in ("UserPool", "ClientId")}

    arn = either_world.sagemaker.create_workforce(WorkforceName="staff", CognitoConfig=pool)["WorkforceArn"]

    found = either_world.sagemaker.describe_workforce(WorkforceName="staff")["Workforce"]
    assert arn == "arn:aws:sagemaker:us-east-1:123456789012:workforce/staff"
    assert {name: found[name] for name in ("WorkforceName", "WorkforceArn", "Status", "CognitoConfig")} == {
        "WorkforceName": "staff",
        "WorkforceArn": arn,
        "Status": "Active",
        "CognitoConfig": pool,
    }
    assert found["SourceIpConfig"] == {"Cidrs": []}
    assert found["SubDomain"].endswith(".labeling.us-east-1.sagemaker.aws")


def test_a_workforce_never_returns_its_client_secret(world: World) -> None:
    world.sagemaker.create_workforce(WorkforceName="staff", OidcConfig=OIDC)

    found = world.sagemaker.describe_workforce(WorkforceName="staff")["Workforce"]["OidcConfig"]

    assert found == {name: value for name, value in OIDC.items() if name != "ClientSecret"}


def test_a_region_has_only_one_private_workforce(world: World) -> None:
    world.sagemaker.create_workforce(WorkforceName="staff", OidcConfig=OIDC)

    assert refusal(world.sagemaker.create_workforce, WorkforceName="others", OidcConfig=OIDC) == (
        "ResourceInUse",
        "A private workforce already exists in this Region (arn:aws:sagemaker:us-east-1:123456789012:workforce/staff).",
    )


def test_a_workforce_has_exactly_one_identity_provider(world: World) -> None:
    both = {"CognitoConfig": {"UserPool": "us-east-1_x", "ClientId": "c"}, "OidcConfig": OIDC}

    for given in ({}, both):
        assert refusal(world.sagemaker.create_workforce, WorkforceName="staff", **given) == (
            "ValidationException",
            "Exactly one of CognitoConfig and OidcConfig must be provided.",
        )


def test_a_workforce_requires_an_existing_user_pool(world: World) -> None:
    pool = {"UserPool": "us-east-1_nothing", "ClientId": "c"}

    assert refusal(world.sagemaker.create_workforce, WorkforceName="staff", CognitoConfig=pool) == (
        "ValidationException",
        "The user pool us-east-1_nothing does not exist.",
    )


def test_a_workforce_with_teams_cannot_be_deleted(world: World) -> None:
    assert world.workteam
    assert refusal(world.sagemaker.delete_workforce, WorkforceName="staff") == (
        "ResourceInUse",
        "Workforce staff still has work teams: reviewers",
    )

    world.sagemaker.delete_workteam(WorkteamName="reviewers")
    world.sagemaker.delete_workforce(WorkforceName="staff")

    assert refusal(world.sagemaker.describe_workforce, WorkforceName="staff") == (
        "ValidationException",
        "No workforce found for name: staff",
    )


def test_a_workforce_with_teams_can_change_ip_ranges_but_not_its_identity_provider(world: World) -> None:
    assert world.workteam

    answer = world.sagemaker.update_workforce(WorkforceName="staff", SourceIpConfig={"Cidrs": ["10.0.0.0/8"]})

    assert answer["Workforce"]["SourceIpConfig"] == {"Cidrs": ["10.0.0.0/8"]}
    assert refusal(world.sagemaker.update_workforce, WorkforceName="staff", OidcConfig=OIDC) == (
        "ValidationException",
        "The OIDC configuration can not be changed while the workforce has work teams.",
    )
    assert [each["WorkforceName"] for each in world.sagemaker.list_workforces()["Workforces"]] == ["staff"]


def test_a_team_can_be_created_described_updated_and_deleted(either_world: World) -> None:
    arn = either_world.workteam
    sagemaker = either_world.sagemaker
    assert arn == "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/reviewers"

    groups = [{"OidcMemberDefinition": {"Groups": ["night-shift"]}}]
    sagemaker.update_workteam(WorkteamName="reviewers", MemberDefinitions=groups)

    found = sagemaker.describe_workteam(WorkteamName="reviewers")["Workteam"]
    assert found["MemberDefinitions"] == groups
    assert found["Description"] == "Those who know"
    assert found["WorkforceArn"] == "arn:aws:sagemaker:us-east-1:123456789012:workforce/staff"
    assert sagemaker.delete_workteam(WorkteamName="reviewers")["Success"] is True
    assert refusal(sagemaker.describe_workteam, WorkteamName="reviewers") == (
        "ValidationException",
        "The work team reviewers does not exist.",
    )


def test_a_team_name_is_unique_while_the_team_exists(world: World) -> None:
    assert refusal(world.sagemaker.create_workteam, **{**world.workteam_request(), "WorkforceName": "missing"}) == (
        "ValidationException",
        "No workforce found for name: missing",
    )
    assert world.workteam

    assert refusal(world.sagemaker.create_workteam, **world.workteam_request()) == (
        "ResourceInUse",
        "Work team names must be unique within an AWS account and region, and a work team with this name already "
        f"exists ({world.workteam})",
    )


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([{}], "Each member definition must be either Cognito or OIDC, all of them the same."),
        (
            [
                {"OidcMemberDefinition": {"Groups": ["a"]}},
                {"CognitoMemberDefinition": {"UserPool": "us-east-1_a", "ClientId": "c", "UserGroup": "g"}},
            ],
            "Each member definition must be either Cognito or OIDC, all of them the same.",
        ),
        (
            [
                {"CognitoMemberDefinition": {"UserPool": "us-east-1_a", "ClientId": "c", "UserGroup": "g"}},
                {"CognitoMemberDefinition": {"UserPool": "us-east-1_b", "ClientId": "c", "UserGroup": "g"}},
            ],
            "All Cognito member definitions must use the same user pool and client.",
        ),
    ],
)
def test_all_members_of_a_team_use_the_same_identity_provider(
    world: World, members: list[dict[str, Any]], message: str
) -> None:
    request = world.workteam_request(MemberDefinitions=members)
    del request["WorkforceName"]

    assert refusal(world.sagemaker.create_workteam, **request) == ("ValidationException", message)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("UserGroup", "The user group nothing does not exist."),
        ("ClientId", "The user pool client nothing does not exist."),
    ],
)
def test_the_user_group_and_client_of_a_team_must_exist(world: World, name: str, message: str) -> None:
    members = [{"CognitoMemberDefinition": {**world.cognito, name: "nothing"}}]
    request = world.workteam_request(MemberDefinitions=members)
    del request["WorkforceName"]

    assert refusal(world.sagemaker.create_workteam, **request) == ("ValidationException", message)


def test_a_region_has_at_most_25_teams(world: World) -> None:
    assert world.workteam
    for number in range(24):
        world.sagemaker.create_workteam(**world.workteam_request(f"team-{number}"))

    assert refusal(world.sagemaker.create_workteam, **world.workteam_request("one-more")) == (
        "ResourceLimitExceeded",
        "The account-level limit of work teams is 25 in this Region.",
    )
    pages = world.sagemaker.get_paginator("list_workteams").paginate(SortBy="Name", NameContains="team")
    assert len([team for page in pages for team in page["Workteams"]]) == 24


def test_a_human_task_ui_can_be_created_described_and_deleted(world: World) -> None:
    sagemaker = world.sagemaker
    made = sagemaker.create_human_task_ui(HumanTaskUiName="page", UiTemplate={"Content": "<p></p>"})

    found = sagemaker.describe_human_task_ui(HumanTaskUiName="page")
    assert found["HumanTaskUiArn"] == made["HumanTaskUiArn"]
    assert len(found["UiTemplate"]["ContentSha256"]) == 64
    sagemaker.delete_human_task_ui(HumanTaskUiName="page")

    assert refusal(sagemaker.describe_human_task_ui, HumanTaskUiName="page") == (
        "ResourceNotFound",
        "Human task UI page was not found.",
    )


@pytest.mark.parametrize("kind", ["job", "team", "workforce"])
def test_tags_can_be_added_replaced_and_deleted(either_world: World, kind: str) -> None:
    sagemaker = either_world.sagemaker
    either_world.create()
    arn = {
        "job": either_world.describe()["LabelingJobArn"],
        "team": either_world.workteam,
        "workforce": "arn:aws:sagemaker:us-east-1:123456789012:workforce/staff",
    }[kind]

    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "3"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["b"])

    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "3"}]


def test_tagging_a_missing_resource_is_refused(world: World) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/missing"

    assert refusal(world.sagemaker.list_tags, ResourceArn=arn) == (
        "ResourceNotFound",
        f"Resource {arn} was not found.",
    )


def test_resources_of_moto_keep_their_tags(world: World) -> None:
    arn = world.sagemaker.create_experiment(ExperimentName="try")["ExperimentArn"]

    world.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])

    assert world.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "1"}]


VENDOR = "arn:aws:sagemaker:us-east-1:999999999999:workteam/vendor-crowd/acme"


def test_a_vendors_team_is_used_and_listed_only_where_it_was_subscribed_to(either_world: World) -> None:
    sagemaker = either_world.sagemaker
    assert sagemaker.list_subscribed_workteams()["SubscribedWorkteams"] == []
    assert refusal(sagemaker.describe_subscribed_workteam, WorkteamArn=VENDOR)[0] == "ValidationException"
    request = either_world.request(WorkteamArn=VENDOR)
    assert refusal(sagemaker.create_labeling_job, **request) == (
        "ValidationException",
        f"Work team {VENDOR} was not found.",
    )

    either_world.simulator.subscribe({"WorkteamArn": VENDOR, "SellerName": "Acme", "ListingId": "prod-1"})

    team = {
        "WorkteamArn": VENDOR,
        "MarketplaceTitle": "acme",
        "SellerName": "Acme",
        "MarketplaceDescription": "acme",
        "ListingId": "prod-1",
    }
    assert sagemaker.describe_subscribed_workteam(WorkteamArn=VENDOR)["SubscribedWorkteam"] == team
    assert sagemaker.list_subscribed_workteams()["SubscribedWorkteams"] == [team]
    assert either_world.finished(request)["LabelingJobStatus"] == "Completed"
    elsewhere = either_world.client("sagemaker", region="eu-west-1")
    assert elsewhere.list_subscribed_workteams()["SubscribedWorkteams"] == []
    assert refusal(elsewhere.describe_subscribed_workteam, WorkteamArn=VENDOR)[0] == "ValidationException"


def test_subscriptions_are_listed_by_page_and_by_name(world: World) -> None:
    world.simulator.subscribe(*(f"{VENDOR}-{number:02}" for number in range(23)), VENDOR.replace("acme", "cutters"))

    first = world.sagemaker.list_subscribed_workteams(NameContains="acme")
    pages = list(world.sagemaker.get_paginator("list_subscribed_workteams").paginate(NameContains="acme"))

    assert [len(page["SubscribedWorkteams"]) for page in pages] == [10, 10, 3]
    assert len({team["WorkteamArn"] for page in pages for team in page["SubscribedWorkteams"]}) == 23
    token = first["NextToken"]
    assert refusal(world.sagemaker.list_subscribed_workteams, NextToken=token)[0] == "ValidationException"
    assert refusal(world.sagemaker.list_subscribed_workteams, NextToken="10")[0] == "ValidationException"


def test_only_the_arn_of_a_vendors_team_can_be_subscribed_to(world: World) -> None:
    private = VENDOR.replace("vendor-crowd", "private-crowd")
    for wrong in (private, "acme", {"WorkteamArn": VENDOR, "Price": "1"}, {"WorkteamArn": VENDOR, "ListingId": 1}, {}):
        with pytest.raises(ValueError, match=r"vendor's work team|members"):
            world.simulator.subscribe(wrong)
