"""What plan and apply do alike: validate everything, then look at AWS and make the plan."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import dataclass
from functools import partial

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.concurrency import BackgroundTask
from groundctl.app.plan import observe, plan
from groundctl.app.validate import Validated, start_validation
from groundctl.composition import Aws, cores, open_aws, open_checkout, open_infrastructure
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.planning.plan import Plan
from groundctl.presentation.terminal.diagnostics import diagnostics_text


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningResult:
    """A fresh plan, with what it was made from and the doors it was made through."""

    plan: Plan
    checkout: Checkout
    validated: Validated
    infrastructure: Infrastructure
    aws: Aws


def create_plan(options: Namespace, *, despite_problems: bool = False) -> PlanningResult | Validated:
    """Make a plan from the checkout as it is; what was validated, with the problems told, if a declaration has errors.

    despite_problems plans the good ones all the same: enough to say how jobs are getting on, never to create any.
    """
    checkout = open_checkout()
    # AWS takes its time to answer, and the files take the processor's: the two go side by side. The files go first,
    # because a process is forked most safely while there is no second thread.
    end_validation = start_validation(checkout, processes=cores())
    looking = BackgroundTask(partial(_look, checkout, options.infrastructure))
    validated = end_validation()
    if errors_among(validated.problems):
        print(diagnostics_text(validated.problems, validated.files), file=sys.stderr)
        if not despite_problems:
            print("Nothing is planned while a declaration has problems.", file=sys.stderr)
            return validated
    infrastructure, aws, observed = looking.result()
    made = plan(
        validated.declarations,
        infrastructure,
        validated.policy,
        observed=observed,
        jobs=aws.jobs,
        objects=aws.objects,
    )
    return PlanningResult(plan=made, checkout=checkout, validated=validated, infrastructure=infrastructure, aws=aws)


def _look(checkout: Checkout, infrastructure_file: str | None) -> tuple[Infrastructure, Aws, dict[str, ObservedJob]]:
    infrastructure = open_infrastructure(checkout, infrastructure_file)
    aws = open_aws(infrastructure)
    checking = BackgroundTask(aws.check_account)
    observed = observe(aws.jobs)
    checking.result()
    return infrastructure, aws, observed
