"""From files to a plan: validate the declarations, gather what AWS knows, decide.

bytes -> yaml_loader -> Document -> validator -> Declaration | problems       app/validate.py
Declarations + ports -> gather -> PlanInputs -> make_plan -> Plan             this module
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from groundctl.app.concurrency import BackgroundTask
from groundctl.app.gather import Account, gather, list_jobs
from groundctl.app.validate import Validated, start_validation
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.planning.plan import Plan
from groundctl.domain.planning.planner import make_plan
from groundctl.ports import Files


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningResult:
    """A plan, with what it was made from."""

    plan: Plan
    validated: Validated
    account: Account


def create_plan(
    files: Files, open_account: Callable[[], Account], *, processes: int = 1, despite_problems: bool = False
) -> PlanningResult | Validated:
    """Make a plan from the files as they are; gives what was validated if a declaration has errors.

    despite_problems makes a plan of the good declarations all the same: enough to report progress, never to create.
    """
    # AWS takes its time to answer, and the files take the processor's: the two go side by side. The files go first,
    # because a process is forked most safely while there is no second thread.
    end_validation = start_validation(files, processes=processes)
    opening = BackgroundTask(open_account)
    validated = end_validation()
    if errors_among(validated.problems) and not despite_problems:
        return validated
    account = opening.result()
    return PlanningResult(plan=plan(validated, account), validated=validated, account=account)


def plan(validated: Validated, account: Account) -> Plan:
    """Gather once, decide once."""
    return make_plan(gather(validated.declarations, validated.policy, account))


def plan_again(planned: PlanningResult) -> PlanningResult:
    """List the jobs once more, and make the plan that follows from what is there now."""
    account = replace(planned.account, observed=list_jobs(planned.account.jobs))
    return replace(planned, account=account, plan=plan(planned.validated, account))
