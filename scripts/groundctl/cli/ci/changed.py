"""groundctl ci changed: report whether a branch changes any plan input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from groundctl.cli.options import Command, Option
from groundctl.composition import in_a_workflow, open_checkout, open_history, open_workflow_run
from groundctl.domain.approval.tip import WHAT_RUNS_READ
from groundctl.exit_codes import ExitCode


@dataclass(frozen=True, slots=True, kw_only=True)
class CiChangedOptions:
    """The options of `groundctl ci changed`."""

    base: Annotated[str, Option("--base", "the commit that the branch will be merged into", metavar="COMMIT")]
    checkout: Annotated[
        str | None, Option("--checkout", "the folder of the branch's checkout; by default this one", metavar="FOLDER")
    ] = None


def run(options: CiChangedOptions) -> ExitCode:
    """Print true or false, and set it as an output of the step."""
    changed = open_history(open_checkout(options.checkout)).changed_since(options.base)
    answer = str(any(path.partition("/")[0] in WHAT_RUNS_READ for path in changed)).lower()
    print(answer)
    if in_a_workflow():
        open_workflow_run().set_outputs({"changed": answer})
    return ExitCode.OK


COMMAND = Command(
    description="Report whether a branch changes any plan input: declarations, schemas, Terraform, this tool, or the"
    " workflows. Prints true or false, which is also the output `changed`.",
    examples=('groundctl ci changed --base "$BASE"',),
    options=CiChangedOptions,
    run=run,
)
