"""Jobs that stand for finished ones: same name, same needs, same result, same outputs, and nothing else.

With them act runs the rest of a workflow, which it cannot do by itself: it stops after a called workflow that failed, where
GitHub goes on with the jobs whose condition holds, and it has no "Re-run failed jobs".
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from github_emulator.runner.act_log import JobLog
from github_emulator.runner.expressions import Value, fill
from github_emulator.runner.workflow_file import Workflow, WorkflowError


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """How a job of the calling workflow ended."""

    result: str  # success or failure
    outputs: Mapping[str, str] = field(default_factory=dict)


def finished_job(outputs: Mapping[str, str], log: JobLog) -> Finished:
    """Return how a job ended, with its declared outputs."""
    steps: Value = {step.id: {"outputs": dict(step.outputs)} for step in log.steps}
    return Finished(result=log.result, outputs=_filled(outputs, {"steps": steps}))


def finished_call(called: Workflow, jobs: Mapping[str, Finished]) -> Finished:
    """Return how the call of a workflow ended, from those of its jobs that ran."""
    result = "failure" if any(each.result == "failure" for each in jobs.values()) else "success"
    ran: Value = {name: {"outputs": dict(each.outputs), "result": each.result} for name, each in jobs.items()}
    declared = (called.on["workflow_call"] or {}).get("outputs", {})
    return Finished(
        result=result, outputs=_filled({name: each["value"] for name, each in declared.items()}, {"jobs": ran})
    )


def with_stand_ins(text: str, finished: Mapping[str, Finished]) -> str:
    """Return a workflow file in which finished jobs only repeat how they ended."""
    lines = text.splitlines(keepends=True)
    whole = yaml.compose(text, Loader=yaml.BaseLoader)
    assert isinstance(whole, yaml.MappingNode)
    [jobs] = [value for key, value in whole.value if key.value == "jobs"]
    for key, job in reversed(jobs.value):
        if key.value not in finished:
            continue
        members = {name.value: value for name, value in job.value}
        needs = yaml.serialize(members["needs"]) if "needs" in members else "[]"
        end = job.end_mark.line + (job.end_mark.column > 0 and job.flow_style)
        lines[key.start_mark.line : end] = _stand_in(key.value, yaml.safe_load(needs), finished[key.value])
    return "".join(lines)


def _stand_in(name: str, needs: object, finished: Finished) -> list[str]:
    said = [f"echo {shlex.quote(f'{key}={value}')} >> $GITHUB_OUTPUT" for key, value in finished.outputs.items()]
    if any("\n" in each or "${{" in each for each in said):
        raise WorkflowError(f"job {name}: an output of several lines, or with an expression, is not supported here")
    end = f"exit {int(finished.result != 'success')}"
    job = {
        "needs": needs,
        "if": "always()",
        "runs-on": "ubuntu-latest",
        "outputs": {key: f"${{{{ steps.ended.outputs.{key} }}}}" for key in finished.outputs},
        "steps": [{"id": "ended", "run": "\n".join([*said, end])}],
    }
    return [f"  {name}: {json.dumps(job)}\n"]


def _filled(texts: Mapping[str, str], context: Mapping[str, Value]) -> dict[str, str]:
    # GitHub drops an output that is empty.
    filled = {name: fill(text, context, {}) for name, text in texts.items()}
    return {name: text for name, text in filled.items() if text}
