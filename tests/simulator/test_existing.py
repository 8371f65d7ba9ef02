"""What an account has already is made under exactly the names and ids that a program's settings give."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from groundtruth_simulator.existing import make_existing
from groundtruth_simulator.server import SimulatorServer
from groundtruth_simulator.simulator import Simulator
from support.aws.client import aws_client

ACCOUNT, REGION = "444455556666", "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FOREIGN_TOPIC = f"arn:aws:sns:{REGION}:111122223333:new-clips"
PRIVATE = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/old"
VENDOR = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/vendor-crowd/agency"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with SimulatorServer(frozen=True, account_id=ACCOUNT, region=REGION) as simulator:
        yield simulator


def existing(**things: object) -> dict[str, object]:
    return {"account": ACCOUNT, "region": REGION, **things}


def test_everything_that_is_named_exists_and_a_second_time_changes_nothing(simulator: Simulator) -> None:
    workforce = {"name": "default", "user_pool_id": "eu-west-1_AbC", "client_id": "4example"}
    things = existing(
        buckets=["acme"],
        log_buckets=["logs"],
        keys=[KEY],
        topics=[FOREIGN_TOPIC],
        workforce=workforce,
        teams=[PRIVATE, VENDOR],
    )

    make_existing(simulator, things)
    make_existing(simulator, things)

    url = str(simulator.url)
    s3, sagemaker = (aws_client(name, url, REGION) for name in ("s3", "sagemaker"))
    assert s3.get_bucket_cors(Bucket="acme")["CORSRules"][0]["AllowedMethods"] == ["GET"]
    assert "logging.s3.amazonaws.com" in s3.get_bucket_policy(Bucket="logs")["Policy"]
    assert aws_client("kms", url, REGION).describe_key(KeyId=KEY)["KeyMetadata"]["Arn"] == KEY
    assert (
        aws_client("sns", url, REGION).get_topic_attributes(TopicArn=FOREIGN_TOPIC)["Attributes"]["TopicArn"]
        == FOREIGN_TOPIC
    )
    [team] = sagemaker.list_workteams()["Workteams"]
    assert team["WorkteamArn"] == PRIVATE
    assert team["MemberDefinitions"][0]["CognitoMemberDefinition"]["UserPool"] == "eu-west-1_AbC"
    [vendor] = sagemaker.list_subscribed_workteams()["SubscribedWorkteams"]
    assert vendor["WorkteamArn"] == VENDOR


def test_a_private_team_brings_a_workforce_if_none_is_named(simulator: Simulator) -> None:
    make_existing(simulator, existing(teams=[PRIVATE]))

    [workforce] = aws_client("sagemaker", str(simulator.url), REGION).list_workforces()["Workforces"]
    assert workforce["WorkforceName"] == "existing"


def test_what_is_no_arn_of_its_kind_is_refused(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="is not the ARN of kms"):
        make_existing(simulator, existing(keys=["arn:aws:sns:eu-west-1:444455556666:topic"]))
