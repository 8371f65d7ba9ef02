"""Plans, problems and statuses in which every untrusted text is the given one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from groundctl.domain.approval.standing import AddedEnvironment, BeyondApproval, LeftAlone, Standing
from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic, Places, Severity
from groundctl.domain.jobs.artifacts import Artifact
from groundctl.domain.jobs.creation import Hold, Outcome, Result, Verdict
from groundctl.domain.jobs.differences import FieldChange
from groundctl.domain.jobs.estimate import Estimate
from groundctl.domain.jobs.ledger.purchases import Refusal
from groundctl.domain.jobs.ledger.records import Author
from groundctl.domain.jobs.observed import Counters, Status
from groundctl.domain.jobs.request import DesiredJob
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
from groundctl.domain.planning.purchase import DeclaredJob, Purchase
from groundctl.domain.tracking.progress import progress_of
from groundctl.domain.tracking.pull_request_status import JobStatus, PullRequestStatus
from groundctl.domain.tracking.terraform_plan import TerraformPlanSummary
from support.builders import ACCOUNT, NOW, REGION, an_infrastructure, an_observed_job

COST = Estimate(objects=40, answers=120, low=Decimal("1.20"), high=Decimal("4.80"))
_INPUTS: tuple[dict[str, Any], ...] = (
    {"prefix": "{}"},
    {"prefix": "{}", "sample": {"count": 40, "seed": 7}},
    {"manifest": "{}"},
    {"from_job": "{}"},
    {"topic": "{}"},
)


def a_plan_of(text: str) -> Plan:
    """A plan with every action and every kind of input."""
    job = DeclaredJob(
        name=text,
        path=text,
        owner=text,
        team=text,
        declaration_digest=text,
        workers_per_object=3,
        budget_usd=Decimal(100),
    )
    purchases = [Purchase(desired=_desired(text, source), clips=50, cost=COST) for source in _INPUTS]
    observed = replace(an_observed_job(), name=text, failure_reason=text)
    reasons = (_reason("P104", text),)
    refusals = tuple(_reason(rule, text) for rule in ("P104", "P202", "GT602"))
    changed = FieldChange(field=text, before=text, after=text, pointer="/task/title")
    changes: tuple[Change, ...] = (
        *(Create(job=job, purchase=purchase, reasons=reasons) for purchase in purchases),
        Exists(job=job, observed=observed, reasons=reasons),
        Immutable(job=job, observed=observed, reasons=reasons, changed=(changed, changed)),
        Foreign(job=job, observed=observed, reasons=reasons),
        AlreadyAsked(job=job, purchase=purchases[0], reasons=reasons),
        Waiting(job=job, reasons=reasons),
        Refused(job=job, purchase=purchases[0], reasons=refusals),
        Stop(job=job, observed=observed),
        Orphan(observed=observed, reasons=reasons),
    )
    return Plan(infrastructure=an_infrastructure(environment=text, account_id=text, region=text), changes=changes)


def _reason(rule: str, text: str) -> Diagnostic:
    return Diagnostic(
        rule=rule, message=f"has {text}, `{text}`", hint=f"write {text} or `{text}`", pointer="/task/title"
    )


def _desired(text: str, source: dict[str, Any]) -> DesiredJob:
    declared = {"declared": {"input": {kind: text if value == "{}" else value for kind, value in source.items()}}}
    labels = {"labels": [{"label": text}, {"label": text}]}
    return DesiredJob(
        name=text,
        request={
            "InputConfig": {"DataSource": {}},
            "HumanTaskConfig": {
                "TaskTitle": text,
                "TaskDescription": text,
                "NumberOfHumanWorkersPerDataObject": 3,
                "TaskTimeLimitInSeconds": 600,
                "TaskAvailabilityLifetimeInSeconds": 86_400,
                "UiConfig": {"UiTemplateS3Uri": "s3://artifacts/jobs/a/template-0.liquid.html"},
            },
        },
        artifacts=(
            Artifact("s3://artifacts/jobs/declaration.json", json.dumps(declared).encode(), "application/json"),
            Artifact("s3://artifacts/jobs/label-categories.json", json.dumps(labels).encode(), "application/json"),
        ),
        kept_request=Artifact("s3://artifacts/jobs/request.json", b"{}", "application/json"),
        artifact_bucket="artifacts",
        input_digest=text,
        terms_digest=text,
    )


def a_terraform_plan_of(text: str) -> TerraformPlanSummary:
    """What Terraform would do with resources of that address."""
    return TerraformPlanSummary(add=(text,), change=(text,), replace=(text,), destroy=(text,))


def problems_of(text: str) -> tuple[LocatedDiagnostic, ...]:
    """An error and a warning."""
    error = LocatedDiagnostic(
        path=text,
        line=100,
        column=7,
        rule="GT103",
        pointer=text,
        message=f'task.title is "{text}"',
        hint=f"write `{text}` or {text}",
    )
    return error, replace(error, severity=Severity.WARNING, rule="GT224")


def places_of(text: str) -> Places:
    """The places of all reasons of a_plan_of, in a file with this name."""
    place, _ = problems_of(text)
    reasons = {reason for change in a_plan_of(text).changes for reason in change.reasons}
    return Places(by_reason=dict.fromkeys(((text, reason) for reason in reasons), place), problems=(place,))


def a_status_of(text: str, *, applied: bool) -> PullRequestStatus:
    """Return a status with every state of a job, reported by the run that applies or by a later one."""
    return PullRequestStatus(
        pull_request=12,
        target=f"{text} ({ACCOUNT}, {REGION})",
        plan_digest=text,
        jobs=_applied(text) if applied else _going_on(text),
    )


def a_standing_of(text: str) -> Standing:
    """Return what merging would do to other jobs, with a text in every place."""
    creates = a_plan_of(text).creates
    return Standing(
        released=creates,
        left=(LeftAlone(name=text, pull_request=12), LeftAlone(name=text, pull_request=None)),
        beyond_approval=BeyondApproval(approved=text, changes=creates, reasons=((text, text),)),
        changes_terraform=True,
        not_known=text,
        added_environments=(AddedEnvironment(name=text, declarations=2),),
    )


def _applied(text: str) -> tuple[JobStatus, ...]:
    outcomes = [
        Outcome(name=text, path=text, verdict=Verdict(result=result, evidence=text, hint=text)) for result in Result
    ]
    return tuple(_job(text, action=Action.CREATE, outcome=outcome, agreed=text, arrived=3) for outcome in outcomes)


def _going_on(text: str) -> tuple[JobStatus, ...]:
    counters = Counters(labeled=30, failed=2, unlabeled=8)
    started = an_observed_job(created=NOW - timedelta(days=2), counters=counters, failure_reason=text)
    seen = [replace(started, name=text, status=status) for status in Status]
    return (
        *(_job(text, action=Action.EXISTS, progress=progress_of(job, NOW)) for job in seen),
        *(_job(text, action=action) for action in Action),
        _job(text, action=Action.CREATE, held=Hold(reason=text, hint=text)),
        _job(text, action=Action.CREATE, refused=a_refusal_of(text)),
    )


def a_refusal_of(text: str) -> Refusal:
    """Return what AWS said when it refused a create, as the ledger has it."""
    return Refusal(evidence=text, at=NOW, by=Author(run=text))


def _job(text: str, **more: Any) -> JobStatus:
    reasons = (_reason("P104", text), _reason("GT602", text))
    changed = FieldChange(field=text, before=text, after=text)
    members: dict[str, Any] = {"clips": 40, "cost": COST, "reasons": reasons, "changed": (changed, changed)}
    # A user who exists: only publishing may write the name so that GitHub notifies the user.
    members["notify"] = ("octocat", text)
    return JobStatus(name=text, path=text, owner=text, team=text, **{**members, **more})
