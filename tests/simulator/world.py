"""Builders: an AWS account with clips, labels, a team and a role, in process or behind a server."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

import boto3
from botocore.config import Config
from moto import mock_aws

from groundtruth_simulator.installation import install
from groundtruth_simulator.server import SimulatorServer
from groundtruth_simulator.simulator import Simulator

REGION = "us-east-1"
SESSION: Any = boto3.Session()  # shared, because reading the service models again for every client takes seconds
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LABELS = ("goal", "no goal", "unclear")
PRE = "arn:aws:lambda:us-east-1:432418664414:function:PRE-VideoMultiClass"
ACS = "arn:aws:lambda:us-east-1:432418664414:function:ACS-VideoMultiClass"
PUBLIC = "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
OIDC = {
    "ClientId": "portal",
    "ClientSecret": "secret",
    "Issuer": "https://id.example.com",
    "AuthorizationEndpoint": "https://id.example.com/authorize",
    "TokenEndpoint": "https://id.example.com/token",
    "UserInfoEndpoint": "https://id.example.com/userinfo",
    "LogoutEndpoint": "https://id.example.com/logout",
    "JwksUri": "https://id.example.com/keys",
}
DAY = 86_400
ZERO = {"TotalLabeled": 0, "HumanLabeled": 0, "MachineLabeled": 0, "FailedNonRetryableError": 0, "Unlabeled": 0}


@cache
def client(service: str, url: str | None, *, attempts: int = 1, region: str = REGION, **config: Any) -> Any:
    """Return a client, cached by its arguments, because creating one takes longer than most tests."""
    return SESSION.client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": attempts}, **config),
    )


@dataclass
class World:
    """One account, with the simulator that moves its time."""

    simulator: Simulator
    url: str | None = None

    def client(self, service: str, **config: Any) -> Any:
        """Return a client that never retries."""
        return client(service, self.url, **config)

    @cached_property
    def sagemaker(self) -> Any:
        return self.client("sagemaker")

    @cached_property
    def s3(self) -> Any:
        return self.client("s3")

    @cached_property
    def cognito(self) -> dict[str, str]:
        """Return a Cognito member definition whose pool, client and group exist."""
        cognito = self.client("cognito-idp")
        pool = cognito.create_user_pool(PoolName="workers")["UserPool"]["Id"]
        client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="portal")["UserPoolClient"]["ClientId"]
        cognito.create_group(UserPoolId=pool, GroupName="reviewers")
        return {"UserPool": pool, "ClientId": client, "UserGroup": "reviewers"}

    @cached_property
    def role(self) -> str:
        role = self.client("iam").create_role(RoleName="labeling", AssumeRolePolicyDocument=json.dumps(TRUST))
        return str(role["Role"]["Arn"])

    @cached_property
    def workteam(self) -> str:
        """Return the ARN of a team with an OIDC identity provider (moto takes long to create a user pool)."""
        self.sagemaker.create_workforce(WorkforceName="staff", OidcConfig=OIDC)
        return str(self.sagemaker.create_workteam(**self.workteam_request())["WorkteamArn"])

    @cached_property
    def bucket(self) -> str:
        """Return a bucket with labels and a template."""
        self.s3.create_bucket(Bucket="acme-clips")
        rule: Any = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
        self.s3.put_bucket_cors(Bucket="acme-clips", CORSConfiguration={"CORSRules": [rule]})
        self.put("labels.json", json.dumps({"document-version": "2018-11-28", "labels": _entries(LABELS)}))
        self.put("page.liquid.html", "<crowd-form></crowd-form>")
        return "acme-clips"

    def put(self, key: str, content: str, *, bucket: str = "acme-clips") -> str:
        self.s3.put_object(Bucket=bucket, Key=key, Body=content.encode())
        return f"s3://{bucket}/{key}"

    def read(self, key: str) -> str:
        return str(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read().decode())

    def files(self, prefix: str = "out/") -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def manifest(self, clips: int = 3, *, missing: Iterable[int] = (), lines: Iterable[dict[str, Any]] = ()) -> str:
        """Upload clips and their manifest; a missing clip is only in the manifest."""
        absent = set(missing)
        for number in set(range(clips)) - absent:
            self.s3.put_object(Bucket=self.bucket, Key=f"clips/{number}.mp4", Body=b"clip")
        written = [{"source-ref": f"s3://{self.bucket}/clips/{number}.mp4", "n": number} for number in range(clips)]
        return self.put("input.manifest", "".join(json.dumps(line) + "\n" for line in [*written, *lines]))

    def request(self, name: str = "Shots-07", *, clips: int = 3, **task: Any) -> dict[str, Any]:
        """Return a request that AWS accepts; keyword arguments go into HumanTaskConfig."""
        return {
            "LabelingJobName": name,
            "LabelAttributeName": "shot-outcome",
            "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": self.manifest(clips)}}},
            "OutputConfig": {"S3OutputPath": f"s3://{self.bucket}/out/"},
            "RoleArn": self.role,
            "LabelCategoryConfigS3Uri": f"s3://{self.bucket}/labels.json",
            "HumanTaskConfig": {
                "WorkteamArn": self.workteam,
                "UiConfig": {"UiTemplateS3Uri": f"s3://{self.bucket}/page.liquid.html"},
                "PreHumanTaskLambdaArn": PRE,
                "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": ACS},
                "TaskTitle": "Was it a goal?",
                "TaskDescription": "Watch the clip and choose.",
                "NumberOfHumanWorkersPerDataObject": 3,
                "TaskTimeLimitInSeconds": 600,
                **task,
            },
        }

    def workteam_request(self, name: str = "reviewers", **changes: Any) -> dict[str, Any]:
        return {
            "WorkteamName": name,
            "WorkforceName": "staff",
            "Description": "Those who know",
            "MemberDefinitions": [{"OidcMemberDefinition": {"Groups": ["reviewers"]}}],
        } | changes

    def create(self, name: str = "Shots-07", **request: Any) -> str:
        """Create a job and return its name."""
        self.sagemaker.create_labeling_job(**self.request(name, **request))
        return name

    def describe(self, name: str = "Shots-07") -> dict[str, Any]:
        return dict(self.sagemaker.describe_labeling_job(LabelingJobName=name))

    def status(self, name: str = "Shots-07") -> str:
        return str(self.describe(name)["LabelingJobStatus"])

    def finished(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Create a job, advance to its end, and describe it."""
        self.sagemaker.create_labeling_job(**request)
        self.simulator.advance_until_idle()
        return self.describe(request["LabelingJobName"])

    def output(self, name: str = "Shots-07") -> list[dict[str, Any]]:
        """Return the lines of a job's output manifest."""
        return [json.loads(line) for line in self.read(f"out/{name}/manifests/output/output.manifest").splitlines()]


def counters(world: World, name: str = "Shots-07") -> dict[str, int]:
    """Return a job's counters."""
    return dict(world.describe(name)["LabelCounters"])


def changed(request: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a request with one member set, by a path such as "HumanTaskConfig.TaskTitle"; None removes it."""
    result = copy.deepcopy(dict(request))
    *way, last = path.split(".")
    place = result
    for name in way:
        place = place.setdefault(name, {})
    if value is None:
        place.pop(last, None)
    else:
        place[last] = value
    return result


@contextmanager
def in_process(**options: Any) -> Iterator[World]:
    """Return an empty account in mock_aws, with a frozen clock."""
    simulator = install(**{"start": START, "frozen": True, **options})
    with mock_aws():
        yield World(simulator)


@contextmanager
def served(**options: Any) -> Iterator[World]:
    """Return an empty account behind a local server, with a frozen clock."""
    with SimulatorServer(**{"start": START, "frozen": True, **options}) as simulator:
        yield World(simulator, url=simulator.url)


def _entries(labels: Iterable[str]) -> list[dict[str, str]]:
    return [{"label": label} for label in labels]
