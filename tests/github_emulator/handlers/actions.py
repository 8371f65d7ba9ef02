"""Handles workflow runs and their artifacts, which emulate does not support."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from github_emulator.actors import FULL_NAME
from github_emulator.backend.response_fixes import node_id
from github_emulator.http_messages import ApiRequest, ApiResponse, refusal
from github_emulator.state import RETENTION, Artifact, Commit, State, WorkflowRun, paged, timestamp

SIGNED = "/_signed"


class ActionsHandler:
    """Handles runs and artifacts."""

    def __init__(self, state: State) -> None:
        """Use a state."""
        self._state = state
        self._tickets: dict[str, int] = {}
        self.operations: Mapping[str, Callable[[ApiRequest], ApiResponse]] = {
            "actions/list-workflow-runs": self._runs_of_workflow,
            "actions/list-workflow-runs-for-repo": self._runs,
            "actions/get-workflow-run": self._run,
            "actions/list-workflow-run-artifacts": self._artifacts,
            "actions/get-artifact": self._artifact,
            "actions/download-artifact": self._download,
        }

    def redeem(self, ticket: str, *, authorization: str) -> ApiResponse:
        """Serve an artifact from a signed URL, which works once."""
        if authorization:
            # Azure's storage refuses a request that comes with GitHub's token: a client must not carry it along.
            message = b"<?xml version='1.0'?><Error><Code>InvalidAuthenticationInfo</Code></Error>"
            return ApiResponse(status=401, body=message, headers={"Content-Type": "application/xml"})
        number = self._tickets.pop(ticket, None)
        if number is None:
            return ApiResponse(
                status=403, body=b"<?xml version='1.0'?><Error><Code>AuthenticationFailed</Code></Error>"
            )
        artifact = self._state.artifacts[number]
        return ApiResponse(status=200, body=artifact.content, headers={"Content-Type": "application/zip"})

    def _runs_of_workflow(self, request: ApiRequest) -> ApiResponse:
        workflow = request.parameters["workflow_id"]
        known = [each for each in self._state.runs.values() if workflow in (each.path.rpartition("/")[2], _id(each))]
        if not known and not workflow.endswith((".yml", ".yaml")):
            return refusal(404, "Not Found")
        return self._listed(known, request)

    def _runs(self, request: ApiRequest) -> ApiResponse:
        return self._listed(list(self._state.runs.values()), request)

    def _listed(self, runs: list[WorkflowRun], request: ApiRequest) -> ApiResponse:
        query = request.query
        found = [
            each
            for each in sorted(runs, key=lambda run: run.id, reverse=True)
            if each.head_sha == query.get("head_sha", each.head_sha)
            and each.event == query.get("event", each.event)
            and each.head_branch == query.get("branch", each.head_branch)
            and each.actor == query.get("actor", each.actor)
            and query.get("status", each.status) in (each.status, each.conclusion)
        ]
        page, links = paged([self._shown(each) for each in found], request, self._state.url)
        return ApiResponse(status=200, body={"total_count": len(found), "workflow_runs": page}, headers=links)

    def _run(self, request: ApiRequest) -> ApiResponse:
        run = self._state.runs.get(request.number("run_id"))
        return ApiResponse(status=200, body=self._shown(run)) if run else refusal(404, "Not Found")

    def _artifacts(self, request: ApiRequest) -> ApiResponse:
        if request.number("run_id") not in self._state.runs:
            return refusal(404, "Not Found")
        found = [
            self._described(each)
            for each in self._state.artifacts.values()
            if each.run == request.number("run_id") and each.name == request.query.get("name", each.name)
        ]
        page, links = paged(found[::-1], request, self._state.url)
        return ApiResponse(status=200, body={"total_count": len(found), "artifacts": page}, headers=links)

    def _artifact(self, request: ApiRequest) -> ApiResponse:
        artifact = self._state.artifacts.get(request.number("artifact_id"))
        return ApiResponse(status=200, body=self._described(artifact)) if artifact else refusal(404, "Not Found")

    def _download(self, request: ApiRequest) -> ApiResponse:
        artifact = self._state.artifacts.get(request.number("artifact_id"))
        if artifact is None or request.parameters["archive_format"] != "zip":
            return refusal(404, "Not Found")
        if artifact.expired:
            return refusal(410, "Artifact has expired")
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = artifact.id
        # Another host than the API's, as on GitHub, so that a client that forwards its token fails.
        elsewhere = self._state.url.replace("127.0.0.1", "localhost")
        return ApiResponse(status=302, headers={"Location": f"{elsewhere}{SIGNED}/{ticket}?sig=signed"})

    def _described(self, artifact: Artifact) -> dict[str, Any]:
        url = f"{self._state.repository_url}/actions/artifacts/{artifact.id}"
        run = self._state.runs[artifact.run]
        repository = self._state.repository()["id"]
        return {
            "id": artifact.id,
            "node_id": node_id("Artifact", artifact.id),
            "name": artifact.name,
            "size_in_bytes": len(artifact.content),
            "url": url,
            "archive_download_url": f"{url}/zip",
            "expired": artifact.expired,
            "digest": f"sha256:{hashlib.sha256(artifact.content).hexdigest()}",
            "created_at": timestamp(artifact.created_at),
            "updated_at": timestamp(artifact.created_at),
            "expires_at": timestamp(artifact.created_at + RETENTION),
            "workflow_run": {
                "id": run.id,
                "repository_id": repository,
                "head_repository_id": self._state.repository(run.head_repository)["id"],
                "head_branch": run.head_branch,
                "head_sha": run.head_sha,
            },
        }

    def _shown(self, run: WorkflowRun) -> dict[str, Any]:
        url = f"{self._state.repository_url}/actions/runs/{run.id}"
        workflow = f"{self._state.repository_url}/actions/workflows/{_id(run)}"
        commit = self._state.commits.get(run.head_sha)
        actor = self._state.user(run.actor)
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
            "html_url": f"{self._state.page_url}/actions/runs/{run.id}",
            "pull_requests": [self._pointer(each) for each in run.pulls],
            "created_at": run.created_at,
            "updated_at": run.updated_at,
            "run_started_at": run.created_at,
            "actor": actor,
            "triggering_actor": actor,
            "referenced_workflows": [],
            **{f"{name}_url": f"{url}/{name}" for name in ("jobs", "logs", "artifacts", "cancel", "rerun")},
            "check_suite_url": f"{self._state.repository_url}/check-suites/{run.id}",
            "previous_attempt_url": None,
            "workflow_url": workflow,
            "head_commit": _head_commit(commit),
            **self._repositories(run),
        }

    def _repositories(self, run: WorkflowRun) -> dict[str, Any]:
        head = self._state.repository(run.head_repository)
        return {"repository": self._state.repository(), "head_repository": head, "head_repository_id": head["id"]}

    def _pointer(self, number: int) -> dict[str, Any]:
        pull = self._state.pulls[number]
        whole = self._state.ask("GET", f"/repos/{FULL_NAME}/pulls/{number}")
        ends = {
            name: {
                "ref": whole[name]["ref"],
                "sha": sha,
                "repo": {each: whole[name]["repo"][each] for each in ("id", "url", "name")},
            }
            for name, sha in (("head", pull.head_sha), ("base", pull.base_sha))
        }
        return {"id": whole["id"], "number": number, "url": whole["url"], **ends}


def uploaded(state: State, run: int, name: str, content: bytes) -> Artifact:
    """Store an artifact of a run."""
    artifact = Artifact(
        id=next(state.ids), run=run, name=name, content=content, created_at=state.clock().replace(microsecond=0)
    )
    state.artifacts[artifact.id] = artifact
    return artifact


def _id(run: WorkflowRun) -> str:
    # One id for each workflow file, the same in every test.
    return str(int(hashlib.sha256(run.path.encode()).hexdigest()[:7], 16))


def _head_commit(commit: Commit | None) -> dict[str, Any] | None:
    if commit is None:
        return None
    person = {"name": commit.author, "email": commit.email}
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "message": commit.message,
        "timestamp": commit.at,
        "author": person,
        "committer": person,
    }
