"""Runs workflow files with act: offline, without Docker, with the permissions GitHub grants each job."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from github_emulator.actors import DEFAULT_BRANCH, FULL_NAME, MAINTAINER, OWNER
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.act_log import Command, JobLog, read_log
from github_emulator.runner.events import Event
from github_emulator.runner.identity import claims_of
from github_emulator.runner.repository import CHECKOUT, GIT_ENVIRONMENT, Repository
from github_emulator.runner.sources import Sources
from github_emulator.runner.workflow_file import (
    WORKFLOWS,
    Granted,
    Workflow,
    WorkflowError,
    grants,
    used_actions,
    workflows,
)
from github_emulator.state import WorkflowRun, now

STUBS = Path(__file__).parents[1] / "stubs"
ACT = Path(sys.executable).with_name("act")
TIMEOUT_SECONDS = 600.0  # seconds
# What a job must not see of the process that runs the tests.
HIDDEN_PREFIXES = (
    "ACTIONS_",
    "AWS_",
    "GITHUB_",
    "GROUNDCTL_",
    "EMULATOR_",
    "PYTEST_",
    "PYTHON",
    "RUNNER_",
    "VIRTUAL_ENV",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A completed run of a workflow."""

    record: WorkflowRun
    workflow: Workflow
    event: Event
    called: Mapping[str, str]  # the commit of each ref whose workflow was called
    jobs: Mapping[str, JobLog]  # by id; those of a called workflow by "caller/id"
    seconds: float
    log: str  # act's own, one JSON object a line

    @property
    def conclusion(self) -> str:
        """Return success, failure or skipped."""
        return self.record.conclusion or ""

    @property
    def summary(self) -> str:
        """Return the Markdown of the run's summary."""
        return "".join(each.summary for each in self.jobs.values())

    @property
    def annotations(self) -> list[Command]:
        """Return the errors, warnings and notices that steps printed."""
        return [each for job in self.jobs.values() for each in job.annotations]

    @property
    def text(self) -> str:
        """Return everything that steps printed."""
        return "".join(each.text for each in self.jobs.values())

    @property
    def results(self) -> dict[str, str]:
        """Return the result of each job."""
        return {name: job.result for name, job in self.jobs.items()}

    def __str__(self) -> str:
        """Describe the run for the message of a failed assertion."""
        lines = [f"{self.workflow.path} on {self.record.event}: {self.conclusion} in {self.seconds:.1f} s"]
        for name, job in self.jobs.items():
            lines.append(f"  {name}: {job.result}")
            for step in job.steps:
                lines.append(f"    {step.result or '?'}: {step.name.splitlines()[0]}")
                if step.result == "failure":
                    lines += [f"      | {line.rstrip()}" for line in step.text.splitlines()]
        return "\n".join(lines)


@dataclass(slots=True, kw_only=True)
class Runner:
    """GitHub Actions for one repository: settings and runs."""

    emulator: GitHubEmulator
    repository: Repository
    variables: dict[str, str] = field(default_factory=dict)  # the repository's, `vars`
    secrets: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)  # the machine's: AWS_ENDPOINT_URL and the like
    rejected: set[str] = field(default_factory=set)  # environments whose reviewer says no
    reviewers: dict[str, str] = field(default_factory=dict)  # who reviews an environment; without an entry, maria
    while_waiting: dict[str, Callable[[], object]] = field(
        default_factory=dict
    )  # happens before an environment's next review
    switched_off: frozenset[str] = frozenset()  # file names of workflows that were disabled in the settings
    immutable_subjects: bool = False  # OIDC subjects with ids, which GitHub gives to new repositories

    def deliver(self, event: Event) -> list[Run]:
        """Run every workflow that an event triggers, one after the other."""
        with self._sources(event) as sources:
            return [
                self._run(sources, each)
                for each in workflows(sources.own.root)
                if Path(each.path).name not in self.switched_off
                and each.wants(event.name, event.payload, event.ref)
                and (event.name != "workflow_dispatch" or each.path == event.payload["workflow"])
            ]

    def deliver_one(self, event: Event) -> Run:
        """Run the only workflow that an event triggers."""
        runs = self.deliver(event)
        if len(runs) != 1:
            raise WorkflowError(f"{event.name} is wanted by {[each.workflow.path for each in runs]}, not by one")
        return runs[0]

    def run(self, name: str, event: Event) -> Run:
        """Run one workflow file regardless of its triggers."""
        with self._sources(event) as sources:
            return self._run(sources, _named(sources, f"{WORKFLOWS}/{name}"))

    def rerun_all(self, run: Run) -> Run:
        """Run all jobs of a run again: the same event, commit and ref, but called workflows as they are now.

        The artifacts of earlier attempts are gone. GitHub does not document that; its users report it.
        """
        artifacts = self.emulator.state.artifacts
        for artifact in self.emulator.artifacts(run.record.id):
            del artifacts[artifact.id]
        with self._sources(run.event) as sources:
            return self._run(sources, _named(sources, run.workflow.path), run.record)

    def rerun_failed(self, run: Run) -> Run:
        """Run a run again as "Re-run failed jobs" does: called workflows are those of the earlier attempt.

        Here the jobs that succeeded run again too, and the artifacts stay.
        """
        with self._sources(run.event, pinned=run.called) as sources:
            return self._run(sources, _named(sources, run.workflow.path), run.record)

    def _run(self, sources: Sources, workflow: Workflow, again: WorkflowRun | None = None) -> Run:
        event = sources.event
        granted = grants(sources, workflow, fork=event.fork)
        stubs = _stubs_for(used_actions(sources, workflow))
        record = self._begin(workflow, event, again)
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="runner-") as folder:
            scratch = Path(folder)
            tokens = self._prepare(scratch, workflow, sources, record, granted)
            log = self._act(sources, scratch, workflow, record, stubs, tokens)
        jobs = {_key(each): JobLog(id=each.job.id, workflow=each.workflow.name) for each in granted}
        read_log(log.splitlines(), jobs.values())
        results = {each.result for each in jobs.values()}
        record.conclusion = "failure" if "failure" in results else "success" if "success" in results else "skipped"
        record.status, record.updated_at = "completed", now()
        called = {ref: source.sha for ref, source in sources.called.items()}
        return Run(
            record=record,
            workflow=workflow,
            event=event,
            called=called,
            jobs=jobs,
            seconds=time.monotonic() - started,
            log=log,
        )

    def _begin(self, workflow: Workflow, event: Event, again: WorkflowRun | None) -> WorkflowRun:
        if again:
            again.attempt += 1
            again.status, again.conclusion = "in_progress", None
            return again
        return self.emulator.add_run(
            path=workflow.path,
            name=workflow.name,
            event=event.name,
            head_sha=event.head_sha,
            head_branch=event.head_branch,
            status="in_progress",
            conclusion=None,
            actor=event.actor,
            pulls=event.pulls,
            head_repository=event.head_repository,
        )

    @contextmanager
    def _sources(self, event: Event, *, pinned: Mapping[str, str] | None = None) -> Iterator[Sources]:
        with tempfile.TemporaryDirectory(prefix="source-") as folder:
            yield Sources(repository=self.repository, folder=Path(folder), event=event, pinned=pinned or {})

    def _prepare(
        self, scratch: Path, workflow: Workflow, sources: Sources, record: WorkflowRun, granted: list[Granted]
    ) -> dict[str, str]:
        """Write each job's settings and the shell that exports them; return the tokens."""
        (scratch / "bin").mkdir()
        (scratch / "jobs").mkdir()
        shell = shutil.which("bash") or "/bin/bash"
        (scratch / "bin" / "bash").write_text((STUBS / "bash").read_text().replace("@BASH@", shell))
        (scratch / "bin" / "bash").chmod(0o755)
        control, repository = self.emulator.control_api, self.emulator.state.repository()
        tokens = {"": f"ghs_placeholder{record.id}"}
        for each in granted:
            token = self.emulator.gateway.tokens.issue(permissions=each.permissions, run=record.id, job=each.job.id)
            tokens[_key(each)] = token.value
            claims = claims_of(each, workflow, sources, record, repository, ids=self.immutable_subjects)
            control.issuer.expect(record.id, each.job.id, claims)
            exported = {
                "GITHUB_WORKFLOW": workflow.name,
                "GITHUB_WORKFLOW_REF": claims["workflow_ref"],
                "GITHUB_WORKFLOW_SHA": claims["workflow_sha"],
            }
            if token.allows("id-token", "write"):
                exported["ACTIONS_ID_TOKEN_REQUEST_URL"] = f"{self.emulator.url}/_runner/identity?version=2.0"
                exported["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = token.value
            lines = [f"export {name}={shlex.quote(value)}" for name, value in exported.items()]
            lines += [f"placeholder={tokens['']}", f"token={token.value}"]
            if environment := each.job.environment:
                control.reviews[record.id, each.job.id] = partial(self._review, record, environment)
                lines.append("reviewed=yes")
            (scratch / "jobs" / _file(each)).write_text("\n".join(lines) + "\n")
        return tokens

    def _review(self, record: WorkflowRun, environment: str) -> bool:
        """Let a job of an environment begin, or not, as its reviewer decides."""
        if happens := self.while_waiting.pop(environment, None):
            happens()
        approved = environment not in self.rejected
        # Where the emulator keeps the approvals of runs, it learns of this one.
        if approved and (keep := getattr(self.emulator, "record_approval", None)):
            keep(record, environment, self.reviewers.get(environment, MAINTAINER))
        return approved

    def _act(
        self,
        sources: Sources,
        scratch: Path,
        workflow: Workflow,
        record: WorkflowRun,
        stubs: Mapping[str, Path],
        tokens: Mapping[str, str],
    ) -> str:
        event = sources.event
        (scratch / "event.json").write_text(json.dumps(event.payload))
        command = [str(ACT), event.name, "--workflows", workflow.path, "--eventpath", str(scratch / "event.json")]
        command += ["--platform", "ubuntu-latest=-self-hosted", "--platform", "ubuntu-24.04=-self-hosted"]
        command += [
            "--actor",
            event.actor,
            "--action-offline-mode",
            "--no-cache-server",
            "--no-skip-checkout",
            "--json",
        ]
        command += ["--action-cache-path", str(scratch / "cache"), "--defaultbranch", DEFAULT_BRANCH]
        for use, folder in stubs.items():
            command += ["--local-repository", f"{use}={folder}"]
        for ref, source in sources.called.items():
            command += ["--local-repository", f"{FULL_NAME}@{ref}={source.root}"]
        runner_environment = {**self._runner_environment(scratch, event, record), **self.environment}
        # Code of a fork gets neither secrets nor variables.
        secrets = {} if event.fork else dict(self.secrets)
        secrets["GITHUB_TOKEN"] = tokens[""]
        # So that act masks them as well: GitHub masks a job's token.
        secrets |= {f"EMULATOR_MASKED_{at}": value for at, value in enumerate(tokens.values())}
        variables = {} if event.fork else self.variables
        flags = (("--env", runner_environment), ("--secret", secrets), ("--var", variables), ("--input", event.inputs))
        for flag, values in flags:
            for name, value in values.items():
                command += [flag, f"{name}={value}"]
        return _watched(command, sources.own.root, _outer(scratch))

    def _runner_environment(self, scratch: Path, event: Event, record: WorkflowRun) -> dict[str, str]:
        repository = self.emulator.state.repository()
        return {
            "GITHUB_API_URL": self.emulator.url,
            "GITHUB_GRAPHQL_URL": f"{self.emulator.url}/graphql",
            "GITHUB_REF": event.ref,
            "GITHUB_REPOSITORY": FULL_NAME,
            "GITHUB_REPOSITORY_ID": str(repository["id"]),
            "GITHUB_REPOSITORY_OWNER": OWNER,
            "GITHUB_REPOSITORY_OWNER_ID": str(repository["owner"]["id"]),
            "GITHUB_RUN_ATTEMPT": str(record.attempt),
            "GITHUB_RUN_ID": str(record.id),
            "GITHUB_RUN_NUMBER": str(record.number),
            "GITHUB_SERVER_URL": self.emulator.url,
            "GITHUB_SHA": event.sha,
            "EMULATOR_CHECKOUT": str(CHECKOUT),
            "EMULATOR_JOBS": str(scratch / "jobs"),
            "EMULATOR_ORIGIN": str(self.repository.origin),
            "EMULATOR_PYTHON": sys.executable,
            "EMULATOR_URL": self.emulator.url,
        }


def _named(sources: Sources, path: str) -> Workflow:
    [workflow] = [each for each in workflows(sources.own.root) if each.path == path]
    return workflow


def _stubs_for(uses: set[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for use in uses:
        place, _, ref = use.partition("@")
        owner, name, *inner = place.split("/")
        folder = STUBS / owner / name
        if not ref or not (folder.joinpath(*inner) / "action.yml").is_file():
            raise WorkflowError(f"there is no stub for {use}: write {folder.joinpath(*inner) / 'action.yml'}")
        found[f"{owner}/{name}@{ref}"] = folder
    return found


def _outer(scratch: Path) -> dict[str, str]:
    """Return the environment of a machine with our tools but without our virtual environment."""
    outer = {name: value for name, value in os.environ.items() if not name.startswith(HIDDEN_PREFIXES)}
    ours = str(Path(sys.executable).parent)
    path = [each for each in os.environ.get("PATH", os.defpath).split(os.pathsep) if each != ours]
    return {**outer, **GIT_ENVIRONMENT, "PATH": os.pathsep.join([str(scratch / "bin"), *path])}


def _watched(command: list[str], root: Path, environment: Mapping[str, str]) -> str:
    with subprocess.Popen(
        command,
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=TIMEOUT_SECONDS)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if not any('"jobResult"' in line for line in out.splitlines()) and process.returncode:
        raise WorkflowError(f"act ran no job: {err}\n{out}")
    return out


def _key(granted: Granted) -> str:
    return f"{granted.caller.id}/{granted.job.id}" if granted.caller else granted.job.id


def _file(granted: Granted) -> str:
    # The shell makes the same name from act's variables.
    return re.sub(r"[^A-Za-z0-9-]", "_", f"{granted.workflow.name}--{granted.job.id}")
