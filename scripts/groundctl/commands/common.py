"""What plan and apply do alike: validate everything, then look at AWS and make the plan."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import dataclass

from groundctl.core.infrastructure import Infrastructure
from groundctl.core.plan import Plan
from groundctl.core.problem import errors_among
from groundctl.pipeline import Validated, observe, plan, validate
from groundctl.render.problems import as_text
from groundctl.wiring import Aws, open_aws, open_checkout, open_infrastructure


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A fresh plan, with what it was made from and the doors it was made through."""

    plan: Plan
    validated: Validated
    infrastructure: Infrastructure
    aws: Aws


def plan_now(options: Namespace) -> Planned | None:
    """Make a plan from the checkout as it is; None, with the problems told, if a declaration has errors."""
    checkout = open_checkout()
    validated = validate(checkout)
    if errors_among(validated.problems):
        print(as_text(validated.problems, validated.files), file=sys.stderr)
        print("Nothing is planned while a declaration has problems.", file=sys.stderr)
        return None
    infrastructure = open_infrastructure(checkout, options.infrastructure)
    aws = open_aws(infrastructure)
    made = plan(
        validated.declarations,
        infrastructure,
        validated.policy,
        observed=observe(aws.jobs),
        jobs=aws.jobs,
        objects=aws.objects,
    )
    return Planned(plan=made, validated=validated, infrastructure=infrastructure, aws=aws)
