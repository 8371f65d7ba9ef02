"""The fake and the real port about the place of jobs keep the same promises; the real one speaks boto3 over HTTP."""

from __future__ import annotations

from dataclasses import dataclass

import boto3
import pytest

from groundctl.adapters.aws.places import AwsPlaces
from groundctl.adapters.aws.session import AwsSession
from groundctl.domain.jobs.places import Absent, CorsRule, Grant, KmsKey, Members, NotSeen, Right, Role, Team
from groundctl.ports import JobPlaces
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.aws.fake_endpoint import Reply, answering
from support.builders import REGION, an_infrastructure
from support.fakes import FakePlaces

INFRASTRUCTURE = an_infrastructure()
TEAM = INFRASTRUCTURE.work_teams["reviewers"].arn
ROLE = INFRASTRUCTURE.execution_role_arn


@dataclass
class Known:
    """The port, and the name of a key that exists."""

    places: JobPlaces
    key: str


@pytest.fixture(params=["fake", "real"])
def known(request: pytest.FixtureRequest) -> Known:
    if request.param == "fake":
        fake = FakePlaces(REGION)
        fake.regions["no-bucket"] = Absent()
        fake.teams[f"{TEAM}-gone"] = Absent()
        fake.roles[f"{ROLE}-gone"] = Absent()
        return Known(places=fake, key="arn:aws:kms:us-east-1:123456789012:key/1")
    request.getfixturevalue("simulator")
    prerequisites.build(INFRASTRUCTURE)
    key = boto3.client("kms", region_name=REGION).create_key()["KeyMetadata"]["Arn"]
    return Known(places=AwsPlaces(AwsSession(REGION)), key=key)


def test_a_bucket_has_a_region_and_a_missing_one_is_absent(known: Known):
    assert known.places.region_of("clips") == REGION
    assert known.places.region_of("no-bucket") == Absent()


def test_a_bucket_of_clips_has_its_cors_rules_its_payer_and_its_default_key(known: Known):
    settings = known.places.settings_of("clips")

    assert settings.cors == (CorsRule(methods=("GET",), origins=("*",)),)
    assert settings.requester_pays is False
    assert settings.default_key is None


def test_a_key_is_found_by_its_arn_and_a_missing_alias_is_absent(known: Known):
    assert known.places.key(known.key) == KmsKey(arn=known.key)
    assert known.places.key("alias/nowhere") == Absent()


def test_a_team_has_members_and_a_missing_one_is_absent(known: Known):
    assert known.places.team(TEAM) == Team(members=Members(active=1, signed_in=1))
    assert known.places.team(f"{TEAM}-gone") == Absent()


def test_a_role_trusts_ground_truth_and_a_missing_one_is_absent(known: Known):
    assert known.places.role(ROLE) == Role(trusts_sagemaker=True)
    assert known.places.role(f"{ROLE}-gone") == Absent()


def test_the_caller_may_hand_on_the_role(known: Known):
    assert known.places.has(Grant(right=Right.PASSING, resource=ROLE)) is True


# -- answers of AWS that are none: each is NotSeen with its reason, and never an error ---------------------------------------


def looks(places: JobPlaces) -> list[object]:
    """Ask everything once."""
    settings = places.settings_of("clips")
    return [
        places.region_of("clips"),
        settings.cors,
        settings.requester_pays,
        settings.default_key,
        places.key("alias/labels"),
        places.team(TEAM),
        places.team(TEAM.replace("private", "vendor")),
        places.role(ROLE),
        places.has(Grant(right=Right.DECRYPT, resource="*", principal=ROLE)),
        places.has(Grant(right=Right.PASSING, resource=ROLE)),
    ]


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> AwsPlaces:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    return AwsPlaces(AwsSession(REGION))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b""),
        Reply(200, b"<html>a proxy</html>"),
        Reply(200, b"[]", {"Content-Type": "application/x-amz-json-1.1"}),
        Reply(200, b"{}", {"Content-Type": "application/x-amz-json-1.1"}),
        Reply(403, b"<html>forbidden</html>"),
    ],
    ids=["empty", "HTML", "a list", "no members", "403 of a proxy"],
)
def test_an_answer_that_is_not_of_aws_is_not_seen(
    reply: Reply, places: AwsPlaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(reply) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        seen = looks(places)

    assert [one for one in seen if not isinstance(one, NotSeen)] == []


def test_no_network_is_not_seen_and_takes_few_attempts(places: AwsPlaces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    seen = looks(places)

    assert all(isinstance(one, NotSeen) for one in seen)
    assert all("AWS did not answer" in one.reason for one in seen if isinstance(one, NotSeen))


def test_members_are_counted_to_the_first_who_has_signed_in(simulator: Simulator) -> None:
    prerequisites.build(INFRASTRUCTURE)
    cognito = boto3.client("cognito-idp", region_name=REGION)
    [pool] = cognito.list_user_pools(MaxResults=1)["UserPools"]
    for number in range(70):
        cognito.admin_create_user(UserPoolId=pool["Id"], Username=f"kim-{number}", MessageAction="SUPPRESS")
        cognito.admin_add_user_to_group(UserPoolId=pool["Id"], Username=f"kim-{number}", GroupName="reviewers")
    simulator.clear_requests()

    team = AwsPlaces(AwsSession(REGION)).team(TEAM)

    assert team == Team(members=Members(active=1, signed_in=1))
    assert len(simulator.requests("ListUsersInGroup")) == 1
