"""Says whether a file describes a job that exists, and what was changed in it since."""

from __future__ import annotations

from dataclasses import replace

from groundctl.domain.aws.job_names import job_key
from groundctl.domain.canonical_json import digest_of
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.jobs.differences import FieldChange, field_changes
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.question import folded
from groundctl.domain.jobs.observed import ObservedJob
from groundctl.domain.planning.inputs import PlanInputs, Unreadable
from groundctl.domain.planning.new_job import declared_job
from groundctl.domain.planning.plan import Immutable
from groundctl.domain.planning.policy_reasons import tags_added_later

# The maximum number of changed jobs whose fields a plan lists: each takes a read from S3.
MAX_EXPLAINED = 50

_CREATED_FROM_ANOTHER = "created from another version of this file"
_QUESTION = "/task/question"


def is_ours(job: ObservedJob, infrastructure: Infrastructure) -> bool:
    """Return whether groundctl created a job with this infrastructure and under its own name."""
    fingerprint = job.fingerprint
    # A job that was cloned in AWS's console refers to the manifest of another job.
    return (
        fingerprint is not None
        and fingerprint.bucket == infrastructure.artifact_bucket
        and job_key(fingerprint.name) == job.key
    )


def is_described(job: ObservedJob, declaration: Declaration, infrastructure: Infrastructure) -> bool:
    """Return whether a declaration describes a job of its name: groundctl made the job, or the file was imported from it."""
    imported = declaration.spec.imported
    return is_ours(job, infrastructure) if imported is None else imported.names(job.arn)


def digest_at_first(declaration: Declaration, job: ObservedJob) -> str | None:
    """Return the digest of the declaration that a job was created from, or of the file as it was imported."""
    if declaration.spec.imported is not None:
        return declaration.spec.imported.content
    return job.fingerprint.declaration if job.fingerprint else None


def is_changed(declaration: Declaration, job: ObservedJob, inputs: PlanInputs) -> bool:
    """Return whether a file has other content than at first, besides tags that the policy requires now."""
    is_another = is_described(job, declaration, inputs.infrastructure) and is_another_version(declaration, job)
    return is_another and not tags_added(declaration, job, inputs)


def is_another_version(declaration: Declaration, job: ObservedJob) -> bool:
    """Return whether a job was created, or its file imported, with other content than the file has now."""
    return digest_at_first(declaration, job) not in {None, declaration.digest}


def tags_added(declaration: Declaration, job: ObservedJob, inputs: PlanInputs) -> tuple[str, ...] | None:
    """Return the required tags that were added to the file of an existing job, if nothing else was changed."""
    at_first = digest_at_first(declaration, job)
    if at_first is None or not is_another_version(declaration, job):
        return None
    return tags_added_later(declaration, at_first, inputs.policy)


def immutable(declaration: Declaration, job: ObservedJob, inputs: PlanInputs) -> Immutable | None:
    """Refuse the changes of a job that exists; None if nothing changed but blanks at the ends of lines."""
    imported, name = declaration.spec.imported is not None, declaration.spec.name
    was = "imported with other content than this file has now" if imported else _CREATED_FROM_ANOTHER
    copy = (
        f"for a new job, `groundctl clone {name} NEW` copies the file"
        if imported
        else f"or copy the file under a new name and put `rerun_of: {{job: {name}, reason: ...}}` in the copy"
    )
    reason = Diagnostic(
        rule="P104",
        message=f"exists since {job.created:%Y-%m-%d}, {was}; a labeling job cannot be changed",
        hint=f"undo the change, {copy}",
        pointer="/name",
    )
    change = Immutable(job=declared_job(declaration), observed=job, reasons=(reason,))
    if job.key not in inputs.kept_declarations:
        message = f"{reason.message}; only the first {MAX_EXPLAINED} changed jobs of a plan list their fields"
        return replace(change, reasons=(replace(reason, message=message),))
    before = inputs.kept_declarations[job.key]
    if isinstance(before, Unreadable):
        return replace(change, reasons=(replace(reason, message=f"{reason.message}; {before.message}"),))
    if before is None:
        return change
    changed = field_changes(before, declaration.content)
    if changed:
        first = changed[0]
        return replace(change, changed=changed, reasons=(replace(reason, pointer=first.pointer, beside=first.beside),))
    # Others may write to the bucket: only the declaration that the job was created from can say that nothing changed.
    return None if digest_of(before) == digest_at_first(declaration, job) else change


def renamed_question(declaration: Declaration, job: ObservedJob, inputs: PlanInputs) -> Immutable | None:
    """Refuse another name for a question that has one in the ledger, which compares other jobs with that name permanently."""
    if not isinstance(inputs.purchases, Purchases) or declaration.spec.question is None:
        return None
    own = inputs.purchases.of_job(inputs.infrastructure.identity_of(declaration.spec.name))
    recorded = own.question.name if own else None
    if recorded is None or recorded == folded(declaration.spec.question):
        return None
    reason = Diagnostic(
        rule="P104",
        message=f"its question is `{recorded}` in the purchase ledger; a question is named once",
        hint=f"write `question: {recorded}` again: other jobs are compared with that name",
        pointer=_QUESTION,
    )
    now = declaration.spec.question
    renamed = FieldChange(field="task.question", before=recorded, after=now, pointer=_QUESTION)
    return Immutable(job=declared_job(declaration), observed=job, reasons=(reason,), changed=(renamed,))
