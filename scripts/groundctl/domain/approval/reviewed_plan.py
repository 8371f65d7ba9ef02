"""Which recorded plan of a pull request is the reviewed one: the newest that every approver could see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from groundctl.domain.approval.recorded_plan import StoredPlan
from groundctl.domain.approval.reviews import Approval, Approvals, clock, mention
from groundctl.domain.tracking.pull_request import PullRequest

CHANGE_AGAIN = "open a new pull request that changes its file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A pull request's reviewed plan, and who agreed to it.

    by is empty where the policy asks for no approval; requested_at is then when a person asked for a merge that GitHub
    did later.
    """

    plan: StoredPlan
    by: tuple[Approval, ...]
    merged_by: str = ""
    requested_at: datetime | None = None

    @property
    def sentence(self) -> str:
        """Say who agreed to which plan."""
        who = " and ".join(f"{mention(each.login)} at {clock(each.at)}" for each in self.by)
        plan = f"the plan of {clock(self.plan.written_at)}"
        if self.by[1:]:
            plan += ", the newest that all of them had seen"
        if who:
            return f"approved by {who}: {plan}"
        requested = f", as requested at {clock(self.requested_at)}" if self.requested_at else ""
        return f"merged by {mention(self.merged_by)}{requested}: {plan}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReviewed:
    """Why a pull request has no reviewed plan, and what to do."""

    reason: str
    hint: str = CHANGE_AGAIN


def find_reviewed_plan(
    pull_request: PullRequest,
    approvals: Approvals,
    plans: Sequence[StoredPlan],
    *,
    needed: int,
    merge_requested_at: datetime | None = None,
) -> Reviewed | NotReviewed:
    """Find the plan that was reviewed: the newest that is older than the oldest approval that counts.

    Every approver then had this plan or a later one before them, and a later one can only be larger. needed is the number
    of approvals that the policy asks for. Without any, the person who merged counts as having seen the plan of that
    moment; merge_requested_at is when a person asked for a merge that GitHub did later.
    """
    ours = [plan for plan in plans if _is_of(plan, pull_request)]
    if missing := _why_too_few(pull_request, approvals, needed):
        return missing
    if not ours:
        hint = f"push again, or re-run `plan` before the merge; after it, {CHANGE_AGAIN}"
        return NotReviewed(reason=f"no plan was recorded for head {pull_request.head[:7]}", hint=hint)
    decision = _decision(pull_request, approvals, merge_requested_at)
    if isinstance(decision, NotReviewed):
        return decision
    before, who = decision
    # Two clocks, of S3 and of GitHub, both with seconds: what is not strictly older does not count.
    older = [plan for plan in ours if plan.written_at < before]
    if not older:
        return _too_early(who, ours, is_merged=pull_request.merged_at is not None)
    newest = max(older, key=lambda plan: (plan.written_at, plan.name.run_id, plan.name.attempt))
    return Reviewed(
        plan=newest, by=approvals.counted, merged_by=pull_request.merged_by, requested_at=merge_requested_at
    )


def _too_early(who: str, plans: Sequence[StoredPlan], *, is_merged: bool) -> NotReviewed:
    reason = f"{who}, before the first plan, which is of {clock(min(plan.written_at for plan in plans))}"
    hint = f"{CHANGE_AGAIN}, and approve it after its plan is there" if is_merged else "approve again"
    return NotReviewed(reason=reason, hint=hint)


def _is_of(plan: StoredPlan, pull_request: PullRequest) -> bool:
    return (plan.name.pull_request, plan.name.head) == (pull_request.number, pull_request.head)


def _decision(
    pull_request: PullRequest, approvals: Approvals, merge_requested_at: datetime | None
) -> tuple[datetime, str] | NotReviewed:
    """Return when people decided about what they saw, and who did that."""
    if approvals.counted:
        agreed = min(approvals.counted, key=lambda approval: approval.at)
        return agreed.at, f"{mention(agreed.login)} approved at {clock(agreed.at)}"
    if (seen := merge_requested_at or pull_request.merged_at) is None:
        return NotReviewed(reason="it is not merged, and has no approval", hint="have it approved")
    # Without an approval, a person who saw the plan must have asked for the merge.
    by_person = pull_request.merged_by and not pull_request.is_merged_by_bot
    if merge_requested_at is None and not by_person:
        merger = mention(pull_request.merged_by) if pull_request.merged_by else "an account that is gone"
        return NotReviewed(reason=f"{merger} merged it, and it has no approval")
    if merge_requested_at:
        return seen, f"the merge was requested at {clock(seen)}"
    return seen, f"{mention(pull_request.merged_by)} merged at {clock(seen)}"


def _why_too_few(pull_request: PullRequest, approvals: Approvals, needed: int) -> NotReviewed | None:
    """Return why there are fewer approvals than the policy asks for; None if there are enough."""
    if len(approvals.counted) >= needed:
        return None
    head = pull_request.head[:7]
    if not approvals.counted:
        reason = f"head {head} has no approval"
        reason += " from before the merge" if pull_request.merged_at else ""
    else:
        have = ", ".join(mention(approval.login) for approval in approvals.counted)
        reason = f"head {head} was approved by {have}, and the policy asks for {needed} approvals"
    if approvals.passed_over:
        reason += f": {'; '.join(approvals.passed_over)}"
    return NotReviewed(reason=reason)
