"""groundctl apply: create the labeling jobs that do not exist yet, each once."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any

from groundctl.commands.planning import Planned, plan_now
from groundctl.core.change import Action
from groundctl.core.create_once import Outcome
from groundctl.core.reviewed import held_back, is_as_written, same_target
from groundctl.errors import UsageError
from groundctl.pipeline import apply
from groundctl.render.applied import applied_json, applied_text
from groundctl.render.progress import progress
from groundctl.wiring import SystemClock, first_fault, open_checkout, read_json


def run(options: Namespace) -> int:
    """Plan anew, create what may be created, and print each outcome; exit 1 if a person is needed."""
    reviewed = _reviewed(options.plan) if options.plan else None
    planned = plan_now(options)
    if planned is None:
        return 1
    held = _held(planned, reviewed, options.plan)
    outcomes: list[Outcome] = []
    try:
        outcomes.extend(_apply(planned, held, may_stop=options.allow_stop))
    finally:
        # Whatever ends the run, what was done is told: it cannot be undone.
        _print(planned, outcomes, options.format)
    return 1 if planned.plan.fails or any(outcome.result.needs_a_person for outcome in outcomes) else 0


def _print(planned: Planned, outcomes: Sequence[Outcome], form: str) -> None:
    if form == "json":
        print(json.dumps(applied_json(planned.plan, outcomes), indent=2, ensure_ascii=False))
    else:
        print(applied_text(planned.plan, outcomes, planned.validated.policy))


def _apply(planned: Planned, held: dict[str, str], *, may_stop: bool) -> Iterator[Outcome]:
    todo = [change for change in planned.plan.changes if change.action in {Action.CREATE, Action.STOP}]
    steps = apply(
        todo, jobs=planned.aws.jobs, objects=planned.aws.objects, clock=SystemClock(), held=held, may_stop=may_stop
    )
    return progress(steps, total=len(todo), doing="creating labeling jobs")


def _held(planned: Planned, reviewed: dict[str, Any] | None, file: str) -> dict[str, str]:
    if reviewed is None:
        return {}
    if not same_target(planned.plan, reviewed):
        target = planned.infrastructure.target
        raise UsageError(f"{file} was made for another place than {target}", hint="plan again with this infrastructure")
    return held_back(planned.plan, reviewed)


def _reviewed(file: str) -> dict[str, Any]:
    plan = read_json(file, "--plan", "groundctl plan --out FILE")
    if fault := first_fault(open_checkout(), "plan", plan):
        message = f"{file} is no plan: {fault.pointer or '/'} {fault.message}"
        raise UsageError(message, hint="write it with `groundctl plan --out FILE`")
    if not is_as_written(plan):
        raise UsageError(
            f"{file} was changed after it was written", hint="write it anew with `groundctl plan --out FILE`"
        )
    return dict(plan)
