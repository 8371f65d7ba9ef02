"""Builders with good defaults, so that a test names only what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from groundctl.adapters.local.checkout import Checkout
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.clips.input_manifest import FrozenInput, freeze, manifest_of_objects
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.policy import FolderPolicy, Policy
from groundctl.domain.declarations.sources import ObjectsInput
from groundctl.domain.declarations.spec import parse_spec
from groundctl.domain.jobs.infrastructure import Infrastructure, WorkTeam
from groundctl.domain.jobs.ledger.purchases import Purchases, Refusal
from groundctl.domain.jobs.ledger.records import Author
from groundctl.domain.jobs.observed import Counters, JobFingerprint, ObservedJob, Status
from groundctl.domain.jobs.request import DesiredJob, compile_job
from groundctl.domain.planning.inputs import PlanInputs
from groundctl.domain.planning.plan import (
    Action,
    AlreadyAsked,
    Change,
    Create,
    Exists,
    Foreign,
    Immutable,
    Orphan,
    Plan,
    Refused,
    Stop,
    Waiting,
)
from groundctl.domain.planning.planner import make_plan
from groundctl.domain.planning.purchase import DeclaredJob, Purchase
from groundctl.domain.tracking.run_context import RunContext

ROOT = Path(__file__).parents[2]
CHECKOUT = Checkout(ROOT)
# The declarations that groundctl brings with it; jobs/ holds the same, until a team puts its own there.
SAMPLES = ROOT / "scripts/samples/repository"
# A repository with declarations for tests; jobs/ of this repository holds samples for users, which may change or go.
DECLARATIONS = Checkout(ROOT / "tests/support/declarations")
REGION, ACCOUNT = "us-east-1", "123456789012"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


# The folders of the tests may use every clip and every team.
OPEN = FolderPolicy(inputs=("s3://",), teams=("*",), workforces=("private", "vendor", "public"))
FOLDERS = ("", "sports-data", "warehouse", "team", "rally", "tennis", "a")


# The same in a policy file, for clips in the bucket that most tests use.
OPEN_FOLDERS = "".join(
    [
        "folders:\n",
        *(
            f'  {name}: {{inputs: [s3://clips/, s3://clips-eu/], teams: ["*"], workforces: [private, vendor]}}\n'
            for name in FOLDERS
            if name
        ),
    ]
)


def write_open_policy(root: Path) -> None:
    """Write a policy under which the tests' folders may use everything, unless there is one."""
    path = root / Checkout.policy_path
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_text(OPEN_FOLDERS)


def a_policy(**members: Any) -> Policy:
    """A policy that forbids nothing, but for what a test says."""
    return Policy(**{"folders": dict.fromkeys(FOLDERS, OPEN), **members})


def with_open_folders(policy: Policy) -> Policy:
    """The same policy, and its folders may use every clip and every team."""
    entries = {name: policy.folders.get(name, FolderPolicy()) for name in (*FOLDERS, *policy.folders)}
    free = {
        name: replace(entry, inputs=OPEN.inputs, teams=OPEN.teams, workforces=OPEN.workforces)
        for name, entry in entries.items()
    }
    return replace(policy, folders=free)


POLICY = a_policy(platform_fee_usd=Decimal("0.08"))


def a_run(**changes: Any) -> RunContext:
    """A workflow run that is about no pull request."""
    members: dict[str, Any] = {
        "repository": "acme/labeling",
        "environment": "production",
        "head_commit": "4f0c2a9b7d5e1f3a8c6b4d2e0f1a3b5c7d9e1f2a",
        "run_id": 17890123456,
        "attempt": 1,
        "run_url": "https://github.com/acme/labeling/actions/runs/17890123456",
    }
    return RunContext(**{**members, **changes})


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
        "ledger_bucket": "artifacts",
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
    fingerprint = JobFingerprint(
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
        "fingerprint": fingerprint,
    }
    return ObservedJob(**{**members, **changes})


def a_plan(
    *declarations: Declaration,
    observed: tuple[ObservedJob, ...] = (),
    policy: Policy | None = None,
    infrastructure: Infrastructure | None = None,
) -> Plan:
    """The plan for declarations beside existing jobs."""
    return make_plan(some_inputs(*declarations, observed=observed, policy=policy, infrastructure=infrastructure))


def some_inputs(
    *declarations: Declaration,
    observed: tuple[ObservedJob, ...] = (),
    policy: Policy | None = None,
    infrastructure: Infrastructure | None = None,
    **members: Any,
) -> PlanInputs:
    """What a plan is made from, where no declaration of an existing job was kept."""
    inputs: dict[str, Any] = {
        "declarations": declarations,
        "declared": frozenset(declaration.spec.key for declaration in declarations),
        "policy": policy or POLICY,
        "infrastructure": infrastructure or an_infrastructure(),
        "observed": {job.key: job for job in observed},
        "purchases": Purchases(ledger="0" * 32, end=1),
        "kept_declarations": dict.fromkeys(job.key for job in observed),
    }
    return PlanInputs(**{**inputs, **members})


def with_refusals(plan: Plan, evidence: Mapping[JobKey, str]) -> Plan:
    """Return a plan as if AWS had refused some of its creates before."""
    by = Author(repository="acme/labeling", run="4718")
    refusals = {key: Refusal(evidence=said, at=NOW - timedelta(hours=5), by=by) for key, said in evidence.items()}
    changes = (
        replace(change, refused=refusals.get(change.key)) if isinstance(change, Create) else change
        for change in plan.changes
    )
    return replace(plan, changes=tuple(changes))


def a_change(
    action: Action, job: DeclaredJob, *, purchase: Purchase, observed: ObservedJob, reasons: tuple[Diagnostic, ...]
) -> Change:
    """A change with any action, made from the same parts."""
    match action:
        case Action.CREATE:
            return Create(job=job, purchase=purchase, reasons=reasons)
        case Action.EXISTS:
            return Exists(job=job, observed=observed, reasons=reasons)
        case Action.IMMUTABLE:
            return Immutable(job=job, observed=observed, reasons=reasons)
        case Action.FOREIGN:
            return Foreign(job=job, observed=observed, reasons=reasons)
        case Action.REPURCHASE:
            return AlreadyAsked(job=job, purchase=purchase, reasons=reasons)
        case Action.WAITING:
            return Waiting(job=job, reasons=reasons)
        case Action.REFUSED:
            return Refused(job=job, reasons=reasons)
        case Action.STOP:
            return Stop(job=job, observed=observed)
        case Action.ORPHAN:
            return Orphan(observed=observed, reasons=reasons)
