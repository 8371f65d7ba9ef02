"""Two environments in two Regions with the real workflow files and the real tool: one pull request, two plans, two comments, no crossing."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from decision_table.by_workflows import needed_files, settings_of_machine
from end_to_end.test_overlap_across_places import builds_ireland
from github_emulator.actors import REVIEWER
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.act_runner import Run, Runner
from github_emulator.runner.events import Event
from github_emulator.runner.repository import Files, Repository
from groundctl.domain.declarations.environments import GitHubEnvironments
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import ACCOUNT, REGION, an_infrastructure, some_data

EAST, WEST = f"production.{REGION}", "ireland.eu-west-1"
REGIONS = {EAST: REGION, WEST: "eu-west-1"}
BUCKETS = {EAST: "artifacts", WEST: "artifacts-eu"}
JOBS = {EAST: "rally-virginia", WEST: "rally-ireland"}
GUARDS = GitHubEnvironments(apply="acme-create", stop="acme-stop", terraform="acme-terraform")
APPLIES = "reusable-apply-environment.yml"
NO_OWNERS = "there is no .github/CODEOWNERS"
ENTRY = {"inputs": ["s3://clips/", "s3://clips-eu/"], "teams": ["*"]}
# Terraform's part: what it has made in the environment whose state `init` opens.
TERRAFORM = """#!/bin/sh
here="$(dirname "$0")"
case "$1" in
  init) for each in "$@"; do case "$each" in -backend-config=*) basename "${each#*=}" .s3.tfbackend > .opened ;; esac; done ;;
  show) echo '{"format_version": "1.2", "resource_changes": []}' ;;
  output) echo "{\\"infrastructure\\": {\\"value\\": $(cat "$here/$(cat .opened).json")}}" ;;
esac
"""


def a_policy() -> str:
    """Write a policy: the west has the folder docks, and every other folder is in the east."""
    guards = asdict(GUARDS)
    environments = {
        EAST: {"account_id": ACCOUNT, "region": REGION, "github": guards},
        WEST: {"account_id": ACCOUNT, "region": REGIONS[WEST], "folders": ["docks"], "github": guards},
    }
    folders = dict.fromkeys(("sports", "docks"), ENTRY)
    return json.dumps({"rates": {"platform_fee_usd": 0.08}, "folders": folders, "environments": environments})


def a_job(folder: str, name: str, bucket: str, *clips: str) -> Files:
    data = some_data(name=name, input={"objects": [f"s3://{bucket}/{clip}" for clip in clips]})
    return {f"jobs/{folder}/{name}.yaml": yaml.safe_dump(data, sort_keys=False)}


@dataclass(kw_only=True)
class Both:
    """The repository on GitHub, and the account with both Regions."""

    runner: Runner
    runs: dict[str, Run] = field(default_factory=dict)
    comments: dict[str, dict[str, str]] = field(default_factory=dict)

    def plays(self, step: str, event: Event, number: int) -> None:
        """Deliver an event; keep its run, and the comment of each environment by its name."""
        self.runs[step] = run = self.runner.deliver_one(event)
        assert run.conclusion == "success", str(run)
        bodies = [str(each["body"]) for each in self.runner.emulator.comments(number)]
        assert len(bodies) == len(REGIONS), bodies
        self.comments[step] = {name: body for name in REGIONS for body in bodies if name in body.partition("\n")[0]}

    def identities(self) -> set[tuple[str, str]]:
        """Return the environment of GitHub and the called file of each identity that AWS was shown so far, and forget them."""
        signed = self.runner.emulator.control_api.issuer.signed
        found = {
            (str(each.get("environment", "")), str(each["job_workflow_ref"]).partition("@")[0].rpartition("/")[2])
            for each in signed
        }
        signed.clear()
        return found


@pytest.fixture
def both(tmp_path: Path, simulator: Simulator, emulator: GitHubEmulator, monkeypatch: pytest.MonkeyPatch) -> Both:
    """Give a repository whose policy names two environments, with names of their own for what guards them."""
    east = an_infrastructure(environment="production", ledger_bucket="ledger")
    prerequisites.build(east)
    west = an_infrastructure(**{"ledger_bucket": "ledger", **builds_ireland()})
    emulator.use_clock(lambda: simulator.clock.now())
    for name in asdict(GUARDS).values():
        emulator.protect_environment(name)
    program = tmp_path / "bin/terraform"
    program.parent.mkdir()
    program.write_text(TERRAFORM)
    program.chmod(0o755)
    for name, infrastructure in ((EAST, east), (WEST, west)):
        (program.parent / f"{name}.json").write_text(json.dumps(prerequisites.as_file_content(infrastructure)))
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    settings = {f"terraform/environments/{name}.{kind}": "" for name in REGIONS for kind in ("s3.tfbackend", "tfvars")}
    machine = settings_of_machine(str(simulator.url), tmp_path)
    machine.pop("GROUNDCTL_INFRASTRUCTURE")
    files = {**needed_files(), **settings, "jobs/policy.yaml": a_policy(), ".gitignore": ".build/\n.venv/\n"}
    return Both(
        runner=Runner(
            emulator=emulator,
            repository=Repository.of(emulator, tmp_path / "repository", files),
            switched_off=frozenset({"ci.yml"}),
            environment=machine,
            handed_on={"look": {f"{kind}-environment": name for kind, name in asdict(GUARDS).items()}},
        )
    )


def jobs(region: str) -> list[str]:
    sagemaker: Any = boto3.client("sagemaker", region_name=region)
    return [each["LabelingJobName"] for each in sagemaker.list_labeling_jobs()["LabelingJobSummaryList"]]


def made_for(name: str) -> list[tuple[str, int, str]]:
    """Return the Region, the pull request and the jobs of each plan that was recorded in an environment's own bucket."""
    s3: Any = boto3.client("s3", region_name=REGIONS[name])
    listed = s3.list_objects_v2(Bucket=BUCKETS[name], Prefix="plans/")["Contents"]
    keys = [each["Key"] for each in listed if each["Key"].endswith(".json")]
    plans = [json.loads(s3.get_object(Bucket=BUCKETS[name], Key=key)["Body"].read()) for key in keys]
    return [(plan["target"]["region"], plan["made_for"]["pull_request"], *plan["touches"]) for plan in plans]


def test_a_pull_request_is_planned_and_applied_in_each_environment_and_nothing_crosses(
    both: Both, simulator: Simulator
) -> None:
    runner, emulator = both.runner, both.runner.emulator
    pull = runner.repository.open_pull(
        {
            **a_job("sports", JOBS[EAST], "clips", "rally-1.mp4", "rally-2.mp4"),
            **a_job("docks", JOBS[WEST], "clips-eu", "rally-101.mp4"),
            ".github/CODEOWNERS": None,
        }
    )
    both.plays("planned", pull.opened(), pull.number)

    planned = both.comments["planned"]
    for name, other in ((EAST, WEST), (WEST, EAST)):
        assert "1 to create" in planned[name]
        assert (JOBS[name] in planned[name], JOBS[other] in planned[name]) == (True, False)
    # What both share is looked at once, in the first one's run, and a fault of it fails nothing.
    assert [f"- warning: `codeowners`: {NO_OWNERS}" in planned[name] for name in REGIONS] == [True, False], planned
    checks = {each["name"] for each in emulator.check_runs(pull.head_sha)}
    assert checks >= {f"groundctl {kind} ({name})" for kind in ("plan", "terraform") for name in REGIONS}
    assert both.identities() == {("", "recorded-plan.yml"), ("", "reusable-plan.yml")}
    assert [made_for(name) for name in REGIONS] == [[(REGIONS[name], 1, JOBS[name])] for name in REGIONS]
    assert [jobs(region) for region in REGIONS.values()] == [[], []]

    simulator.advance(60)
    emulator.review(pull.number, REVIEWER)
    simulator.advance(60)
    both.plays("merged", pull.merge().pushed, pull.number)

    look = both.runs["merged"].jobs["apply/environment/look"]
    assert {name: look.outputs[name] for name in runner.handed_on["look"]} == runner.handed_on["look"]
    assert both.identities() == {("", APPLIES), (GUARDS.apply, APPLIES)}
    assert [jobs(region) for region in REGIONS.values()] == [[JOBS[name]] for name in REGIONS]
    merged = both.comments["merged"]
    for name, other in ((EAST, WEST), (WEST, EAST)):
        assert "1 created" in merged[name]
        assert (JOBS[name] in merged[name], JOBS[other] in merged[name]) == (True, False)
