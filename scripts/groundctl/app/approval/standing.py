"""Finds out what merging a pull request would do, beside what its own files ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from groundctl.app.approval.archive import Archive
from groundctl.app.approval.review import APPROVED_FOLDER, judge, sources_of, touched_by
from groundctl.app.plan import PlanningResult
from groundctl.domain.approval.coverage import is_irreversible, same_target, why_not_covered
from groundctl.domain.approval.recorded_plan import StoredPlan
from groundctl.domain.approval.reviewed_plan import Reviewed, find_reviewed_plan
from groundctl.domain.approval.standing import LeftAlone, PlannedAnew, Standing
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.jobs.creation import Hold
from groundctl.domain.planning.plan import Create, Plan, Stop
from groundctl.errors import ExternalError


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A pull request's plan, the paths that it changes, and the plans that were recorded for its head before."""

    number: int
    planned: PlanningResult
    changed: tuple[str, ...]
    earlier: tuple[StoredPlan, ...] = ()


def own_plan(proposal: Proposal, standing: Standing) -> Plan:
    """Return the plan without the changes of other pull requests that this one neither asks for nor releases."""
    released = {change.key for change in standing.released}
    own = _touched(proposal) | released
    plan = proposal.planned.plan
    changes = tuple(change for change in plan.changes if change.key in own or not is_irreversible(change))
    return replace(plan, changes=changes)


def touched_names(proposal: Proposal) -> list[str]:
    """List the jobs that merging the pull request may create or stop, also later: a job may wait for another one."""
    touched = _touched(proposal)
    return [change.name for change in proposal.planned.plan.changes if change.key in touched]


def find_standing(proposal: Proposal, archive: Archive) -> Standing:
    """Find out what merging would do to other jobs, and whether the plan goes beyond the approved one."""
    touched, planned = _touched(proposal), proposal.planned
    own_files = _touched(proposal, releasing=False)
    irreversible = [change for change in planned.plan.changes if is_irreversible(change)]
    standing = Standing(
        changes_terraform=any(path.startswith("terraform/") for path in proposal.changed),
        approves_plan=_approves_plan(proposal),
    )
    released: list[Create | Stop] = []
    left: list[LeftAlone] = []
    try:
        for change in irreversible:
            if change.key in own_files or not isinstance(judge(change, planned, archive), Hold):
                continue
            if change.key in touched:
                released.append(change)
            else:
                source = next(sources_of(change, planned, archive), None)
                number = source.pull_request.number if source and source.pull_request else None
                left.append(LeftAlone(name=change.name, pull_request=number))
        anew = _planned_anew(proposal, archive, [change for change in irreversible if change.key in touched])
    except ExternalError as error:
        return replace(standing, released=tuple(released), left=tuple(left), not_known=error.message)
    return replace(standing, released=tuple(released), left=tuple(left), planned_anew=anew)


def _approves_plan(proposal: Proposal) -> bool:
    return f"{APPROVED_FOLDER}/{proposal.planned.plan.digest}" in proposal.changed


def _touched(proposal: Proposal, *, releasing: bool = True) -> frozenset[JobKey]:
    declarations = proposal.planned.validated.declarations
    if releasing and _approves_plan(proposal):
        return frozenset(declaration.spec.key for declaration in declarations)
    return frozenset(
        declaration.spec.key
        for declaration in declarations
        if touched_by(proposal.changed, declaration, releasing=releasing)
    )


def _planned_anew(proposal: Proposal, archive: Archive, changes: Sequence[Create | Stop]) -> PlannedAnew | None:
    """Compare the plan with the one that the approvers so far have seen; None if it has no approval yet, or if that covers all."""
    pull_request = archive.pull_requests.pull_request(proposal.number)
    approvals = archive.approvals(pull_request)
    if not approvals.counted:
        return None
    reviewed = find_reviewed_plan(pull_request, approvals, proposal.earlier, needed=1)
    content = archive.read_plan(reviewed) if isinstance(reviewed, Reviewed) else None
    if not isinstance(reviewed, Reviewed) or content is None or not same_target(proposal.planned.plan, content):
        approved = ", ".join(f"@{approval.login}" for approval in approvals.counted)
        reason = "it was approved before a plan was there"
        return PlannedAnew(
            approved=approved, changes=tuple(changes), reasons=tuple((each.name, reason) for each in changes)
        )
    beyond = [(change, why_not_covered(change, content)) for change in changes]
    reasons = tuple((change.name, reason) for change, reason in beyond if reason)
    if not reasons:
        return None
    return PlannedAnew(
        approved=reviewed.sentence, changes=tuple(change for change, reason in beyond if reason), reasons=reasons
    )
