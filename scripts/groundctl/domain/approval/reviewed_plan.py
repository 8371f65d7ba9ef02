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
    """A pull request's reviewed plan, and who agreed to it; by is empty where the policy asks for no approval."""

    plan: StoredPlan
    by: tuple[Approval, ...]
    merged_by: str = ""

    @property
    def sentence(self) -> str:
        """Say who agreed to which plan."""
        who = " and ".join(f"{mention(each.login)} at {clock(each.at)}" for each in self.by)
        plan = f"the plan of {clock(self.plan.written_at)}"
        return f"approved by {who}: {plan}" if who else f"merged by {mention(self.merged_by)}: {plan}"


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
    ours = [plan for plan in plans if (plan.name.pull_request, plan.name.head) == _place(pull_request)]
    if missing := _why_too_few(pull_request, approvals, needed):
        return missing
    if not ours:
        hint = f"push again, or re-run `plan` before the merge; after it, {CHANGE_AGAIN}"
        return NotReviewed(reason=f"no plan was recorded for head {pull_request.head[:7]}", hint=hint)
    if approvals.counted:
        agreed = min(approvals.counted, key=lambda approval: approval.at)
        before, who = agreed.at, f"{mention(agreed.login)} approved at {clock(agreed.at)}"
    else:
        seen = merge_requested_at or pull_request.merged_at
        if seen is None:
            return NotReviewed(reason="it is not merged, and has no approval", hint="have it approved")
        # Without an approval, a person who saw the plan must have asked for the merge.
        by_person = pull_request.merged_by and not pull_request.is_merged_by_bot
        if merge_requested_at is None and not by_person:
            return NotReviewed(reason=f"{_merger(pull_request)} merged it, and it has no approval")
        before, who = seen, f"{mention(pull_request.merged_by)} merged at {clock(seen)}"
    # Two clocks, of S3 and of GitHub, both with seconds: what is not strictly older does not count.
    older = [plan for plan in ours if plan.written_at < before]
    if not older:
        first = min(plan.written_at for plan in ours)
        hint = f"approve again; after the merge, {CHANGE_AGAIN}"
        return NotReviewed(reason=f"{who}, before the first plan, which is of {clock(first)}", hint=hint)
    newest = max(older, key=lambda plan: (plan.written_at, plan.name.run_id, plan.name.attempt))
    return Reviewed(plan=newest, by=approvals.counted, merged_by=pull_request.merged_by)


def _merger(pull_request: PullRequest) -> str:
    return mention(pull_request.merged_by) if pull_request.merged_by else "an account that is gone"


def _place(pull_request: PullRequest) -> tuple[int, str]:
    return pull_request.number, pull_request.head


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
