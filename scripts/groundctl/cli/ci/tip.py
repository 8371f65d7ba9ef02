"""groundctl ci tip: find out whether this run may act: at the tip of the default branch, in protected environments."""

from __future__ import annotations

from dataclasses import dataclass

from groundctl.app.validate import load_policy
from groundctl.cli.ci.reporter import open_reporter, print_published
from groundctl.cli.ci.reviewing import open_guard, unprotected
from groundctl.cli.options import Command
from groundctl.composition import open_approval_facts, open_checkout, open_workflow_run
from groundctl.domain.approval.tip import Tip
from groundctl.exit_codes import ExitCode
from groundctl.presentation.escape import for_markdown
from groundctl.presentation.markdown.check_run import not_acting_check

_PROTECT_IT = (
    "protect it as .github/SETUP.md describes; where GitHub offers no protection, name it under"
    " `unprotected_environments` in jobs/policy.yaml: the merge is then the only gate"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CiTipOptions:
    """The options of `groundctl ci tip`: there are none."""


def run(options: CiTipOptions) -> ExitCode:  # noqa: ARG001 - every command takes its options
    """Compare this run's commit with the tip of the default branch, and look at how the environments are protected."""
    tip = open_guard().look()
    if not tip.is_current:
        return _refuse((f"{tip.sentence}. Nothing was done here.",), failed=tip.needs_attention)
    if found := _unprotected(tip):
        return _refuse((*found, f"Nothing was done. Next step: {_PROTECT_IT}."), failed=True)
    open_workflow_run().set_outputs({"current": "true"})
    return ExitCode.OK


def _unprotected(tip: Tip) -> tuple[str, ...]:
    policy, _ = load_policy(open_checkout())
    return unprotected(policy, open_approval_facts(), branch=tip.branch)


def _refuse(lines: tuple[str, ...], *, failed: bool) -> ExitCode:
    """Say on the commit and on the page of the run why it does nothing."""
    print("\n".join(lines))
    open_workflow_run().set_outputs({"current": "false"})
    check = not_acting_check(lines, failed=failed)
    checked = open_reporter().publish_check("groundctl apply", check, with_status=False)
    print_published((), checked)
    open_workflow_run().summarize("\n".join(f"- {for_markdown(line)}" for line in lines))
    if failed:
        return ExitCode.PROBLEMS
    return ExitCode.EXTERNAL_FAILURE if checked.error else ExitCode.OK


COMMAND = Command(
    description="Find out whether this run may act. Its commit must be the tip of the default branch, or differ from it in"
    " nothing that a run reads, and the environments must be protected. The output `current` is true only then: later jobs"
    " create or stop a job, or apply Terraform, only if it is.",
    examples=("groundctl ci tip",),
    options=CiTipOptions,
    run=run,
)
