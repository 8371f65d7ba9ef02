"""groundctl ci terraform: plan or apply Terraform for one environment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from groundctl.cli.options import Argument, Command, Option
from groundctl.composition import in_a_workflow, open_checkout, open_terraform, open_workflow_run, write_text
from groundctl.domain.tracking.terraform_plan import summarize_terraform_plan, terraform_plan_content
from groundctl.errors import UsageError
from groundctl.exit_codes import ExitCode
from groundctl.presentation.terminal.terraform_plan import terraform_plan_text


class TerraformStep(StrEnum):
    """The Terraform command to run."""

    PLAN = "plan"
    APPLY = "apply"


@dataclass(frozen=True, slots=True, kw_only=True)
class CiTerraformOptions:
    """The options of `groundctl ci terraform`."""

    step: Annotated[TerraformStep, Argument("{plan,apply}", "plan: print what would change; apply: change it")]
    environment: Annotated[
        str,
        Option("--environment", "use the files of this name in terraform/environments/", metavar="NAME"),
    ]
    out: Annotated[
        str | None,
        Option("--out", "with plan: also write the changes to this file as JSON", metavar="FILE"),
    ] = None

    def __post_init__(self) -> None:
        """Reject --out with apply, which would ignore it."""
        if self.out and self.step is TerraformStep.APPLY:
            raise UsageError("--out has no effect with apply", hint="use it with `groundctl ci terraform plan`")


def run(options: CiTerraformOptions) -> ExitCode:
    """Print what would change, or apply it."""
    stack, variables = open_terraform(open_checkout(), options.environment)
    summary = summarize_terraform_plan(stack.plan(var_file=variables))
    print(terraform_plan_text(summary))
    if options.step is TerraformStep.APPLY:
        if not summary.is_empty:
            stack.apply(var_file=variables)
            print("Applied.")
        return ExitCode.OK
    if options.out:
        Path(options.out).parent.mkdir(parents=True, exist_ok=True)
        write_text(options.out, json.dumps(terraform_plan_content(summary), indent=2))
    if in_a_workflow():
        open_workflow_run().set_outputs({"changes": str(not summary.is_empty).lower()})
    return ExitCode.OK


COMMAND = Command(
    description="Plan or apply Terraform for one environment. With plan, the output `changes` is true if there is"
    " anything to apply.",
    examples=(
        "groundctl ci terraform plan --environment production.us-east-1 --out tf.json",
        "groundctl ci terraform apply --environment production.us-east-1",
    ),
    options=CiTerraformOptions,
    run=run,
)
