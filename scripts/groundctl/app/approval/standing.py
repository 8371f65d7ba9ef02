"""Finds out what merging a pull request would do, beside what its own files ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from groundctl.app.approval.archive import Archive
from groundctl.app.approval.review import ChangeReviewer
from groundctl.app.approval.reviewed_clips import why_clips_changed, why_not_approved
from groundctl.app.plan import PlanningResult
from groundctl.domain.approval.coverage import is_irreversible, same_target
from groundctl.domain.approval.recorded_plan import StoredPlan
from groundctl.domain.approval.release import approving_file, changes_all_jobs, changes_files_of
from groundctl.domain.approval.reviewed_plan import Reviewed, find_reviewed_plan
from groundctl.domain.approval.reviews import mention
from groundctl.domain.approval.standing import BeyondApproval, LeftAlone, Standing
from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.jobs.creation import Hold
from groundctl.domain.planning.limits import refuse_over_pull_request
from groundctl.domain.planning.plan import Create, Plan, Stop
from groundctl.errors import ExternalError


@dataclass(frozen=True, kw_only=True)  # no slots: cached_property needs a place
class Proposal:
    """A pull request's plan, the paths that it changes, and the plans that were recorded for its head before."""

    number: int
    planned: PlanningResult
    changed: tuple[str, ...]
    earlier: tuple[StoredPlan, ...] = ()

    @cached_property
    def names_plan(self) -> bool:
        """Return whether a file of the pull request approves everything in this plan."""
        return approving_file(self.planned.plan.digest) in self.changed

    @cached_property
    def touched(self) -> frozenset[JobKey]:
        """Select the jobs that merging the pull request may create or stop."""
        if self.names_plan or changes_all_jobs(self.changed):
            return frozenset(declaration.spec.key for declaration in self.planned.validated.declarations)
        return self.own

    @cached_property
    def own(self) -> frozenset[JobKey]:
        """Select the jobs whose files the pull request changes."""
        declarations = self.planned.validated.declarations
        return frozenset(each.spec.key for each in declarations if changes_files_of(each, self.changed))


def within_limits(proposal: Proposal) -> Proposal:
    """Refuse the jobs of a pull request that exceed the limit for one."""
    planned = proposal.planned
    limit = planned.validated.policy.pull_request_ceiling
    plan = refuse_over_pull_request(planned.plan, proposal.touched, limit)
    return proposal if plan is planned.plan else replace(proposal, planned=replace(planned, plan=plan))


def own_plan(proposal: Proposal) -> Plan:
    """Return the plan without the changes of other pull requests that merging this one would leave alone."""
    plan = proposal.planned.plan
    changes = tuple(change for change in plan.changes if change.key in proposal.touched or not is_irreversible(change))
    return replace(plan, changes=changes)


def touched_names(proposal: Proposal) -> list[str]:
    """List the jobs that merging the pull request may create or stop, also later: a job may wait for another one."""
    return [change.name for change in proposal.planned.plan.changes if change.key in proposal.touched]


def find_standing(proposal: Proposal, archive: Archive) -> Standing:
    """Find out what merging would do to other jobs, and whether the plan goes beyond the approved one."""
    standing = Standing(
        changes_terraform=any(path.startswith("terraform/") for path in proposal.changed),
        names_plan=proposal.names_plan,
    )
    try:
        standing = _with_other_jobs(standing, proposal, archive)
        return replace(standing, beyond_approval=_beyond_approval(proposal, archive))
    except ExternalError as error:
        return replace(standing, not_known=error.message)


def _with_other_jobs(standing: Standing, proposal: Proposal, archive: Archive) -> Standing:
    """Add the held jobs of other pull requests: those that merging releases, and those that it leaves alone."""
    # A job whose clips were replaced is released by the approval of a plan with the clips that are there now.
    reviewer = ChangeReviewer.of(proposal.planned, archive).looking_at_clips(except_of=proposal.own)
    others = (each for each in proposal.planned.plan.changes if is_irreversible(each) and each.key not in proposal.own)
    held = [change for change in others if isinstance(reviewer.judge(change), Hold)]
    return replace(
        standing,
        released=tuple(change for change in held if change.key in proposal.touched),
        left=tuple(
            LeftAlone(name=change.name, pull_request=_own_pull_request(reviewer, change))
            for change in held
            if change.key not in proposal.touched
        ),
    )


def _own_pull_request(reviewer: ChangeReviewer, change: Create | Stop) -> int | None:
    source = next(reviewer.sources(change), None)
    return source.pull_request.number if source and source.pull_request else None


def _beyond_approval(proposal: Proposal, archive: Archive) -> BeyondApproval | None:
    """Compare the plan with the one that the approvers so far have seen; None if it has no approval yet, or if that covers all."""
    pull_request = archive.pull_requests.pull_request(proposal.number)
    approvals = archive.approvals(pull_request)
    if not approvals.counted:
        return None
    plan = proposal.planned.plan
    changes = [each for each in plan.changes if is_irreversible(each) and each.key in proposal.touched]
    reviewed = find_reviewed_plan(pull_request, approvals, proposal.earlier, needed=1)
    content = archive.read_plan(reviewed) if isinstance(reviewed, Reviewed) else None
    if not isinstance(reviewed, Reviewed) or content is None or not same_target(plan, content):
        approved = "approved by " + " and ".join(mention(approval.login) for approval in approvals.counted)
        reason = "it was approved before a plan was there"
        return BeyondApproval(
            approved=approved,
            changes=tuple(changes),
            reasons=tuple((each.name, reason) for each in changes),
            is_first=True,
        )
    policy, heads = proposal.planned.validated.policy, proposal.planned.heads
    beyond = [
        (
            change,
            why_not_approved(change, content, archive, policy) or why_clips_changed(change, content, archive, heads),
        )
        for change in changes
    ]
    reasons = tuple((change.name, reason) for change, reason in beyond if reason)
    if not reasons:
        return None
    return BeyondApproval(
        approved=reviewed.sentence, changes=tuple(change for change, reason in beyond if reason), reasons=reasons
    )
