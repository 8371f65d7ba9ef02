"""Runs workflow files with act: offline, without Docker, with the permissions GitHub grants each job."""

from __future__ import annotations

import fnmatch
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.act_log import Command, JobLog
from github_emulator.runner.attempt import Attempt, Settings, stubs_for
from github_emulator.runner.events import Event
from github_emulator.runner.expressions import Value, fill
from github_emulator.runner.repository import Repository
from github_emulator.runner.sources import Sources
from github_emulator.runner.standing_in import Finished
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A completed run of a workflow."""

    record: WorkflowRun
    workflow: Workflow
    event: Event
    called: Mapping[str, str]  # the commit of each OWNER/NAME@REF whose workflow was called
    finished: Mapping[tuple[str, ...], Finished]  # how the jobs that ran ended, by their paths
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
    others: dict[str, Repository] = field(default_factory=dict)  # other repositories whose workflows are called
    variables: dict[str, str] = field(default_factory=dict)  # the repository's, `vars`
    secrets: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)  # the machine's: AWS_ENDPOINT_URL and the like
    rejected: set[str] = field(default_factory=set)  # environments whose reviewer says no
    reviewers: dict[str, str] = field(
        default_factory=dict
    )  # who reviews an environment; without an entry, the first who may
    # Outputs of earlier jobs that name a job's environment: GitHub knows them when the job begins, and the runner before all begin.
    handed_on: dict[str, dict[str, str]] = field(default_factory=dict)
    # What happens while the next job of an environment waits for its reviewer.
    while_waiting: dict[str, Callable[[], object]] = field(default_factory=dict)
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
            return self._run(sources, _named(sources, run.workflow.path), again=run)

    def rerun_failed(self, run: Run) -> Run:
        """Run the jobs of a run that failed again, and those that need them; called workflows are those of the earlier attempt.

        Whether GitHub keeps the artifacts is not documented; here they stay.
        """
        with self._sources(run.event, pinned=run.called) as sources:
            workflow = _named(sources, run.workflow.path)
            kept = dict(_succeeded(sources, run, workflow, ()))
            return self._run(sources, workflow, again=run, finished=kept)

    def _run(
        self,
        sources: Sources,
        workflow: Workflow,
        *,
        again: Run | None = None,
        finished: Mapping[tuple[str, ...], Finished] | None = None,
    ) -> Run:
        granted = self._in_environments(grants(sources, workflow, fork=sources.event.fork), sources.event)
        stubs = stubs_for(used_actions(sources, workflow))
        record = self._begin(workflow, sources.event, again.record if again else None)
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="runner-") as folder:
            attempt = Attempt(
                emulator=self.emulator,
                settings=self._settings(),
                sources=sources,
                workflow=workflow,
                record=record,
                granted=granted,
                stubs=stubs,
                folder=Path(folder),
                review=self._review,
            )
            jobs, ended, log = attempt.run(finished or {})
        kept = {name: job for name, job in again.jobs.items() if name not in jobs} if again else {}
        results = {each.result for each in (*kept.values(), *jobs.values())}
        record.conclusion = "failure" if "failure" in results else "success" if "success" in results else "skipped"
        record.status, record.updated_at = "completed", now()
        return Run(
            record=record,
            workflow=workflow,
            event=sources.event,
            called={**sources.pinned, **{place: source.sha for place, source in sources.called.items()}},
            jobs={**kept, **jobs},
            finished=ended,
            seconds=time.monotonic() - started,
            log=log,
        )

    def _in_environments(self, granted: list[Granted], event: Event) -> list[Granted]:
        variables: dict[str, Value] = {} if event.fork else dict(self.variables)
        github: dict[str, Value] = {"event": dict(event.payload), "event_name": event.name, "ref": event.ref}
        needs: dict[str, Value] = {name: {"outputs": dict(outputs)} for name, outputs in self.handed_on.items()}
        context: dict[str, Value] = {"vars": variables, "github": github, "inputs": dict(event.inputs), "needs": needs}
        return [replace(each, environment=fill(each.job.environment, context, {})) for each in granted]

    def _settings(self) -> Settings:
        return Settings(
            variables=self.variables,
            secrets=self.secrets,
            environment=self.environment,
            immutable_subjects=self.immutable_subjects,
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
            yield Sources(
                repository=self.repository, others=self.others, folder=Path(folder), event=event, pinned=pinned or {}
            )

    def _review(self, record: WorkflowRun, environment: str, ref: str) -> bool:
        """Let a job of an environment begin, or not, as the environment's protection and its reviewer decide."""
        if happens := self.while_waiting.pop(environment, None):
            happens()
        found = self.emulator.enter_environment(environment)
        if found.branches is not None and not _admits(found.branches, ref):
            return False
        if not found.has_reviewers:
            return True
        may = partial(self.emulator.may_approve, record, environment)
        login = self.reviewers.get(environment) or next(filter(may, found.reviewers), "")
        if not may(login):
            return False  # on GitHub, the job waits until the run is given up
        approved = environment not in self.rejected
        self.emulator.record_approval(record, environment, login, approved=approved)
        return approved


def _admits(branches: tuple[str, ...], ref: str) -> bool:
    """Return whether a branch policy admits a ref; that of a pull request is no branch."""
    branch = ref.removeprefix("refs/heads/")
    return branch != ref and any(fnmatch.fnmatchcase(branch, each) for each in branches)


def _succeeded(
    sources: Sources, run: Run, workflow: Workflow, place: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Finished]]:
    """Yield the jobs that succeeded, and need none that did not; of a call that failed, those inside of it."""

    def failed(name: str) -> bool:
        ended = run.finished.get((*place, name))
        return ended is None or ended.result != "success" or any(map(failed, workflow.jobs[name].needs))

    for name, job in workflow.jobs.items():
        if not failed(name):
            yield (*place, name), run.finished[*place, name]
        elif job.calls and not any(map(failed, job.needs)):
            yield from _succeeded(sources, run, sources.read(job.calls), (*place, name))


def _named(sources: Sources, path: str) -> Workflow:
    [workflow] = [each for each in workflows(sources.own.root) if each.path == path]
    return workflow
