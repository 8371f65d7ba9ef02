"""A whole set-up in the emulators: a repository's files, GitHub, and an account, in which a row of the table breaks one thing."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3

from github_emulator.approvals import careful_rules
from github_emulator.emulator import GitHubEmulator
from groundctl.domain.adoption.doctor.setup import ROLE_KINDS
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import ACCOUNT, REGION, an_infrastructure
from support.ledger import an_open_ledger

ENVIRONMENT = f"test.{REGION}"
STATE = "state"
ACTIONS_APP = 15368
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
ISSUER = "token.actions.githubusercontent.com"
CLOSED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
POLICY = "folders:\n  sports: {inputs: [s3://clips/], teams: [reviewers]}\n"
DECLARATION = """\
name: rally-outcome
owner: sports
task:
  title: How did the rally end?
  description: Choose the outcome you see.
  labels: [winner, error]
  instructions: {short: short.md}
input:
  objects: [s3://clips/rally-1.mp4, s3://clips/rally-2.mp4]
workforce: {team: reviewers, workers_per_object: 3, task_time_limit: 10m}
"""
WORKFLOW = """\
jobs:
  plan:
    uses: groundctl/groundctl/.github/workflows/reusable-plan.yml@v0.1.0
"""


def role_arn(kind: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/groundctl-test-github-{kind}-{REGION}"


def trust(
    *,
    repository: str = "acme/labels",
    number: str,
    workflow: str = "groundctl/groundctl/.github/workflows/reusable-apply.yml@refs/tags/v0.1.0",
    **without: None,
) -> dict[str, Any]:
    """The trust policy of a role; a claim that is given as None is not looked at."""
    claims: dict[str, Any] = {
        "aud": "sts.amazonaws.com",
        "sub": [f"repo:{repository}:environment:groundctl-apply"],
        "repository_id": number,
        "job_workflow_ref": workflow,
    }
    asked = {f"{ISSUER}:{name}": value for name, value in claims.items() if name not in without}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": asked},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


@dataclass
class World:
    """One set-up in which nothing is wrong."""

    root: Path
    emulator: GitHubEmulator
    simulator: Simulator
    infrastructure: Infrastructure = field(
        default_factory=lambda: replace(an_infrastructure(), apply_role_arn=role_arn("apply"))
    )
    token: str = ""
    arguments: tuple[str, ...] = ()

    # -- make -------------------------------------------------------------------------------------

    def build(self) -> None:
        """Make the files and the settings on GitHub."""
        self._write_files()
        self._set_github()

    def build_account(self) -> None:
        """Make the account too, which takes longer."""
        key = self.client("kms").create_key()["KeyMetadata"]["Arn"]
        self.infrastructure = replace(self.infrastructure, kms_key_arn=key)
        self._make_account()

    def client(self, service: str, region: str = REGION) -> Any:
        return boto3.client(service, region_name=region)  # type: ignore[call-overload]  # one name for several services

    @property
    def repository(self) -> dict[str, Any]:
        return self.emulator.state.repository()

    def write(self, path: str, text: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def remove(self, path: str) -> None:
        (self.root / path).unlink()

    def edit(self, path: str, before: str, after: str) -> None:
        text = (self.root / path).read_text()
        assert before in text
        (self.root / path).write_text(text.replace(before, after))

    @property
    def settings(self) -> str:
        return f"terraform/environments/{ENVIRONMENT}.tfvars"

    def _write_files(self) -> None:
        for command in (
            ["init", "-q"],
            ["remote", "add", "origin", "https://x:secret-in-url@github.com/acme/labels.git"],
        ):
            subprocess.run(["git", "-C", str(self.root), *command], check=True)
        self.write("jobs/policy.yaml", POLICY)
        self.write("jobs/sports/rally-outcome.yaml", DECLARATION)
        self.write("jobs/sports/short.md", "Watch to the end.\n")
        for name in ("plan", "apply", "status"):
            self.write(f".github/workflows/{name}.yml", WORKFLOW.replace("reusable-plan", f"reusable-{name}"))
        self.write(".github/CODEOWNERS", "* @acme/platform\n")
        self.write(".groundctl/lock.json", json.dumps({"version": "0.1.0"}))
        source = "git::https://github.com/groundctl/groundctl.git//terraform?ref=v0.1.0"
        self.write("terraform/main.tf", f'module "groundctl" {{\n  source = "{source}"\n}}\n')
        (self.root / "terraform/.terraform").mkdir()
        number, owner = self.repository["id"], self.repository["owner"]["id"]
        self.write(
            self.settings,
            f'''environment = "test"
account_id = "{ACCOUNT}"
region = "{REGION}"
github = {{
  repository = "acme/labels"
  repository_id = "{number}"
  owner_id = "{owner}"
  state = {{ bucket = "{STATE}", key = "test.tfstate" }}
}}
''',
        )
        backend = f'bucket = "{STATE}"\nkey = "test.tfstate"\nregion = "{REGION}"\n'
        self.write(f"terraform/environments/{ENVIRONMENT}.s3.tfbackend", backend)

    def _set_github(self) -> None:
        self.token = self.emulator.token("maria").value
        self.emulator.set_branch_rules(careful_rules())
        settings = self.emulator.settings
        settings.required_checks = (("plan / groundctl", ACTIONS_APP),)
        settings.forks_wait_for = "all_external_contributors"
        roles = {f"GROUNDCTL_{kind.upper()}_ROLE": role_arn(kind) for kind in ROLE_KINDS}
        settings.variables = {"GROUNDCTL_ENVIRONMENT": ENVIRONMENT, "AWS_REGION": REGION, **roles}

    def _make_account(self) -> None:
        prerequisites.build(self.infrastructure)
        s3 = self.client("s3")
        s3.create_bucket(Bucket=STATE)
        s3.put_bucket_versioning(Bucket=STATE, VersioningConfiguration={"Status": "Enabled"})
        for bucket in (STATE, "artifacts", "outputs"):
            s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=CLOSED)
            rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
            s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
        s3.put_object(Bucket="artifacts", Key="ledger/entries/000000000001", Body=an_open_ledger().entries[1])
        self.store_state()
        self._make_roles()

    def _make_roles(self) -> None:
        iam = self.client("iam")
        for kind in ROLE_KINDS:
            iam.create_role(
                RoleName=role_arn(kind).rpartition("/")[2],
                AssumeRolePolicyDocument=json.dumps(trust(number=self.number)),
            )
        passed = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
        statement = {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": self.infrastructure.execution_role_arn,
            "Condition": passed,
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        name = role_arn("apply").rpartition("/")[2]
        iam.put_role_policy(RoleName=name, PolicyName="pass", PolicyDocument=document)

    @property
    def number(self) -> str:
        return str(self.repository["id"])

    def store_state(self, **changes: Any) -> None:
        """Write what Terraform has made into the state."""
        self.infrastructure = replace(self.infrastructure, **changes)
        value = prerequisites.as_file_content(self.infrastructure)
        state = {
            "version": 4,
            "outputs": {"infrastructure": {"value": value}, "password": {"value": "secret-in-state"}},
        }
        self.client("s3").put_object(Bucket=STATE, Key="test.tfstate", Body=json.dumps(state))

    def trusts(self, kind: str, **members: Any) -> None:
        """Change whom a role trusts."""
        policy = trust(**{"number": self.number, **members})
        self.client("iam").update_assume_role_policy(
            RoleName=role_arn(kind).rpartition("/")[2], PolicyDocument=json.dumps(policy)
        )

    def notifies_github(self) -> None:
        """Ask for events that reach GitHub; moto does not keep when a connection was changed, so this is no part of each world."""
        self.edit(self.settings, "github = {", 'events = { github = { repository = "acme/labels" } }\ngithub = {')

    def denies(self, operation: str) -> None:
        self.simulator.add_fault(
            operation=operation, kind="error", code="AccessDenied", status=403, message="not allowed", times=99
        )


@dataclass(frozen=True, kw_only=True)
class Row:
    """A broken set-up: how one thing is broken, which check names it, with which words, and with which way out."""

    name: str
    breaks: Callable[[World], object]
    check: str
    state: str = "wrong"
    says: tuple[str, ...] = ()
    fix: str
    # What else is rightly reported because of it, beside the check itself.
    also: tuple[str, ...] = ()
