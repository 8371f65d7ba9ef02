"""groundctl show: show one declaration at any stage, offline."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated

from groundctl.app.plan import validate
from groundctl.cli.options import Argument, Command, Option
from groundctl.composition import infrastructure_is_given, open_checkout, open_infrastructure, open_sample_clip
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.declarations.spec import ObjectsInput, PrefixInput, State
from groundctl.domain.declarations.worker_template import worker_template
from groundctl.domain.jobs.infrastructure import Infrastructure, example_for
from groundctl.domain.jobs.input_manifest import UNRESOLVED, FrozenInput, freeze, manifest_of_objects
from groundctl.domain.jobs.request import check_infrastructure, compile_job
from groundctl.domain.planning.plan import Plan
from groundctl.domain.planning.planner import assemble, leave_stopped, plan_new_job, refuse
from groundctl.exit_codes import ExitCode
from groundctl.ports import Repository
from groundctl.presentation.escape import for_json
from groundctl.presentation.machine.spec_json import spec_json
from groundctl.presentation.markdown.plan_comment import plan_markdown
from groundctl.presentation.terminal.plan import plan_text
from groundctl.presentation.terminal.problems import as_text


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

    file: Annotated[str, Argument("FILE", "the declaration to show")]
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
            " infrastructure`; by default GROUNDCTL_INFRASTRUCTURE, or example values",
            metavar="FILE",
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A declaration with the place it is looked at in, and the clips as far as they are known offline."""

    declaration: Declaration
    policy: Policy
    infrastructure: Infrastructure
    clips: FrozenInput | None


def run(options: ShowOptions) -> ExitCode:
    """Print the declaration in the form asked for; exit 1 with its problems if it has errors."""
    checkout = open_checkout()
    validated = validate(checkout, [options.file])
    if errors_among(validated.problems) or len(validated.declarations) != 1:
        print(as_text(validated.problems, validated.files), file=sys.stderr)
        return ExitCode.PROBLEMS
    shown = _shown(validated.declarations[0], validated.policy, checkout, options.infrastructure)
    print(_FORMS[options.form](shown), end="" if options.form is Form.COMMENT else "\n")
    return ExitCode.OK


def _shown(declaration: Declaration, policy: Policy, checkout: Repository, file: str | None) -> Shown:
    spec = declaration.spec
    if infrastructure_is_given(file):
        infrastructure = open_infrastructure(checkout, file)
    else:
        infrastructure = example_for(spec)
        _say("the account, buckets, and ARNs are examples; use --infrastructure FILE for real ones")
    if isinstance(spec.source, ObjectsInput):
        frozen = freeze(manifest_of_objects(spec.source.objects), spec.labels, spec.label_attribute)
        # A declaration that passed validation has clips that freeze.
        clips = frozen if isinstance(frozen, FrozenInput) else UNRESOLVED
    elif spec.source is None:
        clips = None
    else:
        _say("the clips are listed when a plan is made; their number, cost, and digest (zeros) are unknown here")
        clips = UNRESOLVED
    return Shown(declaration=declaration, policy=policy, infrastructure=infrastructure, clips=clips)


def _plan(shown: Shown) -> Plan:
    """Plan as if no job existed yet."""
    declaration, infrastructure = shown.declaration, shown.infrastructure
    if declaration.spec.state is State.STOPPED:
        change = leave_stopped(declaration)
    elif findings := tuple(check_infrastructure(declaration.spec, infrastructure)):
        change = refuse(declaration, findings)
    else:
        change = plan_new_job(
            declaration, compile_job(declaration, infrastructure, shown.clips), shown.clips, shown.policy
        )
        if shown.clips is UNRESOLVED:
            source = declaration.spec.source
            sample = source.sample.count if isinstance(source, PrefixInput) and source.sample else None
            change = replace(change, cost=None, clips=sample)
    return assemble([change], [declaration], {}, infrastructure, shown.policy)


def _request(shown: Shown) -> str:
    desired = compile_job(shown.declaration, shown.infrastructure, shown.clips)
    return for_json(desired.request)


def _page(shown: Shown) -> str:
    from groundctl.presentation.html.worker_page import worker_page

    spec = shown.declaration.spec
    template = worker_template(spec, dict(shown.declaration.texts))
    return worker_page(template, [label.name for label in spec.labels], open_sample_clip(spec))


_FORMS = {
    Form.SPEC: lambda shown: spec_json(shown.declaration.spec),
    Form.REQUEST: _request,
    Form.PLAN: lambda shown: plan_text(_plan(shown), shown.policy),
    Form.COMMENT: lambda shown: plan_markdown(_plan(shown), shown.policy),
    Form.PAGE: _page,
}


def _say(sentence: str) -> None:
    print(f"note: {sentence}", file=sys.stderr)


COMMAND = Command(
    description="Show one declaration at any stage, offline: as a spec, as the request to AWS, as a plan, as a pull"
    " request comment, or as the page that workers see.",
    examples=(
        "groundctl show jobs/sports-data/serves.yaml",
        "groundctl show jobs/sports-data/serves.yaml --as request",
        "groundctl show jobs/sports-data/serves.yaml --as page > page.html",
    ),
    options=ShowOptions,
    run=run,
)
