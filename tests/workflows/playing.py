"""Which jobs and steps of a workflow would run, according to its conditions alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from github_emulator.runner.expressions import Function, Value, evaluate, truth
from workflows.reading import Data, File

STATUS = re.compile(r"\b(always|success|failure|cancelled)\(\)")
ENDINGS = ("success", "failure", "cancelled")
ORDINARY = {"repository": "acme/labels", "event_name": "pull_request"}


def pull_request(head: str | None, base: str = "main") -> dict[str, Value]:
    """Give the github context of a pull request from a repository; none is left where a fork was deleted."""
    ours: Value = {"full_name": "acme/labels", "id": 11.0, "default_branch": "main"}
    repository: Value = None if head is None else ours if head == "acme/labels" else {"full_name": head, "id": 12.0}
    pull: Value = {
        "number": 7.0,
        "base": {"sha": "b" * 40, "ref": base, "repo": ours},
        "head": {"repo": repository},
    }
    return {**ORDINARY, "event": {"pull_request": pull, "repository": ours}}


ONE_ENVIRONMENT = {"environments": '["production"]', "count": "1"}
OURS = pull_request("acme/labels")
ANOTHER_BASE = pull_request("acme/labels", "release")
FORKS = (pull_request("stranger/labels"), pull_request(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What happens to a run: its event, how each job would end if it ran, and what each would hand on."""

    github: Mapping[str, Value]
    ends: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    variables: Mapping[str, Value] = field(default_factory=lambda: {"GROUNDCTL_ENVIRONMENT": "production"})
    cancelled: bool = False


def play(workflow: File, scenario: Scenario) -> dict[str, str]:
    """Tell how each job ends: success, failure, cancelled or skipped."""
    results: dict[str, str] = {}
    for name in order(workflow):
        job = workflow.jobs[name]
        would = scenario.ends.get(name, "success")
        results[name] = would if starts(job, results, scenario, ancestors(workflow, name)) else "skipped"
    return results


def starts(job: Data, results: Mapping[str, str], scenario: Scenario, before: set[str]) -> bool:
    """Say whether a job's condition lets it run; one that asks for no status asks for success."""
    condition = job.get("if", "success()")
    if not STATUS.search(condition):
        condition = f"success() && ({condition.removeprefix('${{').removesuffix('}}')})"
    return truth(
        evaluate(
            condition, context_of(job, results, scenario), status({results[n] for n in before}, scenario.cancelled)
        )
    )


def context_of(job: Data, results: Mapping[str, str], scenario: Scenario) -> dict[str, Value]:
    """Give the contexts a job's conditions may look into."""
    needs: dict[str, Value] = {}
    for name in needed(job):
        # GitHub drops an output that is empty, and a job that did not run has none.
        ran = results[name] != "skipped"
        given = scenario.outputs.get(name, ONE_ENVIRONMENT if name == "environments" else {})
        outputs: dict[str, Value] = {key: value for key, value in given.items() if value and ran}
        needs[name] = {"result": results[name], "outputs": outputs}
    return {"github": scenario.github, "vars": scenario.variables, "needs": needs, "inputs": {}}


def status(earlier: set[str], cancelled: bool) -> dict[str, Function]:
    """Give the functions that ask how things went so far."""
    return {
        "always": lambda: True,
        "cancelled": lambda: cancelled,
        "failure": lambda: "failure" in earlier,
        "success": lambda: not cancelled and earlier <= {"success"},
    }


def needed(job: Data) -> list[str]:
    """Give the jobs a job waits for."""
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else needs


def ancestors(workflow: File, name: str) -> set[str]:
    """Give all jobs before a job, those before these included."""
    direct = needed(workflow.jobs[name])
    return set(direct).union(*(ancestors(workflow, other) for other in direct))


def order(workflow: File) -> list[str]:
    """Give the jobs, each after those it waits for."""
    return sorted(workflow.jobs, key=lambda name: len(ancestors(workflow, name)))


def all_endings(workflow: File) -> list[dict[str, str]]:
    """Give every way the jobs of a workflow could end."""
    return [dict(zip(workflow.jobs, ends, strict=True)) for ends in product(ENDINGS, repeat=len(workflow.jobs))]


def play_steps(job: Data, context: Mapping[str, Value], *, failing: frozenset[str] = frozenset()) -> list[str]:
    """Give the steps of a job that run, by their command or action; those in `failing` fail."""
    ran: list[str] = []
    earlier: set[str] = set()
    for step in job["steps"]:
        label = step.get("run") or step["uses"].split("@")[0]
        condition = step.get("if", "success()")
        if not STATUS.search(condition):
            condition = f"success() && ({condition.removeprefix('${{').removesuffix('}}')})"
        if truth(evaluate(condition, context, status(earlier, cancelled=False))):
            ran.append(label)
            earlier.add("failure" if any(label.startswith(start) for start in failing) else "success")
    return ran
