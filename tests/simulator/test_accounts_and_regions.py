"""Accounts and Regions side by side in one process."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.world import OIDC, SESSION, World, in_process, served


def client(world: World, service: str, key: str, region: str = "us-east-1") -> Any:
    return SESSION.client(
        service, region_name=region, endpoint_url=world.url, aws_access_key_id=key, aws_secret_access_key="x"
    )


@pytest.mark.parametrize("start", [in_process, served])
def test_the_account_is_a_setting_and_an_access_key_of_twelve_digits_names_another(start: Any) -> None:
    with start(account_id="111122223333") as world:
        assert client(world, "sts", "testing").get_caller_identity()["Account"] == "111122223333"
        assert client(world, "sts", "444455556666").get_caller_identity()["Account"] == "444455556666"
        assert world.workteam.split(":")[4] == "111122223333"
        other = client(world, "sagemaker", "444455556666")
        assert other.list_workteams()["Workteams"] == []
        other.create_workforce(WorkforceName="staff", OidcConfig=OIDC)
        assert other.create_workteam(**world.workteam_request())["WorkteamArn"].split(":")[4] == "444455556666"


def test_each_region_has_its_own_teams_jobs_and_tags(either_world: World) -> None:
    either_world.create()
    there = either_world.client("sagemaker", region="eu-west-1")

    there.create_workforce(WorkforceName="staff", OidcConfig=OIDC)
    arn = there.create_workteam(**either_world.workteam_request())["WorkteamArn"]

    assert arn.split(":")[3] == "eu-west-1"
    assert there.list_labeling_jobs()["LabelingJobSummaryList"] == []
    assert [team["WorkteamArn"] for team in there.list_workteams()["Workteams"]] == [arn]


def test_the_environment_of_a_server_names_address_account_and_region() -> None:
    with served(account_id="111122223333", region="eu-west-1") as world:
        found = world.simulator.environment()
        other = world.simulator.environment(account_id="444455556666", region="us-west-2")

        assert (found["AWS_ENDPOINT_URL"], found["AWS_ACCESS_KEY_ID"], found["AWS_REGION"]) == (
            world.url,
            "111122223333",
            "eu-west-1",
        )
        assert (other["AWS_ACCESS_KEY_ID"], other["AWS_DEFAULT_REGION"]) == ("444455556666", "us-west-2")

    with in_process() as world, pytest.raises(RuntimeError, match="only a server has an address"):
        world.simulator.environment()


@pytest.mark.parametrize("wrong", [{"account_id": "12"}, {"account_id": 1}, {"region": "moon"}])
def test_an_account_id_or_region_that_cannot_be_one_is_refused(world: World, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        world.simulator.change_settings(**wrong)
