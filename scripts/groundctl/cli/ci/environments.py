"""groundctl ci environments: list the environments of this repository, for the jobs of a matrix."""

from __future__ import annotations

import json
from dataclasses import dataclass

from groundctl.app.environments import list_environments
from groundctl.cli.options import Command
from groundctl.composition import chosen_name, in_a_workflow, open_checkout, open_workflow_run
from groundctl.exit_codes import ExitCode


@dataclass(frozen=True, slots=True, kw_only=True)
class CiEnvironmentsOptions:
    """The options of `groundctl ci environments`: there are none."""


def run(options: CiEnvironmentsOptions) -> ExitCode:  # noqa: ARG001 - every command takes its options
    """Print the names as a JSON list, and set them as an output of the step."""
    names = list_environments(open_checkout(), chosen_name())
    answer = json.dumps(names)
    print(answer)
    if in_a_workflow():
        open_workflow_run().set_outputs({"environments": answer, "count": str(len(names))})
    return ExitCode.OK


COMMAND = Command(
    description="List the environments of jobs/policy.yaml as JSON, which is also the output `environments`; `count` is their"
    " number. Without any in the policy, the one that GROUNDCTL_ENVIRONMENT names; without that, none.",
    examples=("groundctl ci environments",),
    options=CiEnvironmentsOptions,
    run=run,
)
