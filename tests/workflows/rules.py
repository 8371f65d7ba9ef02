"""Rules for workflows: one function per rule, which reports every violation.

Rules name what is allowed rather than what is not, so that every new permission, key, trigger, or command needs an explicit entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from github_emulator.actors import DEFAULT_BRANCH, FULL_NAME
from workflows.reading import Data, File, Files

RECORDED_PLAN = "workflows/recorded-plan.yml"
RELEASE = "workflows/release.yml"
CI, PLAN_CALLER, APPLY_CALLER, STATUS_CALLER = (f"workflows/{name}.yml" for name in ("ci", "plan", "apply", "status"))
REUSABLE_PLAN = "workflows/reusable-plan.yml"
APPLY = "workflows/reusable-apply-environment.yml"
STATUS = "workflows/reusable-status-environment.yml"
# The repository's name stands in the callers as it is in the emulated GitHub; test_repository.py compares it with Terraform's settings.
AT_MAIN = {
    f"workflows/{name}.yml": f"{FULL_NAME}/.github/workflows/reusable-{name}.yml@{DEFAULT_BRANCH}"
    for name in ("plan", "apply", "status")
}
PLAN_AT_MAIN = AT_MAIN["workflows/plan.yml"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A place that breaks a rule."""

    rule: str
    file: str
    says: str


Diagnostic = tuple[File, str]
RULES: dict[str, Callable[[Files], Iterator[Diagnostic]]] = {}


def rule(check: Callable[[Files], Iterator[Diagnostic]]) -> Callable[[Files], Iterator[Diagnostic]]:
    """Enter a rule by its name."""
    RULES[check.__name__] = check
    return check


def faults_of(files: Files) -> list[Fault]:
    """Give every fault by every rule."""
    return [Fault(name, file.name, says) for name, check in RULES.items() for file, says in check(files)]


def every_job(files: Files) -> Iterator[tuple[File, str, Data]]:
    """Give every job of every workflow."""
    for file in files.workflows:
        for name, job in file.jobs.items():
            yield file, name, job


# Files whose jobs a pull request starts.
FROM_PULL_REQUESTS = {CI, PLAN_CALLER, REUSABLE_PLAN, RECORDED_PLAN}


def every_call(files: Files) -> Iterator[tuple[File, str, File]]:
    """Give every job that calls a workflow of ours, with that workflow."""
    for file, name, job in every_job(files):
        uses = job.get("uses", "")
        at_main = uses.removeprefix(f"{FULL_NAME}/.github/").removesuffix(f"@{DEFAULT_BRANCH}")
        called = at_main if uses in AT_MAIN.values() else uses.removeprefix("./.github/")
        if called in files.texts:
            yield file, name, files[called]


def every_use(file: File) -> Iterator[str]:
    """Give every action and workflow a file uses."""
    yield from (job["uses"] for job in file.jobs.values() if "uses" in job)
    yield from (step["uses"] for _, step in file.steps if "uses" in step)
