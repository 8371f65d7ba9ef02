"""Reads what act ignores in workflow files: triggers, permissions of jobs, and used actions."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from github_emulator.actors import FULL_NAME

WORKFLOWS = ".github/workflows"
ALL = (
    "actions", "attestations", "checks", "contents", "deployments", "discussions", "id-token", "issues", "models", "packages",
    "pages", "pull-requests", "security-events", "statuses",
)  # fmt: skip
# What a new repository gives a workflow that asks for nothing.
DEFAULT = {"contents": "read", "packages": "read"}
LEVELS = ("none", "read", "write")
PULL_REQUEST_TYPES = ("opened", "synchronize", "reopened")


class WorkflowError(Exception):
    """GitHub would reject this workflow, or the runner does not support it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A checkout that workflow files are read from."""

    root: Path
    repository: str  # OWNER/NAME
    ref: str  # as identities name it: refs/heads/main
    sha: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The workflow that a job calls."""

    text: str  # as it is written
    path: str
    repository: str  # OWNER/NAME
    ref: str  # of that repository; "" for the caller's own commit
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job of a workflow file."""

    id: str
    name: str
    permissions: Mapping[str, str] | None
    environment: str  # may be an expression
    calls: Call | None
    uses: tuple[str, ...]  # owner/name[/path]@ref, or ./path
    needs: tuple[str, ...]
    outputs: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """One workflow file."""

    path: str
    name: str
    on: Mapping[str, Any]
    permissions: Mapping[str, str] | None
    jobs: Mapping[str, Job]

    def wants(self, event: str, payload: Mapping[str, Any], ref: str) -> bool:
        """Return whether GitHub would run it for an event."""
        if event not in self.on:
            return False
        definition = self.on[event] or {}
        if (
            unknown := set(definition) - {"types", "branches", "tags", "inputs", "secrets", "outputs"}
            if isinstance(definition, dict)
            else set()
        ):
            raise WorkflowError(f"{self.path}: on.{event}.{', '.join(sorted(unknown))} is not supported")
        if event == "schedule":
            return True
        types = definition.get("types", PULL_REQUEST_TYPES if event == "pull_request" else ())
        if types and payload.get("action") not in types:
            return False
        if event == "push" and definition.get("tags"):
            # With tags alone, a push of a branch starts nothing.
            tag = ref.removeprefix("refs/tags/")
            if tag != ref:
                return any(fnmatch.fnmatchcase(tag, each) for each in definition["tags"])
            if not definition.get("branches"):
                return False
        branch = payload["pull_request"]["base"]["ref"] if event == "pull_request" else ref.removeprefix("refs/heads/")
        return not definition.get("branches") or any(
            fnmatch.fnmatchcase(branch, each) for each in definition["branches"]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A job with its granted permissions and its calling job."""

    job: Job
    workflow: Workflow
    source: Source  # where the workflow was read
    path: tuple[str, ...]  # the ids of the jobs that call its workflow, from the outermost, then its own
    permissions: Mapping[str, str]
    environment: str = ""  # as its expression is evaluated


class Reads(Protocol):
    """Reads called workflows."""

    @property
    def own(self) -> Source:
        """Return the checkout of the event's commit."""

    def of(self, call: Call | None) -> Source:
        """Return the checkout that a called file is read from."""

    def read(self, call: Call) -> Workflow:
        """Read a called workflow."""

    def folder_of(self, use: str) -> Path | None:
        """Return the folder of an action of a repository that is there; None for others."""


def read_workflow(root: Path, path: str) -> Workflow:
    """Read a workflow file of a repository."""
    definition = _read(root / path)
    if "name" not in definition:
        raise WorkflowError(f"{path}: give it a name; act distinguishes jobs by it")
    on = definition["on"]
    if isinstance(on, str):
        on = {on: None}
    elif isinstance(on, list):
        on = dict.fromkeys(on)
    jobs = {key: _job(key, each) for key, each in definition["jobs"].items()}
    return Workflow(
        path=path, name=definition["name"], on=on, permissions=_permissions(definition.get("permissions")), jobs=jobs
    )


def workflows(root: Path) -> list[Workflow]:
    """Read all workflow files of a repository."""
    found = sorted([*(root / WORKFLOWS).glob("*.yml"), *(root / WORKFLOWS).glob("*.yaml")])
    return [read_workflow(root, each.relative_to(root).as_posix()) for each in found]


def without_concurrency(text: str) -> str:
    """Blank out `concurrency`, which act ignores, except that it rejects `queue`."""
    lines = text.splitlines(keepends=True)
    whole = yaml.compose(text, Loader=yaml.BaseLoader)
    for key, value in _members(whole):
        if key.value == "concurrency":
            # A block ends where the next thing begins, all else on its own last line.
            end = value.end_mark.line + (value.end_mark.column > 0 and not _is_block(value))
            for number in range(key.start_mark.line, end):
                lines[number] = "\n"
    return "".join(lines)


def with_full_names(text: str, place: str, *, calls: bool) -> str:
    """Write out what a file names by `$/`, and where it is called, the workflows that it calls by `./`; act reads both otherwise.

    place is OWNER/NAME@REF.
    """
    repository, _, ref = place.partition("@")
    text = re.sub(r"(uses: )[$]/(\S+)", rf"\g<1>{repository}/\g<2>@{ref}", text)
    return re.sub(rf"(uses: )[.]/({WORKFLOWS}/\S+)", rf"\g<1>{repository}/\g<2>@{ref}", text) if calls else text


def grants(sources: Reads, workflow: Workflow, *, fork: bool) -> list[Granted]:
    """Return the permissions of each job, including jobs of called workflows."""
    found: list[Granted] = []
    for job in workflow.jobs.values():
        rights = _rights(job, workflow, fork=fork)
        if job.calls:
            found += _called(sources, (job.id,), job.calls, rights, fork=fork)
        else:
            found.append(Granted(job=job, workflow=workflow, source=sources.own, path=(job.id,), permissions=rights))
    names = [(each.workflow.name, each.job.id) for each in found]
    if twice := {each for each in names if names.count(each) > 1}:
        raise WorkflowError(f"{workflow.path}: more than one job is called {sorted(twice)}; act cannot tell them apart")
    return found


def used_actions(sources: Reads, workflow: Workflow) -> set[str]:
    """Return every used action, including those of local actions and called workflows."""
    found = _uses(sources, workflow)
    for job in workflow.jobs.values():
        if job.calls:
            found |= used_actions(sources, sources.read(job.calls))
    return found


def _uses(sources: Reads, workflow: Workflow) -> set[str]:
    found: set[str] = set()
    ours: set[str] = set()
    left = [each for job in workflow.jobs.values() for each in job.uses]
    while left:
        each = left.pop()
        if each in found:
            continue
        found.add(each)
        if folder := sources.folder_of(each):
            ours.add(each)
            [file] = [*folder.glob("action.yml"), *folder.glob("action.yaml")]
            left += [step["uses"] for step in _read(file)["runs"].get("steps", []) if "uses" in step]
    return found - ours


def _members(whole: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    assert isinstance(whole, yaml.MappingNode)
    yield from whole.value
    for key, jobs in whole.value:
        if key.value == "jobs":
            for _, job in jobs.value:
                yield from job.value


def _is_block(value: yaml.Node) -> bool:
    return isinstance(value, yaml.MappingNode) and not value.flow_style


def _called(
    sources: Reads, path: tuple[str, ...], call: Call, allowed: Mapping[str, str], *, fork: bool
) -> Iterator[Granted]:
    workflow = sources.read(call)
    _check_call(call, workflow)
    for job in workflow.jobs.values():
        requested = job.permissions if job.permissions is not None else workflow.permissions
        rights = allowed if requested is None else _for_fork(requested) if fork else requested
        for name, level in rights.items():
            if LEVELS.index(level) > LEVELS.index(allowed.get(name, "none")):
                raise WorkflowError(
                    f"The nested job '{job.id}' of {workflow.path} is requesting '{name}: {level}', "
                    f"but is only allowed '{name}: {allowed.get(name, 'none')}'."
                )
        place = (*path, job.id)
        if job.calls:
            yield from _called(sources, place, job.calls, rights, fork=fork)
        else:
            yield Granted(job=job, workflow=workflow, source=sources.of(call), path=place, permissions=rights)


def _check_call(call: Call, workflow: Workflow) -> None:
    if "workflow_call" not in workflow.on:
        raise WorkflowError(f"{call.text}: workflow is not reusable as it is missing a `on.workflow_call` trigger")
    known = (workflow.on["workflow_call"] or {}).get("inputs", {})
    for name in call.inputs:
        if name not in known:
            raise WorkflowError(f"Invalid input, {name} is not defined in the referenced workflow.")


def _rights(job: Job, workflow: Workflow, *, fork: bool) -> Mapping[str, str]:
    requested = job.permissions if job.permissions is not None else workflow.permissions
    rights = DEFAULT if requested is None else requested
    return _for_fork(rights) if fork else rights


def _for_fork(rights: Mapping[str, str]) -> Mapping[str, str]:
    # GitHub gives code of a fork read permissions at most, and no identity.
    return {name: "read" if level == "write" else level for name, level in rights.items() if name != "id-token"}


def _job(key: str, definition: Mapping[str, Any]) -> Job:
    environment = definition.get("environment", "")
    if isinstance(environment, dict):
        environment = environment["name"]
    if "matrix" in environment:
        raise WorkflowError(f"job {key}: an environment for each leg of a matrix is not supported")
    if unknown := {"container", "services"} & set(definition):
        raise WorkflowError(f"job {key}: {', '.join(unknown)} needs Docker, which is not there")
    needs = definition.get("needs", ())
    return Job(
        id=key,
        name=definition.get("name", key),
        permissions=_permissions(definition.get("permissions")),
        environment=environment,
        calls=_call(key, definition),
        uses=tuple(step["uses"] for step in definition.get("steps", []) if "uses" in step),
        needs=(needs,) if isinstance(needs, str) else tuple(needs),
        outputs=definition.get("outputs", {}),
    )


def _call(key: str, definition: Mapping[str, Any]) -> Call | None:
    text = definition.get("uses", "")
    if not text:
        return None
    inputs = tuple(definition.get("with", {}))
    if text.startswith("./"):
        return Call(text=text, path=text.removeprefix("./"), repository=FULL_NAME, ref="", inputs=inputs)
    place, _, ref = text.partition("@")
    owner, name, *path = place.split("/")
    if not ref or not path:
        raise WorkflowError(f"job {key}: {text} is no workflow of a repository at a ref")
    return Call(text=text, path="/".join(path), repository=f"{owner}/{name}", ref=ref, inputs=inputs)


def _permissions(definition: Any) -> Mapping[str, str] | None:
    match definition:
        case None:
            return None
        case "read-all" | "write-all":
            return dict.fromkeys(ALL, definition.partition("-")[0])
        case dict():
            return dict(definition)
    return {}


def _read(file: Path) -> dict[str, Any]:
    # Every value a text: YAML 1.1 would read the key `on` as true.
    whole: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - the base loader makes texts only
    return whole
