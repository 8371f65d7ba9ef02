"""groundctl show: one declaration at any stage, offline."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from groundctl.app.environments import check_same_place, environment_with
from groundctl.app.gathering.gather import gather_offline
from groundctl.app.refusal_places import find_refusal_places
from groundctl.app.validate import validate
from groundctl.cli.help.one_declaration import find_declaration
from groundctl.cli.options import Argument, Command, Given, Option
from groundctl.cli.streams import print_note, screen
from groundctl.composition import infrastructure_is_given, open_checkout, open_infrastructure, open_sample_clip
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.clips.input_manifest import UNRESOLVED
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.declarations.environments import Environment
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.declarations.worker_template import worker_template
from groundctl.domain.jobs.infrastructure import Infrastructure, example_for, is_same_place
from groundctl.domain.jobs.infrastructure_rules import check_infrastructure
from groundctl.domain.jobs.request import compile_job
from groundctl.domain.planning.plan import Create, Plan, Waiting
from groundctl.domain.planning.planner import make_plan
from groundctl.exit_codes import ExitCode
from groundctl.ports import Repository
from groundctl.presentation.escape import for_json
from groundctl.presentation.machine.spec_json import spec_json
from groundctl.presentation.markdown.plan_comment import plan_markdown
from groundctl.presentation.terminal.diagnostics import diagnostics_text
from groundctl.presentation.terminal.plan import plan_text, reasons_text


class Form(StrEnum):
    """A stage of a declaration."""

    SPEC = "spec"
    REQUEST = "request"
    PLAN = "plan"
    COMMENT = "comment"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOptions:
    """The options of `groundctl show`."""

    name: Annotated[str, Argument("NAME", "the name of a declared job, or its file")]
    form: Annotated[
        Form,
        Option(
            "--as",
            "spec: the declaration with all defaults, as JSON; request: the CreateLabelingJob request; plan:"
            " what apply would do (default); comment: the plan as a pull request comment; page: the page that workers"
            " see, as HTML",
        ),
    ] = Form.PLAN
    infrastructure: Annotated[
        str | None,
        Option(
            "--infrastructure",
            "read the account, buckets, and teams from this JSON file, as written by `terraform output -json"
            " infrastructure`; by default GROUNDCTL_INFRASTRUCTURE, else jobs/infrastructure.json, else example values;"
            " not with --as spec or page",
            metavar="FILE",
            excludes=(Given("form", (Form.SPEC, Form.PAGE)),),
        ),
    ] = None

    environment: Annotated[
        str | None,
        Option(
            "--environment", "the environment of jobs/policy.yaml that must have the declaration", metavar="ENVIRONMENT"
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A valid declaration, with the context to show it in."""

    declaration: Declaration
    declared: frozenset[JobKey]
    policy: Policy
    checkout: Repository
    infrastructure: Infrastructure | None


def run(options: ShowOptions) -> ExitCode:
    """Print the requested stage of the declaration; exit 1 with its problems if it has errors.

    plan, comment, and request show the decision of `groundctl plan`, by the same code but without asking AWS. The output
    lists what was not looked up: existing jobs, listed clips, what other declarations buy. A decision that does not depend on
    these is the same as plan's, and so is the exit code: 1 if plan refuses the job, else 0. Otherwise the exit code is
    that of the decision shown: a job that continues an undeclared job waits (exit 0), because the other job may exist in
    AWS; `groundctl plan` looks it up, and refuses the job (P107) if it does not exist.
    """
    checkout = open_checkout()
    decides = options.form not in {Form.SPEC, Form.PAGE}
    given = infrastructure_is_given(options.infrastructure)
    file = find_declaration(options.name, checkout)
    validated = validate(checkout, [file], beside_all=decides, names=not given)
    if errors_among(validated.problems):
        print(diagnostics_text(validated.problems, validated.files, screen(errors=True)), file=sys.stderr)
        print_note(f"Nothing is shown of {file} while it has problems.")
        return ExitCode.PROBLEMS
    [declaration] = validated.declarations
    environment = environment_with(declaration.path, validated.policy, options.environment)
    shown = Shown(
        declaration=declaration,
        declared=validated.declared,
        policy=validated.policy,
        checkout=checkout,
        infrastructure=_infrastructure_of(
            environment,
            given=open_infrastructure(checkout, options.infrastructure) if given and decides else None,
            kept=validated.infrastructure,
        ),
    )
    return _FORMS[options.form](shown)


def _infrastructure_of(
    environment: Environment | None, *, given: Infrastructure | None, kept: Infrastructure | None
) -> Infrastructure | None:
    """Return the infrastructure to show a declaration with; the kept one only if it is the environment's."""
    if environment is None:
        return given or kept
    if given:
        check_same_place(environment, given)
        return given
    return kept if kept and is_same_place(environment, kept) else None


def _plan(shown: Shown) -> Plan:
    is_example = shown.infrastructure is None
    infrastructure = shown.infrastructure or example_for(shown.declaration.spec)
    inputs = gather_offline(
        shown.declaration,
        shown.declared,
        shown.policy,
        infrastructure,
        is_example=is_example,
        read_manifest=shown.checkout.read_manifest_beside,
    )
    return make_plan(inputs)


def _exit_code(plan: Plan) -> ExitCode:
    return ExitCode.PROBLEMS if plan.requires_attention else ExitCode.OK


def _show_plan(shown: Shown) -> ExitCode:
    plan = _plan(shown)
    print(plan_text(plan, shown.policy, find_refusal_places(shown.checkout, plan), screen()))
    return _exit_code(plan)


def _show_comment(shown: Shown) -> ExitCode:
    plan = _plan(shown)
    print(plan_markdown(plan, shown.policy, find_refusal_places(shown.checkout, plan)), end="")
    return _exit_code(plan)


def _show_request(shown: Shown) -> ExitCode:
    """Print the request that would be sent: the known part for a waiting job, nothing for a refused one."""
    plan = _plan(shown)
    [change] = plan.changes
    for unknown in plan.unknown:
        print_note(f"note: {unknown.sentence}")
    for line in reasons_text([change], find_refusal_places(shown.checkout, plan), screen(errors=True)):
        print(line, file=sys.stderr)
    match change:
        case Create(purchase=purchase):
            print(for_json(purchase.desired.request))
        case Waiting() if not any(check_infrastructure(shown.declaration.spec, plan.infrastructure)):
            print(for_json(compile_job(shown.declaration, plan.infrastructure, UNRESOLVED).request))
        case _:
            print_note("No request is sent for this job.")
    return _exit_code(plan)


def _show_spec(shown: Shown) -> ExitCode:
    print(spec_json(shown.declaration.spec))
    return ExitCode.OK


def _show_page(shown: Shown) -> ExitCode:
    from groundctl.presentation.html.worker_page import worker_page

    spec = shown.declaration.spec
    template = worker_template(spec, dict(shown.declaration.texts))
    print(worker_page(template, [label.name for label in spec.labels], open_sample_clip(spec)))
    return ExitCode.OK


_FORMS: dict[Form, Callable[[Shown], ExitCode]] = {
    Form.SPEC: _show_spec,
    Form.REQUEST: _show_request,
    Form.PLAN: _show_plan,
    Form.COMMENT: _show_comment,
    Form.PAGE: _show_page,
}


COMMAND = Command(
    description="Show one declaration at any stage, offline: as a spec, as the request to AWS, as a plan, as a pull"
    " request comment, or as the page that workers see.",
    examples=(
        "groundctl show dock-events-2026-11",
        "groundctl show jobs/warehouse/dock-events-2026-11.yaml --as request",
        "groundctl show jobs/warehouse/dock-events-2026-11.yaml --as page > page.html",
    ),
    options=ShowOptions,
    run=run,
)
