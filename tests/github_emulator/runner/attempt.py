"""One attempt of a run: the settings of its jobs on disk, and act, which runs them."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from github_emulator.actors import DEFAULT_BRANCH, FULL_NAME, OWNER
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.act_log import JobLog, read_log
from github_emulator.runner.identity import claims_of
from github_emulator.runner.repository import CHECKOUT, GIT_ENVIRONMENT
from github_emulator.runner.sources import Sources
from github_emulator.runner.standing_in import Finished, finished_call, finished_job, with_stand_ins
from github_emulator.runner.workflow_file import Granted, Workflow, WorkflowError
from github_emulator.state import WorkflowRun

# The ids of the jobs that call a workflow, from the outermost, then a job's own.
Place = tuple[str, ...]
STUBS = Path(__file__).parents[1] / "stubs"
ACT = Path(sys.executable).with_name("act")
TIMEOUT_SECONDS = 600.0
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
class Settings:
    """What a repository's settings and the machine give to jobs."""

    variables: Mapping[str, str]
    secrets: Mapping[str, str]
    environment: Mapping[str, str]  # the machine's
    immutable_subjects: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt to run the jobs of a workflow in an empty folder."""

    emulator: GitHubEmulator
    settings: Settings
    sources: Sources
    workflow: Workflow
    record: WorkflowRun
    granted: list[Granted]
    stubs: Mapping[str, Path]  # of used actions
    folder: Path
    review: Callable[[WorkflowRun, str, str], bool]  # of a run, an environment and a ref
    tokens: dict[str, str] = field(default_factory=dict)  # by key; "" is the placeholder that act gives to all jobs

    def run(self, finished: Mapping[Place, Finished]) -> tuple[dict[str, JobLog], dict[Place, Finished], str]:
        """Run all jobs but the finished ones; return the logs by name, how the jobs ended by path, and act's own log."""
        self._prepare()
        texts = {file: file.read_text(encoding="utf-8") for _, _, file in self._files()}
        done = dict(finished)
        logs: dict[str, JobLog] = {}
        whole = ""
        while True:
            self._write_stand_ins(texts, done)
            out = self._act()
            whole += out
            fresh = {
                key_of(each): JobLog(id=each.job.id, workflow=each.workflow.name)
                for each in self.granted
                if not any(each.path[: depth + 1] in done for depth in range(len(each.path)))
            }
            workflows = {place: workflow.name for place, workflow, _ in self._files()}
            read_log(
                out.splitlines(),
                [*fresh.values(), *(JobLog(id=path[-1], workflow=workflows[path[:-1]]) for path in done)],
            )
            logs |= fresh
            ended = dict(self._ended(self.workflow, (), fresh, done))
            done |= ended
            # act stops after a call that failed; GitHub goes on.
            if not any(self._was_stopped(workflow, place, ended, done) for place, workflow, _ in self._files()):
                for file, text in texts.items():
                    file.write_text(text, encoding="utf-8")  # another workflow may call it
                return logs, done, whole

    def _files(self) -> Iterator[tuple[Place, Workflow, Path]]:
        """Yield each workflow with the path of the job that calls it, and its file."""
        left: list[tuple[Place, Workflow, Path]] = [((), self.workflow, self.sources.own.root / self.workflow.path)]
        while left:
            place, workflow, file = left.pop()
            yield place, workflow, file
            for name, job in workflow.jobs.items():
                if job.calls:
                    called = self.sources.of(job.calls).root / job.calls.path
                    left.append(((*place, name), self.sources.read_original(job.calls), called))

    def _write_stand_ins(self, texts: Mapping[Path, str], done: Mapping[Place, Finished]) -> None:
        for place, workflow, file in self._files():
            here = {name: done[*place, name] for name in workflow.jobs if (*place, name) in done}
            file.write_text(with_stand_ins(texts[file], here), encoding="utf-8")
            for name in here:
                lines = f"placeholder={self.tokens['']}\ntoken={self.tokens['']}\n"
                (self.folder / "jobs" / _file(workflow, name)).write_text(lines)

    @staticmethod
    def _was_stopped(
        workflow: Workflow, place: Place, ended: Mapping[Place, Finished], done: Mapping[Place, Finished]
    ) -> bool:
        """Return whether a call failed just now, and other jobs of the workflow did not run."""
        calls = (ended.get((*place, name)) for name, job in workflow.jobs.items() if job.calls)
        left = any((*place, name) not in done for name in workflow.jobs)
        return left and any(each is not None and each.result == "failure" for each in calls)

    def _ended(
        self, workflow: Workflow, place: Place, logs: Mapping[str, JobLog], done: Mapping[Place, Finished]
    ) -> Iterator[tuple[Place, Finished]]:
        """Yield the jobs of a workflow that ran, and those of the workflows that it calls."""
        for name, job in workflow.jobs.items():
            path = (*place, name)
            if path in done:
                continue
            if not job.calls:
                log = logs.get("/".join(path))
                if log and log.result != "skipped":
                    yield path, finished_job(job.outputs, log)
                continue
            called = self.sources.read_original(job.calls)
            inner = dict(self._ended(called, path, logs, done))
            yield from inner.items()
            known = {**done, **inner}
            direct = {each: known[*path, each] for each in called.jobs if (*path, each) in known}
            if direct and not self._was_stopped(called, path, inner, known):
                yield path, finished_call(called, direct)

    def _prepare(self) -> None:
        """Write each job's settings and the shell that exports them."""
        scratch, record = self.folder, self.record
        (scratch / "bin").mkdir()
        (scratch / "jobs").mkdir()
        (scratch / "event.json").write_text(json.dumps(self.sources.event.payload))
        shell = shutil.which("bash") or "/bin/bash"
        (scratch / "bin" / "bash").write_text((STUBS / "bash").read_text().replace("@BASH@", shell))
        (scratch / "bin" / "bash").chmod(0o755)
        self.tokens[""] = f"ghs_placeholder{record.id}"
        for each in self.granted:
            (scratch / "jobs" / _file(each.workflow, each.job.id)).write_text("\n".join(self._exported(each)) + "\n")

    def _exported(self, granted: Granted) -> list[str]:
        """Return the lines that give a job its token, identity and review."""
        # Two jobs may have one id, in the calling and in the called workflow.
        control, run, key = self.emulator.control_api, self.record.id, key_of(granted)
        token = self.emulator.gateway.tokens.issue(permissions=granted.permissions, run=run, job=key)
        self.tokens[key] = token.value
        claims = claims_of(
            granted,
            self.workflow,
            self.sources,
            self.record,
            self.emulator.state.repository(),
            ids=self.settings.immutable_subjects,
        )
        control.issuer.expect(run, key, claims)
        exported = {
            "GITHUB_WORKFLOW": self.workflow.name,
            "GITHUB_WORKFLOW_REF": claims["workflow_ref"],
            "GITHUB_WORKFLOW_SHA": claims["workflow_sha"],
        }
        if token.allows("id-token", "write"):
            exported["ACTIONS_ID_TOKEN_REQUEST_URL"] = f"{self.emulator.url}/_runner/identity?version=2.0"
            exported["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = token.value
        lines = [f"export {name}={shlex.quote(value)}" for name, value in exported.items()]
        lines += [f"placeholder={self.tokens['']}", f"token={token.value}"]
        if environment := granted.environment:
            control.reviews[run, key] = partial(self.review, self.record, environment, self.sources.event.ref)
            lines.append("reviewed=yes")
        return lines

    def _act(self) -> str:
        event, scratch, settings = self.sources.event, self.folder, self.settings
        command = [str(ACT), event.name, "--workflows", self.workflow.path]
        command += ["--eventpath", str(scratch / "event.json"), "--actor", event.actor]
        command += ["--platform", "ubuntu-latest=-self-hosted", "--platform", "ubuntu-24.04=-self-hosted"]
        command += ["--action-offline-mode", "--no-cache-server", "--no-skip-checkout", "--json"]
        command += ["--action-cache-path", str(scratch / "cache"), "--defaultbranch", DEFAULT_BRANCH]
        for use, folder in self.stubs.items():
            command += ["--local-repository", f"{use}={folder}"]
        for place, source in self.sources.mapped.items():
            command += ["--local-repository", f"{place}={source.root}"]
        # Code of a fork gets neither secrets nor variables.
        secrets = {} if event.fork else dict(settings.secrets)
        secrets["GITHUB_TOKEN"] = self.tokens[""]
        # So that act masks them as well: GitHub masks a job's token.
        secrets |= {f"EMULATOR_MASKED_{at}": value for at, value in enumerate(self.tokens.values())}
        environment = {**self._runner_environment(), **settings.environment}
        variables = {} if event.fork else settings.variables
        flags = (("--env", environment), ("--secret", secrets), ("--var", variables), ("--input", event.inputs))
        for flag, values in flags:
            for name, value in values.items():
                command += [flag, f"{name}={value}"]
        return _watched(command, self.sources.own.root, _outer(scratch))

    def _runner_environment(self) -> dict[str, str]:
        event, record = self.sources.event, self.record
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
            "EMULATOR_JOBS": str(self.folder / "jobs"),
            "EMULATOR_ORIGIN": str(self.sources.repository.origin),
            "EMULATOR_PYTHON": sys.executable,
            "EMULATOR_URL": self.emulator.url,
        }


def stubs_for(uses: set[str]) -> dict[str, Path]:
    """Return the folder of the stub of each used action."""
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


def key_of(granted: Granted) -> str:
    """Return a job's name in a run; that of a called workflow has its callers' before it."""
    return "/".join(granted.path)


def _file(workflow: Workflow, job: str) -> str:
    # The shell makes the same name from act's variables.
    return re.sub(r"[^A-Za-z0-9-]", "_", f"{workflow.name}--{job}")
