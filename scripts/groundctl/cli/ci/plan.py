"""groundctl ci plan: plan in a workflow, for a pull request or after its merge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from groundctl.app.validate import Validated
from groundctl.cli.ci.recording import record_plan
from groundctl.cli.ci.reviewing import count_free, leave_undone, open_archive, open_guard, review_plan
from groundctl.cli.options import Command, Given, InfrastructureFile, Option
from groundctl.cli.planning import places_in, plan_checkout
from groundctl.composition import is_asked_by_person, open_workflow_run, read_text_if_there, write_text
from groundctl.domain.planning.plan import Action
from groundctl.domain.tracking.refused_before import refused_before
from groundctl.exit_codes import ExitCode
from groundctl.presentation.machine.doctor_json import read_doctor_json
from groundctl.presentation.machine.plan_json import plan_json
from groundctl.presentation.markdown.doctor import doctor_markdown
from groundctl.presentation.terminal.plan import plan_text
from groundctl.presentation.terminal.review import review_text


@dataclass(frozen=True, slots=True, kw_only=True)
class CiPlanOptions:
    """The options of `groundctl ci plan`."""

    record: Annotated[
        bool,
        Option(
            "--record", "on a pull request: record the plan as what reviewers see, and report it on the pull request"
        ),
    ] = False
    reviewed: Annotated[
        bool,
        Option(
            "--reviewed",
            "after the merge: report nothing; count for the next jobs what the approved plans, or the plan named by"
            " GROUNDCTL_APPROVE, cover, and exit 0 even if changes need attention",
        ),
    ] = False
    checkout: Annotated[
        str | None,
        Option(
            "--checkout",
            "with --record: plan the declarations in this folder, with this checkout's schemas and infrastructure;"
            " not with --reviewed",
            metavar="FOLDER",
            excludes=(Given("reviewed"),),
        ),
    ] = None
    doctor: Annotated[
        str | None,
        Option(
            "--doctor",
            "with --record: also report what `groundctl ci doctor --out` wrote to this file; not with --reviewed",
            metavar="FILE",
            excludes=(Given("reviewed"),),
        ),
    ] = None
    out: Annotated[str | None, Option("--out", "also write the plan to this file as JSON", metavar="FILE")] = None
    infrastructure: InfrastructureFile = None


def run(options: CiPlanOptions) -> ExitCode:
    """Record and report the plan of a pull request, or count what may be done after the merge."""
    if options.record:
        return record_plan(
            checkout=options.checkout,
            infrastructure=options.infrastructure,
            out=options.out,
            set_up=_set_up(options.doctor),
        )
    return _count_reviewed(options)


def _set_up(file: str | None) -> str:
    """Write what `ci doctor` found for the comment; a plan is not stopped by a file that is missing or cannot be read."""
    text = read_text_if_there(file) if file else None
    found = read_doctor_json(text) if text else None
    return doctor_markdown(found) if found else ""


def _count_reviewed(options: CiPlanOptions) -> ExitCode:
    tip = open_guard().look()
    if not tip.is_current:
        _set_counts({Action.CREATE: 0, Action.STOP: 0})
        return leave_undone(tip)
    planned = plan_checkout(options.infrastructure)
    if isinstance(planned, Validated):
        return ExitCode.PROBLEMS
    # The plan with the reviewed clips: the reviewer who lets the run in agrees to exactly this.
    frozen, reviewed, _ = review_plan(planned, open_archive(planned))
    if options.out:
        write_text(options.out, plan_json(frozen.plan))
    print(plan_text(frozen.plan, planned.validated.policy, places_in(frozen.plan)))
    print(
        review_text(
            frozen.plan,
            held=reviewed.held,
            agreed=reviewed.agreed,
            arrived=reviewed.arrived,
            digest=reviewed.digest,
        )
    )
    refused = () if is_asked_by_person() else refused_before(frozen.plan)
    held = {*refused, *reviewed.held}
    _set_counts({action: count_free(frozen.plan, action, held) for action in (Action.CREATE, Action.STOP)})
    return ExitCode.OK


def _set_counts(counts: dict[Action, int]) -> None:
    """Output the number of changes for the next jobs of the workflow, so that an approval is requested only if needed."""
    open_workflow_run().set_outputs({str(action): str(number) for action, number in counts.items()})


COMMAND = Command(
    description="Plan in a workflow. On a pull request, with --record, record the plan where only this workflow may"
    " write, and report it in a comment, a check, and a commit status. After the merge, with --reviewed, count what may go"
    " ahead, in the outputs `create` and `stop`.",
    examples=(
        "groundctl ci plan --record --doctor set-up.json --checkout proposed",
        "groundctl ci plan --reviewed --out plan.json",
    ),
    options=CiPlanOptions,
    one_of=(("record", "reviewed"),),
    run=run,
)
