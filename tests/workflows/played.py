"""A repository with our workflow files and a stand-in for groundctl, which says how it was called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.act_runner import Run, Runner
from github_emulator.runner.repository import Repository
from workflows.reading import our_files
from workflows.rules import RECORDED_PLAN

STAND_IN = Path(__file__).with_name("stand_in.py").read_text()
PLAN, RECORDED = ".github/workflows/plan.yml", f".github/{RECORDED_PLAN}"
MAKEFILE = "setup:\n\tmkdir -p .venv/bin\n\tinstall -m 755 stand_in.py .venv/bin/groundctl\n"
ANSWERS: Mapping[str, Any] = {
    "ci environments": {"outputs": {"environments": '["test"]', "count": "1"}},
    "ci changed": {"outputs": {"changed": "true"}},
    "ci terraform plan": {"outputs": {"changes": "false"}},
    "ci plan --reviewed": {"outputs": {"create": "1", "stop": "0"}},
    "ci apply --only create": {"outputs": {"stop": "0", "reported": "true"}},
}
NAMES = ("PLAN", "RECORD", "APPLY", "STOP", "TERRAFORM")
ROLES = {f"GROUNDCTL_{name}_ROLE": f"arn:aws:iam::123456789012:role/{name}" for name in NAMES}
EVIL = STAND_IN.replace('"main\'s"', '"the branch\'s"')


def a_runner(emulator: GitHubEmulator, folder: Path, aws_url: str) -> Runner:
    """Return a runner for a repository with our workflow files and the stand-in."""
    files = {f".github/{name}": text for name, text in our_files().texts.items()}
    files |= {"Makefile": MAKEFILE, "stand_in.py": STAND_IN, "jobs/a.yaml": "main's\n", **answers()}
    return Runner(
        emulator=emulator,
        repository=Repository.of(emulator, folder / "repository", files),
        switched_off=frozenset({"ci.yml"}),
        variables={"GROUNDCTL_ENVIRONMENT": "test", "AWS_REGION": "us-east-1", **ROLES},
        environment={"AWS_ENDPOINT_URL": aws_url, "AWS_EC2_METADATA_DISABLED": "true"},
    )


def answers(**changed: Any) -> dict[str, str]:
    """Return the file with the stand-in's answers; a name such as `ci_report` is a command."""
    return {"answers.json": json.dumps({**ANSWERS, **{name.replace("_", " "): to for name, to in changed.items()}})}


def calls(run: Run, job: str) -> list[dict[str, Any]]:
    """Return how the stand-in was called in a job."""
    return [json.loads(line) for line in run.jobs[job].text.splitlines() if line.startswith('{"whose"')]


def said(run: Run, job: str) -> list[str]:
    """Return the commands of a job."""
    return [each["said"] for each in calls(run, job)]
