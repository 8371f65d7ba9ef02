"""The guards of what "reviewed" means: who approved what and when, which pull request, and whether main still says so."""

from __future__ import annotations

from mutants.mutant import Mutant, mutant

_REVIEWS = "domain/approval/reviews.py"
_PLAN = "domain/approval/reviewed_plan.py"
_TIP = "domain/approval/tip.py"
_PROTECTION = "domain/approval/protection.py"
_ARCHIVE = "app/approval/archive.py"
_REVIEW = "app/approval/review.py"
_GUARD = "app/approval/tip.py"
_STANDING = "app/approval/standing.py"
_GATHER = "app/gathering/gather.py"

_COUNTED = "tests/unit/test_reviews.py::test_"
_FOUND = "tests/unit/test_reviewed_plan.py::test_"
_MOVED = "tests/unit/test_tip.py::test_"
_GUARDED = "tests/unit/test_tip_guard.py::test_"
_ENTERED = "tests/unit/test_protection.py::test_"
_REVIEWED = "tests/unit/test_reviewing.py::test_"
_ATTRIBUTION = "tests/unit/test_attribution.py::test_"
_STANDS = "tests/unit/test_standing.py::test_"

REVIEWED: tuple[Mutant, ...] = (
    mutant(
        "an author approves",
        _REVIEWS,
        "    if review.login.lower() == pull_request.author.lower():\n",
        "    if review.login == pull_request.author.upper():\n",
        f"{_COUNTED}the_author_cannot_approve",
    ),
    mutant(
        "a bot approves",
        _REVIEWS,
        "    if not review.is_person:\n",
        "    if not review.login:\n",
        f"{_COUNTED}a_bot_cannot_approve",
    ),
    mutant(
        "an approval of an earlier commit counts",
        _REVIEWS,
        "    if review.commit != pull_request.head:\n",
        "    if not review.commit:\n",
        f"{_COUNTED}an_approval_of_an_earlier_commit_does_not_count",
    ),
    mutant(
        "an approval at the moment of the merge counts",
        _REVIEWS,
        "review.submitted_at >= pull_request.merged_at\n",
        "review.submitted_at > pull_request.merged_at\n",
        f"{_COUNTED}an_approval_at_or_after_the_merge_does_not_count",
    ),
    mutant(
        "an approval after the merge replaces the one before",
        _REVIEWS,
        " and not (is_late and before):\n",
        ":\n",
        f"{_COUNTED}an_approval_after_the_merge_does_not_replace_the_one_before_it",
    ),
    mutant(
        "a reader approves",
        _REVIEWS,
        "for approval in self.counted if approval.login in writers),\n",
        "for approval in self.counted if approval.login),\n",
        f"{_COUNTED}an_approval_by_a_user_who_may_only_read_does_not_count",
    ),
    mutant(
        "the newest approval decides, not the oldest",
        _PLAN,
        "        agreed = min(approvals.counted, key=lambda approval: approval.at)\n",
        "        agreed = max(approvals.counted, key=lambda approval: approval.at)\n",
        f"{_FOUND}with_two_approvers_it_is_the_plan_that_both_had_seen",
    ),
    mutant(
        "a plan of the same second as the approval counts",
        _PLAN,
        "if plan.written_at < before]\n",
        "if plan.written_at <= before]\n",
        f"{_FOUND}a_plan_of_the_same_second_as_the_approval_does_not_count",
    ),
    mutant(
        "a plan of another pull request or head counts",
        _PLAN,
        "    ours = [plan for plan in plans if _is_of(plan, pull_request)]\n",
        "    ours = [plan for plan in plans if plan.name]\n",
        f"{_FOUND}a_plan_of_another_pull_request_or_head_is_not_looked_at",
    ),
    mutant(
        "one approval is enough for any policy",
        _PLAN,
        "    if len(approvals.counted) >= needed:\n",
        "    if len(approvals.counted) >= min(needed, 1):\n",
        f"{_FOUND}fewer_approvals_than_the_policy_asks_for_hold_it",
    ),
    mutant(
        "a bot that merges counts as a person who saw the plan",
        _PLAN,
        "    by_person = pull_request.merged_by and not pull_request.is_merged_by_bot\n",
        "    by_person = pull_request.merged_by\n",
        f"{_FOUND}a_bot_that_merges_has_reviewed_nothing",
    ),
    mutant(
        "a plan from after auto-merge was enabled counts",
        _PLAN,
        "    if (seen := merge_requested_at or pull_request.merged_at) is None:\n",
        "    if (seen := pull_request.merged_at or merge_requested_at) is None:\n",
        f"{_FOUND}with_auto_merge_it_is_what_was_there_when_it_was_enabled",
    ),
    mutant(
        "a pull request into another branch approves",
        _ARCHIVE,
        "        if (found.base_branch, found.base_repository) != (self.branch, self.repository_id):\n",
        "        if found.base_repository != self.repository_id:\n",
        f"{_REVIEWED}a_pull_request_that_did_not_bring_the_commit_approves_nothing",
    ),
    mutant(
        "a pull request that did not bring the commit approves",
        _ARCHIVE,
        "        return is_listed and commit in self.history.first_parents(found.merged_as, found.commits)\n",
        "        return bool(commit)\n",
        f"{_REVIEWED}a_message_cannot_name_another_pull_request",
    ),
    mutant(
        "a message makes a commit one of a merge by rebasing",
        _ARCHIVE,
        "        return is_listed and commit in self.history.first_parents(found.merged_as, found.commits)\n",
        "        return commit in self.history.first_parents(found.merged_as, found.commits)\n",
        f"{_ATTRIBUTION}a_commit_before_a_merge_is_not_approved_by_naming_the_merged_pull_request",
    ),
    mutant(
        "a plan approves whatever it lists",
        _REVIEW,
        "                    elif not touches(source.plan, change.key) and entry_of(source.plan, change.key):\n",
        "                    elif not touches(source.plan, change.key) and not source.plan:\n",
        f"{_ATTRIBUTION}a_plan_approves_no_job_that_its_pull_request_does_not_touch",
    ),
    mutant(
        "a young commit without a pull request counts as pushed",
        _ARCHIVE,
        "        if self._is_young(commit):\n",
        "        if not commit:\n",
        f"{_REVIEWED}if_github_stays_silent_nothing_is_known_and_a_later_run_asks_again",
    ),
    mutant(
        "a pull request lowers the number of approvals for itself",
        _ARCHIVE,
        "        return max([self.needed, *asked])",
        "        return min([self.needed, *asked])",
        f"{_REVIEWED}a_policy_cannot_be_lowered_by_the_pull_request_itself",
    ),
    mutant(
        "a recorded plan of something else counts",
        _ARCHIVE,
        "        return content if is_of(content, reviewed.plan, repository=self.repository) else None\n",
        "        return content if is_of(content, reviewed.plan, repository=self.repository) or content else None\n",
        f"{_REVIEWED}a_plan_of_something_else_covers_nothing",
    ),
    mutant(
        "any later pull request releases a held job",
        _REVIEW,
        "self.archive.changes_since(own, RELEASING)[:_MAX_RELEASING]:\n",
        'self.archive.changes_since(own, (*RELEASING, "jobs"))[:_MAX_RELEASING]:\n',
        f"{_REVIEWED}a_pull_request_that_does_not_touch_the_job_releases_nothing",
    ),
    mutant(
        "a plan of another account covers a job",
        _REVIEW,
        "                    if not same_target(self.planned.plan, source.plan):\n",
        "                    if not source.plan:\n",
        f"{_REVIEWED}a_plan_of_something_else_covers_nothing",
    ),
    mutant(
        "a digest lets through another plan",
        _REVIEW,
        "    if by_hand and by_hand.digest == planned.plan.digest:\n",
        "    if by_hand and by_hand.digest:\n",
        f"{_REVIEWED}a_person_lets_through_exactly_the_plan_of_a_digest",
    ),
    mutant(
        "a branch that has moved on does not stop a run",
        _TIP,
        "    return TipState.CURRENT if same else TipState.SUPERSEDED\n",
        "    return TipState.CURRENT if same or ours else TipState.SUPERSEDED\n",
        f"{_MOVED}a_branch_that_has_moved_on_supersedes_the_run",
    ),
    mutant(
        "a rewritten branch does not stop a run",
        _TIP,
        "    if not is_ancestor:\n",
        "    if not is_ancestor and not ours:\n",
        f"{_MOVED}a_commit_that_the_branch_no_longer_contains_was_rewritten_also_with_the_same_files",
    ),
    mutant(
        "a create is sent without asking for the tip",
        _GUARD,
        "        return self._guard.ask() or self._jobs.create_once(request, signed_until=signed_until)\n",
        "        return self._jobs.create_once(request, signed_until=signed_until)\n",
        f"{_GUARDED}a_branch_that_has_moved_on_before_the_first_create_leaves_all_to_the_newer_run",
    ),
    mutant(
        "a stop is sent without asking for the tip",
        "app/apply.py",
        "    obstacle = guard.obstacle if isinstance(change, Create) else guard.ask()\n",
        "    obstacle = guard.obstacle\n",
        f"{_GUARDED}a_stop_asks_the_branch_too",
    ),
    mutant(
        "an open environment passes",
        _PROTECTION,
        "    if not protection.reviewers:\n",
        "    if not protection.reviewers and not name:\n",
        f"{_ENTERED}each_opening_is_named",
    ),
    mutant(
        "an environment that admits other branches passes",
        _PROTECTION,
        "    if protection and (protection.branches != (branch,) or protection.has_tags):\n",
        "    if protection and branch not in (protection.branches or ()):\n",
        f"{_ENTERED}each_opening_is_named",
    ),
    mutant(
        "the person who started a run lets it in",
        _PROTECTION,
        " and each.login.lower() not in starters]\n",
        "]\n",
        f"{_ENTERED}no_other_person_has_let_it_in",
    ),
    mutant(
        "a plan that goes beyond the approved one stays unsaid",
        _STANDING,
        "    if not reasons:\n",
        "    if not reasons or approvals:\n",
        f"{_STANDS}a_plan_with_more_clips_than_the_approved_one_is_planned_again",
    ),
    mutant(
        "jobs of other pull requests are shown as this one's",
        _STANDING,
        "if change.key in proposal.touched or not is_irreversible(change))\n",
        "if change.key in proposal.touched or change.key)\n",
        f"{_STANDS}a_held_job_of_another_pull_request_is_named_and_left_out",
    ),
)
