"""Which recorded plan of a pull request is the reviewed one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from groundctl.domain.approval.recorded_plan import PlanName, StoredPlan, key_of, name_of
from groundctl.domain.approval.reviewed_plan import NotReviewed, Reviewed, find_reviewed_plan
from groundctl.domain.approval.reviews import Approval, Approvals
from groundctl.domain.tracking.pull_request import PullRequest

TEN = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
HEAD = "abc1234" + "0" * 33


def at(minutes: float) -> datetime:
    return TEN + timedelta(minutes=minutes)


def a_plan(minutes: float, *, run: int = 1, head: str = HEAD, pull_request: int = 12) -> StoredPlan:
    name = PlanName(pull_request=pull_request, head=head, run_id=run, attempt=1)
    return StoredPlan(name=name, written_at=at(minutes))


def approved(**minutes: float) -> Approvals:
    return Approvals(counted=tuple(Approval(login=login, at=at(when)) for login, when in minutes.items()))


def found(
    *plans: StoredPlan,
    by: Approvals | None = None,
    needed: int = 1,
    merged_by: str = "maria",
    requested: float | None = None,
) -> Reviewed | NotReviewed:
    merged = PullRequest(
        number=12,
        head=HEAD,
        base_branch="main",
        author="jon",
        merged_as="f" * 40,
        merged_at=at(60),
        merged_by=merged_by,
        is_merged_by_bot=merged_by.endswith("[bot]"),
    )
    when = None if requested is None else at(requested)
    return find_reviewed_plan(merged, by or Approvals(), plans, needed=needed, merge_requested_at=when)


def run_of(verdict: Reviewed | NotReviewed) -> int:
    assert isinstance(verdict, Reviewed), verdict
    return verdict.plan.name.run_id


def reason(verdict: Reviewed | NotReviewed) -> str:
    assert isinstance(verdict, NotReviewed), verdict
    return verdict.reason


def test_the_plan_before_the_approval_is_the_reviewed_one():
    assert run_of(found(a_plan(2), by=approved(ann=10))) == 1


def test_a_plan_that_was_made_again_after_the_approval_is_not():
    assert run_of(found(a_plan(2), a_plan(20, run=2), by=approved(ann=10))) == 1


def test_the_newest_plan_before_the_approval_is_the_reviewed_one():
    assert run_of(found(a_plan(2), a_plan(5, run=2), by=approved(ann=10))) == 2


def test_with_two_approvers_it_is_the_plan_that_both_had_seen():
    assert run_of(found(a_plan(2), a_plan(20, run=2), by=approved(ann=10, bob=30), needed=2)) == 1


def test_several_approvers_read_why_it_is_not_the_plan_of_the_last_one():
    verdict = found(a_plan(2), a_plan(20, run=2), by=approved(ann=10, bob=30))
    assert isinstance(verdict, Reviewed)
    assert verdict.sentence == (
        "approved by @ann at 2026-11-28 10:10:00 UTC and @bob at 2026-11-28 10:30:00 UTC:"
        " the plan of 2026-11-28 10:02:00 UTC, the newest that all of them had seen"
    )


def test_when_all_have_approved_again_it_is_the_later_plan():
    assert run_of(found(a_plan(2), a_plan(20, run=2), by=approved(ann=41, bob=42))) == 2


def test_a_plan_of_the_same_second_as_the_approval_does_not_count():
    assert "before the first plan" in reason(found(a_plan(10), by=approved(ann=10)))


def test_an_approval_before_the_first_plan_is_none():
    said = "@ann approved at 2026-11-28 10:00:00 UTC, before the first plan, which is of 2026-11-28 10:02:00 UTC"
    verdict = found(a_plan(2), by=approved(ann=0))
    assert reason(verdict) == said
    assert isinstance(verdict, NotReviewed)
    assert verdict.hint == "open a new pull request that changes its file, and approve it after its plan is there"


def test_without_a_recorded_plan_nothing_was_reviewed():
    assert reason(found(by=approved(ann=10))) == "no plan was recorded for head abc1234"


def test_a_plan_of_another_pull_request_or_head_is_not_looked_at():
    others = (a_plan(2, pull_request=13), a_plan(2, head="d" * 40))
    assert reason(found(*others, by=approved(ann=10))) == "no plan was recorded for head abc1234"


def test_fewer_approvals_than_the_policy_asks_for_hold_it():
    said = "head abc1234 was approved by @ann, and the policy asks for 2 approvals"
    assert reason(found(a_plan(2), by=approved(ann=10), needed=2)) == said


def test_a_merge_without_an_approval_is_held_with_the_reasons():
    passed_over = Approvals(passed_over=("@ann approved def4567, not abc1234",))
    said = "head abc1234 has no approval from before the merge: @ann approved def4567, not abc1234"
    assert reason(found(a_plan(2), by=passed_over)) == said


def test_where_the_policy_asks_for_none_it_is_what_the_person_who_merged_saw():
    verdict = found(a_plan(2), a_plan(50, run=2), a_plan(70, run=3), needed=0)
    assert run_of(verdict) == 2
    assert isinstance(verdict, Reviewed)
    assert verdict.sentence == "merged by @maria: the plan of 2026-11-28 10:50:00 UTC"


def test_an_approval_binds_also_where_the_policy_asks_for_none():
    assert run_of(found(a_plan(2), a_plan(50, run=2), needed=0, by=approved(ann=10))) == 1


def test_with_auto_merge_it_is_what_was_there_when_it_was_enabled():
    verdict = found(a_plan(2), a_plan(50, run=2), needed=0, requested=5)
    assert run_of(verdict) == 1
    assert isinstance(verdict, Reviewed)
    said = "merged by @maria, as requested at 2026-11-28 10:05:00 UTC: the plan of 2026-11-28 10:02:00 UTC"
    assert verdict.sentence == said


def test_a_merge_that_was_requested_before_the_first_plan_says_when_it_was_requested():
    said = (
        "the merge was requested at 2026-11-28 10:01:00 UTC, before the first plan, which is of 2026-11-28 10:02:00 UTC"
    )
    assert reason(found(a_plan(2), needed=0, requested=1)) == said


def test_a_bot_that_merges_has_reviewed_nothing():
    said = "@merger[bot] merged it, and it has no approval"
    assert reason(found(a_plan(2), needed=0, merged_by="merger[bot]")) == said


def test_a_merge_by_an_account_that_is_gone_is_no_evidence_of_a_person():
    said = "an account that is gone merged it, and it has no approval"
    assert reason(found(a_plan(2), needed=0, merged_by="")) == said


def test_a_merge_queue_that_a_person_asked_is_no_bot_that_merges():
    assert run_of(found(a_plan(2), needed=0, merged_by="github-merge-queue[bot]", requested=5)) == 1


def test_an_approved_pull_request_may_be_merged_by_a_bot():
    assert run_of(found(a_plan(2), by=approved(ann=10), merged_by="merger[bot]")) == 1


def test_a_key_names_pull_request_head_run_and_attempt():
    name = PlanName(pull_request=12, head=HEAD, run_id=7, attempt=2)
    assert key_of(99, name) == f"plans/99/12/{HEAD}/7-2.json"
    assert name_of(key_of(99, name)) == name


def test_other_keys_name_no_plan():
    for key in (f"plans/99/12/{HEAD}/7-2.json.bak", f"plans/99/0/{HEAD}/7-2.json", "plans/99/clips/ab.jsonl.gz", ""):
        assert name_of(key) is None
