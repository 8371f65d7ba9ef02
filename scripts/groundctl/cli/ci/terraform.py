"""groundctl ci terraform: plan or apply Terraform for one environment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from groundctl.cli.ci.reporter import open_reporter, print_published, summarize
from groundctl.cli.ci.reviewing import leave_undone, open_guard
from groundctl.cli.options import Argument, Command, Given, Option
from groundctl.composition import in_a_workflow, open_checkout, open_terraform, open_workflow_run
from groundctl.domain.tracking.terraform_plan import TerraformPlanSummary, summarize_terraform_plan
from groundctl.exit_codes import ExitCode
from groundctl.presentation.markdown.check_run import terraform_check
from groundctl.presentation.markdown.comment import Footer
from groundctl.presentation.markdown.plan_comment import terraform_comment
from groundctl.presentation.terminal.terraform_plan import terraform_plan_text


class TerraformStep(StrEnum):
    """The Terraform command to run."""

    PLAN = "plan"
    APPLY = "apply"


@dataclass(frozen=True, slots=True, kw_only=True)
class CiTerraformOptions:
    """The options of `groundctl ci terraform`."""

    step: Annotated[TerraformStep, Argument("STEP", "plan: print what would change; apply: change it")]
    environment: Annotated[
        str,
        Option("--environment", "use the files of this name in terraform/environments/", metavar="ENVIRONMENT"),
    ]
    publish: Annotated[
        bool,
        Option(
            "--publish",
            "with plan: also put the changes into a check on the pull request's commit; not with apply",
            excludes=(Given("step", (TerraformStep.APPLY,)),),
        ),
    ] = False


def run(options: CiTerraformOptions) -> ExitCode:
    """Print what would change, or apply it."""
    stack, variables = open_terraform(open_checkout(), options.environment)
    summary = summarize_terraform_plan(stack.plan(var_file=variables))
    print(terraform_plan_text(summary))
    if options.step is TerraformStep.APPLY:
        return ExitCode.OK if summary.is_empty else _apply(lambda: stack.apply(var_file=variables))
    if options.publish and (code := _publish(summary)):
        return code
    if in_a_workflow():
        open_workflow_run().set_outputs({"changes": str(not summary.is_empty).lower()})
    return ExitCode.OK


def _apply(change: Callable[[], None]) -> ExitCode:
    """Apply, if this run is still what the default branch says: an older one would put things back."""
    if in_a_workflow():
        tip = open_guard().look()
        if not tip.is_current:
            return leave_undone(tip, "Nothing was applied.")
    change()
    print("Applied.")
    return ExitCode.OK


def _publish(summary: TerraformPlanSummary) -> ExitCode:
    reporter = open_reporter()
    footer = Footer(run=reporter.run)
    checked = reporter.publish_check("groundctl terraform", terraform_check(summary, footer=footer), with_status=False)
    print_published((), checked)
    summarize(lambda limit: terraform_comment(summary, footer=footer, limit=limit))
    return ExitCode.EXTERNAL_FAILURE if checked.error else ExitCode.OK


COMMAND = Command(
    description="Plan or apply Terraform for one environment. With plan, the output `changes` is true if there is"
    " anything to apply. With apply, nothing is done in a workflow if the default branch has moved on.",
    examples=(
        "groundctl ci terraform plan --environment production.us-east-1 --publish",
        "groundctl ci terraform apply --environment production.us-east-1",
    ),
    options=CiTerraformOptions,
    run=run,
)
