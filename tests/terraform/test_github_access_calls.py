"""The requests that groundctl sends to a simulated AWS in each workflow, compared with the rights of that workflow's role."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError

from groundctl.adapters.aws.ledger import S3Ledger, entry_key
from groundctl.adapters.aws.session import AwsSession
from groundctl.domain.jobs.ledger.entries import Appended, NumberTaken
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.aws.iam_policies import Policy, Request, Role, Verdict
from support.aws.recorded_calls import Recorder, recorded
from support.builders import ACCOUNT, REGION, an_infrastructure, some_data, write_open_policy
from support.cli import TESTING, Ran, groundctl
from support.github.oidc_tokens import KINDS
from support.ledger import FakeLedger, a_purchase, an_entry, created, fill, opened
from support.terraform.plan import resources
from terraform.github_access import GITHUB
from terraform.infrastructure import QUIET, a_module, plan_with

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

pytestmark = QUIET

CHANGES = {"iam:PassRole", "s3:PutObject", "sagemaker:AddTags", "sagemaker:CreateLabelingJob"}
LOOKS = {
    "cognito-idp:ListUsersInGroup",
    "iam:GetRole",
    "iam:SimulatePrincipalPolicy",
    "s3:GetBucketCORS",
    "s3:GetBucketRequestPayment",
    "s3:GetEncryptionConfiguration",
    "sagemaker:DescribeWorkteam",
}
CLIPS = tuple(f"rallies/rally-{number}.mp4" for number in range(1, 5))
# Before money is spent, clips are looked at; the roles plan and stop may not, by design.
LOOKS_AT_CLIPS = {("s3:GetObject", f"arn:aws:s3:::clips/{clip}") for clip in CLIPS}
NOT_LOOKED_AT = "cannot be looked at, because S3 denies access"
LEDGER = "ledger"
APPLY_ROLE = f"arn:aws:iam::{ACCOUNT}:role/groundctl-test-github-apply-{REGION}"
INFRASTRUCTURE = an_infrastructure(ledger_bucket=LEDGER, apply_role_arn=APPLY_ROLE)
SETTINGS = {
    "context": {
        "name": "groundctl-test",
        "account_id": INFRASTRUCTURE.account_id,
        "partition": "aws",
        "region": REGION,
    },
    "github": GITHUB,
    "labeling": {
        "input_buckets": INFRASTRUCTURE.input_buckets,
        "artifact_bucket": INFRASTRUCTURE.artifact_bucket,
        "output_bucket": INFRASTRUCTURE.output_bucket,
        "ledger_bucket": INFRASTRUCTURE.ledger_bucket,
        "execution_role_arn": INFRASTRUCTURE.execution_role_arn,
        "work_team_arns": [team.arn for team in INFRASTRUCTURE.work_teams.values()],
    },
    "infrastructure": {
        "state": {"bucket": "acme-terraform-state", "key": "groundctl/test.tfstate"},
        "tag": {"key": "groundctl:environment", "value": "test"},
    },
}


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory, planning_aws: Mapping[str, str]) -> dict[str, Role]:
    """The rights that the module grants for the buckets and teams of these tests."""
    plan = plan_with(a_module("github-access", tmp_path_factory.mktemp("terraform") / "calls", planning_aws), SETTINGS)
    documents = {
        (each["type"], each["index"]): Policy.read(each["values"]["policy"])
        for each in resources(plan)
        if each["type"] in ("aws_iam_role_policy", "aws_iam_policy")
    }
    return {
        kind: Role(policy=documents["aws_iam_role_policy", kind], boundary=documents["aws_iam_policy", kind])
        for kind in KINDS
    }


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """A repository, its simulated account, and a recorder of its requests."""

    folder: Path
    simulator: Simulator
    calls: Recorder
    asked: list[Request] = field(default_factory=list)

    def declares(self, **changes: Any) -> None:
        """Write a declaration."""
        data = some_data(**changes)
        path = self.folder / f"jobs/sports-data/{data['name']}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_open_policy(self.folder)
        path.write_text(yaml.safe_dump(data, sort_keys=False))

    def runs(self, *arguments: str, ends: int = 0) -> Ran:
        """Run a command, and record its requests."""
        settings = {**TESTING, "AWS_ENDPOINT_URL": self.calls.url}
        self.calls.take()
        ran = groundctl(*arguments, "--infrastructure", "infrastructure.json", cwd=self.folder, settings=settings)
        self.asked.extend(self.calls.take())
        assert ran.code == ends, ran.out + ran.err
        return ran

    def actions(self) -> set[str]:
        """Return the actions of the recorded requests."""
        return {request.action for request in self.asked}


@pytest.fixture
def workflow(tmp_path: Path, simulator: Simulator) -> Iterator[Workflow]:
    """A repository with one job to create, and one that exists already."""
    prerequisites.build(INFRASTRUCTURE, clips=CLIPS)
    prerequisites.make_role(APPLY_ROLE, may_pass=INFRASTRUCTURE.execution_role_arn)
    (tmp_path / "infrastructure.json").write_text(json.dumps(prerequisites.as_file_content(INFRASTRUCTURE)))
    with recorded(str(simulator.url)) as calls:
        made = Workflow(folder=tmp_path, simulator=simulator, calls=calls)
        made.declares(name="first", input={"prefix": "s3://clips/rallies/", "match": ["*.mp4"]})
        made.runs("apply", "--auto-approve")
        made.asked.clear()
        yield made


def beyond(role: Role, asked: list[Request]) -> list[Request]:
    """List the requests that are not allowed."""
    return [request for request in asked if role.weigh(request) is not Verdict.ALLOWED]


def actions_and_resources(asked: list[Request]) -> set[tuple[str, str]]:
    """Return what was asked, each once."""
    return {(request.action, request.resource) for request in asked}


def put_manifest(key: str) -> str:
    """Upload a list of clips beside the clips, and return its address."""
    lines = "".join(json.dumps({"source-ref": f"s3://clips/{clip}"}) + "\n" for clip in CLIPS[:2])
    boto3.client("s3", region_name=REGION).put_object(Bucket="clips", Key=key, Body=lines.encode())
    return f"s3://clips/{key}"


@pytest.mark.parametrize(("kind", "denied"), [("plan", LOOKS_AT_CLIPS), ("record", set())], ids=["plan", "record"])
def test_the_roles_of_a_plan_are_allowed_every_request_but_plan_no_look_at_clips(
    workflow: Workflow, roles: dict[str, Role], kind: str, denied: set[tuple[str, str]]
) -> None:
    workflow.simulator.advance_until_idle()
    workflow.declares(name="from-list", input={"manifest": put_manifest("lists/two.manifest")})
    other = {**some_data()["task"], "labels": ["good", "bad"]}
    workflow.declares(name="again", task=other, input={"from_job": "first"}, output={"label_attribute": "again"})
    workflow.declares(name="from-prefix", task=other, input={"prefix": "s3://clips/rallies/", "match": ["*-4.mp4"]})
    workflow.declares(name="first", input={"prefix": "s3://clips/rallies/"}, tags={"cost-center": "other"})

    workflow.calls.role = roles[kind]
    said = workflow.runs("plan", ends=1)  # one has changed
    workflow.runs("status")

    read = {request.resource.rpartition("/")[2] for request in workflow.asked if request.action == "s3:GetObject"}
    assert read >= {"two.manifest", "output.manifest", "declaration.json"}
    assert {"s3:ListBucket", "s3:GetObject", "sagemaker:ListLabelingJobs"} <= workflow.actions()
    assert workflow.actions() >= LOOKS
    assert actions_and_resources(workflow.asked) >= LOOKS_AT_CLIPS
    assert actions_and_resources(beyond(roles[kind], workflow.asked)) == denied
    # A plan that may not look says so, and refuses no job for it.
    assert "1 to create, 1 changed after creation, 2 already asked" in said.out
    assert (NOT_LOOKED_AT in said.out) == bool(denied)


def test_the_apply_role_is_allowed_every_request_of_a_create(workflow: Workflow, roles: dict[str, Role]) -> None:
    again = {"job": "first", "reason": "new reviewers, to compare"}
    workflow.declares(name="second", input={"manifest": put_manifest("lists/two.jsonl")}, rerun_of=again)

    workflow.runs("apply", "--auto-approve")

    assert workflow.actions() >= CHANGES
    assert beyond(roles["apply"], workflow.asked) == []
    looks = {(action, clip) for action, clip in LOOKS_AT_CLIPS if clip.endswith(CLIPS[:2])}
    for kind, not_seen in {"plan": looks, "record": set(), "stop": looks}.items():
        refused = actions_and_resources(beyond(roles[kind], workflow.asked))
        assert not_seen <= refused
        assert {action for action, _ in refused - not_seen} == CHANGES


def test_the_stop_role_is_allowed_every_request_of_a_stop(workflow: Workflow, roles: dict[str, Role]) -> None:
    workflow.declares(name="first", input={"prefix": "s3://clips/rallies/", "match": ["*.mp4"]}, state="stopped")

    workflow.runs("apply", "--auto-approve", "--allow-stop")

    assert "sagemaker:StopLabelingJob" in workflow.actions()
    assert beyond(roles["stop"], workflow.asked) == []
    for kind in ("plan", "record", "apply"):
        assert {request.action for request in beyond(roles[kind], workflow.asked)} == {"sagemaker:StopLabelingJob"}


@pytest.fixture
def ledger(workflow: Workflow, monkeypatch: pytest.MonkeyPatch) -> S3Ledger:
    """A ledger of a hundred entries, whose requests are recorded."""
    full = fill(FakeLedger(), [opened(), *[a_purchase(f"rally-{number}") for number in range(99)]])
    s3 = boto3.client("s3", region_name=REGION)
    for each in full.entries:
        s3.put_object(Bucket=LEDGER, Key=entry_key(each.number), Body=each.content or b"")
    monkeypatch.setenv("AWS_ENDPOINT_URL", workflow.calls.url)
    workflow.calls.take()
    return S3Ledger(AwsSession(REGION), LEDGER)


def of_ledger(requests: list[Request]) -> set[tuple[str, str]]:
    """Return the actions with the folder of the ledger that they are about; a listing is about the whole bucket."""
    arn = f"arn:aws:s3:::{LEDGER}"
    return {(each.action, each.resource.removeprefix(arn).rpartition("/")[0]) for each in requests}


READS_OF_LEDGER = {("s3:ListBucket", ""), ("s3:GetObject", "/ledger/entries"), ("s3:GetObject", "/ledger/packs")}
WRITES_TO_LEDGER = {("s3:PutObject", "/ledger/entries"), ("s3:PutObject", "/ledger/packs")}


def test_every_role_that_looks_is_allowed_to_read_the_ledger_and_only_apply_to_append(
    workflow: Workflow, ledger: S3Ledger, roles: dict[str, Role]
) -> None:
    log = ledger.read()
    assert ledger.append(101, an_entry(log, created(2))) == Appended(number=101)
    assert ledger.append(101, an_entry(log, created(3))) == NumberTaken(number=101)
    assert ledger.write_packs(ledger.read(log)).packs == 1
    assert ledger.read().end == 101

    asked = workflow.calls.take()
    assert of_ledger(asked) == READS_OF_LEDGER | WRITES_TO_LEDGER
    assert beyond(roles["apply"], asked) == []
    for kind in ("plan", "record", "stop"):
        assert of_ledger(beyond(roles[kind], asked)) == WRITES_TO_LEDGER


FORBIDDEN: dict[str, Callable[[S3Client], object]] = {
    "overwrite": lambda s3: s3.put_object(Bucket=LEDGER, Key=entry_key(1), Body=b""),
    "overwrite a pack": lambda s3: s3.put_object(Bucket=LEDGER, Key="ledger/packs/00000000", Body=b""),
    "delete": lambda s3: s3.delete_object(Bucket=LEDGER, Key=entry_key(1)),
    "delete a version": lambda s3: s3.delete_object(Bucket=LEDGER, Key=entry_key(1), VersionId="null"),
    "put below ledger/": lambda s3: s3.put_object(Bucket=LEDGER, Key="ledger/other", Body=b"", IfNoneMatch="*"),
    "put beside ledger/": lambda s3: s3.put_object(Bucket=LEDGER, Key="jobs/other", Body=b"", IfNoneMatch="*"),
    "read beside ledger/": lambda s3: s3.get_object(Bucket=LEDGER, Key="jobs/other"),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_no_role_may_change_or_use_the_ledger_in_another_way(
    workflow: Workflow, ledger: S3Ledger, roles: dict[str, Role], name: str
) -> None:
    assert ledger.read().end == 100
    workflow.calls.take()

    with suppress(ClientError):
        FORBIDDEN[name](boto3.client("s3", region_name=REGION))

    [asked] = workflow.calls.take()
    assert {role.weigh(asked) for role in roles.values()} <= {Verdict.DENIED, Verdict.SILENT}


def test_the_plan_role_may_look_at_the_ledger_and_the_apply_role_may_write_to_it(
    workflow: Workflow, roles: dict[str, Role]
) -> None:
    s3 = boto3.client("s3", region_name=REGION)
    for entry in s3.list_objects_v2(Bucket=INFRASTRUCTURE.ledger_bucket, Prefix="ledger/").get("Contents", ()):
        s3.delete_object(Bucket=INFRASTRUCTURE.ledger_bucket, Key=entry["Key"])

    workflow.runs("ledger", "open")
    workflow.runs("ledger", "adopt", "first")
    assert "s3:PutObject" in workflow.actions()
    assert beyond(roles["apply"], workflow.asked) == []
    for kind in ("plan", "stop"):
        assert {request.action for request in beyond(roles[kind], workflow.asked)} == {"s3:PutObject"}
    workflow.asked.clear()

    workflow.runs("ledger")
    workflow.runs("ledger", "check")
    assert beyond(roles["plan"], workflow.asked) == []
