"""Workflow runs and their artifacts, which emulate makes up or lacks."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from github_emulator.cast import FULL_NAME
from github_emulator.exchange import Answer, Asked, refusal
from github_emulator.shapes import node_id
from github_emulator.world import KEPT, Artifact, WorkflowRun, World, moment, paged

SIGNED = "/_signed"


class Actions:
    """Answers what concerns runs and artifacts."""

    def __init__(self, world: World) -> None:
        """Work on a world."""
        self._world = world
        self._tickets: dict[str, int] = {}
        self.answers: Mapping[str, Callable[[Asked], Answer]] = {
            "actions/list-workflow-runs": self._runs_of_workflow,
            "actions/list-workflow-runs-for-repo": self._runs,
            "actions/get-workflow-run": self._run,
            "actions/list-workflow-run-artifacts": self._artifacts,
            "actions/get-artifact": self._artifact,
            "actions/download-artifact": self._download,
        }

    def redeem(self, ticket: str, *, authorization: str) -> Answer:
        """Answer for the storage behind GitHub: a signed address that is good once."""
        if authorization:
            # Azure's storage refuses a request that comes with GitHub's token: a client must not carry it along.
            message = b"<?xml version='1.0'?><Error><Code>InvalidAuthenticationInfo</Code></Error>"
            return Answer(status=401, body=message, headers={"Content-Type": "application/xml"})
        number = self._tickets.pop(ticket, None)
        if number is None:
            return Answer(status=403, body=b"<?xml version='1.0'?><Error><Code>AuthenticationFailed</Code></Error>")
        artifact = self._world.artifacts[number]
        return Answer(status=200, body=artifact.content, headers={"Content-Type": "application/zip"})

    def _runs_of_workflow(self, asked: Asked) -> Answer:
        workflow = asked.parameters["workflow_id"]
        known = [each for each in self._world.runs.values() if workflow in (each.path.rpartition("/")[2], _id(each))]
        if not known and not workflow.endswith((".yml", ".yaml")):
            return refusal(404, "Not Found")
        return self._listed(known, asked)

    def _runs(self, asked: Asked) -> Answer:
        return self._listed(list(self._world.runs.values()), asked)

    def _listed(self, runs: list[WorkflowRun], asked: Asked) -> Answer:
        query = asked.query
        found = [
            each
            for each in sorted(runs, key=lambda run: run.id, reverse=True)
            if each.head_sha == query.get("head_sha", each.head_sha)
            and each.event == query.get("event", each.event)
            and each.head_branch == query.get("branch", each.head_branch)
            and each.actor == query.get("actor", each.actor)
            and query.get("status", each.status) in (each.status, each.conclusion)
        ]
        page, links = paged([self._shown(each) for each in found], asked, self._world.url)
        return Answer(status=200, body={"total_count": len(found), "workflow_runs": page}, headers=links)

    def _run(self, asked: Asked) -> Answer:
        run = self._world.runs.get(asked.number("run_id"))
        return Answer(status=200, body=self._shown(run)) if run else refusal(404, "Not Found")

    def _artifacts(self, asked: Asked) -> Answer:
        if asked.number("run_id") not in self._world.runs:
            return refusal(404, "Not Found")
        found = [
            self._described(each)
            for each in self._world.artifacts.values()
            if each.run == asked.number("run_id") and each.name == asked.query.get("name", each.name)
        ]
        page, links = paged(found[::-1], asked, self._world.url)
        return Answer(status=200, body={"total_count": len(found), "artifacts": page}, headers=links)

    def _artifact(self, asked: Asked) -> Answer:
        artifact = self._world.artifacts.get(asked.number("artifact_id"))
        return Answer(status=200, body=self._described(artifact)) if artifact else refusal(404, "Not Found")

    def _download(self, asked: Asked) -> Answer:
        artifact = self._world.artifacts.get(asked.number("artifact_id"))
        if artifact is None or asked.parameters["archive_format"] != "zip":
            return refusal(404, "Not Found")
        if artifact.expired:
            return refusal(410, "Artifact has expired")
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = artifact.id
        # Another host than the API's, as on GitHub, so that a client that hands on its token is found out.
        elsewhere = self._world.url.replace("127.0.0.1", "localhost")
        return Answer(status=302, headers={"Location": f"{elsewhere}{SIGNED}/{ticket}?sig=signed"})

    def _described(self, artifact: Artifact) -> dict[str, Any]:
        url = f"{self._world.repository_url}/actions/artifacts/{artifact.id}"
        run = self._world.runs[artifact.run]
        repository = self._world.repository()["id"]
        return {
            "id": artifact.id,
            "node_id": node_id("Artifact", artifact.id),
            "name": artifact.name,
            "size_in_bytes": len(artifact.content),
            "url": url,
            "archive_download_url": f"{url}/zip",
            "expired": artifact.expired,
            "digest": f"sha256:{hashlib.sha256(artifact.content).hexdigest()}",
            "created_at": moment(artifact.created_at),
            "updated_at": moment(artifact.created_at),
            "expires_at": moment(artifact.created_at + KEPT),
            "workflow_run": {
                "id": run.id,
                "repository_id": repository,
                "head_repository_id": self._world.repository(run.head_repository)["id"],
                "head_branch": run.head_branch,
                "head_sha": run.head_sha,
            },
        }

    def _shown(self, run: WorkflowRun) -> dict[str, Any]:
        url = f"{self._world.repository_url}/actions/runs/{run.id}"
        suite = f"{self._world.repository_url}/check-suites/{run.id}"
        workflow = f"{self._world.repository_url}/actions/workflows/{_id(run)}"
        commit = self._world.commits.get(run.head_sha)
        person = {"name": commit.author, "email": commit.email} if commit else None
        actor = self._world.user(run.actor)
        return {
            "id": run.id,
            "name": run.name,
            "node_id": node_id("WorkflowRun", run.id),
            "check_suite_id": run.id,
            "check_suite_node_id": node_id("CheckSuite", run.id),
            "head_branch": run.head_branch,
            "head_sha": run.head_sha,
            "path": run.path,
            "run_number": run.number,
            "run_attempt": run.attempt,
            "event": run.event,
            "status": run.status,
            "conclusion": run.conclusion,
            "display_title": commit.message.partition("\n")[0] if commit else run.name,
            "workflow_id": int(_id(run)),
            "url": url,
            "html_url": f"{self._world.page_url}/actions/runs/{run.id}",
            "pull_requests": [self._pointer(each) for each in run.pulls],
            "created_at": run.created_at,
            "updated_at": run.updated_at,
            "run_started_at": run.created_at,
            "actor": actor,
            "triggering_actor": actor,
            "referenced_workflows": [],
            "jobs_url": f"{url}/jobs",
            "logs_url": f"{url}/logs",
            "check_suite_url": suite,
            "artifacts_url": f"{url}/artifacts",
            "cancel_url": f"{url}/cancel",
            "rerun_url": f"{url}/rerun",
            "previous_attempt_url": None,
            "workflow_url": workflow,
            "head_commit": commit
            and {
                "id": commit.sha,
                "tree_id": commit.tree,
                "message": commit.message,
                "timestamp": commit.at,
                "author": person,
                "committer": person,
            },
            "repository": self._world.repository(),
            "head_repository": self._world.repository(run.head_repository),
            "head_repository_id": self._world.repository(run.head_repository)["id"],
        }

    def _pointer(self, number: int) -> dict[str, Any]:
        pull = self._world.pulls[number]
        whole = self._world.ask("GET", f"/repos/{FULL_NAME}/pulls/{number}")
        ends = {
            name: {
                "ref": whole[name]["ref"],
                "sha": sha,
                "repo": {each: whole[name]["repo"][each] for each in ("id", "url", "name")},
            }
            for name, sha in (("head", pull.head_sha), ("base", pull.base_sha))
        }
        return {"id": whole["id"], "number": number, "url": whole["url"], **ends}


def uploaded(world: World, run: int, name: str, content: bytes) -> Artifact:
    """Keep what a run uploads."""
    artifact = Artifact(
        id=next(world.ids), run=run, name=name, content=content, created_at=datetime.now(UTC).replace(microsecond=0)
    )
    world.artifacts[artifact.id] = artifact
    return artifact


def _id(run: WorkflowRun) -> str:
    # One id for each workflow file, the same in every test.
    return str(int(hashlib.sha256(run.path.encode()).hexdigest()[:7], 16))
