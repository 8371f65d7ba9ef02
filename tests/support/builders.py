"""Builders with good defaults, so that a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from groundctl.adapters.local.checkout import Checkout
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.declarations.spec import ObjectsInput, parse_spec
from groundctl.domain.jobs.infrastructure import Infrastructure, WorkTeam
from groundctl.domain.jobs.input_manifest import FrozenInput, freeze, manifest_of_objects
from groundctl.domain.jobs.observed import Counters, JobFingerprint, ObservedJob, Status
from groundctl.domain.jobs.request import DesiredJob, compile_job
from groundctl.domain.planning.plan import Change, Plan
from groundctl.domain.planning.planner import assemble, plan_existing_job, plan_new_job

ROOT = Path(__file__).parents[2]
CHECKOUT = Checkout(ROOT)
# A repository with declarations for tests; jobs/ of this repository holds samples for users, which may change or go.
DECLARATIONS = Checkout(ROOT / "tests/support/declarations")
REGION, ACCOUNT = "us-east-1", "123456789012"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def some_data(**changes: Any) -> dict[str, Any]:
    """A small declaration as plain data; a change replaces a whole top-level field, None takes it away."""
    data: dict[str, Any] = {
        "name": "rally-outcome",
        "owner": "sports-data",
        "task": {
            "title": "How did the rally end?",
            "description": "Choose the outcome you see.",
            "labels": ["winner", "error"],
            "instructions": {"short": "Watch to the end."},
        },
        "input": {"objects": ["s3://clips/rally-1.mp4", "s3://clips/rally-2.mp4"]},
        "workforce": {"team": "reviewers", "workers_per_object": 3, "task_time_limit": "10m"},
    }
    data.update(changes)
    return {key: value for key, value in data.items() if value is not None}


def a_declaration(path: str | None = None, *, texts: dict[str, str] | None = None, **changes: Any) -> Declaration:
    """A declaration that has passed validation."""
    data = some_data(**changes)
    path = path or f"jobs/sports-data/{data['name']}.yaml"
    return Declaration(path=path, spec=parse_spec(data), data=data, texts=texts or {})


def an_infrastructure(**changes: Any) -> Infrastructure:
    """An account with one team, and a bucket for each purpose."""
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/reviewers"
    members: dict[str, Any] = {
        "environment": "test",
        "account_id": ACCOUNT,
        "region": REGION,
        "artifact_bucket": "artifacts",
        "output_bucket": "outputs",
        "input_buckets": ("clips",),
        "execution_role_arn": f"arn:aws:iam::{ACCOUNT}:role/labeling",
        "work_teams": {"reviewers": WorkTeam(arn=arn)},
    }
    return Infrastructure(**{**members, **changes})


def clips_of(declaration: Declaration) -> FrozenInput:
    """The frozen input of a declaration that lists its objects."""
    source = declaration.spec.source
    assert isinstance(source, ObjectsInput)
    clips = freeze(manifest_of_objects(source.objects), declaration.spec.labels, declaration.spec.label_attribute)
    assert isinstance(clips, FrozenInput)
    return clips


def a_desired_job(declaration: Declaration | None = None, infrastructure: Infrastructure | None = None) -> DesiredJob:
    """A job ready to be created."""
    declaration = declaration or a_declaration()
    return compile_job(declaration, infrastructure or an_infrastructure(), clips_of(declaration))


def an_observed_job(of: Declaration | None = None, **changes: Any) -> ObservedJob:
    """A job that AWS reports, made by groundctl from a declaration."""
    declaration = of or a_declaration()
    name = declaration.spec.name
    mark = JobFingerprint(
        bucket="artifacts", name=name, declaration=declaration.digest, input=clips_of(declaration).digest
    )
    members: dict[str, Any] = {
        "name": name,
        "arn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:labeling-job/{name.lower()}",
        "status": Status.IN_PROGRESS,
        "counters": Counters(labeled=1, unlabeled=1),
        "created": NOW,
        "modified": NOW,
        "team_arn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/reviewers",
        "fingerprint": mark,
    }
    return ObservedJob(**{**members, **changes})


def a_plan(
    *declarations: Declaration,
    observed: tuple[ObservedJob, ...] = (),
    policy: Policy | None = None,
    infrastructure: Infrastructure | None = None,
) -> Plan:
    """The plan for declarations beside existing jobs."""
    infrastructure = infrastructure or an_infrastructure()
    policy = policy or Policy(platform_fee_usd=Decimal("0.08"))
    existing = {job.key: job for job in observed}
    changes = [_judge(declaration, existing, infrastructure, policy) for declaration in declarations]
    return assemble(changes, declarations, existing, infrastructure, policy)


def _judge(
    declaration: Declaration, existing: dict[str, ObservedJob], infrastructure: Infrastructure, policy: Policy
) -> Change:
    if job := existing.get(declaration.spec.key):
        return plan_existing_job(declaration, job, infrastructure)
    clips = clips_of(declaration)
    return plan_new_job(declaration, compile_job(declaration, infrastructure, clips), clips, policy)
