"""Shared by the commands that plan: make a plan of the checkout, or print the problems that prevent it."""

from __future__ import annotations

import sys
from functools import partial

from groundctl.app.concurrency import BackgroundTask
from groundctl.app.environments import check_keeps_environments, check_same_place, choose_environment
from groundctl.app.gathering.gather import Account, list_jobs
from groundctl.app.plan import PlanningResult, create_plan
from groundctl.app.refusal_places import find_refusal_places
from groundctl.app.validate import Validated
from groundctl.cli.streams import print_note, screen
from groundctl.composition import (
    chosen_name,
    cores,
    open_aws,
    open_checkout,
    open_clip_reader,
    open_infrastructure,
    use_environment,
)
from groundctl.domain.declarations.diagnostics import Places, errors_among
from groundctl.domain.declarations.environments import Environment
from groundctl.domain.planning.plan import Plan
from groundctl.ports import Repository
from groundctl.presentation.terminal.diagnostics import diagnostics_text


def plan_checkout(
    infrastructure_file: str | None,
    *,
    proposed: Repository | None = None,
    despite_problems: bool = False,
    environment: str | None = None,
) -> PlanningResult | Validated:
    """Make a plan of the checkout; print the problems if a declaration has errors.

    proposed holds the declarations of a pull request: they are planned with this checkout's infrastructure. environment
    names the one to plan; by default GROUNDCTL_ENVIRONMENT, or the only one.
    """
    checkout, name = open_checkout(), environment or chosen_name()
    chosen = choose_environment(checkout, name)
    if proposed:
        check_keeps_environments(checkout, proposed)
    if environment:
        use_environment(environment)
    planned = create_plan(
        proposed or checkout,
        partial(open_account, checkout, infrastructure_file, chosen),
        processes=cores(),
        despite_problems=despite_problems,
        environment=chosen.name if chosen else name,
    )
    validated = planned if isinstance(planned, Validated) else planned.validated
    if errors_among(validated.problems):
        print(diagnostics_text(validated.problems, validated.files, screen(errors=True)), file=sys.stderr)
    if isinstance(planned, Validated):
        print_note("Nothing is planned while a declaration has problems.")
    return planned


def places_in(plan: Plan) -> Places:
    """Find the lines of this checkout that cause what a plan refuses."""
    return find_refusal_places(open_checkout(), plan)


def open_account(
    checkout: Repository, infrastructure_file: str | None, environment: Environment | None = None
) -> Account:
    """Open the infrastructure's account, list its labeling jobs, and read the ledger."""
    infrastructure = open_infrastructure(checkout, infrastructure_file)
    if environment:
        check_same_place(environment, infrastructure)
    aws = open_aws(infrastructure)
    checking, reading = BackgroundTask(aws.check_account), BackgroundTask(aws.ledger.read)
    observed = list_jobs(aws.jobs)
    checking.result()
    return Account(
        infrastructure=infrastructure,
        jobs=aws.jobs,
        objects=aws.objects,
        ledger=aws.ledger,
        clips=open_clip_reader(),
        places=aws.places,
        log=reading.result(),
        observed=observed,
    )
