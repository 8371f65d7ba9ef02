"""Decides about the file of an imported job that does not exist here: it is never created."""

from __future__ import annotations

from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.spec import Imported
from groundctl.domain.planning.inputs import PlanInputs
from groundctl.domain.planning.new_job import declared_job
from groundctl.domain.planning.plan import Refused, Waiting
from groundctl.domain.planning.purchase import Unknown

_POINTER = "/imported/job"
_NEW_JOB = "for a new job, copy the file with `groundctl clone`"


def not_here(declaration: Declaration, imported: Imported, inputs: PlanInputs) -> Waiting | Refused:
    """Say why nothing is done about an imported job that AWS does not show here."""
    _, _, _, region, account, *_ = imported.job.split(":")
    infrastructure, job = inputs.infrastructure, declared_job(declaration)
    if not imported.is_in(infrastructure.account_id, infrastructure.region):
        message = f"was imported from account {account}, Region {region}; this plan is for {infrastructure.target}"
        hint = f"nothing to do here; {_NEW_JOB}"
        return Waiting(job=job, reasons=(Diagnostic(rule="P115", message=message, hint=hint, pointer=_POINTER),))
    if isinstance(inputs.observed, Unknown):
        message = f"was imported from {imported.job}; whether that job exists was not looked up"
        hint = f"`groundctl plan` looks it up; it is never created; {_NEW_JOB}"
        return Waiting(job=job, reasons=(Diagnostic(rule="P115", message=message, hint=hint, pointer=_POINTER),))
    message = f"was imported from {imported.job}, and AWS shows no such job; an imported job is never created"
    hint = f"check the account and the name; {_NEW_JOB}"
    return Refused(job=job, reasons=(Diagnostic(rule="P115", message=message, hint=hint, pointer=_POINTER),))
