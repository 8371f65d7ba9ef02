"""What GitHub signs about a job: the claims of its OIDC identity."""

from __future__ import annotations

from typing import Any

from github_emulator.actors import FULL_NAME, OWNER
from github_emulator.runner.events import Event
from github_emulator.runner.sources import Sources
from github_emulator.runner.workflow_file import Granted, Workflow
from github_emulator.state import WorkflowRun


def claims_of(
    granted: Granted,
    workflow: Workflow,
    sources: Sources,
    record: WorkflowRun,
    repository: dict[str, Any],
    *,
    ids: bool,
) -> dict[str, str]:
    """Return the claims of a job.

    All but `job_workflow_ref` and `job_workflow_sha` are about the run, so about the calling workflow.
    """
    event, environment = sources.event, granted.environment
    owner_id, repository_id = str(repository["owner"]["id"]), str(repository["id"])
    named = f"{OWNER}@{owner_id}/{FULL_NAME.partition('/')[2]}@{repository_id}" if ids else FULL_NAME
    return {
        "sub": f"repo:{named}:{_context(event, environment)}",
        "repository": FULL_NAME,
        "repository_id": repository_id,
        "repository_owner": OWNER,
        "repository_owner_id": owner_id,
        "repository_visibility": repository["visibility"],
        "ref": event.ref,
        "sha": event.sha,
        "event_name": event.name,
        "workflow": workflow.name,
        "workflow_ref": f"{FULL_NAME}/{workflow.path}@{event.ref}",
        "workflow_sha": event.sha,
        "job_workflow_ref": f"{granted.source.repository}/{granted.workflow.path}@{granted.source.ref}",
        "job_workflow_sha": granted.source.sha,
        "actor": event.actor,
        "run_id": str(record.id),
        "run_number": str(record.number),
        "run_attempt": str(record.attempt),
        "runner_environment": "github-hosted",
        **({"environment": environment} if environment else {}),
    }


def _context(event: Event, environment: str) -> str:
    if environment:
        return f"environment:{environment}"
    return "pull_request" if event.name == "pull_request" else f"ref:{event.ref}"
