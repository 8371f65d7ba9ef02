"""The stage with the real workflow files, run by act; only Terraform itself is stood in for, because it takes long."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from decision_table.stage import Stage
from github_emulator.runner.act_runner import Run, Runner
from github_emulator.runner.events import Event
from github_emulator.runner.repository import CHECKOUT, PullRequest

ROLES: Final = ("plan", "record", "apply", "stop", "terraform")
# What the jobs need of this checkout. Each job checks the repository out, so a small one is faster. Without the tool's own code,
# that of this checkout runs.
NEEDED: Final = (
    ".github",
    "scripts/setup.sh",
    "schemas",
    "Makefile",
    "pyproject.toml",
    "requirements.lock",
)
SETTINGS: Final = {f"terraform/environments/test.{kind}": "" for kind in ("s3.tfbackend", "tfvars")}
INFRASTRUCTURE: Final = "terraform/infrastructure"
_TERRAFORM: Final = """\
#!/bin/sh
# Stands in for Terraform: the infrastructure is one text, and the file beside this program is what was applied last.
applied="$(dirname "$0")/applied"
wanted=infrastructure
case "$1" in
  show)
    if cmp -s "$wanted" "$applied"; then changes=; else changes='{"address": "aws_s3_bucket.x", "change": {"actions": ["update"]}}'; fi
    echo "{\\"format_version\\": \\"1.2\\", \\"resource_changes\\": [$changes]}"
    ;;
  apply)
    cp "$wanted" "$applied"
    ;;
esac
"""


@dataclass(kw_only=True)
class WorkflowStage(Stage):
    """Runs the workflow files of each event's commit."""

    runner: Runner
    terraform: Path  # the folder of the stand-in
    runs: list[Run] = field(default_factory=list)
    plans: dict[int, Run] = field(default_factory=dict)  # the last run of each pull request

    @property
    def plays_workflow_files(self) -> bool:
        """Return true."""
        return True

    def deliver(self, event: Event) -> None:
        """Run every workflow that the event starts."""
        for run in self.runner.deliver(event):
            self._keep(run)
            for number in event.pulls:
                self.plans[number] = run

    def plans_again(self, pull: PullRequest) -> None:
        """Re-run all jobs of the last plan."""
        self.time_passes()
        self.plans[pull.number] = self.runner.rerun_all(self.plans[pull.number])
        self._keep(self.plans[pull.number])

    def reruns(self, run: Run) -> Run:
        """Re-run all jobs of a run of apply.yml."""
        self.time_passes()
        again = self.runner.rerun_all(run)
        self._keep(again)
        return again

    def applied_infrastructure(self) -> str:
        """Return what Terraform applied last."""
        return (self.terraform / "applied").read_text()

    def _keep(self, run: Run) -> None:
        self.runs.append(run)
        self.log += f"{run}\n{run.text}\n"


def stand_in_for_terraform(folder: Path) -> None:
    """Write the stand-in into a folder that goes onto PATH."""
    folder.mkdir()
    program = folder / "terraform"
    program.write_text(_TERRAFORM)
    program.chmod(0o755)
    (folder / "applied").write_text("")


def needed_files(*more: str) -> dict[str, str | bytes | None]:
    """Read the files that the workflows need of this checkout, and more of it."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *NEEDED, *more]
    listed = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True).stdout.decode().split("\0")
    names = [name for name in listed if name and (CHECKOUT / name).is_file()]
    return {**{name: (CHECKOUT / name).read_bytes() for name in names}, **SETTINGS, INFRASTRUCTURE: ""}


def settings_of_repository() -> dict[str, str]:
    """Return the variables of the repository."""
    roles = {f"GROUNDCTL_{name.upper()}_ROLE": f"arn:aws:iam::123456789012:role/groundctl-{name}" for name in ROLES}
    return {"GROUNDCTL_ENVIRONMENT": "test", "AWS_REGION": "us-east-1", **roles}


def settings_of_machine(url: str, infrastructure: Path) -> dict[str, str]:
    """Return the variables of the machine that runs the jobs."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "GROUNDCTL_INFRASTRUCTURE": str(infrastructure),
    }
