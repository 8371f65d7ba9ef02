"""groundctl show: one declaration at any stop of its way, offline."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import dataclass, replace

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.plan import validate
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
from groundctl.presentation.escape import for_json
from groundctl.presentation.machine.spec_json import spec_json
from groundctl.presentation.terminal.diagnostics import diagnostics_text
from groundctl.presentation.terminal.plan import plan_markdown, plan_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A declaration with the place it is looked at in, and the clips as far as they are known offline."""

    declaration: Declaration
    policy: Policy
    infrastructure: Infrastructure
    clips: FrozenInput | None


def run(options: Namespace) -> int:
    """Print the declaration in the form asked for; exit 1 with its problems if it has errors."""
    checkout = open_checkout()
    validated = validate(checkout, [options.file])
    if errors_among(validated.problems) or len(validated.declarations) != 1:
        print(diagnostics_text(validated.problems, validated.files), file=sys.stderr)
        return 1
    shown = _shown(validated.declarations[0], validated.policy, checkout, options.infrastructure)
    print(_FORMS[options.form](shown), end="" if options.form == "comment" else "\n")
    return 0


def _shown(declaration: Declaration, policy: Policy, checkout: Checkout, file: str | None) -> Shown:
    spec = declaration.spec
    if infrastructure_is_given(file):
        infrastructure = open_infrastructure(checkout, file)
    else:
        infrastructure = example_for(spec)
        _say("account, buckets and ARNs are made up: give --infrastructure FILE for real ones")
    if isinstance(spec.source, ObjectsInput):
        frozen = freeze(manifest_of_objects(spec.source.objects), spec.labels, spec.label_attribute)
        # A declaration that passed validation has clips that freeze.
        clips = frozen if isinstance(frozen, FrozenInput) else UNRESOLVED
    elif spec.source is None:
        clips = None
    else:
        _say("the clips are looked up when a plan is made: their number, cost and digest (zeros) are open here")
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
    "spec": lambda shown: spec_json(shown.declaration.spec),
    "request": _request,
    "plan": lambda shown: plan_text(_plan(shown), shown.policy),
    "comment": lambda shown: plan_markdown(_plan(shown), shown.policy),
    "page": _page,
}


def _say(sentence: str) -> None:
    print(f"note: {sentence}", file=sys.stderr)
