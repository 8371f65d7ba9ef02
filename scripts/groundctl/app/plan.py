"""From files to a plan: validate the declarations, gather facts from AWS, and decide.

bytes -> yaml_loader -> Document -> validator -> Declaration | problems       app/validate.py
Declarations + ports -> gather -> PlanInputs -> make_plan -> Plan             this module
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from groundctl.app.concurrency import BackgroundTask
from groundctl.app.gather import Account, gather, list_jobs
from groundctl.app.validate import Validated, start_validation
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.jobs.ledger.entries import IndexedRecord
from groundctl.domain.planning.plan import Plan
from groundctl.domain.planning.planner import make_plan
from groundctl.ports import Files


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningResult:
    """A plan and its inputs; due holds the records that it counted with, and that apply writes to the ledger.

    reviewed_clips holds the input manifests that reviewed plans fixed, and gone the URIs of their clips that are no longer
    there; both go by the job's key.
    """

    plan: Plan
    validated: Validated
    account: Account
    due: tuple[IndexedRecord, ...] = ()
    reviewed_clips: Mapping[JobKey, bytes] = field(default_factory=dict)
    gone: Mapping[JobKey, tuple[str, ...]] = field(default_factory=dict)


def create_plan(
    files: Files, open_account: Callable[[], Account], *, processes: int = 1, despite_problems: bool = False
) -> PlanningResult | Validated:
    """Make a plan from the files; return the validation result instead if a declaration has errors.

    despite_problems makes a plan of the valid declarations nevertheless: enough to report progress, never to create.
    """
    # Listing jobs waits for AWS, and validation uses the processor: the two run concurrently. Validation starts first,
    # because forking is safest while the process has a single thread.
    end_validation = start_validation(files, processes=processes)
    opening = BackgroundTask(open_account)
    validated = end_validation()
    if errors_among(validated.problems) and not despite_problems:
        return validated
    account = opening.result()
    return plan(validated, account)


def plan(
    validated: Validated, account: Account, *, reviewed_clips: Mapping[JobKey, bytes] | None = None
) -> PlanningResult:
    """Gather the inputs once, and decide once; reviewed_clips replaces the clips of jobs by the reviewed ones."""
    reviewed = reviewed_clips or {}
    inputs = gather(
        validated.declarations, validated.policy, account, declared=validated.declared, reviewed_clips=reviewed
    )
    return PlanningResult(
        plan=make_plan(inputs),
        validated=validated,
        account=account,
        due=inputs.due,
        reviewed_clips=reviewed,
        gone=inputs.gone,
    )


def plan_again(planned: PlanningResult) -> PlanningResult:
    """List the jobs and read the ledger again, and make a new plan from the current state."""
    account = planned.account
    listed, log = list_jobs(account.jobs), account.ledger.read(account.log)
    return plan(planned.validated, replace(account, observed=listed, log=log), reviewed_clips=planned.reviewed_clips)
