"""A plan as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from groundctl.domain.planning.plan import Plan, plan_content
from groundctl.presentation.escape import for_json


def plan_json(
    plan: Plan,
    made_for: Mapping[str, Any] | None = None,
    clips: Mapping[str, str] | None = None,
    objects: Mapping[str, str] | None = None,
    touches: Sequence[str] | None = None,
) -> str:
    """Write a plan as JSON that fits schemas/plan.schema.json; `apply --plan` reads it.

    clips holds the SHA-256 of the input manifest of each job to create, by the job's name, objects the SHA-256 of what S3
    said of its clips, and touches the names of the jobs that the pull request may create or stop; only a recorded plan has
    them.
    """
    fixed: dict[str, Any] = {"clips": clips} if clips else {}
    if objects:
        fixed["objects"] = objects
    if touches is not None:
        fixed["touches"] = list(touches)
    whose = {"made_for": made_for} if made_for else {}
    notes = [{"rule": note.rule, "message": note.message, "hint": note.hint} for note in plan.notes]
    about = {"notes": notes} if notes else {}
    return for_json({**plan_content(plan), **about, **whose, **fixed, "digest": plan.digest})
