"""Whatever groundctl lets through, AWS's model takes; whatever the model refuses, groundctl refuses first."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from declarations.generated import HOSTILE, UNSEEN, Maker, written
from declarations.model import create_labeling_job, leaves, violations
from declarations.test_templates import AFTER, BEFORE
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.spec import JobSpec, ObjectsInput
from groundctl.domain.declarations.validator import Checked, Validator
from groundctl.domain.jobs.infrastructure import Infrastructure, WorkTeam
from groundctl.domain.jobs.infrastructure_rules import check_infrastructure
from groundctl.domain.jobs.input_manifest import FrozenInput, freeze, manifest_of_objects, manifest_of_uris
from groundctl.domain.jobs.request import compile_job
from simulator.world import OIDC, World, in_process
from support.builders import ACCOUNT, CHECKOUT, some_data

Data = dict[str, Any]
DECLARATIONS = 1_000
VALIDATOR = Validator(
    schema=SchemaCheck(CHECKOUT.schema("labeling-job")),
    policy=Policy(allow_public_crowd=True),
    read_text=lambda _path, _name: BEFORE + AFTER,
)


def checked(data: Data, layout: int = 0) -> Checked:
    """Let groundctl read a declaration from a file of the right name."""
    return VALIDATOR.check(f"jobs/sports-data/{data['name']}.yaml", written(data, layout).encode())


@cache
def generated(seed: int) -> Checked:
    return checked(Maker(seed).declaration(), seed)


def an_infrastructure_for(spec: JobSpec, team_arn: str | None = None) -> Infrastructure:
    """An infrastructure that has what a declaration asks for, and a key on every second one."""
    region = spec.region or "us-east-1"
    topics = [topic for topic in (spec.input_topic, spec.output_topic) if topic]
    arn = team_arn or f"arn:aws:sagemaker:{region}:{ACCOUNT}:workteam/private-crowd/reviewers"
    return Infrastructure(
        environment="test",
        account_id=ACCOUNT,
        region=region,
        artifact_bucket="artifacts",
        output_bucket="outputs",
        input_buckets=("clips",),
        execution_role_arn=f"arn:aws:iam::{ACCOUNT}:role/labeling",
        kms_key_arn=None
        if spec.kms_key
        else f"arn:aws:kms:{region}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        work_teams={spec.team: WorkTeam(arn=arn)} if spec.team else {},
        topics={topic: f"arn:aws:sns:{region}:{ACCOUNT}:{topic}" for topic in topics},
    )


def clips_for(spec: JobSpec) -> FrozenInput | None:
    """The clips of a declaration, as far as they are written in it."""
    if spec.source is None:
        return None
    written_out = isinstance(spec.source, ObjectsInput)
    manifest = (
        manifest_of_objects(spec.source.objects)
        if isinstance(spec.source, ObjectsInput)
        else manifest_of_uris(["s3://clips/1.mp4"])
    )
    clips = freeze(manifest, spec.labels, spec.label_attribute)
    assert isinstance(clips, FrozenInput), f"validated, and yet {clips}"
    assert not written_out or clips.objects == clips.to_label, "own keys made clips look labeled"
    return clips


def request_of(declaration: Declaration, team_arn: str | None = None) -> Data:
    """Compile a declaration, as a plan would."""
    infrastructure = an_infrastructure_for(declaration.spec, team_arn)
    assert list(check_infrastructure(declaration.spec, infrastructure)) == []
    return compile_job(declaration, infrastructure, clips_for(declaration.spec)).request


# -- what is valid passes ------------------------------------------------------------------------------


@pytest.mark.parametrize("part", range(4))
def test_what_groundctl_lets_through_the_model_takes(part: int):
    for seed in range(part, DECLARATIONS, 4):
        found = generated(seed)
        assert errors_among(found.problems) == (), (seed, found.problems)
        assert found.declaration is not None
        assert list(violations(request_of(found.declaration))) == [], seed


def test_what_groundctl_lets_through_the_simulator_takes():
    taken: set[str] = set()
    with in_process() as world:
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

    assert set(fields_of(schema, schema)) - reached == set()


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
    "a member nobody knows": lambda request: request.update(JobName="x"),
    "an underscore in the name": lambda request: request.update(LabelingJobName="a_b"),
    "a name of 64 letters": lambda request: request.update(LabelingJobName="a" * 64),
    "a place without a bucket": lambda request: request["OutputConfig"].update(S3OutputPath="s3:///x"),
    "a key with a blank": lambda request: request["OutputConfig"].update(KmsKeyId="my key"),
    "no place": lambda request: request.pop("OutputConfig"),
    "a role of another service": lambda request: request.update(RoleArn="arn:aws:s3:::labeling-role-of-mine"),
    "101 percent": lambda request: request.update(StoppingConditions={"MaxPercentageOfInputDatasetLabeled": 101}),
    "51 tags": lambda request: request.update(Tags=[{"Key": str(number), "Value": ""} for number in range(51)]),
    "a tag with an exclamation mark": lambda request: request.update(Tags=[{"Key": "a", "Value": "!"}]),
    "a classifier nobody knows": lambda request: request["InputConfig"].update(
        DataAttributes={"ContentClassifiers": ["Harmless"]}
    ),
}


@pytest.mark.parametrize("mutate", MUTANTS.values(), ids=MUTANTS.keys())
def test_a_compiler_that_errs_would_be_caught(mutate: Callable[[Data], Any]):
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


# -- what the model refuses is refused before ----------------------------------------------------------


def changed(data: Data, way: str, value: Any) -> Data:
    """Put a value at a place of a declaration."""
    made = copy.deepcopy(data)
    *folders, last = way.split(".")
    inner = made
    for folder in folders:
        inner = inner.setdefault(folder, {})
    inner[last] = value
    return made


def in_field(way: str, shape_value: Callable[[Any], Any] = lambda value: value) -> Callable[[Any], Data]:
    """Say where in a declaration a member of the request comes from."""
    return lambda value: changed(some_data(name="rally"), way, shape_value(value))


def as_duration(value: Any) -> Any:
    return f"{value}s" if isinstance(value, int) and not isinstance(value, bool) else value


def public(price: Any) -> Data:
    data = changed(some_data(name="rally"), "input.content_classifiers", ["FreeOfPersonallyIdentifiableInformation"])
    return {
        **data,
        "workforce": {"crowd": "public", "workers_per_object": 3, "task_time_limit": "10m", "price_usd": price},
    }


# Members of the request, and a declaration that would bring a value there.
REACHABLE: dict[str, Callable[[Any], Data]] = {
    "LabelingJobName": in_field("name"),
    "LabelAttributeName": in_field("output.label_attribute"),
    "InputConfig.DataAttributes.ContentClassifiers": in_field("input.content_classifiers"),
    "InputConfig.DataAttributes.ContentClassifiers[]": in_field("input.content_classifiers", lambda value: [value]),
    "OutputConfig.S3OutputPath": in_field("output.location"),
    "OutputConfig.KmsKeyId": in_field("output.kms_key"),
    "StoppingConditions.MaxHumanLabeledObjectCount": in_field("stop_when.labeled_objects"),
    "StoppingConditions.MaxPercentageOfInputDatasetLabeled": in_field("stop_when.labeled_percent"),
    "HumanTaskConfig.TaskKeywords": in_field("task.keywords"),
    "HumanTaskConfig.TaskKeywords[]": in_field("task.keywords", lambda value: [value]),
    "HumanTaskConfig.TaskTitle": in_field("task.title"),
    "HumanTaskConfig.TaskDescription": in_field("task.description"),
    "HumanTaskConfig.NumberOfHumanWorkersPerDataObject": in_field("workforce.workers_per_object"),
    "HumanTaskConfig.TaskTimeLimitInSeconds": in_field("workforce.task_time_limit", as_duration),
    "HumanTaskConfig.TaskAvailabilityLifetimeInSeconds": in_field("workforce.task_availability", as_duration),
    "HumanTaskConfig.MaxConcurrentTaskCount": in_field("workforce.max_concurrent_objects"),
    "HumanTaskConfig.PublicWorkforceTaskPrice.AmountInUsd.Dollars": public,
    "HumanTaskConfig.PublicWorkforceTaskPrice.AmountInUsd.Cents": lambda cents: public(
        cents / 100 if isinstance(cents, int) else cents
    ),
    "HumanTaskConfig.PublicWorkforceTaskPrice.AmountInUsd.TenthFractionsOfACent": lambda tenths: public(
        tenths / 1000 if isinstance(tenths, int) else tenths
    ),
    "Tags": in_field(
        "tags", lambda tags: {f"k{number}": "" for number, _ in enumerate(tags)} if isinstance(tags, list) else tags
    ),
    "Tags[].Key": in_field("tags", lambda key: {key: "x"} if isinstance(key, str) else key),
    "Tags[].Value": in_field("tags", lambda value: {"k": value}),
}
# Members that groundctl fills in by itself, from the infrastructure and from tables.
MADE = {
    "InputConfig.DataSource.S3DataSource.ManifestS3Uri",
    "InputConfig.DataSource.SnsDataSource.SnsTopicArn",
    "OutputConfig.SnsTopicArn",
    "RoleArn",
    "LabelCategoryConfigS3Uri",
    "HumanTaskConfig.WorkteamArn",
    "HumanTaskConfig.UiConfig.UiTemplateS3Uri",
    "HumanTaskConfig.PreHumanTaskLambdaArn",
    "HumanTaskConfig.AnnotationConsolidationConfig.AnnotationConsolidationLambdaArn",
}
# Members that no job for video classification has.
UNREACHABLE = MADE | {
    "LabelingJobAlgorithmsConfig.LabelingJobAlgorithmSpecificationArn",
    "LabelingJobAlgorithmsConfig.InitialActiveLearningModelArn",
    "LabelingJobAlgorithmsConfig.LabelingJobResourceConfig.VolumeKmsKeyId",
    "LabelingJobAlgorithmsConfig.LabelingJobResourceConfig.VpcConfig.SecurityGroupIds",
    "LabelingJobAlgorithmsConfig.LabelingJobResourceConfig.VpcConfig.SecurityGroupIds[]",
    "LabelingJobAlgorithmsConfig.LabelingJobResourceConfig.VpcConfig.Subnets",
    "LabelingJobAlgorithmsConfig.LabelingJobResourceConfig.VpcConfig.Subnets[]",
    "HumanTaskConfig.UiConfig.HumanTaskUiArn",
}


def test_every_member_of_the_model_is_accounted_for():
    members = {path for path, _ in leaves()}

    assert members == REACHABLE.keys() | UNREACHABLE


def breakers(shape: Any) -> Iterator[tuple[str, Any]]:
    """Derive values just outside of each limit a shape has, with the limit's name."""
    limits, kind = shape.metadata, shape.type_name
    letters = {"string": lambda size: "a" * size, "list": lambda size: [f"a{index}" for index in range(size)]}.get(
        kind, lambda size: size
    )
    if "max" in limits:
        yield f"max {limits['max']}", letters(limits["max"] + 1)
    if limits.get("min", 0) > 0 or (kind == "integer" and "min" in limits):
        yield f"min {limits['min']}", letters(limits["min"] - 1)
    if "enum" in limits:
        yield "enum", f"{limits['enum'][0]}X"
    if "pattern" in limits:
        broken = [text for text in POOL if len(text) >= limits.get("min", 0) and list(violations(text, shape))]
        yield from ((f"pattern, {text[:20]!r}", text) for text in broken)
    others: list[Any] = [True, 3.5, 3.0, None, {"a": 1}, [[]], 7 if kind == "string" else "7"]
    yield from ((f"type, {value!r}", value) for value in others)


POOL = sorted(
    {
        *HOSTILE,
        *(f"a{letter}b" for letter in (*UNSEEN, "-", "_", " ", "  ", "é", "🏆", "!", "\ud7ff", "\uffff", "/", ".")),
        "-a",
        "a-",
        "a b-",
    }
    - {"a" * 300}
)
LIMITS = [(path, name, value) for path, shape in leaves() if path in REACHABLE for name, value in breakers(shape)]


@pytest.mark.parametrize("path", sorted(REACHABLE))
def test_what_the_model_refuses_groundctl_refuses_first(path: str):
    refused = 0
    for _, name, value in (limit for limit in LIMITS if limit[0] == path):
        found = checked(REACHABLE[path](value)) if path != "LabelingJobName" or isinstance(value, str) else None
        if found is None or found.declaration is None:
            refused += 1
        else:
            # Blanks around a text are taken off, and what is left may be right.
            assert list(violations(request_of(found.declaration))) == [], (path, name, value)

    assert refused >= 3


@pytest.mark.parametrize(
    ("path", "name", "value"), [limit for limit in LIMITS if not limit[1].startswith(("type", "pattern"))]
)
def test_a_value_just_outside_of_a_limit_is_refused(path: str, name: str, value: Any):
    data = REACHABLE[path](value)

    found = checked(data)

    if path in MADE_OF_A_PRICE and isinstance(value, int) and value >= 0:
        # 100 cents are a dollar: no price brings such a number there.
        return
    assert found.declaration is None, (path, name, value)
    assert found.problems


MADE_OF_A_PRICE = {path for path in REACHABLE if path.endswith((".Cents", ".TenthFractionsOfACent"))}


def test_the_limits_are_read_off_the_model():
    names = {(path, name.split(",")[0].split()[0]) for path, name, _ in LIMITS}

    assert ("HumanTaskConfig.TaskKeywords[]", "max") in names
    assert ("HumanTaskConfig.TaskKeywords", "max") in names
    assert ("Tags", "max") in names
    assert ("HumanTaskConfig.TaskDescription", "pattern") in names
    assert ("InputConfig.DataAttributes.ContentClassifiers[]", "enum") in names
    assert len(LIMITS) > 300
    assert create_labeling_job().name == "CreateLabelingJobRequest"
