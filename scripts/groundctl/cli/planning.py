"""Shared by the commands that plan: make a plan of the checkout, or print the problems that prevent it."""

from __future__ import annotations

import sys
from functools import partial

from groundctl.app.concurrency import BackgroundTask
from groundctl.app.gather import Account, list_jobs
from groundctl.app.plan import PlanningResult, create_plan
from groundctl.app.validate import Validated
from groundctl.composition import cores, open_aws, open_checkout, open_infrastructure
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.ports import Repository
from groundctl.presentation.terminal.diagnostics import diagnostics_text


def plan_checkout(
    infrastructure_file: str | None, *, proposed: Repository | None = None, despite_problems: bool = False
) -> PlanningResult | Validated:
    """Make a plan of the checkout; print the problems if a declaration has errors.

    proposed holds the declarations of a pull request: they are planned with this checkout's infrastructure.
    """
    checkout = open_checkout()
    planned = create_plan(
        proposed or checkout,
        partial(open_account, checkout, infrastructure_file),
        processes=cores(),
        despite_problems=despite_problems,
    )
    validated = planned if isinstance(planned, Validated) else planned.validated
    if errors_among(validated.problems):
        print(diagnostics_text(validated.problems, validated.files), file=sys.stderr)
    if isinstance(planned, Validated):
        print("Nothing is planned while a declaration has problems.", file=sys.stderr)
    return planned


def open_account(checkout: Repository, infrastructure_file: str | None) -> Account:
    """Open the infrastructure's account, list its labeling jobs, and read the ledger."""
    infrastructure = open_infrastructure(checkout, infrastructure_file)
    aws = open_aws(infrastructure)
    checking, reading = BackgroundTask(aws.check_account), BackgroundTask(aws.ledger.read)
    observed = list_jobs(aws.jobs)
    checking.result()
    return Account(
        infrastructure=infrastructure,
        jobs=aws.jobs,
        objects=aws.objects,
        ledger=aws.ledger,
        log=reading.result(),
        observed=observed,
    )
