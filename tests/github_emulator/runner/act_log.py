"""Parses act's log into jobs and steps with their output."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

ANNOTATIONS = ("error", "warning", "notice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A workflow command that a step printed, as act parsed it."""

    name: str  # error, warning, notice, add-mask, group, ...
    text: str
    properties: Mapping[str, str]
    line: str  # as it was printed


@dataclass(slots=True, kw_only=True)
class StepLog:
    """One step of a job that ran, with the steps of the action that it uses."""

    id: str  # as the workflow names it; else its number, from "0"
    name: str  # as the workflow names it; else what it uses or runs
    result: str = ""  # success, failure
    lines: list[str] = field(default_factory=list)  # all it printed, commands too, secrets masked by act
    commands: list[Command] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)  # what it wrote to GITHUB_ENV
    summary: str = ""

    @property
    def text(self) -> str:
        """Return everything it printed."""
        return "".join(self.lines)


@dataclass(slots=True, kw_only=True)
class JobLog:
    """One job of a run; a skipped one has no steps."""

    id: str
    workflow: str  # its name
    result: str = "skipped"  # success, failure, skipped
    steps: list[StepLog] = field(default_factory=list)  # of all legs, if it is a matrix
    legs: dict[str, JobLog] = field(default_factory=dict)  # of a matrix, by their values: "a, 1"

    def step(self, name: str) -> StepLog:
        """Return a step by its id or name."""
        for each in self.steps:
            if name in (each.id, each.name):
                return each
        raise LookupError(f"job {self.id} ran no step {name!r}, but {[each.name for each in self.steps]}")

    @property
    def outputs(self) -> dict[str, str]:
        """Return the outputs of all its steps."""
        return {name: value for step in self.steps for name, value in step.outputs.items()}

    @property
    def summary(self) -> str:
        """Return the Markdown of its step summaries."""
        return "".join(each.summary for each in self.steps)

    @property
    def text(self) -> str:
        """Return everything it printed."""
        return "".join(each.text for each in self.steps)

    @property
    def annotations(self) -> list[Command]:
        """Return the errors, warnings and notices that its steps printed."""
        return [each for step in self.steps for each in step.commands if each.name in ANNOTATIONS]


def read_log(lines: Iterable[str], jobs: Iterable[JobLog]) -> None:
    """Parse `act --json` into the expected jobs; jobs that the log does not mention were skipped."""
    known = list(jobs)
    for line in lines:
        if not line.startswith("{"):
            continue
        entry = json.loads(line)
        # act also writes lines for a job that calls a workflow, which has no steps and no result of its own.
        at_step = entry.get("stage") == "Main" and entry.get("stepID")
        if "jobID" not in entry or not (at_step or entry.get("jobResult")):
            continue
        job = _job_of(known, entry)
        if result := entry.get("jobResult"):
            # A matrix fails with any of its legs.
            job.result = "failure" if job.result == "failure" else result
        leg = _leg_of(job, entry)
        if result and leg is not job:
            # act gives a leg the result of the whole matrix.
            leg.result = "failure" if any(each.result == "failure" for each in leg.steps) else "success"
        if at_step:
            step = _step_of(leg, entry)
            if not any(each is step for each in job.steps):
                job.steps.append(step)
            _note(step, entry)


def _job_of(jobs: Iterable[JobLog], entry: Mapping[str, Any]) -> JobLog:
    # act says "workflow/job", and of a called workflow "calling job/workflow/job".
    place = f"/{entry['job']}"
    fitting = [each for each in jobs if each.id == entry["jobID"] and f"/{each.workflow}/" in place]
    if len(fitting) != 1:
        raise LookupError(
            f"act ran {entry['job']}, which is {'not one job' if fitting else 'no job'} of those expected"
        )
    return fitting[0]


def _leg_of(job: JobLog, entry: Mapping[str, Any]) -> JobLog:
    if not entry.get("matrix"):
        return job
    values = ", ".join(str(value) for value in entry["matrix"].values())
    return job.legs.setdefault(values, JobLog(id=job.id, workflow=job.workflow))


def _step_of(job: JobLog, entry: Mapping[str, Any]) -> StepLog:
    # What an action's own steps do belongs to the step that uses it.
    identity = entry["stepID"][0]
    for each in job.steps:
        if each.id == identity:
            return each
    job.steps.append(StepLog(id=identity, name=entry["step"]))
    return job.steps[-1]


def _note(step: StepLog, entry: Mapping[str, Any]) -> None:
    own = len(entry["stepID"]) == 1
    if own and "stepResult" in entry:
        step.result = entry["stepResult"]
    if entry.get("raw_output"):
        step.lines.append(entry["msg"])
    match entry.get("command"):
        case None | "add-path":
            pass
        case "summary":
            step.summary += entry["content"]
        case "set-output":
            if own:
                step.outputs[entry["name"]] = entry["arg"]
        case "set-env":
            step.environment[entry["name"]] = entry["arg"]
        case name:
            raw = entry.get("raw", "")
            step.lines.append(raw)
            step.commands.append(
                Command(name=name, text=entry.get("arg", ""), properties=entry.get("kvPairs") or {}, line=raw)
            )
