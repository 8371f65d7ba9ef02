"""groundctl ci environment: say where an environment is, and which roles and protected environments it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from groundctl.app.environments import choose_environment
from groundctl.cli.options import Argument, Command, Option
from groundctl.composition import in_a_workflow, open_checkout, open_workflow_run
from groundctl.domain.declarations.environments import Environment, Role
from groundctl.exit_codes import ExitCode


@dataclass(frozen=True, slots=True, kw_only=True)
class CiEnvironmentOptions:
    """The options of `groundctl ci environment`."""

    name: Annotated[str, Argument("NAME", "the name of an environment in jobs/policy.yaml")]
    refused: Annotated[
        bool, Option("--refused", "after AWS gave no role: annotate the run with the likely reason, and exit 3")
    ] = False


def run(options: CiEnvironmentOptions) -> ExitCode:
    """Print the values, and set them as outputs of the step; none where the policy names no environments."""
    if options.refused:
        from groundctl.presentation.machine.annotations import refused_role_annotation

        print(refused_role_annotation(options.name))
        return ExitCode.EXTERNAL_FAILURE
    chosen = choose_environment(open_checkout(), options.name)
    outputs = _outputs(chosen) if chosen else {}
    for name, value in outputs.items():
        print(f"{name}={value}")
    if in_a_workflow():
        open_workflow_run().set_outputs(outputs)
    return ExitCode.OK


def _outputs(environment: Environment) -> dict[str, str]:
    protected = environment.github
    return {
        "region": environment.region,
        **{f"{role}-role": environment.role_arn(role) for role in Role},
        "apply-environment": protected.apply,
        "stop-environment": protected.stop,
        "terraform-environment": protected.terraform,
    }


COMMAND = Command(
    description="Print the Region, the roles and the protected environments of an environment of jobs/policy.yaml, which are"
    " also outputs. It prints nothing where the policy names no environments: repository variables then have the values.",
    examples=(
        "groundctl ci environment production.us-east-1",
        "groundctl ci environment production.us-east-1 --refused",
    ),
    options=CiEnvironmentOptions,
    run=run,
)
