"""Whatever groundctl accepts, AWS's model accepts; test_model_limits.py holds the other direction."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from declarations.compiled import Data, checked, generated, request_of
from declarations.generated import Maker
from declarations.model import leaves, violations
from groundctl.domain.declarations.diagnostics import errors_among
from property.test_model_limits import MADE, UNREACHABLE
from simulator.world import OIDC, World, in_process
from support.builders import CHECKOUT, some_data

DECLARATIONS = 1_000


# -- what is valid passes ------------------------------------------------------------------------------


@pytest.mark.parametrize("part", range(4))
def test_the_model_accepts_every_request_of_groundctl(part: int):
    for seed in range(part, DECLARATIONS, 4):
        found = generated(seed)
        assert errors_among(found.problems) == (), (seed, found.problems)
        assert found.declaration is not None
        assert list(violations(request_of(found.declaration))) == [], seed


def test_the_simulator_accepts_every_request_of_groundctl():
    taken: set[str] = set()
    with in_process() as world:
        world.simulator.change_settings(
            closing_dates=False
        )  # the public workforce is one of the things that are declared
        teams = Teams(world)
        for seed in count():
            declaration = generated(seed).declaration
            assert declaration is not None
            # Short names come up again, and a name can be had once.
            if declaration.spec.key not in taken:
                taken.add(declaration.spec.key)
                region = declaration.spec.region or "us-east-1"
                request = request_of(declaration, teams.arn(region))
                answer = teams.client(region).create_labeling_job(**request)
                assert answer["LabelingJobArn"].endswith(f"/{declaration.spec.key}")
            if len(taken) == DECLARATIONS:
                break


class Teams:
    """A client and a work team for each Region of a simulated account, and the role that all jobs use."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clients: dict[str, Any] = {}
        self.arns: dict[str, str] = {}
        assert world.role.endswith("role/labeling")

    def client(self, region: str) -> Any:
        if region not in self.clients:
            self.clients[region] = self.world.client("sagemaker", region=region)
        return self.clients[region]

    def arn(self, region: str) -> str:
        if region not in self.arns:
            client = self.client(region)
            client.create_workforce(WorkforceName="staff", OidcConfig=OIDC)
            self.arns[region] = client.create_workteam(**self.world.workteam_request())["WorkteamArn"]
        return self.arns[region]


def test_the_generator_reaches_every_field_of_the_schema():
    schema = CHECKOUT.schema("labeling-job")
    reached = {way for seed in range(DECLARATIONS) for way in ways_in(Maker(seed).declaration())}

    # Only files of jobs that exist have `imported`: no request is made from them, see test_import_round_trip.py.
    wanted = {field for field in fields_of(schema, schema) if field.partition(".")[0] != "imported"}
    assert wanted - reached == set()


def test_the_generator_reaches_every_member_of_the_request_that_a_declaration_can():
    reached: set[str] = set()
    for seed in range(DECLARATIONS):
        declaration = generated(seed).declaration
        assert declaration is not None
        reached |= set(ways_in(request_of(declaration)))

    assert {path for path, _ in leaves()} - {path for path in UNREACHABLE if path not in MADE} <= reached


def fields_of(schema: Mapping[str, Any], root: Mapping[str, Any], way: str = "") -> Iterator[str]:
    """Name every field a schema knows, entries of lists as []."""
    for name, inner in schema.get("properties", {}).items():
        yield f"{way}.{name}".lstrip(".")
        yield from fields_of(inner, root, f"{way}.{name}".lstrip("."))
    if isinstance(schema.get("items"), dict):
        yield from fields_of(schema["items"], root, f"{way}[]")
    for inner in schema.get("oneOf", ()):
        yield from fields_of(inner, root, way)


def ways_in(data: Any, way: str = "") -> Iterator[str]:
    """Name every field that data has, entries of lists as []."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield f"{way}.{name}".lstrip(".")
            yield from ways_in(value, f"{way}.{name}".lstrip("."))
    elif isinstance(data, list):
        for value in data:
            yield f"{way}[]"
            yield from ways_in(value, f"{way}[]")


# -- the check itself can fail -------------------------------------------------------------------------


def task(request: Data) -> Data:
    return request["HumanTaskConfig"]  # type: ignore[no-any-return]


MUTANTS: dict[str, Callable[[Data], Any]] = {
    "31 letters in a keyword": lambda request: task(request).update(TaskKeywords=["k" * 31]),
    "six keywords": lambda request: task(request).update(TaskKeywords=["a"] * 6),
    "no keyword": lambda request: task(request).update(TaskKeywords=[]),
    "a hyphen in a keyword": lambda request: task(request).update(TaskKeywords=["multi-label"]),
    "a line break in the description": lambda request: task(request).update(TaskDescription="a\nb"),
    "an emoji in the title": lambda request: task(request).update(TaskTitle="🏆"),
    "a title of 129 letters": lambda request: task(request).update(TaskTitle="a" * 129),
    "ten workers": lambda request: task(request).update(NumberOfHumanWorkersPerDataObject=10),
    "workers with a point": lambda request: task(request).update(NumberOfHumanWorkersPerDataObject=3.0),
    "workers that are true": lambda request: task(request).update(NumberOfHumanWorkersPerDataObject=True),
    "29 seconds": lambda request: task(request).update(TaskTimeLimitInSeconds=29),
    "5,001 at once": lambda request: task(request).update(MaxConcurrentTaskCount=5001),
    "no team": lambda request: task(request).pop("WorkteamArn"),
    "a team that is no ARN": lambda request: task(request).update(WorkteamArn="reviewers"),
    "100 cents": lambda request: task(request).update(PublicWorkforceTaskPrice={"AmountInUsd": {"Cents": 100}}),
    "an unknown member": lambda request: request.update(JobName="x"),
    "an underscore in the name": lambda request: request.update(LabelingJobName="a_b"),
    "a name of 64 letters": lambda request: request.update(LabelingJobName="a" * 64),
    "a place without a bucket": lambda request: request["OutputConfig"].update(S3OutputPath="s3:///x"),
    "a key with a blank": lambda request: request["OutputConfig"].update(KmsKeyId="my key"),
    "no place": lambda request: request.pop("OutputConfig"),
    "a role of another service": lambda request: request.update(RoleArn="arn:aws:s3:::labeling-role-of-mine"),
    "101 percent": lambda request: request.update(StoppingConditions={"MaxPercentageOfInputDatasetLabeled": 101}),
    "51 tags": lambda request: request.update(Tags=[{"Key": str(number), "Value": ""} for number in range(51)]),
    "a tag with an exclamation mark": lambda request: request.update(Tags=[{"Key": "a", "Value": "!"}]),
    "an unknown classifier": lambda request: request["InputConfig"].update(
        DataAttributes={"ContentClassifiers": ["Harmless"]}
    ),
}


@pytest.mark.parametrize("mutate", MUTANTS.values(), ids=MUTANTS.keys())
def test_an_error_in_the_compiler_is_found(mutate: Callable[[Data], Any]):
    declaration = checked(some_data(name="rally")).declaration
    assert declaration is not None
    request = copy.deepcopy(request_of(declaration))
    assert list(violations(request)) == []

    mutate(request)

    assert list(violations(request)) != []


def test_the_simulator_refuses_what_this_model_check_refuses():
    declaration = checked(some_data(name="rally")).declaration
    assert declaration is not None
    with in_process() as world:
        request = request_of(declaration, Teams(world).arn("us-east-1"))
        request["HumanTaskConfig"]["TaskTitle"] = "🏆"

        with pytest.raises(ClientError, match="taskTitle"):
            world.sagemaker.create_labeling_job(**request)
