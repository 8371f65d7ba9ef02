"""groundctl ci tip: find out whether this run may still act for the default branch."""

from __future__ import annotations

from dataclasses import dataclass

from groundctl.cli.ci.reporter import open_reporter, print_published
from groundctl.cli.ci.reviewing import open_guard
from groundctl.cli.options import Command
from groundctl.composition import open_workflow_run
from groundctl.domain.approval.tip import TipState
from groundctl.exit_codes import ExitCode
from groundctl.presentation.markdown.check_run import superseded_check


@dataclass(frozen=True, slots=True, kw_only=True)
class CiTipOptions:
    """The options of `groundctl ci tip`: there are none."""


def run(options: CiTipOptions) -> ExitCode:  # noqa: ARG001 - every command takes its options
    """Compare this run's commit with the tip of the default branch, and say on the commit if it is left behind."""
    tip = open_guard().look()
    print(tip.sentence)
    open_workflow_run().set_outputs({"current": str(tip.is_current).lower()})
    if tip.is_current:
        return ExitCode.OK
    was_rewritten = tip.state is TipState.REWRITTEN
    checked = open_reporter().publish_check("groundctl apply", superseded_check(tip.sentence, failed=was_rewritten))
    print_published((), checked)
    open_workflow_run().summarize(f"{tip.sentence}. Nothing was done here.")
    if was_rewritten:
        return ExitCode.PROBLEMS
    return ExitCode.EXTERNAL_FAILURE if checked.error else ExitCode.OK


COMMAND = Command(
    description="Compare the commit of this run with the tip of the default branch. The output `current` is true if the"
    " run may act: only then later jobs create or stop a job or apply Terraform.",
    examples=("groundctl ci tip",),
    options=CiTipOptions,
    run=run,
)
