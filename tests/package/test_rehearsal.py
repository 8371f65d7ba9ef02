"""From the built wheel, outside any checkout: a team's own repository is rehearsed with its own Terraform root."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from support.cli import Ran
from support.wheel import Installed

MAIN = """\
# A root of a few lines, as `groundctl init` writes it.
variable "environment" { type = string }
variable "account_id" { type = string }
variable "region" { type = string }
variable "data" {
  type    = any
  default = {}
}
variable "workforce" {
  type    = any
  default = {}
}
variable "teams" {
  type    = any
  default = {}
}
variable "existing_teams" {
  type    = any
  default = {}
}

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }

  backend "s3" {}
}

provider "aws" {}

module "groundctl" {
  source = "git::https://github.com/groundctl/groundctl.git//terraform/modules/environment?ref=v0.1.0"

  environment    = var.environment
  account_id     = var.account_id
  region         = var.region
  data           = var.data
  workforce      = var.workforce
  teams          = var.teams
  existing_teams = var.existing_teams
  disposable     = true
}

output "infrastructure" {
  value = module.groundctl.infrastructure
}
"""
SETTINGS = """\
environment = "acme"
account_id  = "444455556666"
region      = "eu-west-1"

data = {
  new_input_bucket       = false
  existing_input_buckets = { acme-footage = { prefixes = ["goals/"] } }
  encryption             = { kms = false }
  access_logs            = { bucket = "acme-access-logs" }
}

workforce = { existing = { name = "default", user_pool_id = "eu-west-1_AbCdEf123", client_id = "4example" } }
teams     = { goal-line = { description = "People who know the rules" } }

existing_teams = {
  agency = { arn = "arn:aws:sagemaker:eu-west-1:444455556666:workteam/vendor-crowd/agency" }
}
"""
POLICY = """\
folders:
  football:
    inputs: [s3://acme-footage/goals/]
    teams: ["*"]
    workforces: [private, vendor]
rates: {platform_fee_usd: 0.08}
"""
JOB = """\
name: {name}
owner: football
task:
  title: Was it a goal?
  description: Watch the clip, and say whether the whole ball crossed the line.
  labels: [goal, no goal, cannot tell]
  instructions: {{short: Watch the line.}}
input:
  {input}
workforce: {{team: {team}, workers_per_object: 3, task_time_limit: 5m, task_availability: 5d}}
{more}
"""
JOBS = {
    "goals-1": {
        "input": "prefix: s3://acme-footage/goals/\n  match: ['cam-*/shot-???.mp4']\n  size: {min: 100kB}",
        "team": "goal-line",
    },
    "goals-again-1": {
        "input": "from_job: goals-1\n  only: {labels: [goal]}",
        "team": "agency",
        "more": "rerun_of: {job: goals-1, reason: Goals are checked twice.}",
    },
    "old-again-1": {
        "input": "prefix: s3://acme-footage/goals/old/",
        "team": "goal-line",
        "more": "rerun_of: {job: an-old-job, reason: It was wrong.}",
    },
}


@pytest.fixture(scope="module")
def rehearsed(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """A repository of another account and Region, rehearsed once."""
    folder = tmp_path_factory.mktemp("acme")
    write(folder / "terraform/main.tf", MAIN)
    write(folder / "terraform/environments/acme.eu-west-1.tfvars", SETTINGS)
    write(folder / "jobs/policy.yaml", POLICY)
    for name, parts in JOBS.items():
        write(folder / f"jobs/football/{name}.yaml", JOB.format(**{"more": "", "name": name, **parts}))
    settings = {key: value for key, value in os.environ.items() if key.startswith(("TF_CLI_CONFIG", "GROUNDCTL_TERR"))}
    return folder, installed.run("groundctl", "demo", cwd=folder, settings=settings)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_it_is_played_in_its_own_account_and_region(rehearsed: tuple[Path, Ran]):
    folder, ran = rehearsed

    assert ran.code == 0, ran.out + ran.err
    assert "Environment acme.eu-west-1 (account 444455556666, eu-west-1)" in ran.out
    infrastructure = json.loads((folder / ".build/demo/infrastructure.json").read_bytes())
    assert (infrastructure["account_id"], infrastructure["region"]) == ("444455556666", "eu-west-1")
    assert infrastructure["input_buckets"] == ["acme-footage"]


def test_each_job_is_labeled_after_the_one_that_it_needs(rehearsed: tuple[Path, Ran]):
    folder, ran = rehearsed

    assert "2 jobs: 2 Completed" in ran.out
    first, second = (
        (folder / f".build/demo/results/{name}.jsonl").read_text() for name in ("goals-1", "goals-again-1")
    )
    goals = [row["source_ref"] for row in map(json.loads, first.splitlines()) if row["label"] == "goal"]
    assert sorted(goals) == sorted(json.loads(line)["source_ref"] for line in second.splitlines())
    assert all("/cam-" in uri and "/shot-" in uri for uri in goals)


def test_what_cannot_be_rehearsed_is_said_by_name(rehearsed: tuple[Path, Ran]):
    _, ran = rehearsed

    assert (
        "jobs/football/old-again-1.yaml: it asks again what was asked by an-old-job, which is not declared here"
        in ran.out
    )


def test_nothing_outside_the_output_folder_is_written(rehearsed: tuple[Path, Ran]):
    folder, _ = rehearsed

    assert sorted(path.name for path in folder.iterdir()) == [".build", "jobs", "terraform"]
    assert sorted(path.name for path in (folder / "terraform").iterdir()) == ["environments", "main.tf"]
